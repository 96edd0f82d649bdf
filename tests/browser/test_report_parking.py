"""Parking reports on a telephone: five taps of ours, a countdown, and the same without scripts."""

import io
import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.management import call_command
from PIL import Image
from PIL.ExifTags import IFD, Base
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from complaints.models import Complaint, ParkingRule
from portal.core import clock
from portal.core.workdays import KST
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, small_targets, violations


@pytest.fixture(autouse=True)
def _district() -> None:
    """The shipped rules; a gap of one second instead of sixty, so that the test need not wait."""
    call_command("setup", verbosity=0)
    ParkingRule.objects.filter(zone="소화전 5m").update(min_gap_seconds=1)


def shot(taken: datetime, color: str) -> FilePayload:
    """A photo as the camera makes it."""
    exif = Image.Exif()
    exif.get_ifd(IFD.Exif)[Base.DateTimeOriginal] = f"{taken.astimezone(KST):%Y:%m:%d %H:%M:%S}"
    content = io.BytesIO()
    Image.new("RGB", (1200, 900), color).save(content, "JPEG", exif=exif.tobytes())
    return {"name": "car.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def take(page: Page, label: str, photo: FilePayload) -> None:
    """One tap of ours; the shutter is the camera's own."""
    with page.expect_file_chooser() as chooser:
        page.get_by_text(label, exact=True).click()
    chooser.value.set_files(photo)


def test_five_taps_file_a_proven_parking_report(visit: Visit) -> None:
    page = visit("/complaints/new/")
    page.get_by_role("link", name="불법 주정차 신고").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("불법 주정차 신고")
    assert violations(page) == []

    page.get_by_label("소화전 5m").check()
    take(page, "사진 찍기", shot(clock.now() - timedelta(seconds=5), "gray"))
    expect(page.locator(".shot-list .done")).to_have_count(1)
    expect(page.get_by_alt_text("1번째로 찍은 사진")).to_be_visible()
    expect(page.get_by_text("지금 한 장 더 찍어 주세요", exact=False)).to_be_visible()
    assert violations(page) == []
    take(page, "한 장 더 찍기", shot(clock.now(), "silver"))
    expect(page.get_by_text("사진이 충분합니다", exact=False)).to_be_visible()
    page.get_by_role("button", name="보내기", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("신고를 보냈습니다")
    complaint = Complaint.objects.get()
    assert complaint.attachments.count() == 2
    assert complaint.changes.get(step="file").data["evidence"]["is_enough"] is True


def test_short_evidence_waits_in_sight_and_may_go_as_an_ordinary_report(visit: Visit) -> None:
    page = visit("/complaints/parking/")
    page.get_by_label("횡단보도").check()
    first_at = clock.now() - timedelta(seconds=20)
    take(page, "사진 찍기", shot(first_at, "gray"))
    countdown = page.locator("[data-countdown]")
    expect(countdown).to_have_text(re.compile("^([1-4]\\d|5[0-7])초$"))

    take(page, "한 장 더 찍기", shot(first_at + timedelta(seconds=20), "silver"))

    expect(page.get_by_text("두 사진의 간격이 짧습니다.")).to_be_visible()
    assert violations(page) == []
    assert small_targets(page) == []
    page.set_viewport_size({"width": 320, "height": 568})
    assert overflow(page) == 0
    page.get_by_role("button", name="일반 신고로 보내기").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("신고를 보냈습니다")
    assert Complaint.objects.get().changes.get(step="file").data["evidence"]["lacks"] == ["too_soon"]


def test_two_photos_are_filed_without_scripts(
    browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer
) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/complaints/parking/")
    page.get_by_label("소화전 5m").check()
    for back, color in ((4, "gray"), (0, "silver")):
        page.locator("input[type=file]").set_input_files(shot(clock.now() - timedelta(seconds=back), color))
        page.get_by_role("button", name="이 사진 올리기").click()
        page.wait_for_timeout(1200)
    expect(page.get_by_text("사진이 충분합니다", exact=False)).to_be_visible()

    page.get_by_role("button", name="보내기", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("신고를 보냈습니다")
    assert Complaint.objects.get().attachments.count() == 2
    context.close()
