"""The last steps of a campaign at two desks: tried, tested, proposed, approved, started, and counted while one looks."""

import re

from playwright.sync_api import Browser, Page, expect
from pytest_django.live_server_helper import LiveServer

from messaging.models import MessageStatus
from notices.models import Campaign, TestSend
from notices.plans import PlannedOption, PlannedQuestion
from portal.accounts.models import User
from portal.core import clock
from tests.browser.conftest import sign_in
from tests.browser.test_campaign_wizard import DESK, looks_well, press
from tests.browser.test_checking import desk  # noqa: F401  (a fixture)
from tests.notices.conftest import world  # noqa: F401  (a fixture)
from tests.notices.world import BADA, HANEUL, World

ASKED = PlannedQuestion("축제는 어떠셨습니까?", options=(PlannedOption(1, "좋았다"), PlannedOption(2, "아쉬웠다")))
LATER = 20_000  # ms: a shared machine may be slow, and the numbers ask again every two seconds


def at_another_desk(browser: Browser, live_server: LiveServer, user: User) -> Page:
    """A second official, signed in at a desk of her own."""
    user.is_superuser = True
    page = browser.new_context(viewport=DESK, locale="ko-KR", timezone_id="Asia/Seoul").new_page()
    sign_in(page, live_server.url, user)
    return page


def try_and_test(page: Page) -> None:
    """The dry run, and a message to one's own phone whose digits one types."""
    press(page, "점검하기")
    expect(page.get_by_text("점검을 마쳤습니다. 문제가 없습니다.")).to_be_visible()
    page.get_by_label("내 휴대전화").fill("010-5550-0002")
    press(page, "내 번호 등록")
    press(page, "시험 발송")  # to herself, unless she chooses somebody else
    page.get_by_label("확인 숫자").fill(TestSend.objects.get().code)
    press(page, "제대로 왔음")


def test_a_survey_is_tested_approved_started_and_counted_live(
    desk: Page,  # noqa: F811  (the fixture above)
    world: World,  # noqa: F811  (the fixture above)
    live_server: LiveServer,
    browser: Browser,
) -> None:
    campaign = world.ready(kind="survey", title="축제 만족도", identity="none", questions=(ASKED,))
    desk.goto(f"{live_server.url}/admin/notices/campaign/{campaign.pk}/approval/")
    try_and_test(desk)
    desk.get_by_label("결재", exact=True).select_option(value=str(world.sender.official.pk))
    looks_well(desk, "wizard-proposal")
    press(desk, "결재 올리기")
    expect(desk.get_by_text("결재를 올렸습니다.")).to_be_visible()

    head = at_another_desk(browser, live_server, world.sender)
    head.goto(f"{live_server.url}/admin/approvals/approval/")
    head.get_by_role("link", name=re.compile("축제 만족도")).first.click()
    with head.expect_navigation():
        head.get_by_role("button", name="결재").first.click()
    head.goto(f"{live_server.url}/admin/notices/campaign/{campaign.pk}/approval/")
    head.get_by_role("button", name="묻기 시작").click()
    head.wait_for_url("**/tally/")
    assert Campaign.objects.get(pk=campaign.pk).state == "asking"

    desk.goto(f"{live_server.url}/admin/notices/campaign/{campaign.pk}/tally/")
    replied = desk.get_by_role("link", name=re.compile(r"^회신\s*\d"))
    expect(replied).to_have_text(re.compile("회신\\s*0"))
    world.now = clock.now()
    world.run(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED)
    world.reply(HANEUL, "1")
    world.reply(BADA, "아쉬웠다")
    expect(replied).to_have_text(re.compile("회신\\s*2"), timeout=LATER)
    expect(desk.get_by_role("row", name=re.compile("1 좋았다"))).to_contain_text("1명")
    looks_well(desk, "wizard-live-tally")
    head.context.close()
