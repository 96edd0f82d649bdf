"""The site as an app in a real browser: what its caches hold, how it is renewed, and what photos become on the way."""

import io
import re
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from PIL import ExifTags, Image
from playwright.sync_api import Browser, BrowserContext, FilePayload, Page, expect
from pytest_django.live_server_helper import LiveServer

from complaints import pending
from portal.accounts.models import User
from portal.accounts.reference_data import load_calendar
from portal.core.sealing import blind_phone
from portal.site import installed
from tests.browser.conftest import Visit
from tests.browser.looking import violations

PHONE = "+821098765432"
NAME = "김하늘"
NEW = "/complaints/new/"
READY = "async () => { await navigator.serviceWorker.ready; }"
CACHED = """async () => {
    const found = [];
    for (const name of await caches.keys()) {
        const cache = await caches.open(name);
        for (const request of await cache.keys())
            found.push([new URL(request.url).pathname, await (await cache.match(request)).text()]);
    }
    return found;
}"""
NOBODYS = re.compile(r"/static/.+|/offline/(ko|en)/|/complaints/new/blank/(ko|en)/|/language")


@pytest.fixture
def hers(db: None, live_server: LiveServer, context: BrowserContext) -> None:
    """김하늘 is signed in."""
    user = User.objects.create(username="c-haneul", phone=PHONE, phone_index=blind_phone(PHONE), name=NAME)
    client = Client()
    client.force_login(user)
    context.add_cookies([{"name": "session", "value": client.cookies["session"].value, "url": live_server.url}])


def test_no_page_of_anybodys_is_ever_in_a_cache(hers: None, visit: Visit, page: Page) -> None:
    visit("/")
    page.evaluate(READY)

    for path_ in ("/", "/me/", NEW, "/complaints/track/", "/me/messages/", "/chat/", "/look/"):
        visit(path_)

    kept = page.evaluate(CACHED)
    assert [where for where, _ in kept if not NOBODYS.fullmatch(where)] == []
    assert len(kept) > 20
    for where, text in kept:
        for private in (NAME, "98765432", "9876-5432", 'csrfmiddlewaretoken" value'):
            assert private not in text, where


def test_new_version_takes_over_only_when_the_reader_agrees(
    visit: Visit, page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    visit("/offline/")
    page.evaluate(READY)
    page.reload()
    before = page.evaluate("() => caches.keys()")
    monkeypatch.setattr(installed, "release", lambda: "another")

    page.reload()

    expect(page.get_by_text("새 버전이 있습니다.")).to_be_visible()
    assert violations(page) == []
    assert set(before) < set(page.evaluate("() => caches.keys()"))
    with page.expect_navigation():
        page.get_by_role("button", name="새로 고침").click()
    expect(page.get_by_text("새 버전이 있습니다.")).to_have_count(0)
    assert sorted(page.evaluate("() => caches.keys()")) == ["sotong-another", "sotong-reader"]


def test_other_apps_browsers_get_no_service_worker(
    browser: Browser, browser_context_args: dict[str, Any], live_server: LiveServer
) -> None:
    context = browser.new_context(**{**browser_context_args, "user_agent": "Mozilla/5.0 (iPhone) KAKAOTALK 10.4.5"})
    page = context.new_page()
    page.goto(f"{live_server.url}/offline/")
    page.wait_for_timeout(1500)

    assert page.evaluate("async () => (await navigator.serviceWorker.getRegistrations()).length") == 0
    context.close()


def photo(*, width: int, height: int, turned: int) -> FilePayload:
    """A photo that a telephone held sideways took at the district's town hall."""
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = turned
    exif.get_ifd(ExifTags.IFD.GPSInfo).update({1: "N", 2: (37.0, 30.0, 0.0), 3: "E", 4: (127.0, 0.0, 0.0)})
    content = io.BytesIO()
    Image.effect_noise((width, height), 60).convert("RGB").save(content, "JPEG", quality=95, exif=exif)
    return {"name": "tall.jpg", "mimeType": "image/jpeg", "buffer": content.getvalue()}


def sent(page: Page) -> Image.Image:
    """What stands in the file input, as it would travel."""
    content = page.locator("input[type=file]").evaluate(
        "async input => [...new Uint8Array(await input.files[0].arrayBuffer())]"
    )
    return Image.open(io.BytesIO(bytes(content)))


def test_photo_is_made_smaller_upright_and_silent_about_its_place(visit: Visit, page: Page) -> None:
    page = visit(NEW)

    page.locator("input[type=file]").set_input_files(photo(width=3000, height=2000, turned=6))

    expect(page.locator("[data-photo-status]")).to_contain_text("줄였습니다")
    expect(page.locator("[name=lat]")).to_have_value("37.500000")
    expect(page.locator("[name=source]")).to_have_value("exif")
    picture = sent(page)
    assert (picture.format, picture.size) == ("JPEG", (1067, 1600))
    assert not picture.getexif()
    assert page.locator("input[type=file]").evaluate("input => input.files[0].size") < 1024 * 1024


def test_photos_chosen_before_stay_while_new_ones_are_made_smaller(visit: Visit, page: Page) -> None:
    page = visit(NEW)
    files = page.locator("input[type=file]")
    files.set_input_files({**photo(width=300, height=200, turned=1), "name": "first.jpg"})
    expect(page.locator(".photos li")).to_have_count(1)
    page.evaluate("() => { window.createImageBitmap = () => new Promise(() => {}); }")  # it never ends

    files.set_input_files({**photo(width=3000, height=2000, turned=1), "name": "second.jpg"})

    expect(page.locator("[data-photo-status]")).to_contain_text("준비하고 있습니다")
    names = files.evaluate("input => [...input.files].map(file => file.name)")
    assert names == ["first.jpg", "second.jpg"]


def test_file_the_browser_cannot_read_goes_up_as_it_is(visit: Visit, page: Page) -> None:
    page = visit(NEW)
    content = b"\x00\x00\x00\x18ftypheic" + bytes(400_000)

    page.locator("input[type=file]").set_input_files({"name": "far.heic", "mimeType": "image/heic", "buffer": content})

    expect(page.locator(".photos li")).to_have_count(1)
    assert page.locator("input[type=file]").evaluate("input => input.files[0].size") == len(content)


def test_evidence_of_parking_goes_up_as_it_was_taken(visit: Visit, page: Page) -> None:
    load_calendar()
    page = visit("/complaints/parking/")
    taken = photo(width=3000, height=2000, turned=1)

    page.locator("input[type=file]").set_input_files(taken)

    expect(page.locator(".shot-list .done")).to_have_count(1)
    key = UUID(page.locator("[name=intake_key]").input_value())
    assert [one.photo.content for one in pending.kept(key)] == [taken["buffer"]]
