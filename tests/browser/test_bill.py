"""A bill on the phone: box, bill, provider, receipt; in every light, on a narrow screen, and without JavaScript."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from notices.models import Bill
from portal.core import clock
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, small_targets, violations
from tests.notices.billed import bill_of, billed
from tests.notices.conftest import world  # noqa: F401  (a fixture)
from tests.notices.other_ends import OtherEnd, running
from tests.notices.world import World

PICTURES = os.environ.get("BILL_PICTURES")


@pytest.fixture
def provider(tmp_path: Path, live_server: LiveServer, settings: Settings) -> Iterator[OtherEnd]:
    with running("payments", tmp_path / "payments.jsonl", hooks=live_server.url) as end:
        settings.SITE_URL = live_server.url
        settings.PAYMENT_PROVIDERS = {
            "card": end.entry,
            "accounts": {"BACKEND": "notices.payments.accounts.Accounts"},
        }
        yield end


@pytest.fixture
def bill(world: World) -> Bill:  # noqa: F811  (the fixture above)
    world.now = clock.now()
    return bill_of(billed(world))


def let_in(page: Page) -> None:
    page.get_by_label("생년월일 6자리").fill("900101")
    page.get_by_role("button", name="열기").click()
    expect(page.get_by_text("32,000")).to_be_visible()


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def check(page: Page) -> None:
    assert violations(page) == []
    assert overflow(page) == 0
    assert small_targets(page, least=44) == []


def test_from_the_box_to_the_receipt(visit: Visit, provider: OtherEnd, bill: Bill) -> None:
    page = visit(f"/pay/{bill.token}/")
    check(page)
    picture(page, "box")
    let_in(page)
    check(page)
    picture(page, "bill")

    page.get_by_role("button", name="납부하기").click()
    expect(page).to_have_url(re.compile(re.escape(provider.url)))
    check(page)
    picture(page, "provider")
    page.get_by_role("button", name="결제하기").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("납부하셨습니다")
    check(page)
    picture(page, "receipt")
    bill.refresh_from_db()
    assert bill.status == Bill.Status.PAID


@pytest.mark.parametrize("look", ["dark", "contrast", "narrow"])
def test_a_bill_is_readable_everywhere(visit: Visit, provider: OtherEnd, bill: Bill, look: str) -> None:
    page = visit(f"/pay/{bill.token}/")
    if look == "narrow":
        page.set_viewport_size({"width": 320, "height": 640})
    elif look == "dark":
        page.emulate_media(color_scheme="dark")
    else:
        page.emulate_media(contrast="more")
    let_in(page)

    assert violations(page) == []
    assert overflow(page) == 0
    picture(page, f"bill-{look}")


def test_leaving_the_provider_s_page_says_that_no_money_left(visit: Visit, provider: OtherEnd, bill: Bill) -> None:
    page = visit(f"/pay/{bill.token}/")
    let_in(page)
    page.get_by_role("button", name="납부하기").click()
    page.get_by_role("button", name="그만두기").click()

    expect(page.get_by_role("status")).to_contain_text("돈은 나가지 않았습니다")
    expect(page.get_by_role("button", name="납부하기")).to_be_visible()
    picture(page, "failed")


def test_a_payment_in_doubt_is_asked_about_and_not_offered_twice(visit: Visit, provider: OtherEnd, bill: Bill) -> None:
    page = visit(f"/pay/{bill.token}/")
    let_in(page)
    with page.expect_navigation():  # to somebody else's site: another process of the browser, which takes a moment
        page.get_by_role("button", name="납부하기").click()
    page.go_back()
    page.reload()

    expect(page.get_by_role("heading", name="결제를 확인하고 있습니다")).to_be_visible()
    assert violations(page) == []
    picture(page, "waiting")


def test_a_bill_is_paid_without_javascript(
    browser: Browser, live_server: LiveServer, provider: OtherEnd, bill: Bill
) -> None:
    context = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="ko-KR")
    page = context.new_page()
    page.goto(f"{live_server.url}/pay/{bill.token}/")
    let_in(page)

    page.get_by_role("button", name="납부하기").click()
    page.get_by_role("button", name="결제하기").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("납부하셨습니다")
    context.close()
