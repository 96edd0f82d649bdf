"""불법 주정차 신고: two photos a minute apart, by the camera's clock and by ours; short of that, an ordinary report."""

import io
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from PIL import Image
from PIL.ExifTags import IFD, Base

from complaints import pending, services
from complaints.models import Complaint, ParkingRule
from portal.core.workdays import KST
from tests.complaints.conftest import World
from tests.complaints.pages import html, upload

PARKING = reverse("complaints:parking")
MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=KST)


@pytest.fixture
def clock(world: World) -> Iterator[time_machine.Traveller]:
    """Monday at ten, and nothing moves unless the test says so."""
    services.load_places()
    with time_machine.travel(MONDAY, tick=False) as traveller:
        yield traveller


def photo(taken: datetime | None, color: str = "gray") -> io.BytesIO:
    exif = Image.Exif()
    if taken:
        exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = f"{taken:%Y:%m:%d %H:%M:%S}"
    out = io.BytesIO()
    Image.new("RGB", (40, 30), color).save(out, "JPEG", exif=exif.tobytes())
    return upload(out.getvalue())


class Report:
    """One visit to the page."""

    def __init__(self, client: Client, zone: str = "소화전 5m") -> None:
        self.client, self.key = client, uuid4()
        self.zone = str(ParkingRule.objects.get(zone=zone).pk) if zone else ""

    def post(self, **more: Any) -> Any:
        values = {"intake_key": str(self.key), "zone": self.zone, "phone": "010-1234-5678", "place": "", "body": ""}
        return self.client.post(PARKING, {**values, **more})

    def take(self, taken: datetime | None, color: str = "gray") -> Any:
        return self.post(shot=photo(taken, color), add="1")

    def pair(self, clock: time_machine.Traveller, seconds: float) -> Any:
        self.take(MONDAY)
        clock.move_to(MONDAY + timedelta(seconds=seconds))
        return self.take(MONDAY + timedelta(seconds=seconds), "silver")


def test_the_first_photo_starts_the_wait_and_is_kept(clock: time_machine.Traveller, client: Client) -> None:
    report = Report(client)

    page = html(report.take(MONDAY))

    assert 'data-countdown="60"' in page
    assert "한 장 더" in page
    assert len(pending.sizes(report.key)) == 1


def test_sixty_seconds_are_enough_and_the_case_says_what_was_proven(
    clock: time_machine.Traveller, client: Client
) -> None:
    report = Report(client)
    assert "사진이 충분합니다" in html(report.pair(clock, 60))

    sent = report.post(send="1", body="12가 3456")

    complaint = Complaint.objects.get()
    assert sent.status_code == 302
    assert complaint.body == "불법 주정차 신고 (소화전 5m)\n12가 3456"
    assert complaint.attachments.count() == 2
    evidence = complaint.changes.get(step="file").data["evidence"]
    assert (evidence["is_enough"], evidence["gap_seconds"], evidence["lacks"]) == (True, 60, [])
    assert pending.sizes(report.key) == []


def test_fifty_nine_seconds_ask_for_one_more_and_keep_both(clock: time_machine.Traveller, client: Client) -> None:
    report = Report(client)

    page = html(report.pair(clock, 59))
    refused = report.post(send="1")

    assert "두 사진의 간격이 짧습니다" in page
    assert 'data-countdown="1"' in page
    assert refused.status_code == 200
    assert not Complaint.objects.exists()
    assert len(pending.sizes(report.key)) == 2
    clock.move_to(MONDAY + timedelta(seconds=61))
    report.take(MONDAY + timedelta(seconds=61), "white")
    assert report.post(send="1").status_code == 302
    assert Complaint.objects.get().attachments.count() == 3


def test_short_evidence_may_be_sent_as_an_ordinary_report(clock: time_machine.Traveller, client: Client) -> None:
    report = Report(client)
    report.pair(clock, 20)

    report.post(ordinary="1")

    evidence = Complaint.objects.get().changes.get(step="file").data["evidence"]
    assert (evidence["is_enough"], evidence["lacks"]) == (False, ["too_soon"])


def test_edited_times_do_not_help_what_was_sent_together(clock: time_machine.Traveller, client: Client) -> None:
    report = Report(client)
    report.take(MONDAY - timedelta(minutes=10))

    page = html(report.take(MONDAY, "silver"))

    assert "거의 동시에" in page


def test_a_photo_without_a_time_is_said_to_be_no_proof(clock: time_machine.Traveller, client: Client) -> None:
    report = Report(client)
    report.take(None)
    clock.move_to(MONDAY + timedelta(seconds=90))

    assert "찍은 시각이 없습니다" in html(report.take(None, "silver"))


def test_yesterdays_photo_counts_until_midnight_and_not_after(clock: time_machine.Traveller, client: Client) -> None:
    report = Report(client)
    report.pair(clock, 60)
    clock.move_to(datetime(2026, 11, 3, 23, 59, 50, tzinfo=KST))
    assert "사진이 충분합니다" in html(report.post())

    clock.move_to(datetime(2026, 11, 4, 0, 0, 0, tzinfo=KST))

    assert "24시가 지났습니다" in html(report.post())


def test_a_school_zone_is_closed_at_the_weekend_by_our_calendar(clock: time_machine.Traveller, client: Client) -> None:
    saturday = datetime(2026, 11, 7, 10, 0, tzinfo=KST)
    clock.move_to(saturday)
    report = Report(client, "어린이보호구역")
    report.take(saturday)
    clock.move_to(saturday + timedelta(seconds=70))

    assert "단속 시간이 아닙니다" in html(report.take(saturday + timedelta(seconds=70), "silver"))


def test_a_zone_with_five_minutes_waits_five_minutes(clock: time_machine.Traveller, client: Client) -> None:
    report = Report(client, "안전지대·이중주차")

    assert 'data-countdown="300"' in html(report.take(MONDAY))


def test_a_changed_announcement_is_a_new_row_from_its_day(clock: time_machine.Traveller, client: Client) -> None:
    ParkingRule.objects.create(zone="소화전 5m", valid_from=MONDAY.date(), min_gap_seconds=120)
    ParkingRule.objects.create(zone="횡단보도", valid_from=MONDAY.date() + timedelta(days=1), min_gap_seconds=600)
    report = Report(client, "")
    report.zone = str(ParkingRule.objects.get(zone="소화전 5m", valid_from=MONDAY.date()).pk)

    page = html(report.take(MONDAY))

    assert 'data-countdown="120"' in page
    assert page.count("<span>횡단보도</span>") == 1


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"%PDF-1.7", "사진만 올릴 수 있습니다"),
        (b"<svg/>", "보낼 수 없는 형식"),
        (b"\xff\xd8\xff" + b"rubbish" * 90, "손상"),
        (b"", "빈 파일"),
    ],
)
def test_what_is_no_photo_is_refused_and_what_is_here_stays(
    content: bytes, why: str, clock: time_machine.Traveller, client: Client
) -> None:
    report = Report(client)
    report.take(MONDAY)

    refused = report.post(shot=upload(content), add="1")

    assert why in html(refused)
    assert len(pending.sizes(report.key)) == 1


def test_the_same_photo_twice_is_one_photo(clock: time_machine.Traveller, client: Client) -> None:
    report = Report(client)
    report.take(MONDAY)

    assert "같은 사진입니다" in html(report.take(MONDAY))
    assert len(pending.sizes(report.key)) == 1


def test_a_zone_and_a_photo_are_needed(clock: time_machine.Traveller, client: Client) -> None:
    report = Report(client, "")

    assert "사진을 찍어 주세요" in html(report.post(send="1"))
    report.pair(clock, 60)
    assert "어떤 곳에 세운 차인지" in html(report.post(send="1"))
    assert not Complaint.objects.exists()


def test_two_presses_of_send_make_one_case(clock: time_machine.Traveller, client: Client) -> None:
    report = Report(client)
    report.pair(clock, 60)

    first, second = report.post(send="1"), report.post(send="1")

    assert first["Location"] == second["Location"]
    assert Complaint.objects.count() == 1
