"""The officials' site in a browser: on a desk and on a telephone, under its own content policy."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import Visit
from tests.browser.looking import WCAG, overflow, violations

# Unfold 0.91.0: its sidebar wraps list items, and the date controls are 20 px wide.
KNOWN = frozenset({"list", "target-size"})
PAGES = ("/admin/", "/admin/accounts/official/", "/admin/accounts/official/add/", "/admin/password_change/")


@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_and_fits_desk_and_telephone(signed_in: Visit, path: str) -> None:
    page = signed_in(path)

    page.set_viewport_size({"width": 1280, "height": 800})
    on_the_desk = violations(page, rules=WCAG, allowed=KNOWN), overflow(page)
    page.set_viewport_size({"width": 390, "height": 844})
    on_the_phone = violations(page, rules=WCAG, allowed=KNOWN), overflow(page)

    assert on_the_desk == ([], 0)
    assert on_the_phone == ([], 0)


def test_sidebar_opens_on_a_telephone(signed_in: Visit) -> None:
    page = signed_in("/admin/")

    page.locator("span.material-symbols-outlined:visible", has_text="dock_to_right").click()

    expect(page.get_by_role("link", name="현황판").first).to_be_visible()


def test_log_out_ends_the_session(signed_in: Visit) -> None:
    page = signed_in("/admin/")
    page.set_viewport_size({"width": 1280, "height": 800})

    page.get_by_text("이담당 주무관").click()
    page.get_by_role("button", name="로그아웃").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("로그아웃했습니다")
    page.get_by_role("link", name="다시 로그인").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("업무 로그인")
