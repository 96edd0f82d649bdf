"""The exchange: takes legs, decides what becomes of them, and writes the truth before anybody is told."""

import hashlib
import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from messaging.simulator import truth
from messaging.simulator.faults import RECEIPTS, REPLIES, REVIEWS, Faults, Rule
from messaging.simulator.orders import REASONS, Leg, Order, refusal, written_card
from messaging.simulator.truth import Event, TruthLog, wall_clock
from messaging.simulator.world import SWITCHES, World

DELIVERED = "1000"
Check = Callable[[Leg], str]


class KeyReused(Exception):
    """The same key came again with another text: the first answer would be a lie."""


@dataclass(slots=True)
class Taken:
    """
    What came of one order: an answer per leg, receipts that must arrive before that answer, and the legs that had
    been answered before under this key.
    """

    answers: list[Event]
    early: list[str] = field(default_factory=list)
    repeated: frozenset[str] = frozenset()


class Exchange:
    """One carrier's switchboard over its truth log."""

    def __init__(
        self, log: Path, faults: Faults, *, receipt_delay: float, senders: frozenset[str] = frozenset()
    ) -> None:
        self.world = World()
        for event in truth.read(log):
            self.world.apply(event)
        self.faults = faults
        self.listeners: list[Callable[[Event], None]] = []
        self._lagging: dict[str, datetime] = {}
        self._forgotten: set[str] = set()
        self._log = TruthLog(log, last_seq=self.world.version)
        self._pictures = log.with_suffix(".pictures")
        self.receipt_delay = receipt_delay
        self.senders = senders

    def write(self, events: Sequence[Event]) -> None:
        """Write events to the log, then let them happen."""
        if not events:
            return
        self._log.append(events)
        for event in events:
            self.world.apply(event)
        for event in events:
            for listener in self.listeners:
                listener(event)

    def take(self, order: Order, rules: Sequence[Rule] = (), *, check: Check | None = None) -> Taken:
        """
        Accept or refuse each leg once per key; a repeat gets the first answers.

        `check` is the dialect's own: it returns its code for what it refuses, or ''.

        :raises KeyReused: if a leg of this key carries another text than before
        """
        known = self.known(order.key)
        if any(known[leg.id]["sha256"] != leg.digest for leg in order.legs if leg.id in known):
            raise KeyReused
        by_fault = {rule.fault: rule for rule in rules}
        events: list[Event] = []
        for leg in order.legs:
            if leg.id not in known:
                events += self._decide(order, leg, check or self._refusal, by_fault.get("partial_refusal"))
        repeated = frozenset(leg.id for leg in order.legs if leg.id in known)
        self.write(events)
        answers = [self.world.answers[order.key][leg.id] for leg in order.legs]
        if lag := by_fault.get("look_up_lag"):
            self._lagging[order.key] = wall_clock() + timedelta(seconds=lag.seconds)
        if "forget_key" in by_fault:
            self._forgotten.add(order.key)
        return Taken(answers, [event["id"] for event in events if event.get("early")], repeated)

    def known(self, key: str) -> Mapping[str, Event]:
        """The answers given under this key, by leg; none if the key was forgotten."""
        return {} if key in self._forgotten else self.world.answers.get(key, {})

    def _decide(self, order: Order, leg: Leg, check: Check, partial: Rule | None) -> list[Event]:
        code = check(leg)
        if not code and partial is not None and self.faults.chance.random() < partial.share:
            code = partial.code
        if not code:
            return self._accept(order, leg)
        reason = REASONS.get(code, "refused")
        return [{"event": "refuse", **_facts(order, leg), "ref": leg.ref, "code": code, "reason": reason}]

    def _accept(self, order: Order, leg: Leg) -> list[Event]:
        for picture in leg.pictures:
            self.keep_picture(picture.sha256, picture.content)
        accept: Event = {
            "event": "accept",
            **_facts(order, leg),
            "ref": leg.ref or "S" + hashlib.sha256(f"{order.key}/{leg.id}".encode()).hexdigest()[:19].upper(),
            "sender": leg.sender,
            "title": leg.title,
            "text": leg.text,
            "template": leg.template,
            "buttons": [{"label": label, "url": url} for label, url in leg.buttons],
            "images": [picture.sha256 for picture in leg.pictures],
            "card": written_card(leg.card),
            "fate": leg.fate,
        }
        receipts = self._receipts(accept)
        is_failing = any(event["outcome"] == "undelivered" and not event["mark"] for event in receipts[:1])
        substitute = self._accept(order, leg.otherwise) if leg.otherwise is not None and is_failing else []
        return [accept, *receipts, *substitute]

    def _refusal(self, leg: Leg) -> str:
        """What the dialect of our own refuses."""
        return refusal(leg, senders=self.senders) or self._not_on_kakao(leg)

    def _not_on_kakao(self, leg: Leg) -> str:
        phone = self.world.phones.get(leg.to)
        return "3101" if leg.channel == "alimtalk" and phone and "no_kakao" in phone.switches else ""

    def keep_picture(self, sha256: str, content: bytes) -> None:
        """Keep a picture as it was received."""
        self._pictures.mkdir(mode=0o700, exist_ok=True)
        path = self.picture_path(sha256)
        if not path.exists():
            path.write_bytes(content)

    def picture_path(self, sha256: str) -> Path:
        """Where a received picture lies."""
        return self._pictures / f"{sha256}.jpg"

    def _receipts(self, accept: Event) -> list[Event]:
        """The reports the carrier will make about one accepted leg; none yet while the handset is off."""
        number = accept["number"]
        code = accept.get("fate") or self._code_of(number, is_alimtalk=accept["channel"] == "alimtalk")
        if not code:
            return []
        due = wall_clock() + timedelta(seconds=self.receipt_delay)
        plain = _receipt(accept, code=code, at=due, due=due)
        return _spoil(plain, self.faults.of_event(RECEIPTS, number))

    def _code_of(self, number: str, *, is_alimtalk: bool) -> str:
        """How a message to this handset ends; '' while it must wait."""
        switches = self.world.phones[number].switches if number in self.world.phones else set()
        if "no_such_number" in switches:
            return "3103"
        if is_alimtalk and switches & {"no_kakao", "blocked"}:
            return "3101" if "no_kakao" in switches else "3102"
        if "off" in switches:
            return "3104" if is_alimtalk else ""
        return DELIVERED

    def reply(self, *, number: str, to: str, text: str, shown: str = "") -> Event:
        """A citizen texts one of the district's numbers. `shown`: the sender's number as they typed it, if another."""
        copies = 3 if self.faults.of_event(REPLIES, number) else 1
        event: Event = {
            "event": "reply",
            "dialect": self.world.dialect_of(to),
            "id": f"m-{uuid4().hex}",
            "number": number,
            "to": to,
            "shown": shown or number,
            "text": text,
            "at": _stamp(wall_clock()),
            "due": _stamp(wall_clock()),
            "copies": copies,
            "mark": "",
        }
        self.write([event])
        return event

    def switch(self, *, number: str, name: str, is_on: bool) -> None:
        """Turn a handset's switch; a handset turned on again receives what waited for it."""
        if name not in SWITCHES:
            raise ValueError(f"switches are {', '.join(SWITCHES)}")
        self.write([{"event": "switch", "number": number, "name": name, "on": is_on}])
        if name == "refuses_080":
            self.write([_unsubscribed(number, is_on=is_on, offices=self.world.dialects)])
        if name == "off" and not is_on:
            waiting = [self.world.accepted[bubble.ref] for bubble in self.world.phone(number).waiting]
            self.write([event for accept in waiting for event in self._receipts(accept)])

    def note(self, dialect: str, kind: str, **facts: Any) -> None:
        """Something a dialect must know again after a restart: a file, a group, a template."""
        self.write([{"event": "note", "dialect": dialect, "note": kind, **facts}])

    def posted(self, ids: Sequence[str]) -> None:
        """The customer has these events now."""
        self.write([{"event": "posted", "ids": list(ids)}])

    def is_review_rejected(self, template: str) -> bool:
        """True if the fault script wants this template's review to fail."""
        return bool(self.faults.of_event(REVIEWS, template))

    def note_faults(self, rules: Sequence[Rule], *, path: str, key: str = "") -> None:
        """Faults that struck belong to the truth, too."""
        self.write([{"event": "fault", "fault": rule.fault, "path": path, "key": key} for rule in rules])

    def is_lagging(self, key: str) -> bool:
        """True while look-ups of this key still pretend to know nothing."""
        until = self._lagging.get(key)
        return until is not None and wall_clock() < until

    def close(self) -> None:
        self._log.close()


def _stamp(moment: datetime) -> str:
    return moment.isoformat(timespec="milliseconds")


def _facts(order: Order, leg: Leg) -> Event:
    return {
        "dialect": order.dialect,
        "key": order.key,
        "leg": leg.id,
        "channel": leg.channel,
        "number": leg.to,
        "bytes": leg.byte_count,
        "sha256": leg.digest,
    }


def _receipt(accept: Event, *, code: str, at: datetime, due: datetime, mark: str = "") -> Event:
    return {
        "event": "receipt",
        "dialect": accept.get("dialect", "own"),
        "id": f"r-{uuid4().hex}",
        "number": accept["number"],
        "ref": accept["ref"],
        "leg": accept["leg"],
        "outcome": "delivered" if code == DELIVERED else "undelivered",
        "code": code,
        "at": _stamp(at),
        "due": _stamp(due),
        "copies": 1,
        "mark": mark,
    }


def _unsubscribed(number: str, *, is_on: bool, offices: dict[str, str]) -> Event:
    """The call to the free 080 line; it is told by the dialect that last texted anybody."""
    office = next(reversed(offices), "")
    return {
        "event": "unsubscribe",
        "dialect": offices.get(office, "own"),
        "id": f"u-{uuid4().hex}",
        "number": number,
        "to": office,
        "on": is_on,
        "at": _stamp(wall_clock()),
        "due": _stamp(wall_clock()),
        "copies": int(is_on),
        "mark": "",
    }


def _spoil(plain: Event, rules: Sequence[Rule]) -> list[Event]:
    """The receipt as the faults want it: late, early, doubled, out of order, or in bad company."""
    due = datetime.fromisoformat(plain["due"])
    company: list[Event] = []
    for rule in rules:
        match rule.fault:
            case "receipt_duplicated":
                plain["copies"] = 3
            case "receipt_late":
                plain["due"] = _stamp(due + timedelta(seconds=rule.seconds))
            case "receipt_early":
                plain.update(due=_stamp(wall_clock()), early=True)
            case "receipt_reordered":  # an earlier failure reported after the success
                later = due + timedelta(seconds=0.5)
                company.append(_receipt(plain, code="3104", at=due - timedelta(seconds=30), due=later))
            case "receipt_unknown":
                stranger = "S" + f"{random.getrandbits(76):019X}"
                unknown = {**plain, "ref": stranger, "leg": str(uuid4())}
                company.append(_receipt(unknown, code=DELIVERED, at=due, due=due))
            case "receipt_forged" | "receipt_stale":
                mark = rule.fault.removeprefix("receipt_")
                company.append(_receipt(plain, code="3104", at=due, due=due, mark=mark))
    return [plain, *company]
