"""The plug itself: one leg a call, all its pieces or an honest "unknown"."""

import queue
import time
from collections import deque
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import Future
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Any, Final
from uuid import UUID

import structlog
from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import (
    Accepted,
    Call,
    Capabilities,
    Found,
    HookRefused,
    HookRequest,
    HookResponse,
    HookUnreadable,
    Leg,
    NotSent,
    Outcome,
    OutcomeUnknown,
    Part,
    RateLimited,
    ReceiptEvent,
    Rejected,
    Remember,
    ReplyEvent,
    StillUnknown,
    nothing_to_remember,
)
from messaging.carriers.smpp.codes import CODES, NOT_BOUND, OTHERWISE, TAKEN, THROTTLED
from messaging.carriers.smpp.line import Account, Heard, Line
from messaging.carriers.smpp.telling import INTERNATIONAL, Reading, Telling, international, read, same_id
from messaging.carriers.smpp.wording import KSC5601, UCS2, Piece, TooManyPieces, cut

_log = structlog.get_logger(__name__)
CAPABILITIES: Final = Capabilities(
    batch_sizes={"sms": 1},
    outcome="none",
    receipts="push",
    replies=True,
    is_linked=True,
)
CODINGS: Final = {"ucs2": UCS2, "ksc5601": KSC5601}
LONGEST_PASSWORD, LONGEST_SYSTEM_ID = 8, 15
MOST_IN_FLIGHT = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """The OPTIONS: what this operator agreed with us. docs/carriers.md says each in words."""

    host: str
    system_id: str
    password: str
    port: int = 2775
    system_type: str = ""
    tls: bool = False
    timeout: float = 15.0
    enquire_seconds: float = 30.0
    tps: float = 50.0
    in_flight: int = 4
    throttle_seconds: float = 1.0
    coding: str = "ucs2"
    piece_octets: int = 140
    long_texts: bool = False
    service_type: str = ""
    source_ton: int = 0
    source_npi: int = 1
    destination_ton: int = 0
    destination_npi: int = 1
    alphabet: str = "cp949"
    answer_ids: str = "text"
    receipt_ids: str = "text"

    def check(self) -> None:
        """
        Refuse what the line would cut off or misread in silence.

        :raises ImproperlyConfigured:
        """
        if not (0 < len(self.password) <= LONGEST_PASSWORD and 0 < len(self.system_id) <= LONGEST_SYSTEM_ID):
            raise ImproperlyConfigured("SMPP의 system_id는 15자, password는 8자까지입니다. 더 길면 잘려서 전달됩니다.")
        if self.coding not in CODINGS:
            raise ImproperlyConfigured("SMPP의 coding은 ucs2 또는 ksc5601입니다.")
        if not 20 <= self.piece_octets <= 254:
            raise ImproperlyConfigured("SMPP의 piece_octets는 20에서 254 사이입니다.")
        if not 1 <= self.in_flight <= MOST_IN_FLIGHT:
            raise ImproperlyConfigured(f"SMPP의 in_flight는 1에서 {MOST_IN_FLIGHT} 사이입니다.")
        if not {self.answer_ids, self.receipt_ids} <= {"text", "hex", "decimal"}:
            raise ImproperlyConfigured("SMPP의 answer_ids와 receipt_ids는 text, hex, decimal 가운데 하나입니다.")


class Smpp:
    """
    The plug. Only the process that opened `line` (manage.py smpp_link) sends and hears.

    `is_name_taken` says of a message id whether a leg of ours has it already; that process knows.
    """

    hook_path_secrets: Sequence[str] = ()

    def __init__(self, **options: Any) -> None:
        terms = Terms(**options)
        terms.check()
        self._terms = terms
        channels = {"sms": 1, "lms": 1} if terms.long_texts else {"sms": 1}
        self.is_name_taken: Callable[[str], bool] = lambda name: False
        self._names: deque[str] = deque(maxlen=1000)
        self._late: queue.SimpleQueue[tuple[UUID, Any]] = queue.SimpleQueue()
        self.capabilities = replace(CAPABILITIES, batch_sizes=channels, tps=terms.tps, in_flight=terms.in_flight)
        self.line = Line(
            Account(
                host=terms.host,
                port=terms.port,
                system_id=terms.system_id,
                password=terms.password,
                system_type=terms.system_type,
                is_encrypted=terms.tls,
                timeout=terms.timeout,
                enquire_seconds=terms.enquire_seconds,
            )
        )

    def submit(
        self, legs: Sequence[Leg], *, key: UUID, remember: Remember = nothing_to_remember
    ) -> Mapping[UUID, Outcome]:
        """Hand over one leg, whole. SMPP knows neither our key nor a look-up: what is lost here stays unknown."""
        return {leg.id: self._hand_over(leg) for leg in legs}

    def look_up(self, call: Call) -> Mapping[UUID, Found]:
        """It cannot be asked."""
        return {leg: StillUnknown() for leg in call.legs}

    def read_receipts(self, request: HookRequest) -> Sequence[ReceiptEvent]:
        """It calls nobody."""
        raise HookRefused("no webhooks")

    def read_replies(self, request: HookRequest) -> Sequence[ReplyEvent]:
        """It calls nobody."""
        raise HookRefused("no webhooks")

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        """It calls nobody."""
        return HookResponse(404, b"")

    def understand(self, heard: Heard, *, now: datetime) -> ReceiptEvent | ReplyEvent | None:
        """
        What a deliver_sm says; None where nothing is final yet.

        :raises HookUnreadable:
        """
        terms = self._terms
        how = Reading(terms.alphabet, terms.answer_ids, terms.receipt_ids)
        try:
            return read(_telling(heard.pdu), how=how, now=now)
        except (ValueError, AttributeError, TypeError) as error:
            raise HookUnreadable("deliver_sm cannot be read") from error

    def late_answers(self) -> dict[UUID, Outcome]:
        """Answers to texts of one piece that came after their call was given up for unknown."""
        found: dict[UUID, Outcome] = {}
        while not self._late.empty():
            leg, answer = self._late.get()
            if answer.status == TAKEN:
                found[leg] = Accepted(self._name(answer))
            elif (refusal := _refused(answer)) is not None:
                found[leg] = refusal
        return found

    def _hand_over(self, leg: Leg) -> Outcome:
        terms = self._terms
        try:
            pieces = cut(leg.text, coding=CODINGS[terms.coding], octets=terms.piece_octets, mark=leg.id.int & 0xFF)
        except TooManyPieces:
            return Rejected("pieces", "content", True, "본문이 나누어 보낼 수 있는 길이를 넘었습니다.")
        until = time.monotonic() + terms.timeout
        # The last piece asks for the receipt: a long text has arrived when its end has.
        last = len(pieces) - 1
        waiting = {number: self._fields(leg, piece, asks=number == last) for number, piece in enumerate(pieces)}
        only = leg.id if last == 0 else None
        answers = self._submit(
            {0: waiting.pop(0)}, until, only=only
        )  # alone: while it is refused nothing of the text is taken
        refusal = _refusal(answers.values())
        if refusal is not None:
            return refusal
        if answers[0].status in THROTTLED:
            raise RateLimited(terms.throttle_seconds)
        try:
            return self._hand_over_the_rest(waiting, answers, until)
        except NotSent as error:
            raise OutcomeUnknown("line dropped within a long text") from error

    def _hand_over_the_rest(self, waiting: dict[int, dict[str, Any]], answers: dict[int, Any], until: float) -> Outcome:
        """A piece refused for its haste was not taken and is offered again; the first one already was taken."""
        while waiting:
            answers |= self._submit(waiting, until)
            refusal = _refusal(answers.values())
            if refusal is not None:
                return refusal
            waiting = {number: fields for number, fields in waiting.items() if answers[number].status in THROTTLED}
            if waiting:
                if time.monotonic() + self._terms.throttle_seconds > until:
                    raise OutcomeUnknown("throttled within a long text")
                time.sleep(self._terms.throttle_seconds)
        return Accepted(self._name(answers[max(answers)]))

    def _name(self, answer: Any) -> str:
        """Its message id; '' for one that has been given before, because a receipt for it would be anybody's."""
        name = same_id(_words(answer.message_id), self._terms.answer_ids)
        if name in self._names or self.is_name_taken(name):
            _log.warning("smpp_id_repeated")
            return ""
        self._names.append(name)
        return name

    def _submit(
        self, asked: Mapping[int, Mapping[str, Any]], until: float, *, only: UUID | None = None
    ) -> dict[int, Any]:
        """Some pieces at once, and their answers. `only`: the leg whose one piece this is, for a late answer."""
        futures: dict[int, Future[Any]] = {}
        for number, fields in asked.items():
            futures[number] = self.line.ask("submit_sm", **fields)
        try:
            return {one: future.result(max(0.0, until - time.monotonic())) for one, future in futures.items()}
        except TimeoutError as error:
            if only is not None:
                futures[0].add_done_callback(partial(self._hear_late, only))
            raise OutcomeUnknown("no answer") from error

    def _hear_late(self, leg: UUID, answer: Future[Any]) -> None:
        if answer.exception() is None:
            self._late.put((leg, answer.result()))

    def _fields(self, leg: Leg, piece: Piece, *, asks: bool) -> dict[str, Any]:
        terms = self._terms
        to = international(leg.to) if terms.destination_ton == INTERNATIONAL else leg.to
        sender = international(leg.sender) if terms.source_ton == INTERNATIONAL else leg.sender
        return {
            "service_type": terms.service_type,
            "source_addr_ton": terms.source_ton,
            "source_addr_npi": terms.source_npi,
            "source_addr": sender,
            "dest_addr_ton": terms.destination_ton,
            "dest_addr_npi": terms.destination_npi,
            "destination_addr": to,
            "esm_class": piece.esm_class,
            "registered_delivery": int(asks),
            "data_coding": CODINGS[terms.coding],
            "short_message": piece.octets,
        }


def _refusal(answers: Iterable[Any]) -> Rejected | None:
    """The first real refusal among the answers, if there is one."""
    for answer in answers:
        if answer.status == NOT_BOUND:
            raise NotSent("not bound")
        refused = _refused(answer)
        if refused is not None:
            return refused
    return None


def _refused(answer: Any) -> Rejected | None:
    """Why a piece was refused for good; None if it was taken, or not this time."""
    if answer.status in THROTTLED | {TAKEN, NOT_BOUND}:
        return None
    kind, is_permanent, reason = CODES.get(answer.status, OTHERWISE)
    return Rejected(f"0x{answer.status:08X}", kind, is_permanent, reason)


def _telling(pdu: Any) -> Telling:
    sar = (pdu.sar_msg_ref_num, pdu.sar_segment_seqnum, pdu.sar_total_segments)
    return Telling(
        source=_words(pdu.source_addr),
        source_ton=pdu.source_addr_ton,
        destination=_words(pdu.destination_addr),
        destination_ton=pdu.dest_addr_ton,
        esm_class=pdu.esm_class,
        coding=pdu.data_coding,
        octets=pdu.short_message or pdu.message_payload or b"",
        receipted=_words(pdu.receipted_message_id),
        state=pdu.message_state,
        part=None if None in sar else Part(f"sar:{sar[0]}", sar[1], sar[2]),
    )


def _words(octets: bytes | None) -> str:
    return (octets or b"").decode("ascii", "replace").strip("\0 ")
