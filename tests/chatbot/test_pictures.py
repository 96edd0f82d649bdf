"""The picture of an answer: written anew, described, shown on the web and in KakaoTalk, gone when taken away."""

import io
from collections.abc import Iterator

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image as Picture
from pytest_django import Settings

from chatbot.cards import Image, Reply
from chatbot.channels import kakao
from chatbot.drawing import answer_cards
from chatbot.models import Faq, FaqPicture
from chatbot.permissions import NotYours
from chatbot.services import picturing
from portal.accounts.models import User
from tests.chatbot.officials import Office, html, office, signed_in
from tests.chatbot.shelves import NOW, make_faqs

__all__ = ["office"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def faq() -> Faq:
    return make_faqs()["passport"]


@pytest.fixture
def keeper() -> User:
    return User.objects.create(username="keeper", is_superuser=True, is_staff=True)


def photo(width: int = 2400, height: int = 1200, **more: object) -> bytes:
    """As a telephone makes it, with the place it was taken at."""
    out = io.BytesIO()
    image = Picture.new("RGB", (width, height), "teal")
    exif = image.getexif()
    exif[0x010E] = "secret-place"
    image.save(out, "JPEG", exif=exif, **more)
    return out.getvalue()


def shown(faq: Faq) -> Iterator[Image]:
    """The pictures among its cards."""
    fresh = Faq.objects.select_related("department").get(pk=faq.pk)
    return (card for card in answer_cards(fresh, now=NOW) if isinstance(card, Image))


def test_a_picture_is_made_small_and_says_nothing_of_where_it_was_taken(faq: Faq, keeper: User) -> None:
    made = picturing.set_picture(faq=faq, content=photo(), alt="민원여권과 창구", by=keeper, now=NOW)

    assert (made.width, made.height) == (1000, 500)
    assert b"secret-place" not in bytes(made.content)
    assert Picture.open(io.BytesIO(made.content)).format == "JPEG"


def test_it_stands_under_the_answer_on_the_web_and_in_kakao(
    faq: Faq, keeper: User, client: Client, settings: Settings
) -> None:
    settings.SITE_URL = "https://sotong.example.kr"
    made = picturing.set_picture(faq=faq, content=photo(), alt="민원여권과 창구", by=keeper, now=NOW)
    (card,) = shown(faq)

    answer = client.get(card.url)
    told = kakao.response(Reply(tuple(answer_cards(Faq.objects.get(pk=faq.pk), now=NOW))))

    assert card.alt == "민원여권과 창구"
    assert answer.content == bytes(made.content)
    assert (answer["Content-Type"], "immutable" in answer["Cache-Control"]) == ("image/jpeg", True)
    thumbnail = told["template"]["outputs"][0]["basicCard"]["thumbnail"]
    assert thumbnail == {"imageUrl": f"https://sotong.example.kr{card.url}", "altText": "민원여권과 창구"}


def test_another_picture_has_another_address_and_a_retired_answer_shows_none(
    faq: Faq, keeper: User, client: Client
) -> None:
    picturing.set_picture(faq=faq, content=photo(), alt="예전", by=keeper, now=NOW)
    (before,) = shown(faq)
    picturing.set_picture(faq=faq, content=photo(height=900), alt="요즘", by=keeper, now=NOW)
    (after,) = shown(faq)

    assert FaqPicture.objects.count() == 1
    assert client.get(before.url).status_code == 404
    Faq.objects.filter(pk=faq.pk).update(status=Faq.Status.RETIRED)
    assert client.get(after.url).status_code == 404


@pytest.mark.parametrize(
    ("content", "alt", "refused"),
    [
        (b"GIF89a nonsense", "창구", picturing.NotAPicture),
        (photo(100, 100), "창구", picturing.NotAPicture),
        (photo(), "  ", picturing.Undescribed),
        (b"0" * (picturing.MOST_UPLOADED_BYTES + 1), "창구", picturing.TooLarge),
    ],
)
def test_what_nobody_could_see_or_hear_is_refused(
    faq: Faq, keeper: User, content: bytes, alt: str, refused: type[Exception]
) -> None:
    with pytest.raises(refused):
        picturing.set_picture(faq=faq, content=content, alt=alt, by=keeper, now=NOW)

    assert not FaqPicture.objects.exists()


def test_a_picture_shortens_no_text_in_kakao(faq: Faq, keeper: User, settings: Settings) -> None:
    settings.SITE_URL = "https://sotong.example.kr"
    words = "여권은 신분증을 가지고 오셔서 신청하세요. " * 12
    Faq.objects.filter(pk=faq.pk).update(answer=words)
    picturing.set_picture(faq=faq, content=photo(), alt="민원여권과 창구", by=keeper, now=NOW)

    told = kakao.response(Reply(tuple(answer_cards(Faq.objects.get(pk=faq.pk), now=NOW))))

    before, card = told["template"]["outputs"]
    assert before["simpleImage"]["altText"] == "민원여권과 창구"
    assert card["textCard"]["description"].strip().startswith(words.strip())


def test_two_people_stand_for_another_agency_so_no_picture_goes_live_beside_it(faq: Faq, keeper: User) -> None:
    Faq.objects.filter(pk=faq.pk).update(kind=Faq.Kind.REFERRAL, agency_name="국세청", agency_phone="126")
    faq.refresh_from_db()

    with pytest.raises(picturing.NotForReferrals):
        picturing.set_picture(faq=faq, content=photo(), alt="전화 060-700-0000", by=keeper, now=NOW)


def test_words_for_a_picture_are_mended_without_the_file_and_what_is_wrong_is_said(office: Office) -> None:
    client = signed_in(office.editor)
    address = f"/admin/chatbot/faq/{office.sofa.pk}/picture/"
    client.post(address, {"picture": SimpleUploadedFile("a.jpg", photo(), "image/jpeg"), "alt": "스티커"})

    client.post(address, {"alt": "소파에 붙인 스티커"})
    assert FaqPicture.objects.get().alt == "소파에 붙인 스티커"
    told = html(client.post(address, {"alt": "가" * (FaqPicture.LONGEST_ALT + 1)}, follow=True))

    assert FaqPicture.objects.get().alt == "소파에 붙인 스티커"
    assert f"{FaqPicture.LONGEST_ALT}" in told


def test_another_departments_answer_gets_no_picture(faq: Faq) -> None:
    stranger = User.objects.create(username="stranger", is_staff=True)

    with pytest.raises(NotYours):
        picturing.set_picture(faq=faq, content=photo(), alt="창구", by=stranger, now=NOW)


def test_an_official_puts_it_there_and_takes_it_away_beside_the_editor(office: Office) -> None:
    client = signed_in(office.editor)
    address = f"/admin/chatbot/faq/{office.sofa.pk}/picture/"

    put = client.post(address, {"picture": SimpleUploadedFile("a.jpg", photo(), "image/jpeg"), "alt": "스티커"})
    page = html(client.get(f"/admin/chatbot/faq/{office.sofa.pk}/edit/"))
    taken = client.post(address, {"drop": "1"})

    assert (put.status_code, taken.status_code) == (302, 302)
    assert 'alt="스티커"' in page
    assert not FaqPicture.objects.exists()
