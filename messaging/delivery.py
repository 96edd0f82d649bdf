"""
The drain: claim a batch and commit, call the carrier with no transaction open, record the answer behind the fence.

PostgreSQL is the queue. Celery, beat, cron and a button may all start drains, any number of them at once.
"""

import time
from collections.abc import Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from uuid import UUID

import structlog
from django.conf import settings
from django.db import transaction

from messaging.carriers import registry
from messaging.carriers.base import (
    Carrier,
    CarrierError,
    NotSent,
    Outcome,
    OutcomeUnknown,
    RateLimited,
)
from messaging.claiming import Claim, NothingDue, claim
from messaging.models import Dispatch, LegStatus
from messaging.queries import database_clock
from messaging.reconciling import first_check_after
from messaging.settling import Change, change_of, requeue, settle

_log = structlog.get_logger(__name__)
LOCKED_PAUSE = 0.02

Answer = Mapping[UUID, Outcome] | CarrierError


class _Overslept(NotSent):
    """The process was paused between the claim and the call: its lease may be over, so it must not send."""


def drain(*, seconds: float) -> int:
    """Hand waiting legs to the carriers until nothing is due or the time is up; how many legs were handed over."""
    deadline = time.monotonic() + seconds
    return sum(_drain_carrier(alias, deadline) for alias in registry.aliases())


def _drain_carrier(alias: str, deadline: float) -> int:
    """Keep up to `in_flight` calls under way. Only the calls run in threads; the database is this thread's alone."""
    carrier = registry.carrier(alias)
    in_flight = carrier.capabilities.in_flight
    running: dict[Future[Answer], Claim] = {}
    handed, is_resting = 0, False
    with ThreadPoolExecutor(in_flight) as pool:
        while True:
            while not is_resting and len(running) < in_flight:
                taken = _claim_before(deadline, alias, carrier)
                if taken is None:
                    break
                running[pool.submit(hand_over, carrier, taken)] = taken
            if not running:
                return handed
            done, _ = wait(running, return_when=FIRST_COMPLETED)
            for future in done:
                taken, answer = running.pop(future), future.result()
                record(taken, answer)
                handed += len(taken.legs)
                is_resting = is_resting or isinstance(answer, NotSent)  # it would only refuse the next batch, too


def _claim_before(deadline: float, alias: str, carrier: Carrier) -> Claim | None:
    """A claim with legs to send; claims that settled everything on the spot are followed by the next."""
    while time.monotonic() < deadline:
        try:
            taken = claim(alias, carrier.capabilities)
        except NothingDue:
            return None
        if taken is not None:
            return taken
        time.sleep(LOCKED_PAUSE)  # perhaps another worker holds these rows for the length of its claim
    return None


def hand_over(carrier: Carrier, taken: Claim) -> Answer:
    """One carrier call. Whatever is not a certain "no" is unknown, a broken adapter included."""
    if time.monotonic() > taken.claimed_at + settings.MESSAGING_LEASE_SECONDS / 6:
        return _Overslept("paused after the claim")
    try:
        return carrier.submit(taken.legs, key=taken.dispatch)
    except CarrierError as error:
        return error
    except Exception as error:  # noqa: BLE001 — the worker loop's edge: bytes may have left, so ask before sending again
        _log.exception("carrier_adapter_failed", dispatch=str(taken.dispatch))
        return OutcomeUnknown(type(error).__name__)


@transaction.atomic
def record(taken: Claim, answer: Answer) -> None:
    """Write down what one call brought. If somebody else settled the call since, the answer is dropped."""
    at = database_clock()
    legs = [leg.id for leg in taken.legs]
    fenced = Dispatch.objects.filter(
        pk=taken.dispatch,
        lease_by=taken.lease_by,
        status__in=(Dispatch.Status.SUBMITTING, Dispatch.Status.UNKNOWN),
    )
    if isinstance(answer, NotSent):
        if fenced.update(status=Dispatch.Status.NOT_SENT, answered_at=at, error_kind=str(answer)[:40]):
            requeue(legs, delay=_delay(answer), cause="not_sent")
            _log.warning("dispatch_not_sent", dispatch=str(taken.dispatch), legs=len(legs), error=str(answer))
        return
    outcomes = {} if isinstance(answer, CarrierError) else answer
    silent = [leg for leg in legs if leg not in outcomes]
    error_kind = str(answer)[:40] if isinstance(answer, CarrierError) else "leg_missing" if silent else ""
    is_settled = fenced.update(
        status=Dispatch.Status.UNKNOWN if silent else Dispatch.Status.ANSWERED,
        answered_at=at,
        error_kind=error_kind,
        next_check_at=at + first_check_after() if silent else None,
    )
    if is_settled:
        changes = [change_of(leg, outcome) for leg, outcome in outcomes.items()]
        settle([*changes, *(Change(leg, LegStatus.UNKNOWN) for leg in silent)], cause=error_kind or "answer")


def _delay(error: NotSent) -> timedelta:
    if isinstance(error, _Overslept):
        return timedelta(0)
    if isinstance(error, RateLimited):
        return timedelta(seconds=error.retry_after)
    return timedelta(seconds=settings.MESSAGING_LEASE_SECONDS / 12)
