"""What this vendor remembers of each request, folded from the truth log, and what has become of its messages."""

import re
import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from messaging.simulator.exchange import Exchange
from messaging.simulator.faults import Rule
from messaging.simulator.nhn.envelope import KEY_USED, Product, Refusal
from messaging.simulator.orders import Leg, Order
from messaging.simulator.truth import Event, wall_clock

DIALECT: Final = "nhn"
KEY_WINDOW: Final = timedelta(minutes=10)
FILE_LASTS: Final = timedelta(days=7)
MOBILE: Final = re.compile(r"01[016789]\d{7,8}")
SENDER_NO: Final = re.compile(r"0\d{8,11}|1[568]\d{6}")


@dataclass(frozen=True, slots=True)
class Addressee:
    """One recipient of a request, as it was written down."""

    seq: int
    leg: str
    number: str
    group: str = ""
    is_replaced: bool = False


@dataclass(frozen=True, slots=True)
class Sending:
    """One request to send. `kind`: sms, auth/sms, mms or alimtalk; `group` is the customer's senderGroupingKey."""

    id: str
    kind: str
    group: str
    key: str
    at: datetime
    addressees: tuple[Addressee, ...]
    sender_key: str = ""
    template: str = ""

    def ref(self, seq: int) -> str:
        """The exchange's name for one of its messages."""
        return f"{self.id}:{seq}"


@dataclass(frozen=True, slots=True)
class Standing:
    """Where one message stands: the answer once given, and the report of its handset, if there is one by now."""

    sending: Sending
    addressee: Addressee
    answer: Event
    result: Event | None

    @property
    def ref(self) -> str:
        return self.sending.ref(self.addressee.seq)

    @property
    def is_refused(self) -> bool:
        return bool(self.answer["event"] == "refuse")


class Ledger:
    """Requests, files and templates by their names; a restart reads them again from the truth log."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.sendings: dict[str, Sending] = {}
        self.files: dict[int, Event] = {}
        self.templates: dict[tuple[str, str], Event] = {}
        self._of_key: dict[str, Sending] = {}
        self._of_group: dict[str, list[Sending]] = {}
        for event in exchange.world.of_dialect(DIALECT):
            self._fold(event)
        exchange.listeners.append(self._fold)

    def _fold(self, event: Event) -> None:
        if event["event"] != "note" or event["dialect"] != DIALECT:
            return
        match event["note"]:
            case "request":
                self._remember(_read_sending(event))
            case "file":
                self.files[event["file"]] = event
            case "template":
                self.templates[event["sender_key"], event["code"]] = event

    def _remember(self, sending: Sending) -> None:
        self.sendings[sending.id] = sending
        self._of_group.setdefault(sending.group, []).append(sending)
        if sending.key:
            self._of_key[sending.key] = sending

    def check_key(self, key: str) -> None:
        """
        Within ten minutes one key is good for one request.

        :raises Refusal: for a repetition
        """
        earlier = self._of_key.get(key)
        if earlier is None or wall_clock() - earlier.at > KEY_WINDOW:
            return
        if self._exchange.world.answers.get(earlier.id):
            raise Refusal(KEY_USED)

    def take(
        self, sending: Sending, legs: Sequence[Leg], rules: Sequence[Rule], *, codes: Mapping[str, int]
    ) -> list[str]:
        """Write the request down and hand its legs to the exchange; receipts that must overtake the answer."""
        forgets = any(rule.fault == "forget_key" for rule in rules)
        self._exchange.note(DIALECT, "request", **_written(sending, key="" if forgets else sending.key))
        order = Order(sending.id, tuple(legs), DIALECT)
        said = {leg: str(code) for leg, code in codes.items()}
        return self._exchange.take(order, rules, check=lambda leg: said.get(leg.id, "")).early

    def results(self, sending: Sending, product: Product, *, otherwise: int) -> list[dict[str, Any]]:
        """What the answer to a request says of each recipient; `otherwise` words what the fault script refused."""
        answers = self._exchange.world.answers[sending.id]

        def code_of(one: Addressee) -> int:
            answer = answers[one.leg]
            return 0 if answer["event"] == "accept" else vendor_code(answer["code"], otherwise=otherwise)

        return [
            {
                "recipientSeq": one.seq,
                "recipientNo": one.number,
                "resultCode": code_of(one),
                "resultMessage": product.says.get(code_of(one), ""),
                "recipientGroupingKey": one.group,
            }
            for one in sending.addressees
        ]

    def standing(self, sending: Sending, addressee: Addressee) -> Standing | None:
        """Where a message stands; None if it was never taken up or the look-up still pretends so."""
        world = self._exchange.world
        answer = world.answers.get(sending.id, {}).get(addressee.leg)
        if answer is None or self._exchange.is_lagging(sending.id):
            return None
        return Standing(sending, addressee, answer, world.results.get(sending.ref(addressee.seq)))

    def standings(self, kind: str, *, group: str = "") -> Iterator[Standing]:
        """Every message of a kind, oldest first; those of one senderGroupingKey if it is given."""
        for sending in self._of_group.get(group, []) if group else self.sendings.values():
            for addressee in sending.addressees if sending.kind == kind else ():
                if found := self.standing(sending, addressee):
                    yield found

    def file(self, file_id: Any) -> Event | None:
        """The uploaded file with this id, unless it has expired."""
        event = self.files.get(file_id) if isinstance(file_id, int) else None
        if event is None or wall_clock() - datetime.fromisoformat(event["time"]) > FILE_LASTS:
            return None
        return event


def new_request_id() -> str:
    """25 characters that begin with the time."""
    return f"{wall_clock():%Y%m%d%H%M%S}{secrets.token_hex(6)[:11]}"


def leg_name(group: str, ref: str, taken: Collection[str]) -> str:
    """The customer's name for a recipient; ours if there is none or it was given to another one before."""
    return group if group and group not in taken else ref


def vendor_code(code: str, *, otherwise: int) -> int:
    """The vendor's number for a refusal; the fault script may have put in one of another dialect."""
    return int(code) if code == "4" or code.startswith("-") else otherwise


def _written(sending: Sending, *, key: str) -> dict[str, Any]:
    return {
        "request": sending.id,
        "call": sending.kind,
        "group": sending.group,
        "key": key,
        "at": sending.at.isoformat(),
        "sender_key": sending.sender_key,
        "template": sending.template,
        "addressees": [[one.seq, one.leg, one.number, one.group, one.is_replaced] for one in sending.addressees],
    }


def _read_sending(event: Event) -> Sending:
    return Sending(
        id=event["request"],
        kind=event["call"],
        group=event["group"],
        key=event["key"],
        at=datetime.fromisoformat(event["at"]),
        addressees=tuple(Addressee(*row) for row in event["addressees"]),
        sender_key=event["sender_key"],
        template=event["template"],
    )
