"""Storing: what carriers report becomes rows, once per event, before anybody asks what it means."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction

from messaging import bulk, locks
from messaging.carriers.base import Part, ReceiptEvent, ReplyEvent
from messaging.models import Receipt, Reply, ReplyPart, SenderNumber
from portal.core.phones import PhoneRefused, parse_mobile
from portal.core.privacy import mask_resident_numbers
from portal.core.sealing import blind, blind_phone

MERGED_WITHIN = timedelta(seconds=5)  # the same words of the same phone without an event's name: a redelivery
WAIT_FOR_PARTS = timedelta(minutes=10)
MOST_PARTS = 255
_GAP = "…"


def storable(text: str) -> str:
    """Half a character, as phones leave it where they cut a text in two, becomes �: no database takes it."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


@transaction.atomic(savepoint=False)
def record_receipts(*, carrier: str, events: Sequence[ReceiptEvent], now: datetime) -> None:
    """Store what a carrier reports. A repeated event changes nothing."""
    rows = []
    for event in events:
        receipt = Receipt(
            carrier=carrier,
            event_key=event.event_key,
            vendor_ref=event.vendor_ref,
            leg=event.leg,
            outcome=event.outcome,
            code=event.code[:20],
            reason_kind=event.reason_kind,
            occurred_at=event.occurred_at,
            received_at=now,
            fold_at=now,
        )
        receipt.raw = storable(event.raw)
        rows.append(receipt)
    bulk.insert(rows, skips_conflicts=True)


@transaction.atomic(savepoint=False)
def record_replies(*, carrier: str, events: Sequence[ReplyEvent], now: datetime) -> None:
    """
    Store what citizens wrote, resident numbers masked. A repeated event changes nothing.

    Parts of a long text wait for each other. Where a carrier gives events no name, the same words of the same phone
    within seconds are one text; a citizen's second "1" a minute later is another.
    """
    numbers = dict(SenderNumber.objects.values_list("number", "pk"))
    events = [_cleaned(event) for event in events]
    wholes = [event for event in events if _part_of(event) is None]
    rows = [_reply(carrier, event, numbers, now) for event in _named(carrier, wholes, now)]
    bulk.insert(rows, skips_conflicts=True)
    parts = [(event, part) for event in events if (part := _part_of(event)) is not None]
    if parts:
        _record_parts(carrier, parts, numbers, now)


def join_stale_parts(*, now: datetime) -> None:
    """What came of a long text whose missing part kept everybody waiting is read as it is, and never counted alone."""
    waiting = ReplyPart.objects.filter(reply=None, received_at__lte=now - WAIT_FOR_PARTS)
    for carrier, whole in list(waiting.values_list("carrier", "whole").distinct().order_by("carrier", "whole")):
        _join_if_stale(carrier, whole, now)


@transaction.atomic
def _join_if_stale(carrier: str, whole: str, now: datetime) -> None:
    locks.hold([whole])
    parts = _open_parts(carrier, whole)
    if parts and min(part.received_at for part in parts.values()) <= now - WAIT_FOR_PARTS:
        _join(parts, dict(SenderNumber.objects.values_list("number", "pk")))


def _cleaned(event: ReplyEvent) -> ReplyEvent:
    text, from_number, to_number = (storable(words) for words in (event.text, event.from_number, event.to_number))
    return replace(event, text=text, from_number=from_number, to_number=to_number.replace("\0", ""))


def _part_of(event: ReplyEvent) -> Part | None:
    """Which piece it is; what claims to be the seventh of three is taken for a whole text rather than lost."""
    part = event.part
    is_piece = part is not None and 1 < part.total <= MOST_PARTS and 1 <= part.number <= part.total
    return part if is_piece else None


def _phone(number: str) -> str:
    """E.164 where it is a mobile number; a landline or a short code stays as the carrier wrote it."""
    try:
        return parse_mobile(number)
    except PhoneRefused:
        return number[:20]


def _print(*values: str) -> str:
    """A keyed fingerprint: equal for equal values, and says nothing about them."""
    return blind(storable("\x1f".join(values)), context="messaging_reply.event_key").hex()


def _reply(carrier: str, event: ReplyEvent, numbers: Mapping[str, int], now: datetime) -> Reply:
    phone = _phone(event.from_number)
    columns = {
        "carrier": carrier,
        "event_key": event.event_key,
        "to_number_id": numbers.get(event.to_number),
        "phone_index": blind_phone(phone),
        "occurred_at": event.occurred_at,
        "received_at": now,
        "try_at": now,
    }
    reply = bulk.made(Reply, columns)
    reply.phone, reply.text = phone, mask_resident_numbers(event.text)
    return reply


def _named(carrier: str, events: Iterable[ReplyEvent], now: datetime) -> Iterator[ReplyEvent]:
    """The events, those without a name given one; a redelivery among these is left out."""
    nameless: dict[str, ReplyEvent] = {}
    for event in events:
        if event.event_key:
            yield event
        else:
            nameless[_print(carrier, event.from_number, event.to_number, event.text)] = event
    locks.hold(nameless)
    for name, event in nameless.items():
        same = Reply.objects.filter(carrier=carrier, phone_index=blind_phone(_phone(event.from_number)))
        if not same.filter(event_key__startswith=name, received_at__gt=now - MERGED_WITHIN).exists():
            yield replace(event, event_key=f"{name}:{now.timestamp():.3f}")


def _record_parts(
    carrier: str, events: Sequence[tuple[ReplyEvent, Part]], numbers: Mapping[str, int], now: datetime
) -> None:
    placed = [
        (_print(carrier, event.from_number, event.to_number, part.reference, str(part.total)), event, part)
        for event, part in events
    ]
    locks.hold(whole for whole, _, _ in placed)
    for whole, event, part in placed:
        _take_part(carrier, whole, event, part, numbers, now)


def _take_part(
    carrier: str, whole: str, event: ReplyEvent, part: Part, numbers: Mapping[str, int], now: datetime
) -> None:
    """Put one part in its place; the last one missing makes the whole a reply."""
    name = event.event_key or f"{whole}:{part.number}:{_print(event.text)}"
    if _is_known(carrier, name, event, now):
        return
    text = mask_resident_numbers(event.text)
    waiting = _open_parts(carrier, whole)
    if part.number in waiting:
        if waiting[part.number].text == text:
            return
        _join(waiting, numbers)  # the carrier counts its references from the beginning: this is another text
        waiting = {}
    row = ReplyPart(
        carrier=carrier,
        event_key=name if event.event_key else f"{name}:{now.timestamp():.3f}",
        whole=whole,
        number=part.number,
        total=part.total,
        to_number=event.to_number[:20],
        occurred_at=event.occurred_at,
        received_at=now,
    )
    row.phone, row.text = _phone(event.from_number), text
    row.save()
    waiting[part.number] = row
    if len(waiting) == part.total:
        _join(waiting, numbers)


def _is_known(carrier: str, name: str, event: ReplyEvent, now: datetime) -> bool:
    parts = ReplyPart.objects.filter(carrier=carrier)
    if event.event_key:
        return parts.filter(event_key=name).exists()
    return parts.filter(event_key__startswith=name, received_at__gt=now - MERGED_WITHIN).exists()


def _open_parts(carrier: str, whole: str) -> dict[int, ReplyPart]:
    parts = ReplyPart.objects.filter(carrier=carrier, whole=whole, reply=None)
    return {part.number: part for part in parts}


def _join(parts: Mapping[int, ReplyPart], numbers: Mapping[str, int]) -> None:
    """Make one reply of the parts; their words stay only there, where a split resident number is whole and masked."""
    first = parts[min(parts)]
    came_at = min(part.received_at for part in parts.values())
    pieces, before = [], 0
    for number in sorted(parts):
        pieces.append((_GAP if number != before + 1 else "") + parts[number].text)
        before = number
    reply = Reply(
        carrier=first.carrier,
        event_key=f"parts:{first.pk}",
        to_number_id=numbers.get(first.to_number),
        phone_index=blind_phone(first.phone),
        occurred_at=first.occurred_at,
        received_at=came_at,
        try_at=came_at,
        is_complete=len(parts) == first.total,
    )
    reply.phone = first.phone
    reply.text = mask_resident_numbers("".join(pieces) + (_GAP if before < first.total else ""))
    reply.save()
    ReplyPart.objects.filter(pk__in=[part.pk for part in parts.values()]).update(reply=reply, text_sealed=b"")
