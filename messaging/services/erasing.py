"""Forgetting people: what was written and to whom goes after its topic's time; that it happened stays."""

from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from messaging import topics
from messaging.models import HookReject, Message, MessageStatus, Purpose, Receipt, Reply, ReplyPart

_log = structlog.get_logger(__name__)
BATCH = 2000
REJECTS_KEPT = timedelta(days=30)
PARTS_KEPT = timedelta(days=1)  # joined ones have given their words away; they only keep redeliveries out
ON_THE_WAY = (MessageStatus.QUEUED, MessageStatus.HELD, MessageStatus.SENDING)
INBOX = "messaging.answer"  # texts that no room took are kept as long as our answers to them


def erase_personal_data(*, now: datetime) -> Mapping[str, int]:
    """
    Remove phones, words, variables and raw reports whose time is over; how many rows of each.

    Hashes, statuses, counts and the ledger stay, and `erased_at` says why nothing else does. Batch by batch, so that
    nobody waits for it; running it again finds nothing.
    """
    counts = {"messages": 0, "replies": 0, "receipts": 0}
    for name, topic in topics.topics().items():
        until = now - timedelta(days=topic.kept_for_days)
        counts["messages"] += _erase_messages(Q(topic=name, created_at__lt=until), now)
        counts["replies"] += _erase_replies(Q(message__topic=name, received_at__lt=until), now)
        counts["replies"] += _erase_replies(Q(message=None, topic=name, received_at__lt=until), now)
    counts["messages"] += _erase_messages(Q(purpose=Purpose.CODE, expires_at__lt=now), now)
    until = now - timedelta(days=topics.topic(INBOX).kept_for_days)
    counts["replies"] += _erase_replies(Q(message=None, topic="", received_at__lt=until), now)
    counts["receipts"] = _erase_receipts(now)
    HookReject.objects.filter(received_at__lt=now - REJECTS_KEPT).delete()
    ReplyPart.objects.filter(received_at__lt=now - PARTS_KEPT, reply__isnull=False).delete()
    _log.info("personal_data_erased", **counts)
    return counts


def _erase_messages(over: Q, now: datetime) -> int:
    rows = Message.objects.filter(over, erased_at=None).exclude(status__in=ON_THE_WAY)
    return _in_batches(rows, phone_sealed=b"", body_sealed=b"", variables_sealed=b"", erased_at=now)


def _erase_replies(over: Q, now: datetime) -> int:
    rows = Reply.objects.filter(over, erased_at=None, handled_at__isnull=False)
    return _in_batches(rows, phone_sealed=b"", text_sealed=b"", spans=[], erased_at=now)


def _erase_receipts(now: datetime) -> int:
    """A raw report goes with its message; one that matched nothing, after the shortest time of all."""
    gone = Receipt.objects.filter(attempt__message__erased_at__isnull=False).exclude(raw_sealed=b"")
    shortest = now - timedelta(days=min(topic.kept_for_days for topic in topics.topics().values()))
    strays = Receipt.objects.filter(attempt=None, received_at__lt=shortest).exclude(raw_sealed=b"")
    return _in_batches(gone, raw_sealed=b"") + _in_batches(strays, raw_sealed=b"")


def _in_batches(rows: "QuerySet[Message] | QuerySet[Reply] | QuerySet[Receipt]", **emptied: object) -> int:
    count = 0
    while found := _empty(rows, emptied):
        count += found
    return count


@transaction.atomic
def _empty(rows: "QuerySet[Message] | QuerySet[Reply] | QuerySet[Receipt]", emptied: Mapping[str, object]) -> int:
    batch = list(rows.order_by("pk").values_list("pk", flat=True)[:BATCH])
    return rows.model._default_manager.filter(pk__in=batch).update(**emptied) if batch else 0
