"""Pausing, resuming and cancelling: what left stays left, what waits obeys within one batch."""

from datetime import datetime

from django.db import transaction
from django.db.models import F

from messaging import tasks
from messaging.models import Attempt, LegStatus, Message, Stream
from messaging.settling import Change, settle
from portal.accounts.models import User
from portal.core.bells import ring
from portal.core.errors import Refused

BATCH = 2000


class AlreadyLeft(Refused):
    """No leg of the message is waiting any more."""

    sentence = "이미 발송이 시작되어 취소할 수 없습니다."


@transaction.atomic
def cancel(*, message: Message, by: User | None, now: datetime) -> None:
    """
    Take back a message that still waits.

    :raises AlreadyLeft: if a carrier has it, or may have it
    """
    legs = list(Attempt.objects.select_for_update(no_key=True).filter(message=message, status=LegStatus.QUEUED))
    if not legs:
        raise AlreadyLeft
    settle([Change(leg.pk, LegStatus.CANCELLED) for leg in legs], cause=_by("cancel", by))


@transaction.atomic
def pause(*, stream: str, reason: str, by: User | None, now: datetime) -> None:
    """Stop a stream's waiting legs until somebody resumes it. A second pause keeps the first reason."""
    found = Stream.named(stream)
    Stream.objects.filter(pk=found.pk, paused_at=None).update(paused_at=now, paused_by=by, pause_reason=reason)


@transaction.atomic
def resume(*, stream: str, by: User | None, now: datetime) -> None:
    """Let a stream go on, its first legs judged by whoever resumes it."""
    found = Stream.objects.filter(name=stream)
    found.update(paused_at=None, paused_by=None, pause_reason="")
    found.filter(canary_count__lte=F("served_count")).update(released_at=now)
    ring(tasks.drain)


@transaction.atomic
def release(*, stream: str, by: User | None, now: datetime) -> None:
    """Send the rest without waiting for what becomes of the first legs."""
    Stream.objects.filter(name=stream).update(released_at=now)
    ring(tasks.drain)


def cancel_stream(*, stream: str, by: User | None, now: datetime) -> int:
    """Cancel every leg of a stream that still waits, batch by batch; how many there were."""
    count = 0
    while cancelled := _cancel_batch(stream, by):
        count += cancelled
    return count


@transaction.atomic
def _cancel_batch(stream: str, by: User | None) -> int:
    waiting = Attempt.objects.filter(stream__name=stream, status=LegStatus.QUEUED).select_for_update(no_key=True)
    legs = list(waiting.order_by("pk").values_list("pk", flat=True)[:BATCH])
    settle([Change(leg, LegStatus.CANCELLED) for leg in legs], cause=_by("cancel_stream", by))
    return len(legs)


def _by(cause: str, by: User | None) -> str:
    return f"{cause} by {by.pk}" if by else cause
