"""
Claiming: in one short transaction, take a batch whose turn it is, check it once more, and commit its Dispatch.

Everything that may have changed since the message was queued is judged again (messaging.judging).
"""

import hmac
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, QuerySet

from messaging import dry_runs, guarding
from messaging.carriers.base import Capabilities, Leg
from messaging.health import allowance, locked_state, spend
from messaging.judging import Verdict, judge, not_carried, rebuild
from messaging.models import (
    Attempt,
    Channel,
    Dispatch,
    LegStatus,
    Message,
    SenderNumber,
    Stream,
    TemplateVersion,
)
from messaging.pricing import Rate, tariff_on
from messaging.settling import ALONE_AFTER, because, fold, settle
from portal.core.clock import day_in_korea

LARGEST_BATCH = 200
LARGEST_BATCH_BY_TIME = 100
LARGEST_BATCH_OF_PICTURES = 20
SPREAD = timedelta(minutes=10)

# Hops over the partial index from stream to stream, so that neither idle streams nor waiting rows cost anything.
# Within a lane the stream goes first that has waited longest for its weight.
_TURN = """
    WITH RECURSIVE clock AS MATERIALIZED (SELECT clock_timestamp() AS at),
    waiting (stream_id, lane) AS (
        (SELECT stream_id, lane FROM messaging_attempt
         WHERE carrier = %(carrier)s AND status = 'queued' AND NOT awaits_upload ORDER BY stream_id, lane LIMIT 1)
        UNION ALL
        SELECT n.stream_id, n.lane FROM waiting w CROSS JOIN LATERAL (
            SELECT stream_id, lane FROM messaging_attempt
            WHERE carrier = %(carrier)s AND status = 'queued' AND NOT awaits_upload
              AND (stream_id, lane) > (w.stream_id, w.lane)
            ORDER BY stream_id, lane LIMIT 1) n
    )
    SELECT clock.at, s.id, w.lane, l.channel, l.id, l.not_sent_count,
           CASE WHEN s.canary_count > 0 AND s.released_at IS NULL THEN s.canary_count - s.served_count END
    FROM clock CROSS JOIN waiting w JOIN messaging_stream s ON s.id = w.stream_id CROSS JOIN LATERAL (
        SELECT id, channel, not_sent_count FROM messaging_attempt
        WHERE carrier = %(carrier)s AND status = 'queued' AND NOT awaits_upload
          AND stream_id = w.stream_id AND lane = w.lane AND due_at <= (SELECT at FROM clock)
        ORDER BY due_at, message_id LIMIT 1
    ) l
    WHERE s.paused_at IS NULL
      AND (s.canary_count = 0 OR s.released_at IS NOT NULL OR s.served_count < s.canary_count)
    ORDER BY w.lane, extract(epoch FROM clock.at - s.last_served_at) * s.weight DESC NULLS FIRST, s.id LIMIT 1
"""
_HOLD = """
    UPDATE messaging_attempt SET due_at = %s + random() * %s * interval '1 second' WHERE id = ANY(%s)
    RETURNING message_id
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, by the database's clock. `canary_left`: so many may go before the first are judged."""

    at: datetime
    stream: int
    lane: int
    channel: str
    leg: UUID
    not_sent_count: int
    canary_left: int | None


@dataclass(frozen=True, slots=True)
class Claim:
    """One batch on its way: committed, and this process has the lease."""

    carrier: str
    dispatch: UUID
    lease_by: UUID
    claimed_at: float  # time.monotonic(): a paused process must notice that it slept
    legs: tuple[Leg, ...]
    is_probe: bool = False


class NothingDue(Exception):
    """No leg of the carrier is waiting for its turn."""


def claim(alias: str, capabilities: Capabilities) -> Claim | None:
    """
    Take the next batch for a carrier. None: all that was taken was settled on the spot, and there may be more.

    :raises NothingDue:
    :raises messaging.health.CarrierClosed: the carrier may take nothing now
    """
    guarding.refuse_restored()
    with transaction.atomic():
        state = locked_state(alias)
        claimed_at = time.monotonic()  # before the turn's clock, from which the lease runs; waiting for the row is free
        turn = _whose_turn(alias)
        if turn is None:
            raise NothingDue
        allowed = allowance(state, capabilities, lane=turn.lane, at=turn.at)
        legs = _lock(turn, alias, min(allowed.most, _batch_size(turn, capabilities)))
        rate = tariff_on(day_in_korea(turn.at)).rate(turn.channel, alias)
        is_carried = turn.channel in capabilities.channels
        verdict = judge(legs, turn.at, rate) if is_carried else not_carried(legs)
        settle(verdict.changes, cause="claim")
        dry_runs.play(verdict.staged, at=turn.at)
        _hold(verdict.held)
        Attempt.objects.filter(pk__in=verdict.unready).update(awaits_upload=True)
        messages = {leg.pk: leg.message_id for leg in legs}
        leaving = [messages[leg.id] for leg in verdict.ready]
        dispatch = _dispatch(verdict.ready, leaving, alias, turn, rate) if leaving else None
        _take_turn(turn, verdict)
        if dispatch is None:
            return None
        spend(state, capabilities, len(verdict.ready), at=turn.at, is_probe=allowed.is_probe)
        guarding.mark_after_commit(turn.at)
    return Claim(alias, dispatch.pk, dispatch.lease_by, claimed_at, tuple(verdict.ready), allowed.is_probe)


def rebuilt(dispatch: Dispatch, at: datetime) -> tuple[Leg, ...] | None:
    """The very request of an earlier call, byte for byte; None if anything about it, or any wish, has changed."""
    legs = _complete(dispatch.attempts.order_by("due_at", "message_id"))
    ready = rebuild(legs, at)
    if ready is None or not hmac.compare_digest(request_of(ready), bytes(dispatch.request_sha256)):
        return None
    return ready


def request_of(legs: Sequence[Leg]) -> bytes:
    """A keyed fingerprint of everything a call says, in its order: a request is a pure function of its legs."""
    digest = hmac.new(settings.PII_INDEX_KEY, b"messaging.request\0", sha256)
    for leg in legs:
        pictures = [(sha256(one.content).hexdigest(), one.file_ref) for one in leg.images]
        words = (leg.text, leg.title, leg.template_code, sorted(leg.variables.items()), leg.buttons)
        digest.update(repr((str(leg.id), leg.channel, leg.to, leg.sender, *words, pictures)).encode() + b"\0")
    return digest.digest()


def _whose_turn(alias: str) -> Turn | None:
    """Lower lanes first; within a lane streams take turns, so two campaigns each get half."""
    with connection.cursor() as cursor:
        cursor.execute(_TURN, {"carrier": alias})
        row = cursor.fetchone()
    return Turn(*row) if row else None


def _lock(turn: Turn, alias: str, limit: int) -> list[Attempt]:
    waiting = Attempt.objects.filter(
        carrier=alias,
        stream=turn.stream,
        lane=turn.lane,
        channel=turn.channel,
        status=LegStatus.QUEUED,
        awaits_upload=False,
        due_at__lte=turn.at,
    )
    if turn.canary_left is not None:
        limit = min(limit, turn.canary_left)
    if turn.not_sent_count >= ALONE_AFTER:
        waiting = waiting.filter(pk=turn.leg)
    locked = waiting.select_for_update(no_key=True, skip_locked=True, of=("self",))
    return _complete(locked.order_by("due_at", "message_id")[:limit])  # told at once, told in the order of the telling


def _complete(rows: QuerySet[Attempt]) -> list[Attempt]:
    """Legs with their messages and what these share: wording, number and stream are read once, not once a leg."""
    legs = list(rows.select_related("message").defer("message__body_sealed"))
    messages = [leg.message for leg in legs]
    versions = TemplateVersion.objects.select_related("template").in_bulk({one.template_version_id for one in messages})
    numbers = SenderNumber.objects.in_bulk({one.sender_number_id for one in messages})
    streams = Stream.objects.in_bulk({one.stream_id for one in messages})
    for message in messages:
        message.template_version = versions[message.template_version_id]
        message.sender_number = numbers[message.sender_number_id]
        message.stream = streams[message.stream_id]
    return legs


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


def _take_turn(turn: Turn, verdict: Verdict) -> None:
    """The stream's row comes last: whoever settles legs locks legs, then messages, then streams."""
    served = F("served_count") + len(verdict.ready)
    Stream.objects.filter(pk=turn.stream).update(last_served_at=turn.at, served_count=served)
    if verdict.pause_reason:
        running = Stream.objects.filter(pk=turn.stream, paused_at=None)
        running.update(paused_at=turn.at, pause_reason=verdict.pause_reason)


def _dispatch(legs: Sequence[Leg], messages: Collection[int], alias: str, turn: Turn, rate: Rate) -> Dispatch:
    dispatch = Dispatch.objects.create(
        carrier=alias,
        channel=turn.channel,
        stream_id=turn.stream,
        lane=turn.lane,
        size=len(legs),
        request_sha256=request_of(legs),
        submitted_at=turn.at,
        lease_until=turn.at + timedelta(seconds=settings.MESSAGING_LEASE_SECONDS),
    )
    because("claim")
    ids = [leg.id for leg in legs]
    Attempt.objects.filter(pk__in=ids).update(
        status=LegStatus.SUBMITTING, dispatch=dispatch, cost_won=rate.won, billed_on=rate.billed_on
    )
    fold(messages)
    return dispatch
