"""
The drain: claim a batch and commit, call the carrier with no transaction open, record the answer behind the fence.

PostgreSQL is the queue. Celery, beat, cron and a button may all start drains, any number of them at once.
"""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import TypeVar
from uuid import UUID

import structlog
from django.conf import settings
from django.db import connection, transaction

from messaging import switching, uploading
from messaging.carriers import registry
from messaging.carriers.base import (
    Carrier,
    CarrierError,
    NotSent,
    Outcome,
    OutcomeUnknown,
    RateLimited,
    Uploads,
)
from messaging.claiming import Claim, NothingDue, claim
from messaging.health import CarrierClosed, note_call
from messaging.models import Dispatch, LegStatus
from messaging.queries import database_clock
from messaging.reconciling import first_check_after
from messaging.settling import Change, change_of, requeue, settle

_log = structlog.get_logger(__name__)
LOCKED_PAUSE = 0.02
UPLOAD_PAUSE = 0.2
LONGEST_PAUSE = 2.0  # for a carrier that is closed longer, the next bell is soon enough

Answer = Mapping[UUID, Outcome] | CarrierError
Result = TypeVar("Result")


class _Overslept(NotSent):
    """
    The call came too late for its lease, so it must not be made: the process was paused, or the batch was too much.

    Legs of which that is true three times travel alone, so that a slow machine gets on.
    """


@dataclass(slots=True)
class _Line:
    """One carrier during one run. `opens_at`: until then (time.monotonic()) it takes nothing."""

    alias: str
    carrier: Carrier
    running_count: int = 0
    opens_at: float = 0.0
    is_done: bool = False

    def next_claim(self, deadline: float) -> Claim | None:
        """A claim with legs to send; claims that settled everything on the spot are followed by the next."""
        capabilities = self.carrier.capabilities
        while self.running_count < capabilities.in_flight and self.opens_at <= time.monotonic() < deadline:
            try:
                taken = claim(self.alias, capabilities)
            except NothingDue:
                break
            except CarrierClosed as closed:
                self.is_done = self.is_done or closed.seconds > LONGEST_PAUSE
                self.opens_at = time.monotonic() + closed.seconds
                break
            if taken is not None:
                return taken
            time.sleep(LOCKED_PAUSE)  # perhaps another worker holds these rows for the length of its claim
        return None


def drain(*, seconds: float, only: str = "") -> int:
    """
    Hand waiting legs to the carriers until nothing is due or the time is up; how many legs were handed over.

    :param only: one carrier's alias, for the process that holds its line; else those whose line no process holds
    """
    deadline = time.monotonic() + seconds
    switching.switch()
    lines = [_Line(alias, registry.carrier(alias)) for alias in ([only] if only else registry.aliases())]
    lines = [line for line in lines if only or not line.carrier.capabilities.is_linked]
    with ThreadPoolExecutor(max(1, sum(line.carrier.capabilities.in_flight + 1 for line in lines))) as pool:
        uploads = [pool.submit(_in_a_thread, partial(_upload, line, deadline)) for line in lines]
        handed = _run(lines, pool, uploads, deadline)
        for future in uploads:
            future.result()
        return handed


def _upload(line: _Line, deadline: float) -> int:
    """Pictures go ahead while the texts leave."""
    capabilities = line.carrier.capabilities
    if capabilities.uploads_per_second > 0 and isinstance(line.carrier, Uploads):
        return uploading.upload_ahead(line.alias, line.carrier, capabilities, until=deadline)
    return 0


def _run(lines: list[_Line], pool: ThreadPoolExecutor, uploads: list[Future[int]], deadline: float) -> int:
    """Keep up to `in_flight` calls under way per carrier; claims and records are this thread's alone."""
    running: dict[Future[Answer], tuple[_Line, Claim]] = {}
    handed = 0
    while True:
        is_uploading = any(not future.done() for future in uploads)
        for line in lines:
            while not line.is_done and (taken := line.next_claim(deadline)) is not None:
                call = partial(hand_over, line.carrier, taken)
                running[pool.submit(_in_a_thread, call)] = (line, taken)
                line.running_count += 1
        pause = _pause(lines, is_uploading=is_uploading)
        if running:
            done, _ = wait(running, timeout=pause, return_when=FIRST_COMPLETED)
            for future in done:
                handed += _take_answer(*running.pop(future), future.result())
        elif pause is not None and pause <= deadline - time.monotonic():
            time.sleep(pause)
        else:
            return handed


def _pause(lines: list[_Line], *, is_uploading: bool) -> float | None:
    """How long until there may be something to claim that no answer brings; None if nothing like that is known."""
    now = time.monotonic()
    pauses = [line.opens_at - now for line in lines if not line.is_done and line.opens_at > now]
    return min([*pauses, UPLOAD_PAUSE] if is_uploading else pauses, default=None)


def _take_answer(line: _Line, taken: Claim, answer: Answer) -> int:
    line.running_count -= 1
    line.opens_at, line.is_done = 0.0, False
    record(taken, answer)
    if not isinstance(answer, _Overslept):
        note_call(line.alias, answer, legs=len(taken.legs), is_probe=taken.is_probe)
    if isinstance(answer, NotSent) and not isinstance(answer, RateLimited):
        line.is_done = True  # it would only refuse the next batch, too
    return len(taken.legs)


def _in_a_thread(work: Callable[[], Result]) -> Result:
    try:
        return work()
    finally:
        connection.close()  # the thread's own; most calls never open one


def hand_over(carrier: Carrier, taken: Claim) -> Answer:
    """One carrier call. Whatever is not a certain "no" is unknown, a broken adapter included."""
    if time.monotonic() > taken.claimed_at + settings.MESSAGING_LEASE_SECONDS / 6:
        return _Overslept("too late for the lease")
    try:
        return carrier.submit(taken.legs, key=taken.dispatch, remember=partial(_remember, taken))
    except CarrierError as error:
        return error
    except Exception as error:  # noqa: BLE001 — the worker loop's edge: bytes may have left, so ask before sending again
        _log.exception("carrier_adapter_failed", dispatch=str(taken.dispatch))
        return OutcomeUnknown(type(error).__name__)


def _remember(taken: Claim, reference: str) -> None:
    """Commit what the carrier calls this very call, before the step that sends it."""
    ours = Dispatch.objects.filter(
        pk=taken.dispatch, lease_by=taken.lease_by, status=Dispatch.Status.SUBMITTING, remembered=""
    )
    if not ours.update(remembered=reference):
        raise NotSent("settled by somebody else")


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
            is_suspect = not isinstance(answer, RateLimited)
            requeue(legs, delay=_delay(answer), cause="not_sent", is_suspect=is_suspect)
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
