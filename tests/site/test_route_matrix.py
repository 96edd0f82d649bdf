"""The route matrix: every route × everybody, from the URL configuration. Nobody gets in or reads what is not theirs."""

import re
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from pytest_django import Settings

from tests.site.ownership import SECRETS, Ownership, build
from tests.site.routes_expected import (
    CITIZENS_PAGES,
    GIVEN_AWAY,
    OFFICIALS_PAGES,
    ROWS_OF_A_DEPARTMENT,
    TABLES,
    Door,
    declared,
)

AWAY = ("/admin/login/", "/sign-in/", "/complaints/track/")  # where whoever is refused is sent
# What only a pattern can say, not a name in it.
SPELLED = {
    "complaints:open311:service": "/open311/v2/services/x.json",
    "complaints:open311:request": "/open311/v2/requests/x.json",
    "complaints:open311:token": "/open311/v2/tokens/x.json",
    "complaints:open311:nowhere": "/open311/v2/nowhere",
    "messaging:api:nowhere": "/api/nowhere",
    "admin:app_list": "/admin/complaints/",
    "admin:(?P<url>.*)$": "/admin/nowhere/",
}
# The pictures of the data set lie nowhere: whoever is let in meets a missing file.
WITHOUT_FILES = frozenset({"first_page", "picture", "page", "small_picture"})
# Who reads something of hers where: without these the matrix would prove nothing. Files say it in their bytes.
TELLING = (
    *(("owner", name, "get") for name in (
        "complaints:detail", "complaints:photo", "complaints:file", "site:me", "notices:link", "notices:picture",
        "notices:document", "notices:bill", "chatbot:chat", "certificates:detail", "certificates:receive",
        "certificates:received_document", "site:calendar_feed",
    )),
    ("owner", "certificates:document", "post"),
    ("officer", "admin:complaints_complaint_case", "get"),
    ("officer", "admin:complaints_complaint_photo", "get"),
    ("head", "admin:notices_campaign_person", "get"),
    ("officer", "admin:chatbot_handover_talk", "get"),
    *((who, "admin:messaging_message_change", "get") for who in ("officer", "admin")),
    ("officer", "admin:messaging_reply_change", "get"),
    ("officer", "admin:messaging_reply_changelist", "get"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """A name, the path with its holes, and of which table it is."""

    name: str
    path: str

    @property
    def model(self) -> str:
        """complaints_complaint, for a page of the admin."""
        found = re.match(r"/?admin/([a-z]+)/([a-z]+)/", self.path)
        return f"{found[1]}_{found[2]}" if found else ""

    @property
    def made_by_django(self) -> str:
        """changelist, add, history, delete, change or row, where Django made the page of a table."""
        found = re.fullmatch(r"admin/[a-z]+/[a-z]+/(?:<path:object_id>/)?(\w*)/?", self.path)
        if found is None or self.model not in declared(TABLES):
            return ""
        kind = found[1] or ("row" if "object_id" in self.path else "changelist")
        return kind if kind in {"changelist", "add", "history", "delete", "change", "row"} else ""


def _walk(patterns: list[URLPattern | URLResolver], space: str = "", base: str = "") -> Iterator[Route]:
    for entry in patterns:
        path = base + str(entry.pattern)
        if isinstance(entry, URLResolver):
            yield from _walk(list(entry.url_patterns), f"{space}{entry.namespace}:" if entry.namespace else space, path)
        else:
            yield Route(f"{space}{entry.name or entry.pattern}", path)


ROUTES = tuple(_walk(get_resolver().url_patterns))


def door_of(route: Route) -> Door | None:
    """What is declared of the route; None of one nobody has thought about."""
    space, _, name = route.name.partition(":")
    if space != "admin":
        return declared(CITIZENS_PAGES).get(route.name)
    if not route.made_by_django:
        return declared(OFFICIALS_PAGES).get(name)
    door = declared(TABLES)[route.model]
    if route.made_by_django == "row":  # leads on to the page that changes it, and says nothing itself
        return Door(door.welcome | {"officer", "head", "foreign", "admin"})
    return ROWS_OF_A_DEPARTMENT.get(route.model, door) if "object_id" in route.path else door


def _url(route: Route, own: Ownership) -> str:
    if known := own.paths.get(route.name, SPELLED.get(route.name)):
        return known
    case = own.rows["complaint"]
    words = {
        "ordinal": "1", "part": "1", "seq": "1", "code": "404", "content_type_id": "1", "copy": "view", "line": "all",
        "kind": "csv", "slug": "waste-bulky", "name": "inspect", "language": "en",
        "number": case.number if route.path.startswith("complaints/") else "1",
        "token": case.token if route.path.startswith("c/") else "x" * 22,
    }  # fmt: skip

    def fill(hole: re.Match[str]) -> str:
        name = hole[1]
        if name in ("pk", "object_id", "id"):
            return str(own.pk(route.model.partition("_")[2]))
        return str(own.pk(name[:-3])) if name.endswith("_pk") else words.get(name, "nothing")

    filled = re.sub(r"<(?:\w+:)?(\w+)>", fill, re.sub(r"\(\?:.*?\)\??/\?\$|\^", "", route.path))
    return f"/{filled}"


@dataclass(frozen=True, slots=True)
class Look:
    """What one person met behind one address."""

    status: int
    is_refused: bool
    secrets: tuple[str, ...]


class Visitors:
    """A browser for everybody; each request leaves the data as it was."""

    def __init__(self, own: Ownership) -> None:
        self.clients: dict[str, tuple[Client, dict[str, str]]] = {}
        for who, user in own.people.items():
            client = Client(raise_request_exception=False)
            if user is not None:
                client.force_login(user)
            session = client.session
            session["chat"] = str(own.rows["conversation"].public_id)  # her thread, as on a device she has lent
            if user is not None:
                session["proven_at"] = int(time.time())  # a code of a minute ago: no page asks again
            session.save()
            for path, typed in own.openings if who == "owner" else ():
                client.get(path)
                client.post(path, typed)
            self.clients[who] = client, {name: morsel.value for name, morsel in client.cookies.items()}

    def look(self, who: str, url: str, way: str) -> Look:
        """One request, and nothing of it stays."""
        client, cookies = self.clients[who]
        client.cookies.clear()
        client.cookies.load(cookies)
        with transaction.atomic():
            answer: Any = getattr(client, way)(url)
            body: bytes = b"".join(answer.streaming_content) if answer.streaming else answer.content
            transaction.set_rollback(True)
        text = body.decode("utf-8", "replace") + str(answer.headers)
        target = answer.headers.get("Location", "")
        is_sent_away = answer.status_code in (301, 302) and (target.startswith(AWAY) or target == "/admin/")
        is_refused = answer.status_code in (400, 401, 403, 404, 405, 410) or is_sent_away
        return Look(answer.status_code, is_refused, tuple(word for word in SECRETS if word in text))


def test_every_route_has_a_line() -> None:
    forgotten = sorted({route.name for route in ROUTES if door_of(route) is None})

    assert forgotten == [], "say in tests/site/routes_expected.py who may come in"


def test_every_line_has_a_route() -> None:
    named = set(declared(CITIZENS_PAGES)) | {f"admin:{name}" for name in declared(OFFICIALS_PAGES)}
    gone = named - {route.name for route in ROUTES}
    tables = set(declared(TABLES)) - {route.model for route in ROUTES}

    assert (sorted(gone), sorted(tables)) == ([], [])


def _asked(route: Route, door: Door) -> Iterator[tuple[str, str]]:
    """
    Who asks, and how: everybody reads, and whoever has no business there writes.

    Of the pages that Django makes for a table, one stranger, one foreign official and one administrator stand for all.
    """
    few = (
        {"citizen", "foreign", "admin"} if route.made_by_django in ("changelist", "change") else {"citizen", "foreign"}
    )
    for who in ("anonymous", "owner", "citizen", "officer", "head", "foreign", "admin"):
        if route.made_by_django and who not in few | door.told:
            continue
        yield who, "get"
        if who not in door.welcome and who in ("citizen", "foreign", "admin") and not route.made_by_django:
            yield who, "post"


def _faults(visitors: Visitors, route: Route, door: Door, url: str, *, has_row: bool) -> Iterator[str]:
    for who, way in _asked(route, door):
        seen = visitors.look(who, url, way)
        at = f"{who} {way} {route.name} {url}: {seen.status}"
        is_file_missing = route.name.rpartition("campaign_")[2] in WITHOUT_FILES and who in door.welcome
        if seen.status >= 500 and not is_file_missing and route.name != "site:readyz":
            yield f"{at} falls over"
        if not seen.is_refused and who not in door.welcome:
            yield f"{at} comes in"
        if seen.is_refused and who in door.welcome and has_row:
            yield f"{at} stays outside"
        if seen.secrets and who not in door.told:
            yield f"{at} reads {', '.join(seen.secrets)}"


def _part_of(route: Route) -> str:
    if not route.name.startswith("admin:"):
        return "citizens"
    return "tables" if route.made_by_django else "desk"


@pytest.mark.timeout(900)  # some two thousand requests, half a minute on a machine of its own
@pytest.mark.django_db
@pytest.mark.parametrize("part", ["citizens", "desk", "tables"])
def test_nobody_comes_in_or_reads_what_is_not_theirs(settings: Settings, tmp_path: Path, part: str) -> None:
    settings.MEDIA_DIR, settings.DISTRICT_IS_DEMO = tmp_path, True
    own = build()
    visitors = Visitors(own)
    routes = [route for route in ROUTES if _part_of(route) == part]
    asked = [(route, door, _url(route, own)) for route in routes if (door := door_of(route)) is not None]
    if part == "citizens":
        asked += [(Route(name, ""), door, own.paths[name]) for door, names in GIVEN_AWAY.items() for name in names]

    found = [
        fault
        for route, door, url in asked
        for fault in _faults(visitors, route, door, url, has_row=route.name in own.paths)
    ]
    unseen = [
        (who, name)
        for who, name, way in TELLING
        for route, _, url in asked
        if route.name == name and not visitors.look(who, url, way).secrets
    ]

    assert not found, "\n".join(found)
    assert unseen == [], "the matrix proves nothing if those who may read meet nothing"
