"""
What became of legs: the one place that changes them after they were queued.

A change may only raise a leg's rank, so that receipts, answers and look-ups can arrive in any order and any number of
times. Rows are locked legs first, then messages, each in order of id: two workers never wait for each other in a ring.
"""

import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import IntegrityError, connection, transaction

from messaging import canaries, ledger, routes, topics
from messaging.carriers.base import Accepted, Outcome, Rejected
from messaging.legs import Places, new_leg
from messaging.models import FINAL, MESSAGE_FINAL, RANKS, Attempt, LegStatus, Message
from messaging.pricing import tariff_on
from messaging.queries import database_clock
from messaging.wording import compose
from portal.core.clock import day_in_korea

_log = structlog.get_logger(__name__)
ALONE_AFTER = 3  # a leg that came back unsent so often travels alone: it may be what the carrier refuses
_FAILED = (LegStatus.REJECTED, LegStatus.UNDELIVERED)
_REQUEUED_FROM = (LegStatus.SUBMITTING, LegStatus.UNKNOWN, LegStatus.UNRESOLVED)

_RAISE = """
    UPDATE messaging_attempt a SET
        status = u.status,
        vendor_ref = coalesce(nullif(u.vendor_ref, ''), a.vendor_ref),
        code = u.code, reason_kind = u.reason_kind, reason = u.reason,
        evidence = coalesce(nullif(u.evidence, ''), a.evidence),
        accepted_at = CASE WHEN u.status IN ('accepted', 'delivered', 'undelivered')
            THEN coalesce(a.accepted_at, clock_timestamp()) ELSE a.accepted_at END,
        final_at = CASE WHEN u.status = ANY(%(final)s) THEN clock_timestamp() END
    FROM unnest(%(ids)s::uuid[], %(statuses)s::text[], %(ranks)s::int[], %(refs)s::text[], %(codes)s::text[],
                %(kinds)s::text[], %(reasons)s::text[], %(evidences)s::text[])
        AS u (id, status, rank, vendor_ref, code, reason_kind, reason, evidence)
    WHERE a.id = ANY(%(ids)s) AND a.id = u.id AND u.rank > (%(rank_of)s::jsonb ->> a.status)::int
    RETURNING a.id, a.message_id, a.ordinal, a.status, a.reason_kind, a.dispatch_id, a.stream_id
"""
_REMEMBER_REFERENCE = """
    UPDATE messaging_attempt a SET vendor_ref = u.vendor_ref
    FROM unnest(%s::uuid[], %s::text[]) AS u (id, vendor_ref) WHERE a.id = u.id AND a.vendor_ref = ''
"""
_REQUEUE = """
    UPDATE messaging_attempt SET status = 'queued', dispatch_id = NULL,
        not_sent_count = greatest(not_sent_count, least(not_sent_count + 1, %s)),
        due_at = clock_timestamp() + make_interval(secs => %s * power(2, least(not_sent_count, 6)))
    WHERE id = ANY(%s) AND status = ANY(%s) RETURNING message_id, stream_id
"""
_UNSERVE = """
    UPDATE messaging_stream s SET served_count = greatest(0, s.served_count - u.count)
    FROM unnest(%s::bigint[], %s::int[]) AS u (id, count) WHERE s.id = u.id
"""
_CLOSE_CALLS = """
    UPDATE messaging_dispatch SET status = 'reconciled', next_check_at = NULL WHERE id IN (
        SELECT id FROM messaging_dispatch d WHERE id = ANY(%s) AND status IN ('unknown', 'held') AND NOT EXISTS (
            SELECT 1 FROM messaging_attempt a
            WHERE a.dispatch_id = d.id AND a.status IN ('submitting', 'unknown', 'unresolved'))
        FOR NO KEY UPDATE SKIP LOCKED)
"""
_FOLD = """
    UPDATE messaging_message m SET
        status = CASE WHEN f.status = 'queued' AND m.hold_reason <> '' THEN 'held' ELSE f.status END,
        hold_reason = CASE WHEN f.status = 'queued' THEN m.hold_reason ELSE '' END,
        delivered_at = CASE WHEN f.status = 'delivered' THEN coalesce(m.delivered_at, clock_timestamp())
            ELSE m.delivered_at END,
        outcome_told_at = CASE WHEN f.status = ANY(%(final)s) AND m.topic <> ALL(%(told)s) THEN clock_timestamp() END
    FROM (
        SELECT message_id, CASE
            WHEN bool_or(status = 'delivered') THEN 'delivered'
            WHEN bool_or(status = 'unresolved') THEN 'unresolved'
            WHEN bool_or(status IN ('submitting', 'unknown') OR (status = 'queued' AND ordinal > 1)) THEN 'sending'
            WHEN bool_or(status = 'queued') THEN 'queued'
            WHEN bool_or(status = 'accepted') THEN 'sent'
            ELSE (array_agg(CASE
                WHEN status = 'expired' THEN 'sent'
                WHEN status IN ('cancelled', 'suppressed') AND ordinal = 1 THEN status
                ELSE 'failed' END ORDER BY ordinal DESC))[1]
            END AS status
        FROM messaging_attempt WHERE message_id = ANY(%(ids)s) GROUP BY message_id
    ) f
    WHERE m.id = f.message_id
      AND m.status <> CASE WHEN f.status = 'queued' AND m.hold_reason <> '' THEN 'held' ELSE f.status END
"""


@dataclass(frozen=True, slots=True)
class Change:
    """What became of one leg, and how we know."""

    leg: UUID
    status: LegStatus
    vendor_ref: str = ""
    code: str = ""
    reason_kind: str = ""
    reason: str = ""
    evidence: str = ""

    @property
    def rank(self) -> int:
        """How much this says: the most telling of several changes wins."""
        return RANKS[self.status]


def change_of(leg: UUID, outcome: Outcome) -> Change:
    """A carrier's word on one leg as a change of ours."""
    match outcome:
        case Accepted(vendor_ref):
            return Change(leg, LegStatus.ACCEPTED, vendor_ref=vendor_ref)
        case Rejected(code=code, reason_kind=kind, reason=reason):
            return Change(leg, LegStatus.REJECTED, code=code, reason_kind=kind, reason=reason)


@dataclass(frozen=True, slots=True)
class _Moved:
    """A leg whose status really changed."""

    leg: UUID
    message_id: int
    ordinal: int
    status: str
    reason_kind: str
    dispatch_id: UUID | None
    stream_id: int


def because(cause: str) -> None:
    """Say why, for the history the database writes in this transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('sotong.cause', %s, true)", [cause[:300]])


def settle(changes: Iterable[Change], *, cause: str) -> set[UUID]:
    """
    Apply what is now known of legs, queue the legs that follow from it, and fold the messages.

    Runs in the caller's transaction. Returns the legs whose status changed; news that says less than what is already
    known changes nothing.
    """
    telling = _most_telling(changes)
    if not telling:
        return set()
    because(cause)
    _lock_legs([change.leg for change in telling])
    moved = _raise(telling)
    _add_following_legs([leg for leg in moved if leg.status in _FAILED])
    ledger.book([leg.leg for leg in moved], day=day_in_korea(database_clock()))
    _cancel_waiting_legs_of({leg.message_id for leg in moved if leg.status == LegStatus.DELIVERED})
    fold({leg.message_id for leg in moved})
    _close_calls({leg.dispatch_id for leg in moved if leg.dispatch_id})
    called = [leg for leg in moved if leg.dispatch_id]
    if called:
        failed = {leg.reason_kind for leg in called if leg.status in _FAILED}
        canaries.watch({leg.stream_id for leg in called}, failed=failed)
    return {leg.leg for leg in moved}


def requeue(legs: Collection[UUID], *, delay: timedelta, cause: str, is_suspect: bool = True) -> None:
    """
    Put legs back into the queue: only for legs the carrier never acted on, or that an official sends again.

    The delay doubles with each failure of the same leg, up to 64-fold.

    :param is_suspect: the legs themselves may be what the carrier refuses, or too many at once: after three times each
        travels alone
    """
    because(cause)
    _lock_legs(legs)
    most = 32_000 if is_suspect else ALONE_AFTER - 1
    known = [status.value for status in _REQUEUED_FROM]
    with connection.cursor() as cursor:
        cursor.execute(_REQUEUE, [most, delay.total_seconds(), list(legs), known])
        rows = cursor.fetchall()
        fold({message_id for message_id, _ in rows})
        back = Counter(stream for _, stream in rows)
        cursor.execute(_UNSERVE, [list(back), list(back.values())])


def fold(messages: Collection[int]) -> None:
    """
    Derive the status of messages from their legs.

    The messages are locked first, in a statement of its own, so that the fold sees every leg another worker committed.
    """
    if not messages:
        return
    ids = sorted(messages)
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM messaging_message WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [ids])
        final = [status.value for status in MESSAGE_FINAL]
        cursor.execute(_FOLD, {"ids": ids, "final": final, "told": list(topics.outcome_handlers())})


def _most_telling(changes: Iterable[Change]) -> list[Change]:
    best: dict[UUID, Change] = {}
    for change in changes:
        known = best.get(change.leg)
        if known is None or change.rank > known.rank:
            best[change.leg] = change
    return list(best.values())


def _lock_legs(legs: Iterable[UUID]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id FROM messaging_attempt WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE", [list(legs)]
        )


def _raise(changes: Sequence[Change]) -> list[_Moved]:
    try:
        with transaction.atomic():
            return _write(changes)
    except IntegrityError:  # a carrier that counts its references from the beginning must not stop the mail
        _log.error("reference_used_twice", legs=len(changes))
        return _write(_without_taken_references(changes))


def _without_taken_references(changes: Sequence[Change]) -> list[Change]:
    """A reference that names two legs names none: these are then found by ours only."""
    times = Counter(change.vendor_ref for change in changes)
    taken = set(Attempt.objects.filter(vendor_ref__in=times.keys() - {""}).values_list("vendor_ref", flat=True))
    twice = taken | {reference for reference, count in times.items() if count > 1}
    return [replace(change, vendor_ref="") if change.vendor_ref in twice else change for change in changes]


def _write(changes: Sequence[Change]) -> list[_Moved]:
    parameters: dict[str, Any] = {
        "ids": [change.leg for change in changes],
        "statuses": [change.status.value for change in changes],
        "ranks": [change.rank for change in changes],
        "refs": [change.vendor_ref for change in changes],
        "codes": [change.code[:20] for change in changes],
        "kinds": [change.reason_kind for change in changes],
        "reasons": [change.reason[:200] for change in changes],
        "evidences": [change.evidence for change in changes],
        "final": [status.value for status in FINAL],
        "rank_of": json.dumps(RANKS),
    }
    with connection.cursor() as cursor:
        cursor.execute(_RAISE, parameters)
        moved = [_Moved(*row) for row in cursor.fetchall()]
        done = {leg.leg for leg in moved}
        late = [change for change in changes if change.vendor_ref and change.leg not in done]
        if late:  # the receipt came before the answer that names the leg
            cursor.execute(_REMEMBER_REFERENCE, [[one.leg for one in late], [one.vendor_ref for one in late]])
    return moved


def _add_following_legs(failed: Sequence[_Moved]) -> None:
    if not failed:
        return
    messages = Message.objects.select_related("template_version__template").in_bulk([leg.message_id for leg in failed])
    carriers = dict(Attempt.objects.filter(pk__in=[leg.leg for leg in failed]).values_list("pk", "carrier"))
    due_at = database_clock()
    places = Places(tariff_on(day_in_korea(due_at)))
    legs = []
    for leg in failed:
        message = messages[leg.message_id]
        step = routes.step_after(message.route, leg.ordinal, leg.reason_kind)
        if step is not None:
            words = compose(message.template_version, json.loads(message.variables))
            legs.append(
                new_leg(
                    message,
                    words=words,
                    step=step,
                    ordinal=leg.ordinal + 1,
                    due_at=due_at,
                    places=places,
                    rather=carriers[leg.leg],
                )
            )
    Attempt.objects.bulk_create(legs, ignore_conflicts=True)


def _close_calls(dispatches: Collection[UUID]) -> None:
    """
    A call is reconciled once its last leg is settled, by whatever news.

    Whoever records the call's own answer holds its row and comes to the same end, so we do not wait for it.
    """
    if dispatches:
        with connection.cursor() as cursor:
            cursor.execute(_CLOSE_CALLS, [list(dispatches)])


def _cancel_waiting_legs_of(messages: Collection[int]) -> None:
    """A late receipt: the person has the message after all, so the leg that still waits must not go."""
    if messages:
        waiting = Attempt.objects.filter(message_id__in=messages, status=LegStatus.QUEUED)
        waiting.update(status=LegStatus.CANCELLED, final_at=database_clock())
