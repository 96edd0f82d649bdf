"""What an SMSC tells us in deliver_sm: receipts of our texts, and citizens' own."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from messaging.carriers.base import Part, ReceiptEvent, ReplyEvent
from messaging.carriers.smpp.codes import FINAL_STATES, STATES
from messaging.carriers.smpp.wording import CONCATENATED, read_header, read_text
from portal.core.clock import KST

INTERNATIONAL: Final = 1  # type of number
_MESSAGE_TYPE, _RECEIPT = 0x3C, 0x04
_NAMES = "id|sub|dlvrd|submit date|done date|stat|err"
_WORDS = re.compile(rf"\b({_NAMES})\s?:\s?(?!(?:{_NAMES})\s?:)(\S*)", re.ASCII | re.IGNORECASE)
_LONGEST_WORDS = 500
_RADIX: Final[Mapping[str, int]] = {"hex": 16, "decimal": 10}
_FURTHEST = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Telling:
    """One deliver_sm. Addresses as they came, with their type of number; `state` and `receipted` are TLVs."""

    source: str
    source_ton: int
    destination: str
    destination_ton: int
    esm_class: int
    coding: int
    octets: bytes
    receipted: str = ""
    state: int | None = None
    part: Part | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """
    How this SMSC writes: the codec of its default alphabet, and its message ids.

    An id is `hex` or `decimal` where answers and receipts write the same number differently, else `text`.
    """

    alphabet: str = "cp949"
    answer_ids: str = "text"
    receipt_ids: str = "text"


def read(told: Telling, *, how: Reading, now: datetime) -> ReceiptEvent | ReplyEvent | None:
    """
    One event, or None where nothing is final yet.

    Only the SMSC sets the message type: a citizen who texts the words of a receipt has written a reply.

    :raises ValueError: for what cannot be read
    """
    if told.esm_class & _MESSAGE_TYPE == _RECEIPT or told.receipted:
        return _receipt(told, how, now)
    if told.esm_class & _MESSAGE_TYPE:
        return None  # acknowledgements by the handset and intermediate notifications: nothing we asked for
    return _reply(told, how, now)


def same_id(written: str, kind: str) -> str:
    """A message id so that answers and receipts agree."""
    try:
        return str(int(written, _RADIX[kind]))
    except (KeyError, ValueError):
        return written


def national(address: str, ton: int) -> str:
    """`821012345678` as `01012345678`, `8215880000` as `15880000`; what is national already stays."""
    digits = address.strip().removeprefix("+")
    if not digits.isdigit() or not digits.startswith("82") or (ton != INTERNATIONAL and len(digits) < 10):
        return digits
    rest = digits[2:]
    return rest if (len(rest) == 8 and rest[0] == "1") or rest.startswith("0") else f"0{rest}"


def international(number: str) -> str:
    """`01012345678` as `821012345678`."""
    return f"82{number.removeprefix('0')}"


def _receipt(told: Telling, how: Reading, now: datetime) -> ReceiptEvent | None:
    text = told.octets.decode("latin-1")
    words = {name.lower(): value for name, value in _WORDS.findall(text[:_LONGEST_WORDS].partition(" text:")[0])}
    state = STATES.get(told.state or 0) or words.get("stat", "").upper()[:7]
    reference = same_id(told.receipted, how.answer_ids) or same_id(words.get("id", ""), how.receipt_ids)
    if not reference or not state:
        raise ValueError("receipt without id or state")
    if state not in FINAL_STATES:
        return None
    outcome, kind = FINAL_STATES[state]
    error = words.get("err", "")
    done = words.get("done date", "")
    return ReceiptEvent(
        event_key=f"{reference}:{state}:{done}"[:200],
        vendor_ref=reference,
        leg=None,
        outcome=outcome,
        code=state if error.strip("0") == "" else f"{state} {error}"[:20],
        reason_kind=kind,
        occurred_at=_moment(done, now),
        raw=text,
    )


def _moment(written: str, now: datetime) -> datetime:
    """YYMMDDhhmm, perhaps with seconds, by a Korean clock; what cannot be is the moment we heard of it."""
    for shape in ("%y%m%d%H%M%S", "%y%m%d%H%M"):
        if len(written) == (12 if shape.endswith("%S") else 10):
            try:
                moment = datetime.strptime(written, shape).replace(tzinfo=KST)
            except ValueError:
                return now
            return moment if abs(moment - now) < _FURTHEST else now
    return now


def _reply(told: Telling, how: Reading, now: datetime) -> ReplyEvent:
    octets, part = told.octets, told.part
    if told.esm_class & CONCATENATED:
        header = read_header(octets)
        octets, part = octets[header.length :], header.part or part
    return ReplyEvent(
        event_key="",  # SMPP names no event: storing merges what a lost acknowledgement repeats
        to_number=national(told.destination, told.destination_ton),
        from_number=national(told.source, told.source_ton),
        text=read_text(octets, coding=told.coding, otherwise=how.alphabet),
        occurred_at=now,
        raw="",
        part=part,
    )
