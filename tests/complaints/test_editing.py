"""고치기: on the device that filed or behind four digits, until the case ends; every other look-up stays closed."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client
from django.urls import reverse

from complaints import services
from complaints.attachments import Photo
from complaints.models import Attachment, Complaint, Revision
from complaints.workflow import Stage
from portal.core import clock
from tests.complaints.conftest import World
from tests.complaints.pages import TRACK, html, jpeg, send, upload
from tests.complaints.test_photos import exif_of, photo_of


@pytest.fixture
def filed(world: World, client: Client) -> Complaint:
    """A complaint from this very browser."""
    send(client)
    return Complaint.objects.get()


def page_of(complaint: Complaint) -> str:
    return reverse("complaints:edit", args=[complaint.number])


def save(client: Client, complaint: Complaint, **changes: Any) -> Any:
    values = {"body": complaint.body, "place": complaint.address, "version": str(complaint.version), **changes}
    return client.post(page_of(complaint), values)


def unlock(client: Client, complaint: Complaint, digits: str) -> Any:
    return client.post(reverse("complaints:link", args=[complaint.token]), {"digits": digits})


def test_a_wrong_address_is_corrected_without_signing_in(world: World, client: Client, filed: Complaint) -> None:
    answer = save(client, filed, place="새빛초등학교 후문")

    filed.refresh_from_db()
    assert answer.status_code == 302
    assert filed.address == "새빛초등학교 후문"
    revision = Revision.objects.get()
    assert (revision.field, revision.old, revision.new) == ("address", "새빛초등학교 정문 앞", "새빛초등학교 후문")
    assert "고쳤습니다" in html(client.get(reverse("complaints:detail", args=[filed.number])))


def test_the_form_shows_the_case_as_it_is(client: Client, filed: Complaint) -> None:
    page = html(client.get(page_of(filed)))

    assert filed.body in page
    assert filed.address in page


def test_a_pin_is_moved_and_taken_away(world: World, client: Client, filed: Complaint) -> None:
    save(client, filed, lat="37.5412", lon="126.6812", source="pin")
    filed.refresh_from_db()
    assert (filed.lat, filed.location_source) == (37.5412, "pin")

    save(client, filed)

    filed.refresh_from_db()
    assert (filed.lat, filed.location_source) == (None, "text")


def test_saving_without_a_change_writes_nothing(client: Client, filed: Complaint) -> None:
    save(client, filed)

    assert not Revision.objects.exists()


def test_photos_are_added_and_processed(world: World, client: Client, filed: Complaint) -> None:
    save(client, filed, photos=[upload(jpeg()), upload(b"%PDF-1.7", "도면.pdf")])
    services.process_photos(now=clock.now())

    assert list(filed.attachments.order_by("ordinal").values_list("state", "purpose")) == [
        ("ready", "evidence"),
        ("ready", "document"),
    ]


def test_a_bad_file_is_refused_by_name_and_the_words_stay(client: Client, filed: Complaint) -> None:
    refused = save(client, filed, body="고친 글입니다", photos=[upload(b"MZ", "바이러스.exe")])

    assert refused.status_code == 422
    assert "바이러스.exe" in html(refused)
    assert "고친 글입니다" in html(refused)


def test_an_edit_of_an_old_page_shows_what_happened_and_keeps_the_words(
    world: World, client: Client, filed: Complaint
) -> None:
    services.inspect(filed, by=world.officer, now=clock.now())

    stale = client.post(page_of(filed), {"body": "고친 글입니다", "place": filed.address, "version": "1"})

    assert stale.status_code == 409
    page = html(stale)
    assert "현장 확인 시작" in page
    assert "고친 글입니다" in page
    filed.refresh_from_db()
    assert f'value="{filed.version}"' in page
    assert save(client, filed, body="고친 글입니다").status_code == 302


def test_strangers_and_ended_cases_are_not_edited(world: World, client: Client, filed: Complaint) -> None:
    assert Client().get(page_of(filed))["Location"].startswith(TRACK)
    assert Client().post(page_of(filed), {"body": "나쁜 글", "version": "1"})["Location"].startswith(TRACK)

    services.withdraw(filed, by=None, now=clock.now())

    assert client.get(page_of(filed))["Location"] == reverse("complaints:detail", args=[filed.number])
    assert save(client, filed, body="늦은 글").status_code == 302
    filed.refresh_from_db()
    assert "늦은" not in filed.body


def test_the_link_and_four_digits_open_words_and_edit(world: World, filed: Complaint) -> None:
    other = Client()
    before = html(other.get(reverse("complaints:link", args=[filed.token])))
    assert "휴대전화 끝 네 자리" in before
    assert filed.body not in before

    opened = unlock(other, filed, "5678")

    assert opened["Location"] == reverse("complaints:detail", args=[filed.number])
    assert filed.body in html(other.get(opened["Location"]))
    save(other, filed, body="링크로 고친 글")
    change = filed.changes.get(step="correct")
    assert change.data["proof"] == "digits"


def test_five_wrong_digits_lock_for_a_quarter_of_an_hour(world: World, filed: Complaint) -> None:
    other = Client()
    with time_machine.travel(clock.now(), tick=False) as moment:
        for _ in range(5):
            assert unlock(other, filed, "0000").status_code == 422
        assert unlock(other, filed, "5678").status_code == 429
        moment.shift(timedelta(minutes=14))
        assert unlock(other, filed, "5678").status_code == 429
        moment.shift(timedelta(minutes=1, seconds=1))
        assert unlock(other, filed, "5678").status_code == 302


def test_right_digits_spend_no_try(world: World, filed: Complaint) -> None:
    for _ in range(12):
        assert unlock(Client(), filed, "5678").status_code == 302


def test_a_found_case_spends_no_try_of_the_look_up(world: World, filed: Complaint) -> None:
    for _ in range(12):
        found = Client().post(TRACK, {"number": filed.number, "phone": "01012345678"})
        assert found.status_code == 302


def test_a_report_without_a_phone_has_no_digits_to_guess(world: World) -> None:
    report = world.file(phone="", name="")

    assert "휴대전화 끝 네 자리" not in html(Client().get(reverse("complaints:link", args=[report.token])))
    for digits in ("", "0000"):
        assert unlock(Client(), report, digits).status_code == 422


def test_a_document_is_saved_and_never_shown(world: World, client: Client, filed: Complaint) -> None:
    save(client, filed, photos=[upload(b"%PDF-1.7<script>", "도면.pdf")])
    services.process_photos(now=clock.now())
    address = reverse("complaints:file", args=[filed.number, 1])

    response = client.get(address)

    assert response["Content-Type"] == "application/octet-stream"
    assert response["Content-Disposition"] == f'attachment; filename="{filed.number}-1.pdf"'
    assert response["X-Content-Type-Options"] == "nosniff"
    assert Client().get(address).status_code == 404
    as_photo = client.get(reverse("complaints:photo", args=[filed.number, 1, "view"]))
    assert as_photo["Content-Disposition"].startswith("attachment")


def test_an_original_photo_is_no_document(world: World, client: Client, filed: Complaint) -> None:
    save(client, filed, photos=[upload(jpeg())])
    services.process_photos(now=clock.now())

    assert client.get(reverse("complaints:file", args=[filed.number, 1])).status_code == 404


def test_a_nudge_reaches_whoever_has_the_case_and_only_once(world: World, client: Client, filed: Complaint) -> None:
    page = reverse("complaints:detail", args=[filed.number])

    first = client.post(page, {"act": "nudge"})
    second = client.post(page, {"act": "nudge"})

    assert first.status_code == 302
    assert second.status_code == 422
    assert "이미 담당자에게 알렸습니다" in html(second)


def test_a_photos_place_fills_an_empty_one_and_never_a_given_one(world: World) -> None:
    picture = photo_of(exif=exif_of(place=(37.5412, 126.6812)))
    empty = world.file(photos=[picture])
    given = world.file(
        photos=[Photo("x.jpg", picture.content)], place=services.Place(lat=37.5, lon=127.0, source="pin")
    )

    services.process_photos(now=world.now)

    empty.refresh_from_db()
    given.refresh_from_db()
    assert (empty.lat, empty.location_source) == (37.5412, "exif")
    assert (given.lat, given.location_source) == (37.5, "pin")
    assert Attachment.objects.filter(state="ready").count() == 2
    assert empty.stage == Stage.ASSIGNED
