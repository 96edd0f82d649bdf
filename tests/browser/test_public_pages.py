"""What a citizen meets: read, touched, tabbed through and enlarged."""

from typing import Any

import pytest
from playwright.sync_api import Browser, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Visit
from tests.browser.looking import focus_stops, overflow, small_targets, violations

PAGES = (
    "/",
    "/menu/",
    "/help/",
    "/privacy/",
    "/accessibility/",
    "/dev/components/",
    "/no-such-page/",
    "/admin/login/",
    "/complaints/new/",
    "/complaints/track/",
    "/chat/",
)


@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_accessibility_violation_in_light_dark_and_high_contrast(visit: Visit, path: str) -> None:
    page = visit(path)

    found = {"light": violations(page)}
    page.emulate_media(color_scheme="dark")
    found["dark"] = violations(page)
    page.emulate_media(contrast="more")
    found["contrast"] = violations(page)

    assert found == {"light": [], "dark": [], "contrast": []}


@pytest.mark.parametrize("path", PAGES)
def test_page_fits_the_smallest_screen_and_twice_the_text(visit: Visit, path: str) -> None:
    page = visit(path)

    page.set_viewport_size({"width": 320, "height": 568})
    narrow, small = overflow(page), small_targets(page)
    page.set_viewport_size({"width": 390, "height": 844})
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    enlarged = overflow(page)

    assert (narrow, enlarged, small) == (0, 0, [])


@pytest.mark.parametrize("path", PAGES)
def test_everything_is_reached_by_keyboard_and_nothing_covers_the_focus(visit: Visit, path: str) -> None:
    page = visit(path)

    stops = focus_stops(page)

    assert "본문으로 건너뛰기" in stops[0]["what"] or "data-focus" in page.content()
    assert [stop["what"] for stop in stops if not stop["isSeen"]] == []
    assert [stop["what"] for stop in stops if not stop["isOutlined"]] == []


def test_refused_form_takes_the_focus_and_its_links_lead_to_the_fields(visit: Visit) -> None:
    page = visit("/dev/components/")

    summary = page.locator(".error-summary")
    expect(summary).to_be_focused()
    for link in summary.get_by_role("link").all():
        target = page.locator(str(link.get_attribute("href")))
        expect(target).to_be_visible()
        expect(target).to_have_attribute("aria-invalid", "true")
        described = str(
            target.get_attribute("aria-describedby")
            or target.evaluate("e => e.closest('fieldset')?.getAttribute('aria-describedby')")
        )
        assert any(page.locator(f"#{name}").inner_text().endswith(link.inner_text()) for name in described.split())


def test_form_is_sent_once_however_often_it_is_pressed(visit: Visit) -> None:
    page = visit("/dev/components/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if request.is_navigation_request() else None)
    page.route("**/dev/components/?*", lambda route: None)  # an answer that never comes

    form = page.locator("form").nth(0)
    form.evaluate("form => { form.noValidate = true; form.requestSubmit(); form.requestSubmit(); }")
    page.wait_for_timeout(200)

    assert len(sent) == 1


def test_question_is_asked_without_scripts(
    browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer
) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url)

    page.get_by_role("searchbox", name="궁금한 것을 적어 주세요").fill("여권은 어떻게 발급받나요?")
    page.get_by_role("button", name="물어보기").click()

    expect(page.get_by_role("log")).to_contain_text("여권은 어떻게 발급받나요?")
    context.close()
