"""The handsets in a browser: pages that work without JavaScript, and polling by ETag for those that have it."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice, takewhile
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from messaging.simulator import drawing
from messaging.simulator.desk import Desk
from messaging.simulator.exchange import Exchange
from messaging.simulator.talk import View
from messaging.simulator.truth import wall_clock
from messaging.simulator.wall import MOST, Choice, Found, phone_page, wall_page
from messaging.simulator.wire import Answer, Request
from messaging.simulator.world import SWITCHES, Phone

SHOWN = 100
_STATIC = Path(__file__).parent / "static"
_KINDS = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_FILES = {path.name: _KINDS[path.suffix] for path in _STATIC.iterdir() if path.suffix in _KINDS}
_NUMBER = re.compile(r"01[016789]\d{7,8}")
_OFFICE = re.compile(r"\d{3,12}")
_PHONE = re.compile(rf"/phones/({_NUMBER.pattern})/(replies/|switches/)?")
_PICTURE = re.compile(r"/pictures/([0-9a-f]{64})(\.jpg|/)")
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


@dataclass(frozen=True, slots=True)
class Search:
    """What was found for the words last searched for, and how far the log went then."""

    query: str = ""
    version: int = -1
    phones: list[Phone] = field(default_factory=list)


class Handsets:
    """All pages people look at: the wall, one telephone, a picture, and the desk."""

    def __init__(self, exchange: Exchange, desk: Desk, *, name_of: Callable[[str], str]) -> None:
        self._exchange = exchange
        self._desk = desk
        self._name_of = name_of
        self._search = Search()
        self._read = {phone.number: _received(phone) for phone in exchange.world.phones.values()}
        self._looks = 0

    def answer(self, request: Request) -> Answer:
        """One page, one file or one deed."""
        if not _is_from_here(request):
            return _page(drawing.plain_page("거절", "이 컴퓨터에서 연 휴대전화 화면만 쓸 수 있습니다."), 403)
        if request.method == "POST":
            return self._deed(request)
        if request.method != "GET":
            return Answer(405)
        if request.path == "/":
            return self._wall(request, choice_of(request.query))
        if request.path == "/desk":
            return _see("/desk/")
        if request.path.startswith("/desk/"):
            return self._control(request)
        if found := _PHONE.fullmatch(request.path):
            return self._phone(request, found[1])
        return self._file(request)

    # --- pages ---

    def _wall(self, request: Request, choice: Choice, problem: str = "") -> Answer:
        matching = self._matching(choice.query) if choice.query else None
        shown = self._beside(choice, matching or ())
        for number in shown if choice.count else choice.show:
            self._look_at(number)

        def draw() -> str:
            views = [self._view(number, shown, choice) for number in shown]
            return wall_page(choice, self._found(choice, matching), views, problem)

        version = f"{self._exchange.world.version}-{self._looks}-{wall_clock():%j}"
        return _page(draw(), 400) if problem else _fresh(request, version, draw)

    def _matching(self, query: str) -> list[Phone]:
        """Who matches, newest first. Asked again, only telephones that changed since are looked at again."""
        world, known = self._exchange.world, self._search if self._search.query == query else Search(query)
        digits = re.sub(r"[\s-]", "", query)
        changed, fresh = set(), []
        for phone in takewhile(lambda one: one.version > known.version, world.newest_phones()):
            changed.add(phone.number)
            is_found = digits.isdecimal() and digits in phone.number
            if is_found or any(bubble.says(query) for bubble in phone.visible) or query in self._name_of(phone.number):
                fresh.append(phone)
        kept = [phone for phone in known.phones if phone.number not in changed]
        self._search = Search(query, world.version, fresh + kept)
        return self._search.phones

    def _found(self, choice: Choice, matching: Sequence[Phone] | None) -> Found:
        """The page of the list asked for, newest first: of those that match, or of all telephones."""
        world, start = self._exchange.world, SHOWN * (choice.page - 1)
        total = len(world.phones) if matching is None else len(matching)
        phones = list(islice(world.newest_phones() if matching is None else matching, start, start + SHOWN))
        return Found(phones, total, SHOWN, wall_clock().date(), self._name_of, self._unread, world.tally)

    def _beside(self, choice: Choice, matching: Iterable[Phone]) -> list[str]:
        """The numbers on the wall: the chosen, then those searched for, then the newest until there are enough."""
        wanted = choice.count or len(choice.show) or MOST
        others = chain(matching, self._exchange.world.newest_phones())
        numbers = dict.fromkeys(choice.show)
        while len(numbers) < wanted and (phone := next(others, None)):
            numbers[phone.number] = None
        return list(numbers)[:wanted]

    def _view(self, number: str, shown: Sequence[str], choice: Choice) -> View:
        rest = tuple(one for one in shown if one != number)
        return View(
            phone=self._exchange.world.phones.get(number, Phone(number)),
            name=self._name_of(number),
            offices=self._offices(number),
            now=wall_clock(),
            unsent=self._exchange.world.unposted,
            here=choice.address(),
            leave=choice.address(show=(), count=0),
            close=choice.address(show=rest, count=len(rest)) if rest else "",
            heading="h2",
        )

    def _phone(self, request: Request, number: str) -> Answer:
        self._look_at(number)
        view = View(
            phone=self._exchange.world.phones.get(number, Phone(number)),
            name=self._name_of(number),
            offices=self._offices(number),
            now=wall_clock(),
            unsent=self._exchange.world.unposted,
            here=f"/phones/{number}/",
        )
        return _fresh(request, f"{number}-{view.phone.version}-{len(view.offices)}", lambda: phone_page(view))

    def _offices(self, number: str) -> list[str]:
        phone = self._exchange.world.phones.get(number)
        return (phone.offices if phone else []) or list(self._exchange.world.offices)

    def _look_at(self, number: str) -> None:
        """Somebody sees this telephone: nothing on it is new any more."""
        phone = self._exchange.world.phones.get(number)
        received = _received(phone) if phone else 0
        if self._read.get(number, 0) != received:
            self._read[number] = received
            self._looks += 1

    def _unread(self, phone: Phone) -> int:
        """Texts nobody has looked at since the telephone was opened or answered from."""
        own = [place for place, bubble in enumerate(phone.visible) if not bubble.is_ours]
        answered = sum(bubble.is_ours for bubble in phone.visible[: own[-1]]) if own else 0
        return max(0, _received(phone) - max(answered, self._read.get(phone.number, 0)))

    def _control(self, request: Request) -> Answer:
        if request.path == "/desk/audit.json":
            name = (("content-disposition", 'attachment; filename="audit.json"'),)
            return Answer(200, self._desk.audit(), "application/json", (*_HEADERS, *name))
        if request.path != "/desk/":
            return _not_found()
        return _fresh(request, self._desk.version(), self._desk.page)

    # --- deeds ---

    def _deed(self, request: Request) -> Answer:
        form = request.form()
        if request.path.startswith("/desk/"):
            return _see("/desk/") if self._desk.do(request.path.removeprefix("/desk/"), form) else _not_found()
        if request.path == "/phones/":
            return self._open(request, form)
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
        return _see(_here(form.get("back", ""), otherwise=f"/phones/{number}/"))

    def _open(self, request: Request, form: dict[str, str]) -> Answer:
        number = re.sub(r"\D", "", form.get("number", ""))
        choice = choice_of(parse_qs(urlsplit(form.get("back", "")).query))
        if not _NUMBER.fullmatch(number):
            return self._wall(request, choice, "010-1234-5678처럼 휴대전화 번호를 입력해 주세요.")
        return _see(choice.adding(number))

    # --- files ---

    def _file(self, request: Request) -> Answer:
        name = request.path.removeprefix("/static/")
        if name in _FILES:
            return Answer(200, (_STATIC / name).read_bytes(), f"{_FILES[name]}; charset=utf-8", _HEADERS)
        found = _PICTURE.fullmatch(request.path)
        if found is None or not (kept := self._exchange.picture_path(found[1])).exists():
            return _not_found()
        if found[2] == ".jpg":
            forever = (("cache-control", "private, max-age=31536000, immutable"),)
            return Answer(200, kept.read_bytes(), "image/jpeg", (*_HEADERS, *forever))
        alt, back = (request.query.get(field, [""])[0] for field in ("alt", "back"))
        return _page(drawing.picture_page(found[1], alt=alt or "받은 그림", back=_here(back, otherwise="/")))


def choice_of(query: object) -> Choice:
    """What a wall's address asks for; what makes no sense is left out."""
    given = query if isinstance(query, dict) else {}
    first = {name: str(values[0]).strip() for name, values in given.items() if values}
    numbers = dict.fromkeys(one for one in first.get("show", "").split(",") if _NUMBER.fullmatch(one))
    count, page = (int(first[name][:6]) if first.get(name, "").isdecimal() else 0 for name in ("n", "page"))
    return Choice(
        tuple(numbers)[: count or MOST][:MOST], min(count, MOST), first.get("q", "")[:100], max(1, min(page, 10**6))
    )


def _received(phone: Phone) -> int:
    return sum(bubble.is_ours for bubble in phone.visible)


def _here(place: str, *, otherwise: str) -> str:
    """Only the wall and a telephone are places to go back to."""
    parts = urlsplit(place)
    is_ours = not parts.scheme and not parts.netloc and (parts.path == "/" or _PHONE.fullmatch(parts.path))
    return place if is_ours and place.isascii() and not re.search(r"[\s\\]|^//", place) else otherwise


def _is_from_here(request: Request) -> bool:
    """Only our own pages may ask: other sites in the same browser could name 127.0.0.1, too."""
    host = request.headers.get("host", "")
    if urlsplit(f"//{host}").hostname not in ("127.0.0.1", "localhost", "::1"):
        return False
    return request.method == "GET" or request.headers.get("origin", f"http://{host}") == f"http://{host}"


def _page(html: str, status: int = 200, headers: tuple[tuple[str, str], ...] = ()) -> Answer:
    return Answer(status, html.encode(), "text/html; charset=utf-8", (*_HEADERS, *headers))


def _fresh(request: Request, version: str, draw: Callable[[], str]) -> Answer:
    """The page, or 304 when the browser has this very version."""
    tag = (("etag", f'"{version}"'), ("cache-control", "no-cache"))
    if request.headers.get("if-none-match") == f'"{version}"':
        return Answer(304, b"", "text/html; charset=utf-8", (*_HEADERS, *tag))
    return _page(draw(), headers=tag)


def _see(place: str) -> Answer:
    return Answer(303, b"", "text/html; charset=utf-8", (*_HEADERS, ("location", place)))


def _not_found() -> Answer:
    return _page(drawing.plain_page("없는 화면", "주소를 다시 확인해 주세요."), 404)
