"""A walk through the whole public site: no link is dead, every page is reached, and the front door stays cheap."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from urllib.parse import urljoin, urlsplit

import pytest
from django.contrib.staticfiles import finders
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import resolve
from pytest_django import Settings

from portal.core import clock
from portal.core.clock import day_in_korea
from portal.site.models import Post
from tests.site.ownership import Ownership, build

LINK = re.compile(r'<(?:a|link|script|img|form|use)\b[^>]*?\b(?:href|src|action)="([^"]+)"')
MOST_PAGES = 400
HOME_QUERIES = 8
# What a stranger reaches from the front door by links alone.
REACHED = {
    "home", "menu", "help", "privacy", "accessibility", "search", "guides", "guide", "departments", "news", "news_post",
    "job", "moving_in", "status", "look", "favourites", "sign_in", "new", "track", "parking", "map", "chat", "feed",
    "verify",
}  # fmt: skip


@pytest.fixture
def own(db: None, settings: Settings, tmp_path: Path) -> Ownership:
    settings.MEDIA_DIR, settings.DISTRICT_IS_DEMO = tmp_path, False
    made = build()
    Post.objects.create(
        kind="news",
        slug="snow",
        title="눈",
        body="치워요.",
        department=made.rows["department"],
        published_on=day_in_korea(clock.now()),
        changed_at=clock.now(),
        changed_by=made.user("admin"),
    )
    return made


def _links(page: str, base: str) -> Iterator[str]:
    for found in LINK.findall(page):
        target = urlsplit(urljoin(base, unescape(found)))
        if target.scheme in ("", "http") and target.netloc in ("", "testserver"):
            yield target.path + (f"?{target.query}" if target.query else "")


def _is_missing_file(url: str) -> bool:
    return url.startswith("/static/") and finders.find(url.removeprefix("/static/").partition("?")[0]) is None


def _walk(client: Client) -> tuple[dict[str, int], list[str]]:
    """Every address of the site that a link leads to with its answer, and every file that is not there."""
    waiting = ["/"]
    answers: dict[str, int] = {}
    files: set[str] = set()
    while waiting and len(answers) < MOST_PAGES:
        url = waiting.pop()
        if url in answers:
            continue
        answer = client.get(url, follow=True)
        answers[url] = answer.status_code
        if not answer.headers.get("Content-Type", "").startswith("text/html"):
            continue
        for link in _links(answer.content.decode(), url):
            (files.add if link.startswith("/static/") else waiting.append)(link)
    return answers, sorted(file for file in files if _is_missing_file(file))


def test_no_link_is_dead_and_every_page_is_reached(client: Client, own: Ownership) -> None:
    answers, missing = _walk(client)
    dead = {url: status for url, status in answers.items() if status not in (200, 405)}  # 405: where a form posts to

    assert (dead, missing) == ({}, [])
    assert {resolve(urlsplit(url).path).url_name for url in answers} >= REACHED
    assert len(answers) < MOST_PAGES


def test_the_sitemap_names_every_page_for_reading_and_each_answers(client: Client, own: Ownership) -> None:
    found = [urlsplit(loc).path for loc in re.findall("<loc>(.*?)</loc>", client.get("/sitemap.xml").content.decode())]

    assert {url: client.get(url).status_code for url in found} == dict.fromkeys(found, 200)
    assert {resolve(url).url_name for url in found} >= REACHED - {"search", "look", "favourites", "sign_in", "feed"}


@pytest.mark.parametrize("who", ["anonymous", "owner", "citizen"])
def test_the_front_door_asks_the_database_little(client: Client, own: Ownership, who: str) -> None:
    if user := own.people[who]:
        client.force_login(user)
    client.get("/")  # what a process learns once

    with CaptureQueriesContext(connection) as queries:
        page = client.get("/").content.decode()

    assert len(queries) <= HOME_QUERIES
    assert (own.rows["complaint"].number in page) == (who == "owner")


def test_search_engines_may_show_blank_forms_and_nothing_personal(client: Client, own: Ownership) -> None:
    client.force_login(own.user("owner"))
    blank = ("/complaints/new/", "/complaints/parking/", "/complaints/track/", "/chat/")
    personal = ("/me/", f"/complaints/{own.rows['complaint'].number}/", f"/c/{own.rows['complaint'].token}/")

    assert [url for url in blank if "X-Robots-Tag" in client.get(url).headers] == []
    assert [url for url in personal if "noindex" not in client.get(url).headers.get("X-Robots-Tag", "")] == []
