"""The site as an app: what its manifest promises, and that its service worker can only keep what is nobody's."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import HttpRequest
from django.test import Client
from PIL import Image
from pytest_django import Settings

from portal.accounts.models import User
from portal.core.sealing import blind_phone
from portal.site import installed
from portal.site.in_app import way_out

PHONE = "+821098765432"
NAME = "김하늘"
KEPT = ("/offline/ko/", "/offline/en/", "/complaints/new/blank/ko/", "/complaints/new/blank/en/")


@pytest.fixture
def citizen(db: None, client: Client) -> Client:
    """김하늘, signed in."""
    user = User.objects.create(username="c-haneul", phone=PHONE, phone_index=blind_phone(PHONE), name=NAME)
    client.force_login(user)
    return client


def kept_by(client: Client) -> dict[str, Any]:
    """What the worker says it keeps."""
    script = client.get("/sw.js").content.decode()
    found = re.search(r"^const KEPT = (\{.*\});$", script, re.MULTILINE)
    assert found is not None
    kept: dict[str, Any] = json.loads(found.group(1))
    return kept


def test_manifest_names_the_district_and_its_two_shortcuts(client: Client, settings: Settings) -> None:
    settings.DISTRICT_NAME = "한빛구"

    answer = client.get("/manifest.webmanifest")

    words = answer.json()
    assert answer.headers["Content-Type"] == "application/manifest+json"
    assert words["name"] == "한빛구 소통"
    assert {one["name"]: one["url"] for one in words["shortcuts"]} == {
        "민원 신청": "/complaints/new/",
        "내 민원": "/complaints/track/",
    }
    assert {one["purpose"] for one in words["icons"]} == {"any", "maskable"}


def test_every_icon_of_the_manifest_is_there_in_the_size_it_says(client: Client) -> None:
    words = client.get("/manifest.webmanifest").json()

    for icon in [*words["icons"], *(one for short in words["shortcuts"] for one in short["icons"])]:
        found = finders.find(icon["src"].removeprefix("/static/"))
        assert found is not None
        width, height = Image.open(Path(str(found))).size
        assert f"{width}x{height}" == icon["sizes"]


def test_worker_is_asked_for_anew_each_time_and_answers_shortly_if_nothing_changed(client: Client) -> None:
    answer = client.get("/sw.js")

    assert answer.headers["Content-Type"].startswith("text/javascript")
    assert answer.headers["Cache-Control"] == "no-cache"
    assert not answer.cookies
    assert client.get("/sw.js", headers={"If-None-Match": answer.headers["ETag"]}).status_code == 304


def test_worker_keeps_four_pages_and_no_other(client: Client) -> None:
    kept = kept_by(client)

    pages = {*kept["offline"].values(), *kept["blank"].values()}
    assert pages == set(KEPT)


@pytest.mark.parametrize("path", KEPT)
def test_a_kept_page_is_nobodys_whoever_asks(citizen: Client, path: str) -> None:
    hers, nobodys = citizen.get(path), Client().get(path)

    page = hers.content.decode()
    assert hers.content == nobodys.content
    assert not hers.cookies
    assert "no-store" not in hers.headers["Cache-Control"]
    assert "csrfmiddlewaretoken" not in page
    assert not re.search(r'name="intake_key"[^>]*\svalue=', page)
    assert NAME not in page
    assert "9876" not in page


def test_the_page_with_her_number_is_never_stored(citizen: Client) -> None:
    answer = citizen.get("/complaints/new/")

    assert "010-9876-5432" in answer.content.decode()
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.parametrize("path", ["/offline/xx/", "/complaints/new/blank/xx/"])
def test_no_page_is_made_in_a_language_we_do_not_speak(client: Client, path: str, db: None) -> None:
    assert client.get(path).status_code == 404


def test_another_file_page_or_worker_is_another_release(monkeypatch: pytest.MonkeyPatch) -> None:
    installed.release.cache_clear()
    before = installed.release()
    monkeypatch.setattr(type(staticfiles_storage), "manifest_hash", "another", raising=False)
    installed.release.cache_clear()
    with_files = installed.release()
    monkeypatch.setattr(installed, "blank_page", lambda language: "another")
    installed.release.cache_clear()
    with_page = installed.release()
    monkeypatch.setattr(installed, "_script", lambda name: "another")
    installed.release.cache_clear()
    with_worker = installed.release()
    installed.release.cache_clear()

    assert len({before, with_files, with_page, with_worker}) == 4


@pytest.mark.parametrize(
    ("agent", "expected"),
    [
        ("Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 Chrome/120 Mobile Safari/537.36", None),
        ("Mozilla/5.0 (iPhone) KAKAOTALK 10.4.5", "kakaotalk://web/openExternal?url="),
        ("Mozilla/5.0 (Linux; Android 14) NAVER(inapp; search; 1000; 12.1)", ""),
        ("Mozilla/5.0 (iPhone) Instagram 300.0", ""),
    ],
)
def test_way_out_of_another_apps_browser(rf: object, agent: str, expected: str | None) -> None:
    request = HttpRequest()
    request.META["HTTP_USER_AGENT"] = agent
    request.path = "/c/abc/"

    way = way_out(request)

    if expected is None:
        assert way is None
    else:
        assert way is not None
        assert way.link.startswith(expected)
        assert bool(way.link) == bool(expected)


def test_page_in_another_apps_browser_says_how_to_open_it_outside(client: Client) -> None:
    inside = client.get("/", headers={"User-Agent": "Mozilla/5.0 KAKAOTALK 10.4.5"}).content.decode()

    assert "외부 브라우저로 열기" in inside
    assert "외부 브라우저로 열기" not in client.get("/").content.decode()
