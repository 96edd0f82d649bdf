"""The carrier simulator's pages as they are shown to a room: read, touched, tabbed through, and live."""

import json
import re
from collections.abc import Callable, Iterator
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, ViewportSize, expect

from messaging.carriers.base import Button, Leg, Picture
from tests.browser.looking import focus_stops, keeping_to_itself, overflow, small_targets, violations
from tests.messaging.legs import jpeg
from tests.messaging.simulator_process import BEARER, BROWSER, RunningSimulator, running_simulator

OFFICE = "0212000000"
SKY, SEA, LEAF = "01048271935", "01055551234", "01077778888"
QUESTION = "[새빛구] 고지서를 문자로 받으시겠습니까?\n1 동의\n2 미동의\n번호를 답장해 주세요."
LONG = "[새빛구] " + "여러 줄에 걸친 안내 말씀입니다. " * 30
PHONE: ViewportSize = {"width": 390, "height": 844}
PROJECTOR: ViewportSize = {"width": 1280, "height": 800}
PAGES = ("/", f"/?show={SKY},{SEA}&n=2", f"/phones/{SEA}/", "/desk/", "/?q=고지서", "/phones/01000000000/")

Look = Callable[[str], Page]


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    """A carrier whose citizens have heard everything a telephone can show."""
    with running_simulator(tmp_path_factory.mktemp("handsets") / "truth.jsonl") as running:
        card = {
            "header": "재산세 고지",
            "highlight": "218,450원",
            "note": "11월 30일까지",
            "items": [{"title": "납세자", "text": "박바다"}],
            "keywords": ["납부 방법"],
        }
        leg = {"channel": "alimtalk", "to": SEA, "from": OFFICE, "text": LONG, "template": "t", "card": card}
        order = {"key": str(uuid4()), "legs": [{"id": str(uuid4()), **leg}]}
        assert BROWSER.post(f"{running.url}/own/messages", content=json.dumps(order), headers=BEARER).is_success
        picture = Picture(jpeg(800, 1000))
        button = Button("진행 보기", "http://localhost:8000/c/abc/")
        legs = [
            Leg(uuid4(), "alimtalk", SKY, OFFICE, "[새빛구] 접수", title="접수", template_code="t", buttons=(button,)),
            Leg(uuid4(), "mms", SEA, OFFICE, "[새빛구] 고지서", title="고지서", images=(picture, picture)),
            Leg(uuid4(), "sms", LEAF, OFFICE, "[새빛구] 안내 말씀입니다."),
            Leg(uuid4(), "lms", SKY, OFFICE, QUESTION, title="수신동의"),
        ]
        for one in legs:
            running.adapter().submit([one], key=uuid4())
        yield running


@pytest.fixture
def look(page: Page, simulator: RunningSimulator) -> Iterator[Look]:
    """Open a path; the page asks nobody else for anything."""

    def open_path(path: str) -> Page:
        page.goto(simulator.url + path)
        return page

    with keeping_to_itself(page, is_ours=lambda url: url.startswith(simulator.url)):
        yield open_path


def sms(to: str, words: str) -> Leg:
    return Leg(uuid4(), "sms", to, OFFICE, words)


@pytest.mark.parametrize("path", PAGES)
def test_page_has_no_accessibility_violation_on_any_screen_by_day_and_by_night(look: Look, path: str) -> None:
    page = look(path)
    found = {}

    for size in (PHONE, PROJECTOR):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
            found[f"{scheme} {size['width']}"] = violations(page)

    assert found == {key: [] for key in found}


@pytest.mark.parametrize("path", PAGES)
def test_page_fits_the_smallest_screen_and_the_projector(look: Look, path: str) -> None:
    page = look(path)

    page.set_viewport_size({"width": 320, "height": 568})
    narrow, small = overflow(page), small_targets(page)
    page.set_viewport_size(PROJECTOR)

    assert (narrow, overflow(page), small) == (0, 0, [])


@pytest.mark.parametrize("path", ["/", f"/?show={SKY},{SEA}&n=2", "/desk/"])
def test_everything_is_reached_by_keyboard_and_shows_its_focus(look: Look, path: str) -> None:
    page = look(path)
    page.set_viewport_size(PROJECTOR)

    stops = focus_stops(page, most=40)

    assert "본문으로 건너뛰기" in stops[0]["what"]
    assert [stop["what"] for stop in stops if not stop["isSeen"]] == []
    assert [stop["what"] for stop in stops if not stop["isOutlined"]] == []


def test_a_projector_shows_several_telephones_and_a_telephone_one(look: Look) -> None:
    page = look("/")
    devices = page.locator(".wall .device:visible")
    expect(devices).to_have_count(0)
    page.locator(".phones a").first.click()
    expect(devices).to_have_count(1)

    page.set_viewport_size(PROJECTOR)
    page = look("/")

    expect(devices).to_have_count(3)
    page.get_by_role("link", name="2대 나란히").click()
    expect(devices).to_have_count(2)


def test_a_text_arrives_by_itself_and_nothing_somebody_does_is_lost(look: Look, simulator: RunningSimulator) -> None:
    page = look(f"/?show={SEA}")
    page.get_by_label("보낼 문자").fill("쓰던 말")
    page.get_by_text("자세히").click()
    screen = page.locator(".screen")
    screen.evaluate("one => one.scrollTo(0, -120)")
    band = page.get_by_text("알림톡 도착")
    before = band.evaluate("one => one.getBoundingClientRect().top")

    simulator.adapter().submit([sms(SEA, "[새빛구] 방금 온 문자")], key=uuid4())

    expect(screen.get_by_text("방금 온 문자")).to_be_attached()
    expect(page.get_by_label("보낼 문자")).to_have_value("쓰던 말")
    assert page.locator("details.more").evaluate("one => one.open")
    assert band.evaluate("one => one.getBoundingClientRect().top") == pytest.approx(before, abs=1)


def test_an_answer_is_one_tap_and_stays_on_the_page(look: Look, simulator: RunningSimulator) -> None:
    number = "01066660001"
    simulator.adapter().submit([sms(number, "참석하십니까? 1 참석 / 2 불참 답장해 주세요.")], key=uuid4())
    page = look(f"/?show={number}")

    page.get_by_role("button", name="2 불참").click()

    expect(page.locator(".mine").get_by_text("2", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="2 불참")).to_have_count(0)
    assert simulator.truth("reply")[-1]["text"] == "2"


def test_a_typed_answer_is_sent_by_enter_and_the_box_is_ready_again(look: Look, simulator: RunningSimulator) -> None:
    number = "01066660002"
    simulator.adapter().submit([sms(number, "[새빛구] 안내")], key=uuid4())
    page = look(f"/?show={number}")
    box = page.get_by_label("보낼 문자")

    box.fill("감사합니다")
    box.press("Enter")

    expect(page.locator(".mine")).to_contain_text("감사합니다")
    expect(box).to_have_value("")
    expect(box).to_be_focused()


def test_a_new_telephone_appears_in_the_list_by_itself(look: Look, simulator: RunningSimulator) -> None:
    page = look("/")
    number = "01066660003"

    simulator.adapter().submit([sms(number, "[새빛구] 처음 뵙겠습니다")], key=uuid4())

    row = page.get_by_role("link", name=re.compile("010-6666-0003"))
    expect(row).to_be_visible()
    expect(row).to_contain_text("안 읽음 1")


def test_a_picture_opens_over_the_page_and_escape_gives_the_focus_back(look: Look) -> None:
    page = look(f"/?show={SEA}")
    link = page.get_by_role("link", name="고지서 그림 1/2, 크게 보기")

    link.focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="고지서 그림 1/2")
    expect(dialog).to_be_visible()
    found = violations(page)
    page.keyboard.press("Escape")

    expect(dialog).to_be_hidden()
    expect(link).to_be_focused()
    assert found == []


def test_a_switch_is_turned_by_keyboard_and_keeps_the_focus(look: Look) -> None:
    page = look("/?show=01066660004")
    page.get_by_label("휴대전화 상태 바꾸기").press("Enter")
    switch = page.get_by_role("switch", name=re.compile("채널 차단"))

    switch.press("Enter")

    expect(switch).to_have_attribute("aria-checked", "true")
    expect(switch).to_be_focused()
    expect(page.locator(".device > .marks")).to_contain_text("채널 차단")
    page.keyboard.press("Escape")
    expect(page.get_by_label("휴대전화 상태 바꾸기")).to_be_focused()


def test_the_desk_counts_live_and_orders_mishaps_without_losing_what_is_typed(
    look: Look, simulator: RunningSimulator
) -> None:
    page = look("/desk/")
    page.get_by_label("시민 수").fill("31")

    page.get_by_role("button", name="결과 보고를 세 번씩, 켜기").click()
    expect(page.locator(".rules")).to_contain_text("결과 보고를 세 번씩")
    simulator.adapter().submit([sms("01066660005", "[새빛구] 안내")], key=uuid4())

    expect(page.locator(".events li").first).to_contain_text("010-****-0005")
    expect(page.get_by_label("시민 수")).to_have_value("31")
    page.get_by_role("button", name="모두 정상으로").click()
    expect(page.get_by_text("지금은 모두 정상입니다.")).to_be_visible()


def test_everything_works_without_javascript(browser: Browser, simulator: RunningSimulator) -> None:
    number = "01066660006"
    simulator.adapter().submit([sms(number, "참석하십니까? 1 참석 / 2 불참 답장해 주세요.")], key=uuid4())
    context = browser.new_context(java_script_enabled=False, viewport=PROJECTOR, locale="ko-KR")
    page = context.new_page()

    page.goto(f"{simulator.url}/?q=6666-0006")
    page.locator(".phones a").click()
    page.get_by_role("button", name="1 참석").click()
    expect(page.locator(".mine")).to_contain_text("1")
    page.goto(f"{simulator.url}/?show={SEA}")
    page.get_by_role("link", name="고지서 그림 2/2, 크게 보기").click()
    expect(page.get_by_role("img", name="고지서 그림 2/2")).to_be_visible()
    page.get_by_role("link", name="닫기").click()

    expect(page).to_have_url(f"{simulator.url}/?show={SEA}")
    context.close()
