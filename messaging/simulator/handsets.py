"""The handsets in a browser: pages that work without JavaScript, and polling by ETag for those that have it."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from messaging.simulator import drawing
from messaging.simulator.exchange import Exchange
from messaging.simulator.truth import wall_clock
from messaging.simulator.wire import Answer, Request
from messaging.simulator.world import SWITCHES, Phone

SHOWN = 100
_STATIC = Path(__file__).parent / "static"
_FILES = {"handsets.css": "text/css", "handsets.js": "text/javascript", "phone.svg": "image/svg+xml"}
_NUMBER = re.compile(r"01[016789]\d{7,8}")
_OFFICE = re.compile(r"\d{3,12}")
_PHONE = re.compile(rf"/phones/({_NUMBER.pattern})/(replies/|switches/)?")
_PICTURE = re.compile(r"/pictures/([0-9a-f]{64})\.jpg")
_HEADERS = (
    (
        "content-security-policy",
        "default-src 'none'; img-src 'self'; style-src 'self'; script-src 'self'; connect-src 'self'; "
        "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    ),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("cross-origin-resource-policy", "same-origin"),
)


class Handsets:
    """All pages outside /own."""

    def __init__(self, exchange: Exchange, *, name_of: Callable[[str], str]) -> None:
        self._exchange = exchange
        self._name_of = name_of

    def answer(self, request: Request) -> Answer:
        """One page, one file or one deed."""
        if not _is_from_here(request):
            return _page(drawing.plain_page("거절", "이 컴퓨터에서 연 휴대전화 화면만 쓸 수 있습니다."), 403)
        if request.method == "POST":
            return self._deed(request)
        if request.method != "GET":
            return Answer(405)
        if request.path == "/":
            return self._list(request)
        if found := _PHONE.fullmatch(request.path):
            return self._phone(request, found[1])
        return self._file(request.path)

    def _list(self, request: Request, problem: str = "") -> Answer:
        world = self._exchange.world
        query = request.query.get("q", [""])[0].strip()
        phones = [phone for phone in world.phones.values() if self._matches(phone, query)]
        newest = sorted(phones, key=lambda phone: phone.version, reverse=True)[:SHOWN]
        page = drawing.phones_page(
            newest,
            total=len(phones),
            query=query,
            today=wall_clock().date(),
            name_of=self._name_of,
            problem=problem,
        )
        return _page(page, 400) if problem else _fresh(request, page, f"{world.version}-{wall_clock():%j}")

    def _matches(self, phone: Phone, query: str) -> bool:
        digits = re.sub(r"\D", "", query)
        return not query or (bool(digits) and digits in phone.number) or query in self._name_of(phone.number)

    def _phone(self, request: Request, number: str) -> Answer:
        phone = self._exchange.world.phones.get(number, Phone(number))
        offices = phone.offices or list(self._exchange.world.offices)
        page = drawing.phone_page(phone, offices=offices, now=wall_clock(), name=self._name_of(number))
        return _fresh(request, page, f"{number}-{phone.version}-{len(offices)}")

    def _deed(self, request: Request) -> Answer:
        form = request.form()
        if request.path == "/phones/":
            return self._open(request, re.sub(r"\D", "", form.get("number", "")))
        found = _PHONE.fullmatch(request.path)
        if found is None or not found[2]:
            return _not_found()
        number = found[1]
        if found[2] == "replies/":
            office, text = re.sub(r"\D", "", form.get("to", "")), form.get("text", "").replace("\r\n", "\n").strip()
            if _OFFICE.fullmatch(office) and 0 < len(text) <= 2000:
                self._exchange.reply(number=number, to=office, text=text)
        elif form.get("name") in SWITCHES:
            self._exchange.switch(number=number, name=form["name"], is_on=form.get("on") == "1")
        return _see(f"/phones/{number}/")

    def _open(self, request: Request, number: str) -> Answer:
        if not _NUMBER.fullmatch(number):
            return self._list(request, "010-1234-5678처럼 휴대전화 번호를 입력해 주세요.")
        return _see(f"/phones/{number}/")

    def _file(self, path: str) -> Answer:
        name = path.removeprefix("/static/")
        if name in _FILES:
            return Answer(200, (_STATIC / name).read_bytes(), f"{_FILES[name]}; charset=utf-8", _HEADERS)
        picture = _PICTURE.fullmatch(path)
        if picture and (kept := self._exchange.picture_path(picture[1])).exists():
            forever = (("cache-control", "private, max-age=31536000, immutable"),)
            return Answer(200, kept.read_bytes(), "image/jpeg", (*_HEADERS, *forever))
        return _not_found()


def _is_from_here(request: Request) -> bool:
    """Only our own pages may ask: other sites in the same browser could name 127.0.0.1, too."""
    host = request.headers.get("host", "")
    if urlsplit(f"//{host}").hostname not in ("127.0.0.1", "localhost", "::1"):
        return False
    return request.method == "GET" or request.headers.get("origin", f"http://{host}") == f"http://{host}"


def _page(html: str, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status, html.encode(), "text/html; charset=utf-8", (*_HEADERS, *headers))


def _fresh(request: Request, html: str, version: str) -> Answer:
    """The page, or 304 when the browser has this very version."""
    tag = (("etag", f'"{version}"'), ("cache-control", "no-cache"))
    if request.headers.get("if-none-match") == f'"{version}"':
        return Answer(304, b"", "text/html; charset=utf-8", (*_HEADERS, *tag))
    return _page(html, headers=tag)


def _see(place: str) -> Answer:
    return Answer(303, b"", "text/html; charset=utf-8", (*_HEADERS, ("location", place)))


def _not_found() -> Answer:
    return _page(drawing.plain_page("없는 화면", "주소를 다시 확인해 주세요."), 404)
