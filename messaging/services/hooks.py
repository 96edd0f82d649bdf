"""What a carrier reports, from its webhook into rows."""

from collections.abc import Sequence
from datetime import timedelta

from django.db import transaction

from messaging import tasks
from messaging.carriers.base import Carrier, HookRequest, HookUnreadable, ReceiptEvent, ReplyEvent
from messaging.models import HookReject
from messaging.receiving import record_receipts, record_replies
from portal.core.bells import ring
from portal.core.privacy import mask_resident_numbers

LONGEST_KEY, LONGEST_REFERENCE = 200, 120
FURTHEST = timedelta(days=366)


@transaction.atomic
def take_hook(*, alias: str, carrier: Carrier, kind: str, call: HookRequest) -> list[str]:
    """
    Verify one webhook call and store its events; their keys, for the acknowledgement.

    :raises HookRefused: if it is forged, stale or unsigned
    :raises HookUnreadable: if it is not in the documented shape
    """
    if kind == "receipts":
        receipts = carrier.read_receipts(call)
        _check(receipts, call)
        record_receipts(carrier=alias, events=receipts, now=call.received_at)
        keys = [event.event_key for event in receipts]
    else:
        replies = carrier.read_replies(call)
        _check(replies, call)
        record_replies(carrier=alias, events=replies, now=call.received_at)
        keys = [event.event_key for event in replies]
    ring(tasks.receive)
    return keys


def _check(events: Sequence[ReceiptEvent | ReplyEvent], call: HookRequest) -> None:
    """What the adapter let through must still fit our columns: a carrier's mistake is never a 500."""
    for event in events:
        words = [event.event_key, getattr(event, "code", ""), getattr(event, "vendor_ref", "")]
        if any("\0" in word for word in words):
            raise HookUnreadable("NUL in a field")
        if not 0 < len(event.event_key) <= LONGEST_KEY or len(words[2]) > LONGEST_REFERENCE:
            raise HookUnreadable("a field is too long")
        if event.occurred_at.tzinfo is None or not _is_near(event, call):
            raise HookUnreadable("a time that cannot be")


def _is_near(event: ReceiptEvent | ReplyEvent, call: HookRequest) -> bool:
    try:
        return abs(call.received_at - event.occurred_at) < FURTHEST
    except OverflowError:
        return False


@transaction.atomic
def keep_unreadable(*, alias: str, kind: str, call: HookRequest, reason: str) -> HookReject:
    """Keep an authentic webhook that we cannot read, so that a person can; resident numbers are masked."""
    reject = HookReject(carrier=alias, kind=kind, reason=reason[:200], received_at=call.received_at)
    reject.body = mask_resident_numbers(call.body.decode("utf-8", "replace"))
    reject.save()
    return reject
