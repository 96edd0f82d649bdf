"""A report from a telephone: photo, place, words, number; sent once, and its receipt read."""

import io
import re
from typing import Any

import pytest
from django.core.management import call_command
from PIL import Image
from playwright.sync_api import Browser, FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from complaints.models import Complaint
from complaints.workflow import Stage
from messaging.models import Message
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, violations

WORDS = "인도 보도블록이 깨져서 유모차가 지나가기 힘들어요."
NUMBER = re.compile(r"M\d{4}-\d{6}-\d")


@pytest.fixture(autouse=True)
def _district() -> None:
    call_command("setup", verbosity=0)


def picture() -> FilePayload:
    """A photo as a telephone sends it."""
    content = io.BytesIO()
    Image.new("RGB", (1200, 900), (96, 108, 120)).save(content, "JPEG")
    return {"name": "sidewalk.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def fill_in(page: Page) -> None:
    """What a citizen types, photo first."""
    page.locator("input[type=file]").set_input_files(picture())
    page.get_by_label("어디인가요?").fill("새빛로 12 새빛초등학교 앞")
    page.get_by_label("무슨 일인가요?").fill(WORDS)
    page.get_by_label("휴대전화 번호").fill("010-1234-5678")


def test_report_with_photo_is_filed_from_home_in_three_taps(visit: Visit) -> None:
    page = visit("/")

    page.get_by_role("link", name="민원 한 번에 신청").click()
    fill_in(page)
    page.get_by_role("button", name="보내기").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("신고를 보냈습니다")
    expect(page.locator(".confirmation .number")).to_have_text(NUMBER)
    complaint = Complaint.objects.get()
    assert complaint.body == WORDS
    assert complaint.attachments.count() == 1
    assert violations(page) == []


def test_stage_is_one_tap_from_the_receipt_and_readable_on_the_smallest_screen(visit: Visit) -> None:
    page = visit("/complaints/new/")
    fill_in(page)
    page.get_by_role("button", name="보내기").click()

    page.get_by_role("link", name="진행 상황 보기").click()

    now = page.locator(".timeline [aria-current=step]")
    expect(now).to_have_count(1)
    expect(now).to_contain_text("진행 중")
    assert violations(page) == []
    page.set_viewport_size({"width": 320, "height": 568})
    assert overflow(page) == 0


def test_refused_report_says_why_and_keeps_what_was_typed(visit: Visit) -> None:
    page = visit("/complaints/new/")
    fill_in(page)
    page.get_by_label("휴대전화 번호").fill("02-120-0000")

    page.get_by_role("button", name="보내기").click()

    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    expect(page).to_have_title(re.compile("^오류: "))
    expect(page.get_by_label("무슨 일인가요?")).to_have_value(WORDS)
    expect(page.get_by_label("어디인가요?")).to_have_value("새빛로 12 새빛초등학교 앞")
    assert violations(page) == []
    page.get_by_label("휴대전화 번호").fill("010-1234-5678")
    page.get_by_role("button", name="보내기").click()
    expect(page.locator(".confirmation .number")).to_have_text(NUMBER)
    assert Complaint.objects.get().attachments.count() == 1


def test_report_is_filed_without_scripts(
    browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer
) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/complaints/new/")
    fill_in(page)

    page.get_by_role("button", name="보내기").click()

    expect(page.locator(".confirmation .number")).to_have_text(NUMBER)
    assert Complaint.objects.get().attachments.count() == 1
    context.close()


def test_nothing_typed_by_a_citizen_leaves_in_an_address(visit: Visit) -> None:
    page = visit("/complaints/new/")
    seen: list[str] = []
    page.on("request", lambda request: seen.append(request.url))

    fill_in(page)
    page.get_by_role("button", name="보내기").click()

    expect(page.locator(".confirmation .number")).to_have_text(NUMBER)
    assert not [url for url in seen if "1234" in url or "%EB%B3%B4%EB%8F%84" in url]


def test_a_report_is_withdrawn_with_the_code_that_came_to_its_phone(visit: Visit) -> None:
    page = visit("/complaints/new/")
    fill_in(page)
    page.get_by_role("button", name="보내기").click()
    page.get_by_role("link", name="진행 상황 보기").click()

    page.get_by_role("link", name="민원 취하하기").click()
    assert (violations(page), overflow(page)) == ([], 0)
    page.get_by_role("button", name="인증번호 받기").click()
    assert (violations(page), overflow(page)) == ([], 0)
    found = re.search(r"\d{6}", Message.objects.filter(topic="messaging.code").latest("pk").body)
    assert found
    page.get_by_label("인증번호 6자리").fill(found[0])
    page.get_by_role("button", name="취하하기").click()

    expect(page.get_by_text("민원을 취하했습니다")).to_be_visible()
    assert Complaint.objects.get().stage == Stage.WITHDRAWN
    assert violations(page) == []
