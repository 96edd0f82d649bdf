"""The site in hand: searching by keys, finding without scripts, the floating menu and what the device remembers."""

import json
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from tests.browser.conftest import Visit
from tests.browser.looking import focus_stops, overflow, violations
from tests.site.guides import make_department, make_facet, make_faq


@pytest.fixture
def guides(db: None) -> None:
    """Two guides and an office."""
    faq = make_faq(department=make_department(), petition_code="illegal_dumping")
    make_facet(faq, "fee", "의자 2,000원부터")
    make_faq(
        slug="passport-apply", question="여권을 새로 발급받으려면?", category="민원·증명", tags=["여권", "여권발급"]
    )


def box(page: Page) -> Any:
    return page.get_by_label("궁금한 것을 적어 주세요")


def test_guide_is_found_and_opened_by_keys_alone(visit: Visit, guides: None) -> None:
    page = visit("/")
    search = box(page)
    search.focus()

    page.keyboard.type("durnj")
    expect(page.get_by_role("option", name="여권을 새로 발급받으려면?")).to_be_visible()
    expect(search).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("ArrowDown")
    chosen = page.locator("[role=option][aria-selected=true]")
    expect(chosen).to_have_count(1)
    expect(search).to_have_attribute("aria-activedescendant", str(chosen.get_attribute("id")))
    assert violations(page) == []
    page.keyboard.press("Enter")

    page.wait_for_url("**/services/passport-apply/")


def test_escape_closes_the_list_and_the_ends_lead_on_with_the_words(visit: Visit, guides: None) -> None:
    page = visit("/")
    box(page).focus()
    page.keyboard.type("뷁뷁")
    expect(page.get_by_role("option")).to_have_count(2)
    expect(page.locator("[data-count]")).to_contain_text("맞는 안내가 없어요")

    page.keyboard.press("Escape")
    expect(page.locator("#suggestions")).to_be_hidden()
    expect(box(page)).to_have_value("뷁뷁")
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("option")).to_have_count(2)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")

    page.wait_for_url("**/complaints/new/?text=*")
    expect(page.locator("textarea").first).to_have_value("뷁뷁")


def test_enter_while_a_syllable_is_composed_sends_nothing(visit: Visit, guides: None) -> None:
    page = visit("/")
    search = box(page)
    search.fill("대형")
    expect(page.get_by_role("option").first).to_be_visible()
    page.keyboard.press("ArrowDown")

    search.evaluate(
        "e => e.dispatchEvent(new KeyboardEvent('keydown', {key: 'Enter', isComposing: true, bubbles: true}))"
    )

    assert page.url.endswith("/")


def test_recent_words_stay_on_the_device_and_are_wiped_at_once(visit: Visit, guides: None) -> None:
    page = visit("/")
    box(page).fill("대형폐기물")
    page.keyboard.press("Enter")
    page.wait_for_url("**/search/?q=*")
    page = visit("/")

    box(page).focus()
    expect(page.get_by_role("option").first).to_have_text("대형폐기물")
    page.get_by_role("option", name="최근 찾은 말 지우기").click()

    assert page.evaluate("localStorage.getItem('recent-searches')") is None


def test_search_works_without_scripts(
    browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer, guides: None
) -> None:
    context = browser.new_context(**browser_context_args, java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url)

    box(page).fill("대형페기물")
    page.get_by_role("button", name="찾기").click()
    page.get_by_role("link", name="대형폐기물은 어떻게 배출하나요?").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("대형폐기물은 어떻게 배출하나요?")
    page.get_by_role("button", name="빠른 메뉴").click()
    expect(page.get_by_role("navigation", name="빠른 메뉴")).to_be_visible()
    context.close()


def test_guide_and_results_pass_the_eye_the_keys_and_the_smallest_screen(visit: Visit, guides: None) -> None:
    for path in ("/services/waste-bulky/", "/search/?q=대형폐기물", "/services/", "/departments/"):
        page = visit(path)
        found = {"light": violations(page)}
        page.emulate_media(color_scheme="dark", contrast="more")
        found["contrast"] = violations(page)
        stops = [stop["what"] for stop in focus_stops(page) if not stop["isSeen"] or not stop["isOutlined"]]
        page.set_viewport_size({"width": 320, "height": 568})
        narrow = overflow(page)
        page.set_viewport_size({"width": 390, "height": 844})
        page.emulate_media(color_scheme="light", contrast="no-preference")

        assert (path, found, stops, narrow) == (path, {"light": [], "contrast": []}, [], 0)


def test_thumb_menu_opens_and_closes_by_keys_and_leads_on(visit: Visit) -> None:
    page = visit("/")
    button, menu = page.get_by_role("button", name="빠른 메뉴"), page.get_by_role("navigation", name="빠른 메뉴")

    button.focus()
    page.keyboard.press("Enter")
    expect(menu).to_be_visible()
    assert violations(page) == []
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(button).to_be_focused()
    button.click()
    menu.get_by_role("link", name="내 민원").click()

    page.wait_for_url("**/complaints/track/")


def test_thumb_menu_waits_at_the_end_of_a_page_with_a_form(visit: Visit) -> None:
    page = visit("/complaints/track/")

    assert page.locator("[data-thumb]").evaluate("e => getComputedStyle(e).position") == "static"


def test_thumb_menu_goes_while_one_reads_on_and_comes_back(visit: Visit) -> None:
    page = visit("/privacy/")
    button = page.get_by_role("button", name="빠른 메뉴")

    page.evaluate("window.scrollTo(0, 400)")
    expect(button).to_be_hidden()
    page.evaluate("window.scrollTo(0, 200)")

    expect(button).to_be_visible()


def test_favourites_are_arranged_on_the_device_and_stand_in_the_menu(visit: Visit, guides: None) -> None:
    page = visit("/services/waste-bulky/")
    page.get_by_role("button", name="즐겨찾기").click()
    page = visit("/favourites/")
    page.get_by_role("button", name="민원 신청 빼기").click()
    page.get_by_role("button", name="내 민원 아래로").click()
    expect(page.get_by_role("button", name="내 민원 아래로")).to_be_focused()
    page.get_by_role("button", name="민원 지도 더하기").click()
    assert violations(page) == []

    page = visit("/")
    page.get_by_role("button", name="빠른 메뉴").click()

    entries = page.locator("[data-quick] a").all_inner_texts()
    assert "민원 신청" not in entries
    assert entries.index("불법 주정차 신고") < entries.index("내 민원")
    assert entries[-1] == "민원 지도"


def test_left_hand_and_large_letters_hold_without_an_account(visit: Visit) -> None:
    page = visit("/look/")
    page.get_by_label("왼쪽").check()
    page.get_by_label("크게", exact=True).check()
    page.get_by_label("어둡게").check()
    page.get_by_role("button", name="이렇게 보기").click()
    page = visit("/")

    place = page.get_by_role("button", name="빠른 메뉴").bounding_box()
    assert place is not None
    assert place["x"] < 100
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(19, 20, 22)"
    assert overflow(page) == 0
    assert violations(page) == []


def test_what_is_opened_often_comes_first_and_nothing_of_it_is_sent(visit: Visit, guides: None) -> None:
    page = visit("/")
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.method + (request.post_data or "")))
    for _ in range(3):
        page = visit("/")
        page.locator(".tile", has_text="가로등 고장").click()
        page.wait_for_url("**/complaints/new/**")
    page = visit("/")

    assert page.locator(".tile").first.inner_text() == "가로등 고장"
    assert set(sent) == {"GET"}
    page.get_by_text("왜 이 순서인가요?").click()
    page.get_by_role("button", name="맞춤 순서 끄기").click()
    assert page.evaluate("localStorage.getItem('visits')") is None
    page = visit("/")
    assert page.locator(".tile").first.inner_text() == "불법 주정차 신고"


def test_a_pair_is_told_without_a_cookie_and_off_tells_nothing(visit: Visit, guides: None) -> None:
    page = visit("/sign-in/")  # brings a cookie, which must stay behind
    told: list[tuple[str, str | None]] = []
    page.on(
        "request",
        lambda one: told.append((one.post_data or "", one.header_value("cookie"))) if one.method == "POST" else None,
    )
    for tile in ("가로등 고장", "불법 주정차 신고"):
        page = visit("/")
        page.locator(".tile", has_text=tile).click()
        page.wait_for_url("**/complaints/**")
    assert [(json.loads(words)["second"], cookie) for words, cookie in told] == [("/complaints/parking/", None)]

    page = visit("/")
    page.get_by_text("왜 이 순서인가요?").click()
    page.get_by_role("button", name="맞춤 순서 끄기").click()
    for tile in ("도로 파손", "불법 주정차 신고"):
        page = visit("/")
        page.locator(".tile", has_text=tile).click()
        page.wait_for_url("**/complaints/**")

    assert len(told) == 1
    assert page.evaluate("sessionStorage.length") == 0
