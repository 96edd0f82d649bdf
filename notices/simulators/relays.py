"""`manage.py relay_simulator`: a certified relay with a wallet page per person, where a tester opens documents."""

import argparse
import asyncio
import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Any

from messaging.simulator.striking import after, before
from messaging.simulator.truth import Event, wall_clock
from messaging.simulator.wire import Answer, Request, json_answer
from notices.simulators import drawing
from notices.simulators.certificates import certificate
from notices.simulators.office import MANNERS, Handler, Office, add_options, problem, serve, setup_of

BRAND = "새빛 전자문서지갑"
PAGE = "/hooks/relays/"
LATE_SECONDS, LOOK_SECONDS = 5.0, 1.0
_ORDER = ("key", "sha256", "ci_hmac", "opens_until", "document")
_REFUSALS = {"unknown_ci": "no wallet", "bad_document": "the document changed on its way", "too_late": "already over"}


@dataclass(slots=True)
class Delivery:
    """One document of one person; its bytes lie beside the truth log."""

    ref: str
    key: str
    ci_hmac: str
    sha256: str
    opens_until: str
    moments: dict[str, str] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether the last day to open it is past."""
        return datetime.fromisoformat(self.opens_until) < wall_clock()


class Wallets:
    """Takes documents, shows wallets, and says when a document arrived, was opened or expired."""

    def __init__(self, office: Office, *, folder: Path, people: frozenset[str] | None) -> None:
        self._office = office
        self._folder = folder
        self._people = people
        self._by_key: dict[str, Delivery] = {}
        self._by_ref: dict[str, Delivery] = {}
        self._refused: dict[str, str] = {}
        for event in office.past:
            self._remember(event)

    async def answer(self, request: Request) -> Answer:
        """A tester's browser, or the customer with its key."""
        parts = request.path.strip("/").split("/")
        if parts[0] != "deliveries":
            return self._page(request, parts)
        if not self._office.is_ours(request):
            return MANNERS.wrong_key
        rules = self._office.strike(request)
        if early := await before(rules, MANNERS):
            return early
        return after(rules, self._call(request, parts))

    def _call(self, request: Request, parts: list[str]) -> Answer:
        match request.method, parts:
            case "POST", [_]:
                return self._take(request)
            case "GET", [_]:
                return self._look_up(request.query.get("key", [""])[0])
            case "GET", [_, ref, "certificate"] if ref in self._by_ref:
                made = certificate(self._by_ref[ref])
                return json_answer({"certificate": base64.b64encode(made).decode()})
        return problem(404, "no_page", "no such address")

    def _look_up(self, key: str) -> Answer:
        if key in self._refused:
            return problem(200, self._refused[key], _REFUSALS[self._refused[key]])
        found = self._by_key.get(key)
        return json_answer(_facts(found)) if found else problem(404, "no_delivery", "no such key")

    def _take(self, request: Request) -> Answer:
        order = json.loads(request.body)
        if not isinstance(order, dict) or set(order) != set(_ORDER):
            return problem(400, "bad_request", "not a delivery")
        key = order["key"]
        if known := self._by_key.get(key):
            if known.sha256 != order["sha256"] or known.ci_hmac != order["ci_hmac"]:
                return problem(409, "key_reused", "this key was used for another document")
            return json_answer({"ref": known.ref})
        document = base64.b64decode(order["document"])
        if code := self._refusal(order, document):
            self._remember(self._office.note(event="refused", key=key, code=code))
            return problem(422, code, _REFUSALS[code])
        ref = f"R{len(self._by_key) + 1:08d}"
        place = self._folder / f"{ref}.pdf"
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.write_bytes(document)
        kept = {name: order[name] for name in ("key", "sha256", "ci_hmac", "opens_until")}
        self._remember(self._office.note(event="taken", ref=ref, **kept))
        self._happen(self._by_ref[ref], "arrived")
        return json_answer({"ref": ref})

    def _refusal(self, order: Mapping[str, Any], document: bytes) -> str:
        if self._people is not None and order["ci_hmac"] not in self._people:
            return "unknown_ci"
        if hashlib.sha256(document).hexdigest() != order["sha256"]:
            return "bad_document"
        return "too_late" if datetime.fromisoformat(order["opens_until"]) < wall_clock() else ""

    # --- wallets ------------------------------------------------------------------------------------------------------

    def _page(self, request: Request, parts: list[str]) -> Answer:
        match request.method, parts:
            case "GET", [""]:
                return drawing.page("지갑 목록", self._list(), brand=BRAND)
            case "GET", ["wallets", ci]:
                return drawing.page("받은 문서", self._wallet(ci), brand=BRAND)
            case "GET", ["wallets", ci, ref] if self._owns(ci, ref):
                return drawing.page("문서", self._document(self._by_ref[ref]), brand=BRAND)
            case "POST", ["wallets", ci, ref] if self._owns(ci, ref):
                self._act(self._by_ref[ref], request.form().get("act", ""))
                return drawing.see_other(f"/wallets/{ci}/{ref}")
            case "GET", ["wallets", ci, ref, "file"] if self._owns(ci, ref) and "opened" in self._by_ref[ref].moments:
                content = (self._folder / f"{ref}.pdf").read_bytes()
                return Answer(body=content, content_type="application/pdf")
        return drawing.page("없는 주소입니다", "<p>주소를 다시 확인해 주세요.</p>", brand=BRAND, status=404)

    def _owns(self, ci: str, ref: str) -> bool:
        return ref in self._by_ref and self._by_ref[ref].ci_hmac[:16] == ci

    def _list(self) -> str:
        counts: dict[str, int] = {}
        for one in self._by_key.values():
            counts[one.ci_hmac[:16]] = counts.get(one.ci_hmac[:16], 0) + 1
        if not counts:
            return '<p class="soft">아직 도착한 문서가 없습니다.</p>'
        rows = "".join(
            f'<li><a href="/wallets/{ci}"><strong>지갑 {ci}</strong><span>{count}건</span></a></li>'
            for ci, count in counts.items()
        )
        return f'<p class="soft">이름은 모릅니다. 연계정보를 가린 값의 앞자리로 구분합니다.</p><ul>{rows}</ul>'

    def _wallet(self, ci: str) -> str:
        owned = [one for one in self._by_key.values() if one.ci_hmac[:16] == ci]
        place = f"/wallets/{escape(ci)}"
        rows = "".join(
            f'<li><a href="{place}/{one.ref}"><strong>{one.ref}</strong><span>{_state(one)}</span></a></li>'
            for one in owned
        )
        return f"<ul>{rows}</ul>" if rows else '<p class="soft">받은 문서가 없습니다.</p>'

    def _document(self, one: Delivery) -> str:
        rows = [("번호", one.ref), ("상태", _state(one)), ("열람 기한", drawing.moment(one.opens_until))]
        rows += [(label, drawing.moment(one.moments[name])) for name, label in _SHOWN if name in one.moments]
        place = f"/wallets/{one.ci_hmac[:16]}/{one.ref}"
        if "opened" in one.moments:
            return drawing.facts(rows) + f'<a class="go" href="{place}/file">문서 보기 (PDF)</a>'
        if "expired" in one.moments:
            return drawing.facts(rows) + '<p class="soft">열람 기한이 지났습니다.</p>'
        tests = (
            drawing.button("열고, 알림을 두 번 보냄", "open_twice")
            + drawing.button("열고, 알림이 늦음", "open_late")
            + drawing.button("열고, 도달 알림을 뒤늦게 또 보냄", "open_first")
            + drawing.button("열람 기한이 지남", "expire")
        )
        return (
            f'{drawing.facts(rows)}<form method="post">{drawing.button("열어 보기", "open", style="main")}</form>'
            f'<details><summary>장애 시험</summary><form method="post">{tests}</form></details>'
        )

    def _act(self, one: Delivery, act: str) -> None:
        match act:
            case "open":
                self._happen(one, "opened")
            case "open_twice":
                self._happen(one, "opened", copies=2)
            case "open_late":
                self._happen(one, "opened", after=LATE_SECONDS)
            case "open_first":
                self._happen(one, "opened")
                self._office.tell([_news(one, "arrived")], after=LOOK_SECONDS)
            case "expire":
                self._happen(one, "expired")

    async def expire(self) -> None:
        """End what nobody opened in time, for ever."""
        while True:
            for one in [one for one in self._by_key.values() if one.is_over]:
                self._happen(one, "expired")
            await asyncio.sleep(LOOK_SECONDS)

    # --- the books ----------------------------------------------------------------------------------------------------

    def _happen(self, one: Delivery, kind: str, *, after: float = 0.0, copies: int = 1) -> None:
        """Once, and only what can still happen: an expired document is not opened any more, nor the other way round."""
        if kind in one.moments or (kind != "arrived" and {"opened", "expired"} & set(one.moments)):
            return
        at = wall_clock().isoformat(timespec="milliseconds")
        self._remember(self._office.note(event="happened", ref=one.ref, kind=kind, at=at))
        rules = self._office.faults.of_event(frozenset({"receipt_late", "receipt_duplicated", "receipt_unknown"}), kind)
        struck = {rule.fault: rule for rule in rules}
        if "receipt_unknown" in struck:  # this relay's news got lost
            return
        late = struck["receipt_late"].seconds if "receipt_late" in struck else 0.0
        times = 2 if "receipt_duplicated" in struck else 1
        self._office.tell([_news(one, kind)], after=after + late, copies=max(copies, times))

    def _remember(self, event: Event) -> None:
        match event["event"]:
            case "taken":
                one = Delivery(event["ref"], event["key"], event["ci_hmac"], event["sha256"], event["opens_until"])
                self._by_key[one.key] = self._by_ref[one.ref] = one
            case "refused":
                self._refused[event["key"]] = event["code"]
            case "happened":
                self._by_ref[event["ref"]].moments[event["kind"]] = event["at"]


_SHOWN = (("arrived", "도달"), ("opened", "열람"), ("expired", "기한 지남"))


def _state(one: Delivery) -> str:
    return next((label for name, label in reversed(_SHOWN) if name in one.moments), "접수")


def _facts(one: Delivery) -> Event:
    return {"ref": one.ref, **{f"{name}_at": one.moments.get(name, "") for name, _ in _SHOWN}}


def _news(one: Delivery, kind: str) -> Event:
    return {"event": f"{one.ref}-{kind}", "key": one.key, "ref": one.ref, "kind": kind, "at": one.moments[kind]}


WHAT = "공인전자문서중계자 모의기 (127.0.0.1 전용)"


def describe(parser: argparse.ArgumentParser) -> None:
    """The command line."""
    add_options(parser, port=8110, log="var/relay.jsonl", alias="wallet")
    parser.add_argument("--people", type=Path, help="지갑이 있는 사람의 가린 연계정보, 한 줄에 하나 (없으면 누구나)")


async def run(options: argparse.Namespace) -> int:
    """Until a signal comes; the exit code."""
    settings = setup_of(options, page=PAGE)
    people = None if options.people is None else frozenset(options.people.read_text("utf-8").split())
    expiring: set[asyncio.Task[None]] = set()

    def build(office: Office) -> Handler:
        wallets = Wallets(office, folder=settings.log.with_suffix(""), people=people)
        expiring.add(asyncio.get_running_loop().create_task(wallets.expire()))
        return wallets.answer

    try:
        return await serve(settings, build)
    finally:
        for task in expiring:
            task.cancel()
