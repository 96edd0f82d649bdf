"""What carriers report, from their webhooks and from what we fetch, into rows."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from messaging import tasks
from messaging.carriers.base import (
    Carrier,
    HookRefused,
    HookRequest,
    HookUnreadable,
    ReceiptEvent,
    ReplyEvent,
    Unsubscribable,
    UnsubscribeEvent,
)
from messaging.models import HookReject
from messaging.opting_out import record_unsubscribes
from messaging.storing import record_receipts, record_replies, storable
from portal.core.bells import ring
from portal.core.privacy import mask_resident_numbers

_log = structlog.get_logger(__name__)
LONGEST_KEY, LONGEST_REFERENCE = 200, 120
FURTHEST = timedelta(days=366)
Event = ReceiptEvent | ReplyEvent | UnsubscribeEvent


@transaction.atomic
def take_hook(*, alias: str, carrier: Carrier, kind: str, call: HookRequest) -> list[str]:
    """
    Verify one webhook call and store its events; their keys, for the acknowledgement.

    :raises HookRefused: if it is forged, stale or unsigned
    :raises HookUnreadable: if it is not in the documented shape
    """
    events = _read(carrier, kind, call)
    for event in events:
        check_event(event, now=call.received_at)
    store_events(alias=alias, events=events, now=call.received_at)
    return [event.event_key for event in events]


def _read(carrier: Carrier, kind: str, call: HookRequest) -> Sequence[Event]:
    if kind == "receipts":
        return carrier.read_receipts(call)
    if kind == "replies":
        return carrier.read_replies(call)
    if isinstance(carrier, Unsubscribable):
        return carrier.read_unsubscribes(call)
    raise HookRefused("no such webhook")


@transaction.atomic(savepoint=False)
def store_events(*, alias: str, events: Sequence[Event], now: datetime) -> None:
    """Store checked events of any kind, each once, and ring for whoever handles them."""
    receipts = [event for event in events if isinstance(event, ReceiptEvent)]
    replies = [event for event in events if isinstance(event, ReplyEvent)]
    unsubscribes = [event for event in events if isinstance(event, UnsubscribeEvent)]
    if receipts:
        record_receipts(carrier=alias, events=receipts, now=now)
    if replies:
        record_replies(carrier=alias, events=replies, now=now)
    if unsubscribes:
        record_unsubscribes(events=unsubscribes, now=now)
    if receipts or replies:
        ring(tasks.receive)


def check_event(event: Event, *, now: datetime) -> None:
    """
    What the plug let through must still fit our columns: a carrier's mistake is never an error of ours.

    :raises HookUnreadable:
    """
    words = [event.event_key, getattr(event, "code", ""), getattr(event, "vendor_ref", "")]
    if any("\0" in word or storable(word) != word for word in words):
        raise HookUnreadable("a character no column takes")
    if not 0 < len(event.event_key) <= LONGEST_KEY or len(words[2]) > LONGEST_REFERENCE:
        raise HookUnreadable("a field is too long")
    if event.occurred_at.tzinfo is None or not _is_near(event, now):
        raise HookUnreadable("a time that cannot be")


def _is_near(event: Event, now: datetime) -> bool:
    """Some lists reach back for years; nothing reaches into the future."""
    try:
        ahead = event.occurred_at - now
    except OverflowError:
        return False
    return ahead < FURTHEST and (ahead > -FURTHEST or isinstance(event, UnsubscribeEvent))


@transaction.atomic
def keep_unreadable(*, alias: str, kind: str, body: str, reason: str, now: datetime) -> HookReject:
    """Keep what an authentic carrier said and we cannot read, so that a person can; resident numbers are masked."""
    _log.error("carrier_unreadable", carrier=alias, kind=kind)
    reject = HookReject(carrier=alias, kind=kind, reason=reason[:200], received_at=now)
    reject.body = mask_resident_numbers(storable(body))
    reject.save()
    return reject
