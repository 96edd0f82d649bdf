"""알림 설정 on a phone: reached by the link of a message, worked by thumb, keyboard and screen reader."""

import re

from django.db import transaction
from playwright.sync_api import Page, expect

from messaging import services
from messaging.models import OptOut, Subscription, TemplateVersion
from messaging.preference_links import token_for
from portal.core import clock
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, violations

PHONE = "+821012345678"


def _open(visit: Visit, *, has_refused: bool = False) -> Page:
    services.load_reference(now=clock.now())
    services.load_templates(now=clock.now())
    TemplateVersion.objects.update(review_state="approved", approved_at=clock.now())
    with transaction.atomic():
        services.send(
            to=PHONE,
            template="complaints.received",
            context={"번호": "M2611-000001-1", "예정일": "11월 30일(월)", "진행주소": "http://localhost/c/x/"},
            topic="complaints.stage",
            reference="M2611-000001-1",
            key="complaints.stage:1:citizen",
            by=None,
            now=clock.now(),
        )
    if has_refused:
        services.opt_out(
            phone=PHONE,
            scope=OptOut.Scope.PURPOSE,
            value="administrative",
            source=OptOut.Source.REPLY,
            by=None,
            now=clock.now(),
        )
    return visit(f"/alerts/{token_for('complaints.stage:1:citizen')}/")


def test_the_page_is_accessible_and_fits_the_screen(visit: Visit) -> None:
    page = _open(visit, has_refused=True)

    assert violations(page) == []
    assert overflow(page) == 0
    expect(page.get_by_text("010-****-5678")).to_be_visible()


def test_a_kind_is_switched_off_and_saved(visit: Visit) -> None:
    page = _open(visit)

    page.get_by_role("switch", name="통지서 재안내, 문자").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("저장했습니다"))
    assert violations(page) == []
    assert overflow(page) == 0
    page.get_by_role("button", name="문자", exact=True).click()

    expect(page.get_by_role("button", name="문자", exact=True)).to_have_attribute("aria-pressed", "true")
    expect(page.get_by_role("switch", name="통지서 재안내, 문자")).to_have_attribute("aria-checked", "false")
    assert Subscription.objects.filter(topic="notices.reminder", means="text", is_enabled=False).exists()


def test_one_tap_stops_this_kind_and_one_more_starts_it_again(visit: Visit) -> None:
    page = _open(visit)

    page.get_by_role("button", name="이 알림 그만 받기").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("이제 이 알림을 보내지 않습니다."))
    page.get_by_role("button", name="되돌리기").click()
    expect(page.get_by_role("status")).to_have_text(re.compile("되돌렸습니다."))

    expect(page.get_by_role("button", name="이 알림 그만 받기")).to_be_visible()
