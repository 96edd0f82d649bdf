"""Signing in on a phone: the code is read from the carrier simulator's handset, as it would be on a real one."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from messaging import delivery, services
from messaging.carriers import registry
from messaging.carriers.registry import carrier
from portal.core import clock
from tests.browser.conftest import Visit
from tests.browser.looking import focus_stops, overflow, small_targets, violations
from tests.messaging.making import certify
from tests.messaging.simulator_process import HOOK_SECRET, KEY, RunningSimulator, running_simulator

NUMBER = "01012345678"


@pytest.fixture
def handsets(db: None, settings: Settings, live_server: LiveServer, tmp_path: Path) -> Iterator[RunningSimulator]:
    """A carrier whose telephones can be looked at, and the wordings an installation starts with."""
    with running_simulator(tmp_path / "truth.jsonl", hooks=live_server.url) as running:
        options = {"base_url": running.url, "key": KEY, "hook_secret": HOOK_SECRET}
        registry._built.cache_clear()
        settings.STATE_DIR = tmp_path
        settings.MESSAGING_CARRIERS = {
            "main": {"BACKEND": "messaging.carriers.simulator.Simulator", "OPTIONS": options}
        }
        assert carrier("main")
        services.load_reference(now=clock.now())
        services.load_templates(now=clock.now())
        certify("main")
        yield running
        registry._built.cache_clear()


def code_on_the_handset(page: Page, running: RunningSimulator) -> str:
    """What the telephone shows; the worker is played by this process."""
    delivery.drain(seconds=5)
    handset = page.context.new_page()
    handset.goto(f"{running.url}/phones/{NUMBER}/")
    found = re.findall(r"#(\d{6})", handset.locator("main").inner_text())
    handset.close()
    return str(found[-1])


def test_a_citizen_signs_in_with_the_code_on_her_handset(visit: Visit, handsets: RunningSimulator) -> None:
    page = visit("/me/")
    expect(page.get_by_role("heading", name="휴대전화로 로그인")).to_be_visible()
    assert (violations(page), overflow(page), small_targets(page)) == ([], 0, [])

    page.get_by_label("휴대전화 번호").fill("010 1234 5678")
    page.get_by_role("button", name="인증번호 받기").click()
    expect(page.get_by_label("인증번호 6자리")).to_be_focused()
    assert (violations(page), overflow(page), small_targets(page)) == ([], 0, [])
    page.get_by_label("인증번호 6자리").fill(code_on_the_handset(page, handsets))
    page.get_by_role("button", name="로그인", exact=True).click()

    expect(page.get_by_role("heading", name="내 정보", level=1)).to_be_visible()
    assert (violations(page), overflow(page), small_targets(page)) == ([], 0, [])
    page.get_by_role("link", name="로그인 기기").click()
    expect(page.get_by_text("이 기기", exact=True)).to_be_visible()
    assert (violations(page), overflow(page), small_targets(page)) == ([], 0, [])


def test_a_wrong_code_is_said_beside_the_box_and_the_box_is_empty_again(
    visit: Visit, handsets: RunningSimulator
) -> None:
    page = visit("/sign-in/")
    page.get_by_label("휴대전화 번호").fill("01012345678")
    page.get_by_role("button", name="인증번호 받기").click()
    right = code_on_the_handset(page, handsets)

    page.get_by_label("인증번호 6자리").fill(f"{(int(right) + 1) % 1_000_000:06}")
    page.get_by_role("button", name="로그인", exact=True).click()

    expect(page.get_by_role("alert")).to_contain_text("4번 더")
    expect(page.get_by_label("인증번호 6자리")).to_have_value("")
    assert violations(page) == []
    assert [stop["what"] for stop in focus_stops(page, most=20) if not stop["isSeen"]] == []


def test_everything_works_without_javascript(
    browser: Browser, live_server: LiveServer, handsets: RunningSimulator
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 320, "height": 568}, locale="ko-KR")
    page = context.new_page()
    page.goto(f"{live_server.url}/sign-in/")

    page.get_by_label("휴대전화 번호").fill("01012345678")
    page.get_by_role("button", name="인증번호 받기").click()
    page.get_by_label("인증번호 6자리").fill(code_on_the_handset(page, handsets))
    page.get_by_role("button", name="로그인", exact=True).click()
    expect(page.get_by_role("heading", name="내 정보", level=1)).to_be_visible()
    page.get_by_role("button", name="로그아웃").click()

    page.goto(f"{live_server.url}/me/")
    expect(page.get_by_role("heading", name="휴대전화로 로그인")).to_be_visible()
    context.close()
