"""Rules, duties and leaves in a browser: every box has a name, and a rule is rehearsed before it is saved."""

from datetime import timedelta

import pytest
from playwright.sync_api import expect

from complaints.models import Leave, RoutingRule
from portal.accounts.models import Official
from portal.core.clock import now
from tests.browser.conftest import Visit
from tests.browser.looking import WCAG, overflow, violations

# Unfold 0.91.0: its sidebar wraps list items, and the date controls are 20 px wide.
KNOWN = frozenset({"list", "target-size"})
PAGES = (
    "/admin/complaints/routingrule/",
    "/admin/complaints/routingrule/add/",
    "/admin/complaints/duty/add/",
    "/admin/complaints/leave/add/",
    "/admin/complaints/categorykeyword/add/",
    "/admin/complaints/routerversion/",
    "/admin/complaints/correction/",
)


@pytest.mark.parametrize("path", PAGES)
def test_page_is_accessible_and_fits_desk_and_telephone(signed_in: Visit, path: str) -> None:
    page = signed_in(path)

    page.set_viewport_size({"width": 1280, "height": 800})
    on_the_desk = violations(page, rules=WCAG, allowed=KNOWN), overflow(page)
    page.set_viewport_size({"width": 390, "height": 844})

    assert on_the_desk == ([], 0)
    assert (violations(page, rules=WCAG, allowed=KNOWN), overflow(page)) == ([], 0)


def test_a_rule_is_tried_on_past_cases_and_then_saved(signed_in: Visit) -> None:
    page = signed_in("/admin/complaints/routingrule/add/")
    page.set_viewport_size({"width": 1280, "height": 800})

    page.get_by_label("순서").fill("10")
    page.get_by_label("낱말").fill("소방서")
    page.get_by_label("배정할 부서").select_option(index=1)
    page.get_by_role("button", name="저장", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_contain_text("배정 규칙 미리 보기")
    assert not RoutingRule.objects.exists()
    assert violations(page, rules=WCAG, allowed=KNOWN) == []
    page.get_by_role("button", name="이대로 저장하기").click()
    expect(page.get_by_text("소방서").first).to_be_visible()
    assert RoutingRule.objects.get().words == ["소방서"]


def test_the_proposal_of_a_leave_fits_desk_and_telephone(signed_in: Visit) -> None:
    official = Official.objects.select_related("department").get(user__is_superuser=True)
    leave = Leave.objects.create(official=official, starts_at=now(), ends_at=now() + timedelta(days=5))
    page = signed_in(f"/admin/complaints/leave/{leave.pk}/takeover/")

    page.set_viewport_size({"width": 390, "height": 844})

    expect(page.get_by_text("부재 중에 기한이 되는 민원이 없습니다")).to_be_visible()
    assert (violations(page, rules=WCAG, allowed=KNOWN), overflow(page)) == ([], 0)
