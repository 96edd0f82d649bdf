"""The carrier's own dialect under /own: messages, look-ups, and a control desk for tests."""

import hmac
import json
from collections.abc import Sequence
from typing import Any

from messaging.simulator.dialects import Office, Webhook
from messaging.simulator.exchange import KeyReused
from messaging.simulator.faults import BadScript, Rule
from messaging.simulator.orders import Malformed, Order, read_order
from messaging.simulator.signing import signature
from messaging.simulator.striking import Manners, after, before, strike
from messaging.simulator.truth import Event
from messaging.simulator.wire import Answer, Request, json_answer
from messaging.simulator.world import Bubble

MESSAGES = "/own/messages"
CONTROL = "/own/control"
PHONES = "/own/phones/"


class OwnDialect:
    """Answers /own."""

    def __init__(self, office: Office) -> None:
        self._exchange = office.exchange
        self._bearer = f"Bearer {office.key}".encode()
        self._wait_posted = office.wait_posted
        self.webhooks = WEBHOOKS

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
        rules = strike(self._exchange, request, [leg.to for leg in order.legs], key=order.key)
        if early := await before(rules, MANNERS):
            return early
        return await self._take(order, rules)

    async def _take(self, order: Order, rules: Sequence[Rule]) -> Answer:
        try:
            taken = self._exchange.take(order, rules)
        except KeyReused:
            return _problem(409, "1009", "this key was used for another text")
        if taken.early:
            await self._wait_posted(taken.early)
        return after(rules, json_answer({"key": order.key, "legs": [_given(event) for event in taken.answers]}))

    async def _look_up(self, request: Request) -> Answer:
        key, ids = request.query.get("key", [""])[0], request.query.get("id", [])
        rules = strike(self._exchange, request, key=key)
        if early := await before(rules, MANNERS):
            return early
        if not key and not ids:
            return _problem(400, "1000", "key or id is expected")
        known = self._exchange.world.answers.get(key, {})
        legs = [self._found(key, leg) for leg in ids or list(known)]
        return after(rules, json_answer({"key": key, "legs": legs}))

    def _found(self, key: str, leg: str) -> dict[str, Any]:
        event = self._exchange.world.found(key=key, leg=leg)
        if event is None or self._exchange.is_lagging(event["key"]):
            return {"id": leg, "status": "not_found"}
        if event["event"] == "accept":
            return {"id": leg, "status": "accepted", "ref": event["ref"]}
        return {"id": leg, "status": "refused", "code": event["code"], "reason": event["reason"]}

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


def _encoded(events: Sequence[Event]) -> bytes:
    return json.dumps({"events": [_public(event) for event in events]}, ensure_ascii=False).encode()


def _public(event: Event) -> Event:
    """The event as the customer sees it."""
    if event["event"] == "reply":
        return {
            "event": event["id"],
            "to": event["to"],
            "from": event["number"],
            "text": event["text"],
            "at": event["at"],
        }
    return {
        "event": event["id"],
        "ref": event["ref"],
        "id": event["leg"],
        "outcome": event["outcome"],
        "code": event["code"],
        "at": event["at"],
    }


def _signed(body: bytes, secret: str, at: int) -> dict[str, str]:
    return {"x-signature": signature(body, secret=secret, at=at)}


MANNERS = Manners(
    wrong_key=_problem(401, "1001", "wrong key"),
    too_many=_problem(429, "1029", "too many requests"),
    no_balance=_problem(403, "1003", "the balance is gone"),
)
WEBHOOKS = (  # docs/carriers.md promises at most 2 MB and 64 KB
    Webhook("receipt", "receipts", _encoded, _signed, batch=500, body_bytes=1_000_000),
    Webhook("reply", "replies", _encoded, _signed, batch=100, body_bytes=60_000),
)
