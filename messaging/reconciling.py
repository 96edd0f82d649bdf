"""
Reconciling: a call whose answer never came is asked about, and nothing is sent again before its absence is proved.

A lease that ran out makes a call unknown, never queued. "Not found" counts only when asked late enough, twice, some
time apart: the bytes of a dead worker may still be under way.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from messaging import ledger
from messaging.carriers import registry
from messaging.carriers.base import Accepted, Call, Carrier, CarrierError, Found, NotFound, Rejected
from messaging.carriers.base import Channel as CarrierChannel
from messaging.claiming import rebuilt
from messaging.models import UNSETTLED, Attempt, Dispatch, LegStatus
from messaging.queries import database_clock
from messaging.settling import Change, change_of, requeue, settle

_log = structlog.get_logger(__name__)
RECEIPT_WAIT = timedelta(hours=72)  # carriers may report up to three days late
BACK_OFF = (0.5, 1, 2, 5, 15, 30, 60)  # in leases: 30 s, 1, 2, 5 … 60 minutes with the lease of 60 s
GIVE_UP_AFTER, GIVE_UP_UNASKABLE_AFTER = 4320, 30  # in leases: 72 hours; 30 minutes if the carrier cannot be asked
RESTORED = "restored"  # calls that the books do not know of, but a database from before them may have forgotten
BATCH = 500

_SQUASH = """
    WITH crowded AS (SELECT stream_id, metric FROM messaging_streamcount GROUP BY 1, 2 HAVING count(*) > 1),
    mine AS (
        SELECT c.id FROM messaging_streamcount c JOIN crowded x ON (c.stream_id, c.metric) = (x.stream_id, x.metric)
            FOR NO KEY UPDATE OF c SKIP LOCKED
    ), gone AS (
        DELETE FROM messaging_streamcount WHERE id IN (SELECT id FROM mine) RETURNING stream_id, metric, delta
    )
    INSERT INTO messaging_streamcount (stream_id, metric, delta)
        SELECT stream_id, metric, sum(delta) FROM gone GROUP BY 1, 2 HAVING sum(delta) <> 0
"""


def _lease() -> timedelta:
    return timedelta(seconds=settings.MESSAGING_LEASE_SECONDS)


def first_check_after() -> timedelta:
    """How long after its failure an unknown call is asked about."""
    return _lease() * BACK_OFF[0]


def reconcile() -> None:
    """Settle what can be settled about calls without an answer and legs without a receipt."""
    while lapse_leases():
        pass
    for dispatch in _due_calls():
        try:
            check(dispatch)
        except Exception as error:  # noqa: BLE001 — the worker loop's edge: one broken answer must not stop the others
            _log.exception("check_failed", dispatch=str(dispatch), error=type(error).__name__)
    while expire_unreported():
        pass
    squash_counts()
    ledger.squash()


@transaction.atomic
def lapse_leases() -> int:
    """Calls whose lease ran out become unknown: their worker died, or sleeps."""
    at = database_clock()
    lapsed = list(
        Dispatch.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(status=Dispatch.Status.SUBMITTING, lease_until__lt=at)
        .order_by("pk")[:BATCH]
    )
    ids = [dispatch.pk for dispatch in lapsed]
    Dispatch.objects.filter(pk__in=ids).update(
        status=Dispatch.Status.UNKNOWN, error_kind="lease_lapsed", next_check_at=at + first_check_after()
    )
    legs = Attempt.objects.filter(dispatch__in=ids, status=LegStatus.SUBMITTING).values_list("pk", flat=True)
    settle([Change(leg, LegStatus.UNKNOWN) for leg in legs], cause="lease_lapsed")
    if lapsed:
        _log.warning("leases_lapsed", dispatches=len(lapsed))
    return len(lapsed)


def _due_calls() -> list[UUID]:
    due = Dispatch.objects.filter(status=Dispatch.Status.UNKNOWN, next_check_at__lte=database_clock())
    return list(due.order_by("next_check_at").values_list("pk", flat=True)[:BATCH])


def check(dispatch: UUID) -> None:
    """Settle one unknown call as far as its carrier can tell, with no transaction open while it is asked."""
    asked = _take_up(dispatch)
    if asked is None:
        return
    call, legs, at = asked
    if not legs:
        _record(call.pk, {}, at=at)
    elif call.carrier not in registry.aliases():
        if at >= call.submitted_at + _lease() * GIVE_UP_UNASKABLE_AFTER:
            _give_up(call)
    else:
        _ask(call, legs, at)


def _ask(call: Dispatch, legs: Sequence[UUID], at: datetime) -> None:
    carrier = registry.carrier(call.carrier)
    able = carrier.capabilities
    is_restored = call.error_kind == RESTORED
    is_askable = able.outcome != "none" and not (is_restored and not able.knows_legs)
    patience = GIVE_UP_AFTER if is_askable else 0 if is_restored else GIVE_UP_UNASKABLE_AFTER
    if able.outcome == "group" and not call.remembered and not is_restored:
        _prove_never_sent(call, legs)
    elif at >= (call.lease_until if is_restored else call.submitted_at) + _lease() * patience:
        _give_up(call)
    elif able.outcome == "key" and not is_restored and _repeat(call, carrier, at):
        return
    elif is_askable:
        try:
            found = carrier.look_up(asked_about(call, legs))
        except CarrierError as error:
            _log.warning("look_up_failed", dispatch=str(call.pk), error=str(error))
        else:
            _record(call.pk, found, at=at)


def _repeat(call: Dispatch, carrier: Carrier, at: datetime) -> bool:
    """
    Within its window the key makes the identical request harmless, and its answer tells what became of the first.

    False: it may not, or not so, be repeated: too late, no longer identical, or somebody no longer wants to be written
    to, who was perhaps not yet.
    """
    if at + _lease() >= call.submitted_at + carrier.capabilities.key_window:
        return False
    legs = rebuilt(call, at)
    if legs is None:
        return False
    try:
        answer = carrier.submit(legs, key=call.pk)
    except CarrierError as error:
        _log.warning("repeat_failed", dispatch=str(call.pk), error=str(error))
    else:
        _record(call.pk, answer, at=at)
    return True


@transaction.atomic
def _prove_never_sent(call: Dispatch, legs: Collection[UUID]) -> None:
    """A grouped call sends in its last step, and only after its group was written down: without one nothing left."""
    unknown = Dispatch.objects.filter(pk=call.pk, status=Dispatch.Status.UNKNOWN, remembered="")
    if unknown.update(status=Dispatch.Status.RECONCILED, next_check_at=None):
        requeue(legs, delay=timedelta(0), cause="never_sent")


def asked_about(call: Dispatch, legs: Sequence[UUID]) -> Call:
    """A call of ours as its carrier is asked about it."""
    return Call(call.pk, cast(CarrierChannel, call.channel), tuple(legs), call.submitted_at, call.remembered)


@transaction.atomic
def _take_up(dispatch: UUID) -> tuple[Dispatch, list[UUID], datetime] | None:
    """Book the next check before asking, so that no two workers ask at once and a crash costs one turn."""
    at = database_clock()
    call = (
        Dispatch.objects.select_for_update(no_key=True, skip_locked=True)
        .filter(pk=dispatch, status=Dispatch.Status.UNKNOWN, next_check_at__lte=at)
        .first()
    )
    if call is None:
        return None
    pause = BACK_OFF[min(call.checks_count + 1, len(BACK_OFF) - 1)]
    Dispatch.objects.filter(pk=call.pk).update(checks_count=F("checks_count") + 1, next_check_at=at + _lease() * pause)
    return call, _unsettled(call.pk), at


def _unsettled(dispatch: UUID) -> list[UUID]:
    return list(
        Attempt.objects.filter(dispatch=dispatch, status__in=UNSETTLED).order_by("pk").values_list("pk", flat=True)
    )


@transaction.atomic
def _record(dispatch: UUID, found: Mapping[UUID, Found], *, at: datetime) -> None:
    call = Dispatch.objects.select_for_update(no_key=True).filter(pk=dispatch, status=Dispatch.Status.UNKNOWN).first()
    if call is None:
        return  # settled while we asked
    known = {leg: outcome for leg, outcome in found.items() if isinstance(outcome, Accepted | Rejected)}
    settle([change_of(leg, outcome) for leg, outcome in known.items()], cause="look_up")
    open_legs = _unsettled(dispatch)
    if open_legs and all(isinstance(found.get(leg), NotFound) for leg in open_legs):
        _weigh_absence(call, open_legs, at)
        return
    Dispatch.objects.filter(pk=dispatch).update(first_missing_at=None)
    if not open_legs:
        Dispatch.objects.filter(pk=dispatch).update(status=Dispatch.Status.RECONCILED, next_check_at=None)


def _weigh_absence(call: Dispatch, legs: Collection[UUID], at: datetime) -> None:
    """The carrier knows none of them: proof only the second time, late enough after the call and apart."""
    unknown = Dispatch.objects.filter(pk=call.pk)
    if at < call.lease_until + _lease():
        unknown.update(first_missing_at=None, next_check_at=call.lease_until + _lease())
    elif call.first_missing_at is None:
        unknown.update(first_missing_at=at, next_check_at=at + _lease())
    elif at >= call.first_missing_at + _lease():
        requeue(legs, delay=timedelta(0), cause="proved_absent")
        unknown.update(status=Dispatch.Status.RECONCILED, next_check_at=None)


@transaction.atomic
def _give_up(call: Dispatch) -> None:
    """No proof in time: a person decides. Never a silent second send."""
    legs = _unsettled(call.pk)
    status = Dispatch.Status.HELD if legs else Dispatch.Status.RECONCILED
    unknown = Dispatch.objects.filter(pk=call.pk, status=Dispatch.Status.UNKNOWN)
    if unknown.update(status=status, next_check_at=None):
        settle([Change(leg, LegStatus.UNRESOLVED) for leg in legs], cause="no_proof_in_time")
        _log.error("dispatch_unresolved", dispatch=str(call.pk), legs=len(legs))


@transaction.atomic
def expire_unreported() -> int:
    """Accepted legs whose receipt never came; a later receipt still counts."""
    overdue = Attempt.objects.select_for_update(no_key=True, skip_locked=True).filter(
        status=LegStatus.ACCEPTED, accepted_at__lt=database_clock() - RECEIPT_WAIT
    )
    legs = list(overdue.order_by("accepted_at").values_list("pk", flat=True)[:BATCH])
    settle([Change(leg, LegStatus.EXPIRED) for leg in legs], cause="no_receipt")
    return len(legs)


def squash_counts() -> None:
    """Replace the appended differences of each counter by their sum; a counter that has one row is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(_SQUASH)
