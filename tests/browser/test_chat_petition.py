"""A petition filed in the chat with the keyboard alone, on a telephone and on a desk; and without scripts."""

import re
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from complaints.models import Complaint
from messaging.models import Message
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, violations
from tests.browser.test_report import picture

PHONE = "010-1234-5678"
NUMBER = re.compile(r"M\d{4}-\d{6}-\d")
MOST_TABS = 80


@pytest.fixture(autouse=True)
def _district() -> None:
    call_command("setup", verbosity=0)


def code_sent() -> str:
    """The six digits of the text."""
    return str(re.findall(r"\b(\d{6})\b", Message.objects.order_by("-pk")[0].body)[-1])


def tab_to(page: Page, words: str) -> None:
    """Tab on until what has the focus begins with the words; nothing is clicked."""
    for _ in range(MOST_TABS):
        found = page.evaluate("document.activeElement.innerText || document.activeElement.name || ''")
        if str(found).strip().startswith(words):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"no Tab leads to {words}")


def send(page: Page) -> None:
    """Enter, and the answer is here when another turn stands in the thread."""
    said = page.locator(".said[data-seq]")
    before = said.count()
    page.keyboard.press("Enter")
    expect(said).to_have_count(before + 1, timeout=20_000)


def write(page: Page, text: str) -> None:
    """Type into the field and send it, without a pointer."""
    tab_to(page, "text")
    page.keyboard.type(text)
    send(page)


def press(page: Page, words: str) -> None:
    """A button by its words."""
    tab_to(page, words)
    send(page)


def latest(page: Page) -> Any:
    """What was said last."""
    return page.locator(".said").last


@pytest.mark.parametrize(("width", "height"), [(390, 844), (1280, 800)])
def test_a_petition_is_filed_with_the_keyboard_alone(visit: Visit, width: int, height: int) -> None:
    page = visit("/chat/")
    page.set_viewport_size({"width": width, "height": height})

    write(page, "연희동 12-3 앞 불법주차 신고할래요")
    expect(latest(page)).to_contain_text("어떤 자리인가요?")
    write(page, "소화전")
    write(page, "34나 7788")
    write(page, "건너뛰기")
    write(page, "어제 저녁 7시")
    write(page, "없어요")
    expect(latest(page)).to_contain_text("연희동 12-3 앞")
    assert violations(page) == []
    assert overflow(page) == 0
    write(page, "확인")
    write(page, PHONE)
    write(page, code_sent())

    expect(latest(page)).to_contain_text(NUMBER)
    complaint = Complaint.objects.get()
    assert complaint.channel == "chatbot"
    assert "34나 7788" in complaint.body
    assert violations(page) == []
    page.reload()
    assert "34나" not in page.locator(".chat").inner_text()


def test_buttons_answer_as_well_as_words(visit: Visit) -> None:
    page = visit("/chat/")

    write(page, "가로등 고장 신고할래요")
    write(page, "새빛초등학교 정문 앞")
    press(page, "건너뛰기")
    expect(latest(page)).to_contain_text("더 알려 주실 것이")


def test_photos_come_in_by_the_page_of_the_draft(visit: Visit) -> None:
    page = visit("/chat/")
    write(page, "가로등 고장 신고할래요")
    write(page, "새빛초등학교 정문 앞")

    latest(page).get_by_role("link", name="사진·파일 올리기").click()
    page.locator("input[type=file]").set_input_files(picture())
    assert violations(page) == []
    page.get_by_role("button", name="올리기").click()

    expect(latest(page)).to_contain_text("1개를 받았습니다")
    expect(latest(page)).to_contain_text("더 알려 주실 것이")


def test_a_petition_is_filed_without_scripts(
    browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer
) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{live_server.url}/chat/")

    for text in ("위기가구 알림 신고할래요", "새빛빌라 2층 끝집", "1, 2", "건너뛰기", "확인"):
        page.locator("textarea[name=text]").fill(text)
        page.get_by_role("button", name="보내기").click()

    expect(latest(page)).to_contain_text(NUMBER)
    assert Complaint.objects.get().phone == ""
    context.close()
