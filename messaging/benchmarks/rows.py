"""Rows: `send_many`, which copies, against the same rows by Django's bulk_create."""

from typing import Any

from django.db import transaction

from messaging.benchmarks import stage
from messaging.models import Attempt, Message
from messaging.services.preparing import Preparation
from portal.core import clock


def measure(size: int) -> dict[str, Any]:
    """Both make sealed messages with legs, history and counters; bulk_create gets a fifth of the rows."""
    stage.open_office()
    stage.say(f"메시지 {size:,}건 등록")
    with stage.watched() as copied:
        stage.queue("bench:rows", size)
    fewer = max(1, size // 5)
    with stage.watched() as bulk:
        _bulk_create("bench:bulk", fewer)
    ours, theirs = size / copied.seconds, fewer / bulk.seconds
    return {
        "rows": size,
        "copy_seconds": round(copied.seconds, 2),
        "copy_rows_per_second": round(ours),
        "bulk_create_rows_per_second": round(theirs),
        "copy_over_bulk_create": round(ours / theirs, 2),
    }


def _bulk_create(stream: str, count: int) -> None:
    """As one would write it with Django alone: instances from keyword arguments, a thousand at a time."""
    with transaction.atomic():
        preparation = Preparation(by=None, approved_by=None, now=clock.now())
        drafts = [preparation.draft(asked) for asked in stage.outgoing(stream, count)]
        messages = [Message(**_columns(draft.message)) for draft in drafts]
        Message.objects.bulk_create(messages, batch_size=1000)
        legs = [
            Attempt(**{**_columns(draft.leg), "message_id": message.pk})
            for draft, message in zip(drafts, messages, strict=True)
        ]
        Attempt.objects.bulk_create(legs, batch_size=1000)


def _columns(row: Message | Attempt) -> dict[str, Any]:
    return {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
