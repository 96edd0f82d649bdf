"""The counter of this vendor: who is let in, and which desk answers."""

import hashlib
import hmac
import json
from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from messaging.simulator.bizgo import filing, sending
from messaging.simulator.bizgo.envelope import (
    FILE_LASTS,
    MANNERS,
    REPEATED,
    SERVICE,
    SUCCESS,
    Refusal,
    refused,
    success,
    turned_away,
)
from messaging.simulator.bizgo.looking import Looker
from messaging.simulator.bizgo.reviewing import Reviewer
from messaging.simulator.bizgo.sending import Composer, Omni
from messaging.simulator.bizgo.shelf import DIALECT, Shelf
from messaging.simulator.bizgo.telling import NAMELESS, Teller, webhooks
from messaging.simulator.dialects import Office
from messaging.simulator.faults import Rule
from messaging.simulator.orders import Leg, Order, Picture
from messaging.simulator.striking import after, before, strike
from messaging.simulator.truth import Event, wall_clock
from messaging.simulator.wire import Answer, Request

PREFIX = "/bizgo/api/comm/v1"
TEMPLATES = "/center/alimtalk/template"
FAILED_AT_OPERATOR = {"9001": "A324"}


class BizgoDialect:
    """Answers /bizgo."""

    def __init__(self, office: Office) -> None:
        self._exchange = office.exchange
        self._key = office.key.encode()
        self._wait_posted = office.wait_posted
        self._shelf = Shelf(office.exchange)
        is_polled = DIALECT in office.polled
        teller = Teller(office.exchange.world.accepted, self._shelf.sent)
        self._looker = Looker(office.exchange, self._shelf, teller, is_polled=is_polled)
        self._reviewer = Reviewer(office.exchange, self._shelf)
        self.webhooks = webhooks(teller, is_polled=is_polled)

    async def answer(self, request: Request) -> Answer:
        """One call of the customer."""
        given = request.headers.get("authorization", "").encode("latin-1")
        if not hmac.compare_digest(given, self._key):
            return MANNERS.wrong_key
        try:
            return await self._answer(request)
        except Refusal as refusal:
            return refused(refusal.code)

    async def _answer(self, request: Request) -> Answer:
        path = request.path.removeprefix(PREFIX)
        if request.method == "POST" and path == "/send/omni":
            return await self._send(request)
        rules = strike(self._exchange, request)
        if early := await before(rules, MANNERS):
            return early
        if request.method == "POST" and path == "/file/mms":
            return after(rules, self._upload(request))
        if path.startswith(TEMPLATES):
            found = self._reviewer.answer(request, path.removeprefix(TEMPLATES))
        else:
            found = self._looker.answer(request, path)
        return turned_away(404, "A404", "Not Found") if found is None else after(rules, found)

    # --- sending ---

    async def _send(self, request: Request) -> Answer:
        try:
            document = json.loads(request.body)
        except ValueError as error:
            raise Refusal("A010") from error
        omni = sending.read(document)
        rules = strike(self._exchange, request, [one.to for one in omni.recipients], key=omni.key)
        if early := await before(rules, MANNERS):
            return early
        return await self._take(omni, rules)

    async def _take(self, omni: Omni, rules: Sequence[Rule]) -> Answer:
        """Take whoever is new under this key; the others are told that they were taken before."""
        now = wall_clock()
        request_id = f"{now:%Y%m%d%H%M%S}{uuid4().hex[:8]}"
        key = self._shelf.key_of(omni.key, now) if omni.key else request_id
        known = self._exchange.known(key)
        composer = Composer(self._shelf, self._pictures(omni, now), self._exchange.senders)
        legs = [
            composer.leg(
                omni, one, name=one.reference or f"{NAMELESS}{key}-{number:03d}", ref=f"{request_id}{number:03d}"
            )
            for number, one in enumerate(omni.recipients)
        ]
        if len({leg.id for leg in legs}) != len(legs):
            raise Refusal("A305")
        given = {"given": omni.key, "ttl": omni.ttl, "reference": omni.reference, "group": omni.group}
        self._shelf.note("sent", id=request_id, key=key, **given)
        fresh = Order(key, tuple(leg for leg in legs if leg.id not in known), DIALECT)
        taken = self._exchange.take(fresh, rules, check=composer.check)
        if taken.early:
            await self._wait_posted(taken.early)
        answers = {event["leg"]: event for event in taken.answers}
        rows = [_row(leg, answers.get(leg.id)) for leg in legs]
        return after(rules, success({"destinations": rows}, **({"ref": omni.reference} if omni.reference else {})))

    def _pictures(self, omni: Omni, now: datetime) -> dict[str, Picture]:
        """The files a call names, as far as they were uploaded and have not run out."""
        found = {}
        for key in {key for _, body in omni.flow for key in body.get("fileKey", ())}:
            sha256, at = self._shelf.files.get(key, ("", now))
            if now < at + FILE_LASTS and sha256:
                found[key] = Picture(f"{key}.jpg", sha256, self._exchange.picture_path(sha256).read_bytes())
        return found

    def _upload(self, request: Request) -> Answer:
        content, asked = filing.picture(request)
        sha256 = hashlib.sha256(content).hexdigest()
        key = asked or uuid4().hex
        self._exchange.keep_picture(sha256, content)
        self._shelf.note("file", id=key, sha256=sha256)
        return success({"fileKey": key, "expired": (wall_clock() + FILE_LASTS).isoformat(timespec="seconds")})


def _row(leg: Leg, event: Event | None) -> dict[str, str]:
    """What became of one recipient. Whoever was taken before gets no key of a message."""
    if event is None:
        return {"to": leg.to, "code": REPEATED, "result": SERVICE[REPEATED][1]}
    if event["event"] == "accept":
        return {"to": leg.to, "msgKey": leg.ref, "code": SUCCESS, "result": "Success"}
    code = str(FAILED_AT_OPERATOR.get(event["code"], event["code"]))
    return {"to": leg.to, "code": code, "result": SERVICE[code][1]}
