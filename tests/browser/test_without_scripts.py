"""A citizen's case from look-up to the last word with scripts switched off: number, supplement, link, answer, score."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from complaints import services
from complaints.workflow import Stage
from portal.core import clock
from tests.browser.looking import overflow
from tests.complaints.conftest import build_world

ANSWER = "기둥 번호는 12-345입니다."


@pytest.fixture
def page(browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer) -> Iterator[Page]:
    """A telephone in Korea that runs no script."""
    context = browser.new_context(**browser_context_args, java_script_enabled=False, base_url=live_server.url)
    yield context.new_page()
    context.close()


def test_a_case_is_found_its_supplement_answered_and_its_answer_scored(page: Page) -> None:
    world = build_world()
    world.now = clock.now()
    case = world.at(Stage.SUPPLEMENTING)

    page.goto("/complaints/track/")
    page.get_by_label("접수번호").fill(case.number)
    page.get_by_label("휴대전화 번호").fill("010-8765-4321")
    page.get_by_role("button", name="민원 보기").click()
    expect(page.locator(".error-summary")).to_contain_text("찾지 못했습니다")
    page.get_by_label("휴대전화 번호").fill("010-1234-5678")
    page.get_by_role("button", name="민원 보기").click()
    expect(page.get_by_role("heading", name="보완이 필요합니다")).to_be_visible()
    assert overflow(page) == 0
    page.get_by_role("button", name="보완 내용 보내기").click()
    expect(page.locator(".error-summary")).to_contain_text("내용을 적어 주세요")
    page.get_by_label("보완할 내용").fill(ANSWER)
    page.get_by_role("button", name="보완 내용 보내기").click()
    expect(page.get_by_text("보완 내용을 보냈습니다")).to_be_visible()

    case.refresh_from_db()
    world.now = clock.now()
    services.review(case, by=world.officer, now=world.now)
    case.refresh_from_db()
    world.resolve(case)
    page.context.clear_cookies()
    page.goto(f"/c/{case.token}/")  # the button of the message that says so
    page.get_by_label("휴대전화 끝 네 자리").fill("5678")
    page.get_by_role("button", name="열기").click()
    expect(page.get_by_text("가로등을 고쳤습니다.")).to_be_visible()
    page.get_by_label("매우 만족", exact=True).check()
    page.get_by_role("button", name="평가 보내기").click()

    expect(page.get_by_text("만족도 5점을 주셨습니다.")).to_be_visible()
    assert case.supplements.get().ended_at is not None
    assert case.satisfactions.get().score == 5
