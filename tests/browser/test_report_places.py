"""Where a report is, on a telephone: a photo's place, the phone's, a pin, a name; and what is known there already."""

import io
import re
from collections.abc import Iterator
from contextlib import suppress
from uuid import uuid4

import pytest
from django.core.management import call_command
from PIL import Image
from PIL.ExifTags import GPS, IFD
from playwright.sync_api import FilePayload, Geolocation, Page, expect
from playwright.sync_api import TimeoutError as PlaywrightTimeout

from complaints import services
from complaints.models import Channel, Complaint, Follower
from portal.core import clock
from tests.browser.conftest import Visit
from tests.browser.looking import overflow, small_targets, violations

HERE: Geolocation = {"latitude": 37.5412, "longitude": 126.6812, "accuracy": 18}
ELSEWHERE: Geolocation = {"latitude": 37.55, "longitude": 126.80, "accuracy": 18}
WORDS = "가로등이 꺼져서 밤에 너무 어두워요"


@pytest.fixture(autouse=True)
def _district() -> None:
    call_command("setup", verbosity=0)


@pytest.fixture(autouse=True)
def _answered(_district: None, page: Page) -> Iterator[None]:
    """No look-up is under way any more when the tables are emptied."""
    yield
    with suppress(PlaywrightTimeout):  # by then they have ended, whatever the browser says
        page.wait_for_load_state("networkidle")


def picture(lat: float = 0, lon: float = 0) -> FilePayload:
    """A photo as a telephone takes it, with its place if one is given."""
    exif = Image.Exif()
    if lat:
        position = exif.get_ifd(IFD.GPSInfo)
        position[GPS.GPSLatitudeRef], position[GPS.GPSLatitude] = "N", (float(int(lat)), (lat % 1) * 60, 0.0)
        position[GPS.GPSLongitudeRef], position[GPS.GPSLongitude] = "E", (float(int(lon)), (lon % 1) * 60, 0.0)
    content = io.BytesIO()
    Image.new("RGB", (1200, 900), (96, 108, 120)).save(content, "JPEG", exif=exif.tobytes())
    return {"name": "lamp.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def stand(page: Page, where: Geolocation) -> None:
    """Give the telephone a position."""
    page.context.grant_permissions(["geolocation"])
    page.context.set_geolocation(where)


def known_case() -> Complaint:
    """What somebody else has reported here."""
    place = services.Place(lat=HERE["latitude"], lon=HERE["longitude"], source="gps")
    filing = services.Filing(channel=Channel.WEB, body=WORDS, phone="+821087654321", place=place)
    return services.file(filing=filing, by=None, intake_key=uuid4(), now=clock.now())


def test_three_taps_file_a_photo_with_its_place_and_no_typing(visit: Visit) -> None:
    page = visit("/")

    page.get_by_role("link", name="민원 한 번에 신청").click()
    with page.expect_file_chooser() as chooser:
        page.get_by_text("사진 찍기·고르기").click()
    chooser.value.set_files(picture(37.5412, 126.6812))
    expect(page.locator(".place-status")).to_contain_text("사진에 적힌 위치입니다")
    page.get_by_role("button", name="보내기", exact=True).click()

    expect(page.get_by_role("heading", level=1)).to_have_text("신고를 보냈습니다")
    complaint = Complaint.objects.get()
    assert (round(complaint.lat or 0, 4), complaint.location_source) == (37.5412, "exif")
    assert complaint.dong is not None


def test_the_phones_position_is_asked_for_on_a_press_and_said_in_words(visit: Visit) -> None:
    page = visit("/complaints/new/")
    stand(page, HERE)
    assert page.locator("[name=lat]").input_value() == ""

    page.get_by_role("button", name="현재 위치").click()

    expect(page.locator(".place-status")).to_contain_text("루원시티 광장")
    expect(page.locator(".map")).to_be_visible()
    assert violations(page) == []
    assert small_targets(page) == []
    page.set_viewport_size({"width": 320, "height": 568})
    assert overflow(page) == 0


def test_arrow_keys_move_the_pin_ten_metres(visit: Visit) -> None:
    page = visit("/complaints/new/")
    stand(page, HERE)
    page.get_by_role("button", name="현재 위치").click()
    expect(page.locator("[name=source]")).to_have_value("gps")

    page.get_by_role("application").focus()
    page.keyboard.press("ArrowUp")

    expect(page.locator("[name=source]")).to_have_value("pin")
    moved = (float(page.locator("[name=lat]").input_value()) - HERE["latitude"]) * 111_195
    assert moved == pytest.approx(10, abs=0.3)


def test_a_tap_on_the_outline_sets_the_pin_and_a_drag_moves_it(visit: Visit) -> None:
    page = visit("/complaints/new/")
    expect(page.locator("svg .dong")).to_have_count(0)
    page.get_by_role("button", name="지도에서 고르기").click()
    svg = page.get_by_role("application")
    expect(svg.locator(".dong").first).to_be_visible()
    expect(svg.locator(".names text", has_text="새빛초등학교")).to_have_count(1)
    svg.scroll_into_view_if_needed()
    box = svg.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2

    page.mouse.click(x, y)
    expect(page.locator("[name=source]")).to_have_value("pin")
    first = float(page.locator("[name=lat]").input_value())
    page.mouse.move(x, y - 12)
    page.mouse.down()
    page.mouse.move(x, y - 40, steps=4)
    page.mouse.move(x, y - 62, steps=4)
    page.mouse.up()

    expect(page.locator("[name=lat]")).not_to_have_value(f"{first:.6f}")
    assert float(page.locator("[name=lat]").input_value()) > first


def test_a_name_that_is_typed_becomes_a_pin(visit: Visit) -> None:
    page = visit("/complaints/new/")

    page.get_by_label("어디인가요?").fill("새빛초")
    page.get_by_role("button", name="새빛초등학교 (가정동)").click()

    expect(page.locator(".place-status")).to_contain_text("새빛초등학교")
    expect(page.locator("[name=source]")).to_have_value("pin")


def test_a_known_matter_is_followed_with_one_tap(visit: Visit) -> None:
    case = known_case()
    page = visit("/complaints/new/")
    stand(page, HERE)
    page.get_by_label("무슨 일인가요?").fill("가로등이 나갔어요")
    page.get_by_label("휴대전화 번호").fill("010-1234-5678")
    page.get_by_role("button", name="현재 위치").click()
    follow = page.get_by_role("button", name="나도 알림 받기")
    expect(follow).to_be_visible()
    assert violations(page) == []

    follow.click()

    expect(page.get_by_role("heading", level=1)).to_have_text("진행 소식을 알려 드립니다")
    assert Follower.objects.get().complaint == case
    assert Complaint.objects.count() == 1
    assert violations(page) == []


def test_a_place_outside_names_the_office_and_can_be_sent_anyway(visit: Visit) -> None:
    page = visit("/complaints/new/")
    stand(page, ELSEWHERE)
    page.get_by_label("무슨 일인가요?").fill("도로에 구멍이 났어요")
    page.get_by_role("button", name="현재 위치").click()
    card = page.get_by_role("region", name=re.compile("밖의 위치입니다"))
    expect(card).to_contain_text("은빛구청")
    assert violations(page) == []

    page.get_by_role("button", name="보내기", exact=True).click()
    expect(card).to_be_visible()
    expect(page.get_by_label("무슨 일인가요?")).to_have_value("도로에 구멍이 났어요")
    assert not Complaint.objects.exists()
    page.get_by_role("button", name="그래도 보내기").click()

    expect(page.get_by_role("heading", level=1)).to_have_text("신고를 보냈습니다")


def test_words_place_and_photo_survive_a_closed_page(visit: Visit) -> None:
    page = visit("/complaints/new/")
    stand(page, HERE)
    page.locator("input[type=file]").set_input_files(picture())
    page.get_by_label("무슨 일인가요?").fill(WORDS)
    page.get_by_role("button", name="현재 위치").click()
    expect(page.locator("[name=source]")).to_have_value("gps")
    expect(page.locator("[data-saved]")).to_contain_text("임시 저장됨")

    page.reload()

    expect(page.get_by_label("무슨 일인가요?")).to_have_value(WORDS)
    expect(page.locator("[name=source]")).to_have_value("gps")
    expect(page.get_by_alt_text("고른 사진 1")).to_be_visible()
    page.get_by_role("button", name="보내기", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("신고를 보냈습니다")
    assert Complaint.objects.get().attachments.count() == 1
    page.goto(page.url.split("/complaints/")[0] + "/complaints/new/")
    expect(page.get_by_label("무슨 일인가요?")).to_have_value("")


def test_what_was_sent_is_put_right_from_the_link_and_four_digits(visit: Visit) -> None:
    case = known_case()
    page = visit(f"/c/{case.token}/")
    assert violations(page) == []

    page.get_by_label("휴대전화 끝 네 자리").fill("4321")
    page.get_by_role("button", name="열기").click()
    page.get_by_role("link", name="고치기·사진 더하기").click()
    assert violations(page) == []
    page.get_by_label("무슨 일인가요?").fill("가로등 두 개가 꺼졌어요")
    page.get_by_role("button", name="저장하기").click()

    expect(page.get_by_text("고치신 내용을 반영했습니다")).to_be_visible()
    case.refresh_from_db()
    assert case.body == "가로등 두 개가 꺼졌어요"
    assert violations(page) == []
