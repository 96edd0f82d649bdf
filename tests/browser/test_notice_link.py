"""A notice on the phone: the box, the pictures and words behind it, by thumb, keyboard, screen reader and without JS."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from notices.models import Opening, Recipient
from notices.opening import VISIT
from portal.core import clock
from tests.browser.conftest import Visit
from tests.browser.looking import focus_stops, overflow, small_targets, violations
from tests.notices.conftest import world  # noqa: F401  (a fixture)
from tests.notices.reading import Reader, analysed, delivered
from tests.notices.world import World


def dark(page: Page) -> None:
    page.emulate_media(color_scheme="dark")


def contrast(page: Page) -> None:
    page.emulate_media(contrast="more")


@pytest.fixture
def reader(world: World) -> Reader:  # noqa: F811  (the fixture above)
    world.now = clock.now()
    return delivered(analysed(world), world)


@pytest.fixture
def opened(visit: Visit, reader: Reader) -> Page:
    page = visit(reader.path)
    page.get_by_label("생년월일 6자리").fill(reader.birth)
    page.get_by_role("button", name="통지서 열기").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("군소음 피해보상금 결정 통지서")
    return page


def check(page: Page) -> None:
    assert violations(page) == []
    assert overflow(page) == 0
    assert small_targets(page, least=44) == []


def test_the_box_can_be_used_by_everybody(visit: Visit, reader: Reader) -> None:
    page = visit(reader.path)

    check(page)
    assert all(stop["isSeen"] and stop["isOutlined"] for stop in focus_stops(page))
    expect(page.get_by_label("생년월일 6자리")).to_have_attribute("inputmode", "numeric")


@pytest.mark.parametrize("look", [dark, contrast])
def test_box_and_notice_are_readable_in_every_light(visit: Visit, reader: Reader, look: Callable[[Page], None]) -> None:
    page = visit(reader.path)
    look(page)
    assert violations(page) == []

    page.get_by_label("생년월일 6자리").fill(reader.birth)
    page.get_by_role("button", name="통지서 열기").click()

    expect(page.get_by_role("button", name="확인했습니다")).to_be_visible()
    assert violations(page) == []


def test_a_wrong_answer_is_said_kindly_and_the_right_one_opens(visit: Visit, reader: Reader) -> None:
    page = visit(reader.path)
    page.get_by_label("생년월일 6자리").fill(reader.wrong_birth)
    page.keyboard.press("Enter")

    expect(page.get_by_role("alert")).to_contain_text("확인되지 않습니다")
    assert violations(page) == []
    assert not Opening.objects.exists()

    page.get_by_label("생년월일 6자리").fill(reader.birth)
    page.keyboard.press("Enter")

    expect(page.get_by_role("heading", level=1)).to_have_text("군소음 피해보상금 결정 통지서")


def test_the_notice_can_be_used_by_everybody(opened: Page) -> None:
    check(opened)
    stops = focus_stops(opened)
    assert all(stop["isOutlined"] for stop in stops)
    assert any("확인했습니다" in stop["what"] for stop in stops)


def test_the_notice_fits_the_narrowest_screen_and_large_type(opened: Page) -> None:
    opened.set_viewport_size({"width": 320, "height": 640})
    assert overflow(opened) == 0
    opened.evaluate("document.documentElement.style.fontSize = '32px'")

    assert overflow(opened) == 0


def test_the_picture_is_hers_and_its_words_stand_below_in_order(opened: Page, reader: Reader) -> None:
    picture = opened.get_by_role("img").first
    expect(picture).to_be_visible()
    expect(picture).to_have_js_property("naturalWidth", 1500)

    words = opened.get_by_role("region", name="큰 글자로 읽기")
    expect(words).to_contain_text(reader.recipient.key)
    expect(words.get_by_role("table")).to_contain_text("금액")
    assert Recipient.objects.get(pk=reader.recipient.pk).opened_at is not None


def test_confirming_is_kept_and_closing_asks_again(opened: Page, reader: Reader) -> None:
    opened.get_by_role("button", name="확인했습니다").click()
    expect(opened.get_by_role("status").get_by_text("확인하셨습니다")).to_be_visible()
    assert violations(opened) == []

    opened.get_by_role("button", name="지금 닫기").click()

    expect(opened.get_by_label("생년월일 6자리")).to_be_visible()
    opened.reload()
    expect(opened.get_by_label("생년월일 6자리")).to_be_visible()


def test_the_reader_is_warned_and_the_notice_closes_by_itself(
    page: Page, visit: Visit, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    page.clock.install()
    visit(reader.path)
    page.get_by_label("생년월일 6자리").fill(reader.birth)
    page.get_by_role("button", name="통지서 열기").click()
    expect(page.get_by_role("button", name="확인했습니다")).to_be_visible()

    page.clock.fast_forward("08:30")
    expect(page.get_by_role("status").get_by_text("2분 뒤에")).to_be_visible()
    assert violations(page) == []

    real = clock.now
    monkeypatch.setattr("portal.core.clock.now", lambda: real() + VISIT)
    page.clock.fast_forward("02:00")
    expect(page.get_by_label("생년월일 6자리")).to_be_visible()


def test_everything_works_without_javascript(browser: Browser, live_server: LiveServer, reader: Reader) -> None:
    page = browser.new_context(java_script_enabled=False, viewport={"width": 390, "height": 844}).new_page()
    page.goto(live_server.url + reader.path)

    page.get_by_label("생년월일 6자리").fill(reader.birth)
    page.get_by_role("button", name="통지서 열기").click()
    page.get_by_role("button", name="확인했습니다").click()

    expect(page.get_by_text("확인하셨습니다")).to_be_visible()
    assert set(Opening.objects.values_list("evidence", flat=True)) == {"picture", "acknowledged"}
    page.context.close()


def test_the_first_view_is_small(page: Page, live_server: LiveServer, reader: Reader) -> None:
    answers: list[Response] = []
    page.on("response", lambda one: answers.append(one))
    page.goto(live_server.url + reader.path, wait_until="networkidle")

    words = [one for one in answers if one.request.resource_type != "font"]  # the font has a limit of its own
    assert sum(len(one.body()) for one in words) <= 60 * 1024


def test_the_verification_page_can_be_used_by_everybody(visit: Visit, opened: Page, reader: Reader) -> None:
    code = opened.get_by_text("진위확인번호").locator("b").inner_text()
    page = visit("/verify/")
    check(page)

    page.get_by_label("진위확인번호 16자리").fill(code.lower())
    page.get_by_role("button", name="진위 확인하기").click()

    assert violations(page) == []
    assert reader.recipient.name not in page.content()
