"""The way of a campaign by keyboard: a survey and a notice from their purpose to the approval, and how it looks."""

import csv
import re
from pathlib import Path

import pytest
from playwright.sync_api import Page, ViewportSize, expect
from pytest_django.live_server_helper import LiveServer

from notices.models import Campaign, Recipient
from notices.plans import PlannedOption, PlannedQuestion
from tests.browser.looking import WCAG, overflow, violations
from tests.browser.test_checking import desk, picture  # noqa: F401  (desk is a fixture)
from tests.browser.test_officials import KNOWN
from tests.notices.conftest import world  # noqa: F401  (a fixture)
from tests.notices.world import BADA, HANEUL, SOL, World

DESK, PHONE = ViewportSize(width=1280, height=800), ViewportSize(width=390, height=844)


def looks_well(page: Page, name: str) -> None:
    """Nothing axe would say, nothing wider than the desk or the telephone, one primary button."""
    found = {}
    for size, shown in (("desk", DESK), ("phone", PHONE)):
        page.set_viewport_size(shown)
        found[size] = (violations(page, rules=WCAG, allowed=KNOWN), overflow(page))
        picture(page, f"{name}-{size}")
    page.set_viewport_size(DESK)
    assert found == {"desk": ([], 0), "phone": ([], 0)}, name
    assert page.locator(".nt .nt-btn.primary:visible").count() <= 1, name


def press(page: Page, name: str | re.Pattern[str], role: str = "button") -> None:
    """Reach a button or a link with the Tab key and press it."""
    ours = page.locator(".nt, .nt-new").first
    target = ours.get_by_role("link" if role == "link" else "button", name=name).first
    expect(target).to_be_visible()
    ours.evaluate("one => { one.tabIndex = -1; one.focus(); }")
    for _ in range(120):
        page.keyboard.press("Tab")
        if target.evaluate("one => one === document.activeElement"):
            with page.expect_navigation():
                page.keyboard.press("Enter")
            return
    raise AssertionError(f"{name} cannot be reached with the keyboard")


def roster_at(folder: Path) -> Path:
    """A roster with one citizen who has no mobile phone."""
    file = folder / "명부.csv"
    with file.open("w", encoding="utf-8", newline="") as out:
        rows = csv.writer(out)
        rows.writerow(["관리번호", "성명", "생년월일", "휴대전화"])
        for number, (name, birth, phone) in enumerate((HANEUL, BADA, SOL), start=1):
            rows.writerow([f"2026-{number:04d}", name, birth, phone])
        rows.writerow(["2026-0004", "강산들", "1970-05-05", ""])
    return file


def type_plan(page: Page, title: str) -> None:
    """What every kind needs."""
    page.get_by_label("이름", exact=True).fill(title)
    page.get_by_label("법적 근거", exact=True).fill("지방자치법 제17조")


def test_a_survey_goes_from_its_purpose_to_the_approval_by_keyboard(
    desk: Page,  # noqa: F811  (the fixture above)
    world: World,  # noqa: F811  (the fixture above)
    live_server: LiveServer,
    tmp_path: Path,
) -> None:
    desk.goto(f"{live_server.url}/admin/notices/campaign/")
    press(desk, "새 발송 만들기", "link")
    looks_well(desk, "wizard-kinds")
    press(desk, re.compile("^설문"), "link")
    looks_well(desk, "wizard-plan-survey")
    type_plan(desk, "봄꽃 축제 만족도")
    desk.get_by_label("물음 1", exact=True).fill("축제는 어떠셨습니까?")
    desk.get_by_label("고를 답").first.fill("좋았다\n보통이다\n아쉬웠다")
    desk.locator("#id_roster").set_input_files(roster_at(tmp_path))
    press(desk, "만들고 다음으로")

    campaign = Campaign.objects.get()
    assert (campaign.kind, campaign.state) == ("survey", "ready")
    steps = desk.get_by_role("navigation", name="발송 단계")
    expect(steps.get_by_role("listitem")).to_have_count(7)
    expect(steps).not_to_contain_text("문서")
    expect(steps.locator("[aria-current]")).to_contain_text("문구·비용")
    looks_well(desk, "wizard-wording-survey")
    press(desk, re.compile("제외"), "link")
    expect(desk.get_by_role("row", name=re.compile("휴대전화 없음"))).to_contain_text("1명")
    looks_well(desk, "wizard-exclusions")
    press(desk, "문구·비용 보기", "link")
    press(desk, "점검하고 결재 올리기", "link")
    press(desk, "점검하기")
    expect(desk.get_by_text("점검을 마쳤습니다. 문제가 없습니다.")).to_be_visible()
    looks_well(desk, "wizard-approval-survey")


def test_a_notice_starts_with_what_it_needs_and_says_what_each_step_waits_for(
    desk: Page,  # noqa: F811  (the fixture above)
    world: World,  # noqa: F811  (the fixture above)
    live_server: LiveServer,
    tmp_path: Path,
) -> None:
    desk.goto(f"{live_server.url}/admin/notices/campaign/new/?kind=notice")
    type_plan(desk, "군소음 보상금 결정 통지서")
    looks_well(desk, "wizard-plan-notice")
    desk.get_by_label("법에 따라 동의 없이").check()
    desk.get_by_label("법적 근거", exact=True).fill("군소음보상법")
    press(desk, "만들고 다음으로")
    expect(desk.get_by_role("alert")).to_contain_text("법 조항")
    expect(desk.get_by_label("이름", exact=True)).to_have_value("군소음 보상금 결정 통지서")
    desk.get_by_label("이번에 문자로 물어서").check()
    desk.locator("#id_roster").set_input_files(roster_at(tmp_path))
    press(desk, "만들고 다음으로")

    expect(desk.locator(".nt-head h1")).to_have_text("군소음 보상금 결정 통지서")
    steps = desk.get_by_role("navigation", name="발송 단계")
    expect(steps.locator("[aria-current]")).to_contain_text("문서")
    expect(steps).to_contain_text("명부와 문서를 올리고 분석이 끝나면 열립니다.")
    looks_well(desk, "wizard-files")
    press(desk, re.compile("명단"), "link")
    looks_well(desk, "wizard-roster")


def test_a_checked_notice_goes_to_its_approval_and_one_citizen_is_found(
    desk: Page,  # noqa: F811  (the fixture above)
    world: World,  # noqa: F811  (the fixture above)
    live_server: LiveServer,
) -> None:
    campaign = world.checking()
    desk.goto(f"{live_server.url}/admin/notices/campaign/{campaign.pk}/review/")
    looks_well(desk, "wizard-review")
    desk.get_by_label("한 사람 찾기").fill("김하늘")
    press(desk, "찾기")
    person = Recipient.objects.get(campaign=campaign, key="2026-00000001")
    assert desk.url.endswith(f"/person/{person.pk}/")
    desk.go_back()
    press(desk, re.compile("^검수 마침"))
    looks_well(desk, "wizard-wording-notice")
    press(desk, "점검하고 결재 올리기", "link")
    looks_well(desk, "wizard-approval-notice")

    assert Campaign.objects.get(pk=campaign.pk).state == "ready"


@pytest.mark.parametrize("kind", ["notice", "survey"])
def test_the_numbers_of_a_running_campaign_look_well_and_lead_to_their_people(
    desk: Page,  # noqa: F811  (the fixture above)
    world: World,  # noqa: F811  (the fixture above)
    live_server: LiveServer,
    kind: str,
) -> None:
    if kind == "notice":
        campaign = world.asking()
        world.reply(HANEUL, "1 900101")
        world.reply(BADA, "2")
    else:
        asked = PlannedQuestion("어떠셨습니까?", options=(PlannedOption(1, "좋았다"), PlannedOption(2, "아쉬웠다")))
        campaign = world.asking(kind="survey", title="축제 만족도", identity="none", questions=(asked,))
        world.reply(HANEUL, "1")
    base = f"{live_server.url}/admin/notices/campaign/{campaign.pk}"
    desk.goto(f"{base}/tally/")
    expect(desk.get_by_role("img", name=re.compile("회신 .건"))).to_be_visible()
    looks_well(desk, f"wizard-tally-{kind}")
    press(desk, re.compile("^회신$"), "link")
    expect(desk.get_by_role("heading", name=re.compile("^회신 .명"))).to_be_visible()
    for name in ("balance", "plan", "exclusions", "triage"):
        desk.goto(f"{base}/{name}/")
        looks_well(desk, f"wizard-{name}-{kind}")
