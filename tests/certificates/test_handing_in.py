"""제출하기: one receiver, one tap, once; the holder sees it and may take it back until then."""

import re
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone
from django.utils.formats import date_format

from portal.accounts.models import User
from portal.certificates import services
from portal.certificates.models import Certificate, CertificateEvent, CertificateShare
from portal.certificates.queries import LAST
from portal.certificates.services.issuing import read_file
from portal.certificates.services.sharing import MOST_OPEN, PER_HOUR
from portal.core import clock
from tests.certificates.conftest import NOW, issued, signed_in

pytestmark = pytest.mark.django_db
BANK = {"receiver": "한빛은행 새빛지점", "purpose": "전세자금대출"}


@pytest.fixture
def certificate(haneul: User) -> Certificate:
    return issued(haneul, now=clock.now())


def shared(certificate: Certificate, **changes: str) -> CertificateShare:
    said = {**BANK, **changes}
    return services.share(
        certificate, receiver=said["receiver"], purpose=said["purpose"], device="아이폰", now=clock.now()
    )


def place_of(share: CertificateShare) -> str:
    return f"/s/{share.token}/"


def test_the_holder_gets_an_address_and_a_code_for_it(haneul: User, certificate: Certificate) -> None:
    client = signed_in(haneul)

    answer = client.post(f"/me/certificates/{certificate.sealed_id}/hand-in/", BANK)
    page = client.get(answer.headers["Location"]).content.decode()

    share = CertificateShare.objects.get()
    assert place_of(share) in page
    assert "data:image/svg+xml" in page
    assert share.expires_at - share.made_at == timedelta(days=7)
    assert share.token not in share.token_hash


def test_a_look_changes_nothing_and_says_no_name(certificate: Certificate) -> None:
    share = shared(certificate)

    answers = [Client().get(place_of(share)) for _ in range(3)] + [Client().head(place_of(share))]

    share.refresh_from_db()
    assert {answer.status_code for answer in answers} == {200}
    assert share.opened_at is None
    assert "김" not in answers[0].content.decode()
    assert answers[0].headers["Cache-Control"] == "private, no-store"
    assert answers[0].headers["X-Robots-Tag"] == "noindex, nofollow"
    assert not CertificateEvent.objects.filter(what="opened").exists()


def test_one_tap_takes_it_and_nobody_takes_it_twice(haneul: User, certificate: Certificate) -> None:
    share, bank, thief = shared(certificate), Client(headers={"user-agent": "Windows NT 10.0 Chrome/150"}), Client()

    bank.post(place_of(share))
    taken = bank.get(place_of(share))
    file = bank.get(f"{place_of(share)}document/")
    again = thief.post(place_of(share))

    assert "김하늘" in taken.content.decode()
    assert file.content == read_file(certificate)
    assert again.status_code == 410
    assert "이미 제출되었습니다" in again.content.decode()
    assert "김하늘" not in again.content.decode()
    assert thief.get(f"{place_of(share)}document/").status_code == 404
    book = signed_in(haneul).get(f"/me/certificates/{certificate.sealed_id}/").content.decode()
    assert "받는 곳에서 열람" in book
    assert "윈도우 컴퓨터 · 크롬" in book
    assert CertificateEvent.objects.filter(what="opened").count() == 1


def test_ten_minutes_later_the_receiver_s_page_is_closed_too(certificate: Certificate) -> None:
    bank = Client()
    with time_machine.travel(clock.now(), tick=False) as traveller:
        share = shared(certificate)
        bank.post(place_of(share))
        traveller.shift(599)
        assert bank.get(place_of(share)).status_code == 200
        traveller.shift(2)
        assert bank.get(place_of(share)).status_code == 410


def test_unknown_over_and_taken_back_look_alike(certificate: Certificate) -> None:
    over, back = shared(certificate), shared(certificate)
    CertificateShare.objects.filter(pk=over.pk).update(
        made_at=clock.now() - timedelta(days=8), expires_at=clock.now() - timedelta(days=1)
    )
    services.take_back(back, device="", now=clock.now())
    places = [place_of(over), place_of(back), f"/s/{'0' * 32}/", "/s/nonsense/"]

    answers = [Client().get(place) for place in places] + [Client().post(place) for place in places]

    assert {answer.status_code for answer in answers} == {404}
    assert len({without_path(answer.content, places) for answer in answers}) == 1


def without_path(content: bytes, places: list[str]) -> bytes:
    """The page without its own address, which the language switch may name."""
    for place in places:
        content = content.replace(place.encode(), b"")
    return content


def test_the_holder_takes_back_what_nobody_has_opened(haneul: User, certificate: Certificate) -> None:
    share, client = shared(certificate), signed_in(haneul)
    place = f"/me/certificates/{certificate.sealed_id}/hand-in/{share.sealed_id}/"

    client.post(place)

    assert Client().post(place_of(share)).status_code == 404
    assert CertificateEvent.objects.filter(what="taken_back").count() == 1


def test_what_was_opened_cannot_be_taken_back(haneul: User, certificate: Certificate) -> None:
    share = shared(certificate)
    services.open_share(share, device="", now=clock.now())

    assert not services.take_back(share, device="", now=clock.now())
    share.refresh_from_db()
    assert share.revoked_at is None


def test_another_holder_s_address_is_not_there(haneul: User, bada: User, certificate: Certificate) -> None:
    share = shared(certificate)
    hers = issued(bada, now=clock.now())

    place = f"/me/certificates/{certificate.sealed_id}/hand-in/{share.sealed_id}/"
    mixed = f"/me/certificates/{hers.sealed_id}/hand-in/{share.sealed_id}/"

    assert (signed_in(bada).get(place).status_code, signed_in(bada).post(mixed).status_code) == (404, 404)
    share.refresh_from_db()
    assert share.revoked_at is None


def test_a_revoked_certificate_closes_its_addresses(certificate: Certificate, haneul: User) -> None:
    share = shared(certificate)
    Certificate.objects.filter(pk=certificate.pk).update(
        state="revoked", revoked_at=clock.now(), revoked_reason="잘못 발급함"
    )

    assert Client().get(place_of(share)).status_code == 404
    with pytest.raises(services.LinkOver):
        services.open_share(share, device="", now=clock.now())
    with pytest.raises(services.NotShareable):
        shared(certificate)


def test_an_expired_certificate_is_not_handed_in(haneul: User) -> None:
    certificate = issued(haneul)

    with pytest.raises(services.NotShareable):
        services.share(certificate, receiver="은행", purpose="", device="", now=NOW + timedelta(days=90))


def test_open_addresses_have_a_limit(certificate: Certificate) -> None:
    for _ in range(MOST_OPEN):
        shared(certificate)

    with pytest.raises(services.NotShareable):
        shared(certificate)


def test_an_hour_of_addresses_has_an_end_also_for_whoever_takes_them_back(certificate: Certificate) -> None:
    for _ in range(PER_HOUR):
        services.take_back(shared(certificate), device="", now=clock.now())

    with pytest.raises(services.NotShareable):
        shared(certificate)


def test_one_form_pressed_twice_is_one_address(haneul: User, certificate: Certificate) -> None:
    client, place = signed_in(haneul), f"/me/certificates/{certificate.sealed_id}/hand-in/"
    page = client.get(place).content.decode()
    found = re.search(r'name="key" value="([0-9a-f-]{36})"', page)
    assert found is not None

    first, again = (client.post(place, {**BANK, "key": found[1]}) for _ in range(2))

    assert first.headers["Location"] == again.headers["Location"]
    assert CertificateShare.objects.count() == 1


def test_a_page_shows_the_end_of_a_long_book(haneul: User, certificate: Certificate) -> None:
    for number in range(LAST + 1):
        services.note_download(certificate, device=f"기기 {number}", now=clock.now())

    page = signed_in(haneul).get(f"/me/certificates/{certificate.sealed_id}/").content.decode()

    assert page.count("<time ") == LAST
    assert f"최근 {LAST}건까지 보입니다" in page


def test_the_form_says_until_when_the_address_is_good(haneul: User, certificate: Certificate) -> None:
    until = clock.now() + timedelta(days=3)
    Certificate.objects.filter(pk=certificate.pk).update(expires_at=until)

    page = signed_in(haneul).get(f"/me/certificates/{certificate.sealed_id}/hand-in/").content.decode()

    assert f"{date_format(timezone.localtime(until), 'DATETIME_FORMAT')}까지 열지 않으면" in page


def test_whoever_lost_the_answer_is_let_in_again_and_nobody_else(certificate: Certificate) -> None:
    share, bank, thief = shared(certificate), Client(), Client()
    bank.get(place_of(share))
    thief.get(place_of(share))
    known = bank.cookies["taker"].value
    bank.post(place_of(share))  # and the answer is lost, with whatever cookie it carried
    bank.cookies["taker"] = known

    again = bank.post(place_of(share))

    assert (again.status_code, "김하늘" in again.content.decode()) == (200, True)
    assert bank.get(f"{place_of(share)}document/").status_code == 200
    assert (thief.post(place_of(share)).status_code, thief.get(f"{place_of(share)}document/").status_code) == (410, 404)
    assert CertificateEvent.objects.filter(what="opened").count() == 1


def test_a_resident_number_is_refused_and_not_handed_back(haneul: User, certificate: Certificate) -> None:
    answer = signed_in(haneul).post(
        f"/me/certificates/{certificate.sealed_id}/hand-in/", {"receiver": "은행", "purpose": "900101-1234567 대출"}
    )

    assert answer.status_code == 422
    assert "1234567" not in answer.content.decode()
    assert not CertificateShare.objects.exists()
