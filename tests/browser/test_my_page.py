"""내 정보 on a phone and at a desk: read, opened, paid, switched, subscribed to and taken along."""

import json
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, Page, expect
from pytest_django import Settings
from pytest_django.live_server_helper import LiveServer

from complaints.workflow import Stage
from messaging.models import Message, Subscription, TemplateVersion
from notices import services as notices
from notices.models import Bill, Recipient
from portal.accounts.models import Department, User
from portal.core import clock
from portal.core.sealing import blind_phone
from portal.site.models import CalendarFeed, Favourite
from tests.browser.conftest import Visit
from tests.browser.looking import focus_stops, overflow, small_targets, violations
from tests.complaints.conftest import HANEUL, World, build_world
from tests.notices.billed import bill_of, billed
from tests.notices.other_ends import OtherEnd, running
from tests.notices.world import World as Notices
from tests.notices.world import official

PICTURES = os.environ.get("MY_PAGE_PICTURES")
LONG = "가로등이 밤마다 깜빡이다가 꺼져서 골목이 아주 어둡습니다. " * 8
OFFICIALS = ("drafter", "sender", "stranger")
PAGES = ("", "complaints/", "notices/", "bills/", "messages/", "calendar/", "alerts/", "download/", "leave/")
SIZES = {"phone": (390, 844), "desk": (1280, 800), "narrow": (320, 640)}


@dataclass
class Hers:
    """김하늘, signed in on one device."""

    user: User
    world: World
    office: Notices
    cookie: str


def signed_in_cookie(user: User) -> str:
    """A session whose owner has just proven who she is."""
    client = Client()
    client.force_login(user)
    session = client.session
    session["proven_at"] = int(clock.now().timestamp())
    session.save()
    return client.cookies["session"].value


@pytest.fixture
def hers(db: None, settings: Settings, tmp_path: Path, live_server: LiveServer) -> Hers:
    settings.MEDIA_DIR = tmp_path
    settings.SITE_URL = live_server.url
    world = build_world()
    world.now = clock.now()
    notices.load_reference(now=world.now)
    TemplateVersion.objects.update(review_state="approved", approved_at=world.now)
    noise = Department.objects.create(code="noise", name="환경과", phone="02-120-1000")
    drafter, sender, stranger = (official(name, noise, "officer", "sender") for name in OFFICIALS)
    user = User.objects.create(
        username="c-haneul", phone=HANEUL, phone_index=blind_phone(HANEUL), date_joined=world.now - timedelta(days=9)
    )
    return Hers(user, world, Notices(noise, drafter, sender, stranger, now=world.now), signed_in_cookie(user))


@pytest.fixture
def open_hers(hers: Hers, visit: Visit, page: Page, live_server: LiveServer) -> Visit:
    page.context.add_cookies([{"name": "session", "value": hers.cookie, "url": live_server.url}])
    return visit


def fill(hers: Hers) -> Bill:
    """Some of everything: a case that waits for her, one with long words, a bill, a notice and messages."""
    hers.world.now -= timedelta(days=22)
    for number in range(22):
        hers.world.file(body=f"{number} {LONG}", by=hers.user, intake_key=uuid4())
        hers.world.tick(days=1)
    hers.world.at(Stage.SUPPLEMENTING, by=hers.user)
    campaign = billed(hers.office)
    now = clock.now()
    Recipient.objects.filter(campaign=campaign).update(
        state="delivered", ground="statute", sent_at=now, delivered_at=now
    )
    Message.objects.filter(phone_index=blind_phone(HANEUL)).update(status="delivered", delivered_at=now)
    old = Message.objects.filter(phone_index=blind_phone(HANEUL)).latest("pk")
    Message.objects.filter(pk=old.pk).update(body_sealed=b"", phone_sealed=b"", variables_sealed=b"", erased_at=now)
    return bill_of(campaign)


def picture(page: Page, name: str) -> None:
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/{name}.png", full_page=True)


def check(page: Page, where: str) -> None:
    assert (where, violations(page)) == (where, [])
    assert (where, overflow(page)) == (where, 0)
    assert (where, small_targets(page)) == (where, [])


@pytest.mark.timeout(900)
@pytest.mark.parametrize("size", ["phone", "desk", "narrow"])
def test_every_page_is_accessible_and_fits_with_much_on_it(open_hers: Visit, hers: Hers, size: str, page: Page) -> None:
    fill(hers)
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})

    for name in PAGES:
        open_hers(f"/me/{name}")
        check(page, f"{name} {size}")
        picture(page, f"{size}-{name.strip('/') or 'me'}")


def test_every_page_is_accessible_with_nothing_on_it(open_hers: Visit, page: Page) -> None:
    page.emulate_media(color_scheme="dark")

    for name in PAGES:
        open_hers(f"/me/{name}")
        check(page, f"{name} empty")
        picture(page, f"empty-{name.strip('/') or 'me'}")


def test_the_keyboard_reaches_everything_and_nothing_covers_it(open_hers: Visit, hers: Hers) -> None:
    fill(hers)

    for path in ("/me/", "/me/alerts/?done=switch"):
        stops = focus_stops(open_hers(path))
        assert [stop["what"] for stop in stops if not stop["isSeen"]] == []
        assert [stop["what"] for stop in stops if not stop["isOutlined"]] == []


def test_a_channel_is_changed_with_three_taps_and_taken_back_with_one(open_hers: Visit, page: Page) -> None:
    open_hers("/me/")
    page.get_by_role("link", name="알림 설정").click()
    page.get_by_role("switch", name="통지서 재안내, 문자").click()

    toast = page.get_by_role("status").filter(has_text="통지서 재안내 문자: 받음 → 받지 않음")
    expect(toast).to_be_in_viewport()
    check(page, "toast")
    if PICTURES:
        page.screenshot(path=f"{PICTURES}/toast.png")
    assert Subscription.objects.filter(topic="notices.reminder", means="text", is_enabled=False).exists()
    page.get_by_role("button", name="되돌리기").click()

    expect(page.get_by_role("switch", name="통지서 재안내, 문자")).to_have_attribute("aria-checked", "true")
    page.locator("summary", has_text="미리보기").first.click()
    expect(page.get_by_text("담당자가 정해졌습니다").first).to_be_visible()
    check(page, "preview")


def test_the_calendar_is_subscribed_to_and_taken_away(open_hers: Visit, hers: Hers, page: Page) -> None:
    fill(hers)
    open_hers("/me/")
    page.get_by_role("link", name="캘린더").click()
    page.get_by_role("button", name="캘린더 주소 만들기").click()
    check(page, "calendar")
    picture(page, "calendar-open")
    address = page.get_by_label("캘린더 주소").input_value()
    host = address.partition("://")[2]

    assert page.get_by_role("link", name="이 기기의 캘린더에 더하기").get_attribute("href") == f"webcal://{host}"
    assert "VEVENT" in Client().get(address[address.index("/calendar/") :]).content.decode()
    page.get_by_role("button", name="이름과 금액도 적기").click()
    expect(page.get_by_text("고지서 이름과 금액, 민원 제목까지 적습니다")).to_be_visible()
    assert CalendarFeed.objects.get().with_details
    page.get_by_role("button", name="주소 없애기").click()

    expect(page.get_by_role("button", name="캘린더 주소 만들기")).to_be_visible()
    assert Client().get(address[address.index("/calendar/") :]).status_code == 410


@pytest.fixture
def provider(tmp_path: Path, live_server: LiveServer, settings: Settings) -> Iterator[OtherEnd]:
    with running("payments", tmp_path / "payments.jsonl", hooks=live_server.url) as end:
        settings.PAYMENT_PROVIDERS = {"card": end.entry, "accounts": {"BACKEND": "notices.payments.accounts.Accounts"}}
        yield end


@pytest.mark.parametrize("size", ["phone", "desk"])
def test_a_bill_is_paid_from_my_page_down_to_the_receipt(
    open_hers: Visit, hers: Hers, page: Page, provider: OtherEnd, size: str
) -> None:
    bill = fill(hers)
    width, height = SIZES[size]
    page.set_viewport_size({"width": width, "height": height})
    open_hers("/me/")

    page.get_by_role("link", name=re.compile("납부하기")).click()
    page.get_by_label("생년월일 6자리").fill("900101")
    page.get_by_role("button", name="열기").click()
    page.get_by_role("button", name="납부하기").click()
    page.get_by_role("button", name="결제하기").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("납부하셨습니다")

    open_hers("/me/bills/")
    expect(page.get_by_text("낼 것이 없습니다")).to_be_visible()
    expect(page.get_by_role("link", name=re.compile("영수증 보기"))).to_be_visible()
    check(page, "paid")
    picture(page, f"paid-{size}")
    bill.refresh_from_db()
    assert bill.status == Bill.Status.PAID


def test_a_notice_is_opened_from_my_page_and_stays_closed_to_whoever_only_looks(
    open_hers: Visit, hers: Hers, page: Page
) -> None:
    fill(hers)
    open_hers("/me/notices/")

    page.get_by_role("button", name=re.compile("통지서 열기")).click()

    expect(page.get_by_label("생년월일 6자리")).to_be_visible()
    assert not Recipient.objects.filter(opened_at__isnull=False).exists()


def test_favourites_of_the_device_follow_her_to_another_one_without_scripts(
    browser: Browser, open_hers: Visit, hers: Hers, page: Page, live_server: LiveServer
) -> None:
    page.goto(f"{live_server.url}/offline/")
    chosen = [
        {"label": "챗봇", "url": "/chat/", "icon": "chat"},
        {"label": "화면 설정", "url": "/look/", "icon": "eye"},
    ]
    page.evaluate("list => localStorage.setItem('favourites', JSON.stringify(list))", chosen)
    with page.expect_response("**/me/favourites/"):
        open_hers("/me/")
    assert list(Favourite.objects.order_by("position").values_list("path", flat=True)) == ["/chat/", "/look/"]
    open_hers("/favourites/")
    with page.expect_response("**/me/favourites/"):
        page.get_by_role("button", name="챗봇 아래로").click()

    other = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}, locale="ko-KR")
    other.add_cookies([{"name": "session", "value": signed_in_cookie(hers.user), "url": live_server.url}])
    tablet = other.new_page()
    tablet.goto(f"{live_server.url}/")
    tablet.get_by_role("button", name="빠른 메뉴").click()

    assert tablet.locator("[data-quick] a").all_inner_texts() == ["화면 설정", "챗봇"]
    tablet.goto(f"{live_server.url}/favourites/")
    tablet.get_by_role("button", name="여권 더하기").click()
    tablet.get_by_role("button", name="여권 위로").click()
    assert [one.label for one in Favourite.objects.order_by("position")] == ["화면 설정", "여권", "챗봇"]
    other.close()


def test_choice_the_account_could_not_hear_of_is_told_from_the_next_page(
    open_hers: Visit, hers: Hers, page: Page, context: BrowserContext
) -> None:
    open_hers("/favourites/")
    with page.expect_response("**/me/favourites/"):
        page.get_by_role("button", name="챗봇 빼기").click()
    context.set_offline(True)
    page.get_by_role("button", name="여권 빼기").click()
    page.wait_for_timeout(900)
    context.set_offline(False)
    assert Favourite.objects.filter(label="여권").exists()

    with page.expect_response("**/me/favourites/"):
        open_hers("/me/")

    assert "여권" not in page.locator("[data-quick]").inner_text()
    page.wait_for_function("() => localStorage.getItem('favourites-untold') === null")
    assert sorted(Favourite.objects.values_list("position", flat=True)) == [1, 2, 3, 4]


def test_two_quick_changes_end_as_the_last_one_whatever_comes_first(open_hers: Visit, hers: Hers, page: Page) -> None:
    open_hers("/favourites/")
    page.evaluate("""() => {
        const send = window.fetch;
        let first = true;
        window.fetch = async (...all) => {
            if (first) { first = false; await new Promise(done => setTimeout(done, 700)); }
            return send(...all);
        };
    }""")

    page.get_by_role("button", name="챗봇 빼기").click()
    page.get_by_role("button", name="여권 빼기").click()
    page.wait_for_function("() => localStorage.getItem('favourites-untold') === null")

    assert not Favourite.objects.filter(label__in=["챗봇", "여권"]).exists()
    assert Favourite.objects.count() == 4


def test_everything_of_hers_is_taken_along_in_a_file(open_hers: Visit, hers: Hers, page: Page) -> None:
    fill(hers)
    open_hers("/me/")
    page.get_by_role("link", name="내 정보 내려받기").click()

    with page.expect_download() as caught:
        page.get_by_role("button", name="파일로 내려받기").click()

    found = json.loads(Path(caught.value.path()).read_text("utf-8"))
    assert caught.value.suggested_filename.endswith(".json")
    assert len(found["민원"]) == 23
