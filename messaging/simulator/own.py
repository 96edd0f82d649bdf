"""The carrier's own dialect under /own: messages, look-ups, and a control desk for tests."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import Any

from messaging.simulator.exchange import Exchange, KeyReused
from messaging.simulator.faults import AFTER, BEFORE, BadScript, Rule
from messaging.simulator.orders import Malformed, Order, read_order
from messaging.simulator.truth import Event
from messaging.simulator.wire import Answer, Request, json_answer
from messaging.simulator.world import Bubble

MESSAGES = "/own/messages"
CONTROL = "/own/control"
PHONES = "/own/phones/"

WaitPosted = Callable[[Sequence[str]], Awaitable[None]]


class OwnDialect:
    """Answers /own. `wait_posted` holds an answer back until the named receipts have been delivered."""

    def __init__(self, exchange: Exchange, *, key: str, wait_posted: WaitPosted) -> None:
        self._exchange = exchange
        self._bearer = f"Bearer {key}".encode()
        self._wait_posted = wait_posted

    async def answer(self, request: Request) -> Answer:
        """One call of the customer."""
        given = request.headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, self._bearer):
            return _problem(401, "1001", "wrong key")
        match request.method, request.path:
            case "POST", path if path == MESSAGES:
                return await self._submit(request)
            case "GET", path if path == MESSAGES:
                return await self._look_up(request)
            case "POST", path if path == CONTROL:
                return self._control(request)
            case "GET", path if path.startswith(PHONES):
                return self._phone(path.removeprefix(PHONES).strip("/"))
        return _problem(404, "1004", "no such address")

    async def _submit(self, request: Request) -> Answer:
        try:
            order = read_order(json.loads(request.body))
        except (ValueError, Malformed) as error:
            return _problem(400, "1000", str(error))
        rules = self._strike(request, [leg.to for leg in order.legs], key=order.key)
        if early := await _before(rules):
            return early
        return await self._take(order, rules)

    async def _take(self, order: Order, rules: Sequence[Rule]) -> Answer:
        try:
            taken = self._exchange.take(order, rules)
        except KeyReused:
            return _problem(409, "1009", "this key was used for another text")
        if taken.early:
            await self._wait_posted(taken.early)
        return _after(rules, {"key": order.key, "legs": [_given(event) for event in taken.answers]})

    async def _look_up(self, request: Request) -> Answer:
        key, ids = request.query.get("key", [""])[0], request.query.get("id", [])
        rules = self._strike(request, (), key=key)
        if early := await _before(rules):
            return early
        if not key and not ids:
            return _problem(400, "1000", "key or id is expected")
        known = self._exchange.world.answers.get(key, {})
        legs = [self._found(key, leg) for leg in ids or list(known)]
        return _after(rules, {"key": key, "legs": legs})

    def _found(self, key: str, leg: str) -> dict[str, Any]:
        event = self._exchange.world.found(key=key, leg=leg)
        if event is None or self._exchange.is_lagging(event["key"]):
            return {"id": leg, "status": "not_found"}
        if event["event"] == "accept":
            return {"id": leg, "status": "accepted", "ref": event["ref"]}
        return {"id": leg, "status": "refused", "code": event["code"], "reason": event["reason"]}

    def _strike(self, request: Request, numbers: Sequence[str], *, key: str) -> list[Rule]:
        rules = self._exchange.faults.of_call(request.method, request.path, numbers)
        self._exchange.note_faults(rules, path=request.path, key=key)
        return rules

    def _control(self, request: Request) -> Answer:
        """Tests set faults, turn switches and answer from handsets: {rules?, switches?, replies?}."""
        try:
            wanted = json.loads(request.body)
            if "rules" in wanted:
                self._exchange.faults.replace(wanted["rules"])
            for one in wanted.get("switches", []):
                self._exchange.switch(number=one["number"], name=one["name"], is_on=bool(one["on"]))
            replies = [
                self._exchange.reply(number=one["from"], to=one["to"], text=one["text"])["id"]
                for one in wanted.get("replies", [])
            ]
        except (BadScript, ValueError, KeyError, TypeError, AttributeError) as error:
            return _problem(400, "1000", str(error))
        return json_answer({"rules": len(self._exchange.faults.rules), "replies": replies})

    def _phone(self, number: str) -> Answer:
        phone = self._exchange.world.phones.get(number)
        if phone is None:
            return json_answer({"number": number, "switches": [], "messages": []})
        messages = [_shown(bubble) for bubble in phone.bubbles]
        return json_answer({"number": number, "switches": sorted(phone.switches), "messages": messages})


def _problem(status: int, code: str, reason: str) -> Answer:
    return json_answer({"code": code, "reason": reason}, status)


def _given(event: Event) -> dict[str, Any]:
    if event["event"] == "accept":
        return {"id": event["leg"], "accepted": True, "ref": event["ref"]}
    return {"id": event["leg"], "accepted": False, "code": event["code"], "reason": event["reason"]}


def _shown(bubble: Bubble) -> dict[str, Any]:
    return {
        "at": bubble.at.isoformat(),
        "direction": "received" if bubble.is_ours else "sent",
        "channel": bubble.channel,
        "office": bubble.office,
        "title": bubble.title,
        "text": bubble.text,
        "buttons": [{"label": label, "url": url} for label, url in bubble.buttons],
        "images": list(bubble.pictures),
        "status": bubble.status,
        "id": bubble.leg,
        "ref": bubble.ref,
    }


async def _before(rules: Sequence[Rule]) -> Answer | None:
    """Faults that strike before anything is taken."""
    for rule in rules:
        if rule.fault == "delay":
            await asyncio.sleep(rule.seconds)
    struck = next((one for one in rules if one.fault in BEFORE and one.fault != "delay"), None)
    match struck.fault if struck else "":
        case "error_before":
            return Answer(500, b"Internal Server Error", "text/plain")
        case "rate_limit":
            return Answer(429, b'{"code":"1029","reason":"too many requests"}', headers=_wait(struck))
        case "unauthorized":
            return _problem(401, "1001", "wrong key")
        case "hang_before":
            return Answer(manner="hang", seconds=struck.seconds if struck else 0)
        case "reset_before":
            return Answer(manner="reset")
    return None


def _wait(rule: Rule | None) -> tuple[tuple[str, str], ...]:
    return () if rule is None or rule.retry_after is None else (("retry-after", f"{rule.retry_after:g}"),)


def _after(rules: Sequence[Rule], document: dict[str, Any]) -> Answer:
    """The true answer, or what the faults make of it."""
    rule = next((one for one in rules if one.fault in AFTER), None)
    match rule.fault if rule else "":
        case "hang_after":
            return Answer(manner="hang", seconds=rule.seconds if rule else 0)
        case "reset_after":
            return Answer(manner="reset")
        case "error_after":
            return Answer(500, b"Internal Server Error", "text/plain")
        case "garbage":
            return Answer(200, "<html>점검 중입니다</html>".encode(), "text/html")
        case "wrong_types":
            return json_answer({"key": 1, "legs": [{**leg, "id": 7, "accepted": "yes"} for leg in document["legs"]]})
        case "huge":
            return json_answer({**document, "padding": "0" * 1_100_000})
        case "slow":
            return replace(json_answer(document), manner="slow", seconds=_pause(rule))
    return json_answer(document)


def _pause(rule: Rule | None) -> float:
    """Seconds between two bytes of a slow answer; the script's default would never end."""
    return min(rule.seconds, 1.0) if rule else 1.0
