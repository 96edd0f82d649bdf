"""
Claiming: in one short transaction, take a batch whose turn it is, check it once more, and commit its Dispatch.

Everything that may have changed since the message was queued is judged again (messaging.judging).
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from messaging import dry_runs
from messaging.carriers.base import Capabilities, Leg
from messaging.judging import judge
from messaging.models import (
    Attempt,
    Channel,
    Dispatch,
    LegStatus,
    Message,
    Stream,
)
from messaging.pricing import Rate, tariff_on
from messaging.settling import because, fold, settle
from portal.core.clock import day_in_korea

LARGEST_BATCH = 200
LARGEST_BATCH_BY_TIME = 100
LARGEST_BATCH_OF_PICTURES = 20
ALONE_AFTER = 3  # a leg that came back unsent so often travels alone: it may be what the carrier refuses
SPREAD = timedelta(minutes=10)

_TURN = """
    SELECT clock_timestamp(), s.id, l.lane, l.channel, l.id, l.not_sent_count
    FROM messaging_stream s CROSS JOIN LATERAL (
        SELECT id, lane, channel, not_sent_count FROM messaging_attempt
        WHERE carrier = %s AND stream_id = s.id AND status = 'queued' AND due_at <= (SELECT clock_timestamp())
        ORDER BY lane, due_at, id LIMIT 1
    ) l
    WHERE s.paused_at IS NULL
    ORDER BY l.lane, s.last_served_at NULLS FIRST, s.id LIMIT 1
"""
_HOLD = """
    UPDATE messaging_attempt SET due_at = %s + random() * %s * interval '1 second' WHERE id = ANY(%s)
    RETURNING message_id
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, by the database's clock."""

    at: datetime
    stream: int
    lane: int
    channel: str
    leg: UUID
    not_sent_count: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One batch on its way: committed, and this process has the lease."""

    dispatch: UUID
    lease_by: UUID
    claimed_at: float  # time.monotonic(): a paused process must notice that it slept
    legs: tuple[Leg, ...]


class NothingDue(Exception):
    """No leg of the carrier is waiting for its turn."""


def claim(alias: str, capabilities: Capabilities) -> Claim | None:
    """
    Take the next batch for a carrier. None: all that was taken was settled on the spot, and there may be more.

    :raises NothingDue:
    """
    claimed_at = time.monotonic()
    with transaction.atomic():
        turn = _whose_turn(alias)
        if turn is None:
            raise NothingDue
        legs = _lock(turn, alias, capabilities)
        Stream.objects.filter(pk=turn.stream).update(last_served_at=turn.at)
        rate = tariff_on(day_in_korea(turn.at)).rate(turn.channel, alias)
        verdict = judge(legs, turn.at, rate)
        settle(verdict.changes, cause="claim")
        dry_runs.play(verdict.staged, at=turn.at)
        _hold(verdict.held)
        if verdict.pause_reason:
            waiting = Stream.objects.filter(pk=turn.stream, paused_at=None)
            waiting.update(paused_at=turn.at, pause_reason=verdict.pause_reason)
        if not verdict.ready:
            return None
        dispatch = _dispatch(verdict.ready, alias, turn, rate)
    return Claim(dispatch.pk, dispatch.lease_by, claimed_at, tuple(verdict.ready))


def _whose_turn(alias: str) -> Turn | None:
    """Lower lanes first; within a lane streams take turns, so two campaigns each get half."""
    with connection.cursor() as cursor:
        cursor.execute(_TURN, [alias])
        row = cursor.fetchone()
    return Turn(*row) if row else None


def _lock(turn: Turn, alias: str, capabilities: Capabilities) -> list[Attempt]:
    waiting = Attempt.objects.filter(
        carrier=alias,
        stream=turn.stream,
        lane=turn.lane,
        channel=turn.channel,
        status=LegStatus.QUEUED,
        due_at__lte=turn.at,
    )
    limit = _batch_size(turn, capabilities)
    if turn.not_sent_count >= ALONE_AFTER:
        waiting = waiting.filter(pk=turn.leg)
    related = ("message__template_version__template", "message__sender_number", "message__stream")
    locked = waiting.select_for_update(skip_locked=True, of=("self",)).select_related(*related)
    return list(locked.order_by("due_at", "message_id")[:limit])  # told at once, told in the order of the telling


def _batch_size(turn: Turn, capabilities: Capabilities) -> int:
    """What is on the wire is what a crash can strand: the batch follows what can be asked about afterwards."""
    most = {"none": 1, "time": LARGEST_BATCH_BY_TIME}.get(capabilities.outcome, LARGEST_BATCH)
    if turn.channel == Channel.MMS:
        most = min(most, LARGEST_BATCH_OF_PICTURES)
    return min(most, capabilities.batch_sizes.get(turn.channel, 1))


def _hold(held: dict[tuple[datetime, str], list[UUID]]) -> None:
    """Wait for the end of the night or the next day's budget, and then not all at once."""
    for (until, reason), legs in held.items():
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [until, SPREAD.total_seconds(), legs])
            messages = [message_id for (message_id,) in cursor.fetchall()]
        Message.objects.filter(pk__in=messages).update(hold_reason=reason)
        fold(messages)


def _dispatch(legs: Sequence[Leg], alias: str, turn: Turn, rate: Rate) -> Dispatch:
    dispatch = Dispatch.objects.create(
        carrier=alias,
        channel=turn.channel,
        stream_id=turn.stream,
        lane=turn.lane,
        size=len(legs),
        submitted_at=turn.at,
        lease_until=turn.at + timedelta(seconds=settings.MESSAGING_LEASE_SECONDS),
    )
    because("claim")
    ids = [leg.id for leg in legs]
    Attempt.objects.filter(pk__in=ids).update(
        status=LegStatus.SUBMITTING, dispatch=dispatch, cost_won=rate.won, billed_on=rate.billed_on
    )
    fold(set(Attempt.objects.filter(pk__in=ids).values_list("message_id", flat=True)))
    return dispatch
