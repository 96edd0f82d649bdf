"""Checking by mouse and by keyboard at a desk: zones drawn and nudged, a held notice beside its row, the sample."""

import os
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from notices import services
from notices.models import Campaign, Notice
from portal.core import clock
from tests.browser.conftest import Visit, sign_in
from tests.browser.looking import WCAG, overflow, violations
from tests.browser.test_officials import KNOWN
from tests.notices import hostile
from tests.notices.conftest import world  # noqa: F401  (a fixture)
from tests.notices.world import World

PICTURES = os.environ.get("PICTURES")  # a folder: what the pages look like is kept there
LAYOUT = "군소음 피해보상금 결정 통지서"


@pytest.fixture
def desk(visit: Visit, world: World, page: Page, live_server: LiveServer) -> Page:  # noqa: F811  (the fixture above)
    """The drafter of the world at a desk, signed in."""
    world.now = clock.now()
    page.set_viewport_size({"width": 1280, "height": 800})
    user = world.drafter
    user.is_superuser = True
    sign_in(page, live_server.url, user)
    return page


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=Path(PICTURES) / f"{name}.png", full_page=True)


def attached(world: World, zone_template: str) -> Campaign:  # noqa: F811  (the fixture above)
    campaign = world.draft()
    services.attach_document(
        campaign,
        file=hostile.DEMO / "notices.pdf",
        file_name="통지서.pdf",
        zone_template=zone_template,
        by=world.drafter,
        now=world.now,
    )
    return campaign


def at(live_server: LiveServer, campaign: Campaign, path: str) -> str:
    return f"{live_server.url}/admin/notices/campaign/{campaign.pk}/{path}"


def test_zones_are_drawn_with_the_mouse_and_read_out_at_once(
    desk: Page,
    world: World,  # noqa: F811  (the fixture above)
    live_server: LiveServer,
) -> None:
    campaign = attached(world, "")
    desk.goto(at(live_server, campaign, "zones/"))
    desk.get_by_label("서식 이름").fill("우리 과 통지서")
    first = desk.get_by_role("group", name="칸 1", exact=True)
    first.get_by_label("무엇").select_option("key")
    paper = desk.locator("[data-canvas]").bounding_box()
    assert paper is not None
    scale = paper["width"] / 210

    desk.locator("[data-canvas]").scroll_into_view_if_needed()
    paper = desk.locator("[data-canvas]").bounding_box()
    assert paper is not None
    desk.mouse.move(paper["x"] + 18 * scale, paper["y"] + 9 * scale)
    desk.mouse.down()
    desk.mouse.move(paper["x"] + 80 * scale, paper["y"] + 17 * scale, steps=5)
    desk.mouse.up()

    expect(first.get_by_label("왼쪽")).to_have_value("18")
    expect(first.get_by_label("너비")).to_have_value("62")
    expect(desk.locator("[data-read-out]")).to_contain_text("2026-0000")
    picture(desk, "zones")
    assert violations(desk, rules=WCAG, allowed=KNOWN) == []
    assert overflow(desk) == 0


def test_zones_are_moved_with_the_arrow_keys_alone(
    desk: Page,
    world: World,  # noqa: F811  (the fixture above)
    live_server: LiveServer,
) -> None:
    campaign = attached(world, LAYOUT)
    desk.goto(at(live_server, campaign, "zones/"))
    first = desk.get_by_role("group", name="칸 1", exact=True)
    box = desk.locator(".nt-box").first
    box.focus()

    for key in ("ArrowRight", "ArrowDown", "Shift+ArrowRight"):
        desk.keyboard.press(key)

    expect(first.get_by_label("왼쪽")).to_have_value("19")
    expect(first.get_by_label("위")).to_have_value("10")
    expect(first.get_by_label("너비")).to_have_value("63")
    picture(desk, "zones_full")


@pytest.fixture
def checking(world: World) -> Campaign:  # noqa: F811  (the fixture above)
    """The demo files, read, matched and drawn."""
    world.now = clock.now()
    campaign = attached(world, LAYOUT)
    roster = hostile.DEMO / "roster.xlsx"
    services.attach_roster(campaign, file=roster, file_name="명부.xlsx", by=world.drafter, now=world.now)
    services.work_on_files(now=world.now, seconds=200)
    campaign.refresh_from_db()
    return campaign


def test_a_held_notice_and_the_sample_are_walked_through_with_keys(
    checking: Campaign, desk: Page, live_server: LiveServer
) -> None:
    desk.goto(at(live_server, checking, "held/"))
    expect(desk.get_by_role("heading", name="견주기")).to_be_visible()
    picture(desk, "held")
    assert violations(desk, rules=WCAG, allowed=KNOWN) == []
    before = desk.url
    desk.keyboard.press("n")
    desk.wait_for_url(lambda url: url != before)

    desk.goto(at(live_server, checking, "sample/"))
    picture(desk, "sample_first")
    desk.get_by_role("button", name="표본 뽑기").click()
    count = Notice.objects.filter(recipient__campaign=checking, state="proved").count()
    for number in range(2):
        expect(desk.get_by_text(f"{number} / {count}건 봄")).to_be_visible()
        desk.wait_for_load_state()  # the keys are heard from then on
        desk.keyboard.press("1")
    expect(desk.get_by_text(f"2 / {count}건 봄")).to_be_visible()
    picture(desk, "sample")
    assert violations(desk, rules=WCAG, allowed=KNOWN) == []
    desk.keyboard.press("2")
    expect(desk.get_by_label("다르면")).to_be_focused()
    desk.goto(at(live_server, checking, "review/"))
    picture(desk, "review")
    assert desk.get_by_role("button", name="검수 마침").is_disabled()
