"""
How a carrier is doing: its rate, its daily cap, its breaker and its papers, shared by all processes.

Whoever claims holds the carrier's row for the length of the claim, so that turns and tokens are exact however many
workers there are. Moments are the database's.
"""

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction

from messaging.carriers.base import Capabilities, CarrierError, Misconfigured, NotSent, RateLimited
from messaging.models import CarrierState
from messaging.queries import database_clock
from messaging.rehearsal import reaches_nobody
from portal.core.clock import day_in_korea, in_korea

_log = structlog.get_logger(__name__)
SMALLEST_BUCKET = 2.0
RESERVED = 0.1  # of the bucket, for codes and single messages
SINGLE_LANES = (0, 1)
REMEMBERED_CALLS = 20
NOT_SENT_IN_A_ROW, UNKNOWN_OF_THE_LAST = 5, 10
LONGEST_BREAK = 5.0  # in leases: 5 minutes with the lease of 60 s; the first break is half a lease
NO_CERTIFICATE = "전송자격인증이 없거나 기한이 지났습니다."


class CarrierClosed(Exception):
    """The carrier takes nothing for `seconds`, perhaps for good until somebody acts."""

    def __init__(self, reason: str, seconds: float = math.inf) -> None:
        super().__init__(reason)
        self.seconds = seconds


@dataclass(frozen=True, slots=True)
class Allowance:
    """How many legs may leave now, and whether they try whether the carrier works again."""

    most: int
    is_probe: bool


def locked_state(alias: str) -> CarrierState:
    """The carrier's row, held until the transaction ends."""
    rows = CarrierState.objects.select_for_update(no_key=True).filter(alias=alias)
    found = rows.first()
    if found is None:
        CarrierState.objects.bulk_create([CarrierState(alias=alias)], ignore_conflicts=True)
        found = rows.get()
    return found


def allowance(state: CarrierState, capabilities: Capabilities, *, lane: int, at: datetime) -> Allowance:
    """
    What the carrier's rate, cap and breaker let through in a lane.

    :raises CarrierClosed: and for how long
    """
    _refuse_closed(state, at)
    most = _cap_left(state, at)
    if state.breaker_since is not None:
        return Allowance(1, is_probe=True)
    bucket = max(capabilities.tps, SMALLEST_BUCKET)
    tokens = _tokens(state, capabilities.tps, at)
    reserved, wanted = (0.0, 1.0) if lane in SINGLE_LANES else (bucket * RESERVED, max(1.0, bucket * RESERVED))
    if tokens - reserved < wanted:  # rather a batch in a moment than a dribble
        raise CarrierClosed("rate", (wanted + reserved - tokens) / capabilities.tps)
    return Allowance(min(most, math.floor(tokens - reserved)), is_probe=False)


def spend(state: CarrierState, capabilities: Capabilities, count: int, *, at: datetime, is_probe: bool) -> None:
    """Take `count` legs off the rate and the day. A probe keeps everybody else waiting for its answer."""
    today = day_in_korea(at)
    state.tokens = max(0.0, _tokens(state, capabilities.tps, at) - count)
    state.tokens_at = at
    state.sent_count = count + (state.sent_count if state.sent_on == today else 0)
    state.sent_on = today
    if is_probe:
        state.breaker_until = at + _lease()
    state.save(update_fields=["tokens", "tokens_at", "sent_count", "sent_on", "breaker_until"])


@transaction.atomic
def note_call(alias: str, answer: object, *, legs: int, is_probe: bool) -> None:
    """Learn from how a call ended: rate, pause and breaker."""
    state, at = locked_state(alias), database_clock()
    if isinstance(answer, NotSent) and state.sent_on == day_in_korea(at):
        state.sent_count = max(0, state.sent_count - legs)
    if isinstance(answer, CarrierError):
        state.last_error = str(answer)[:80]
    match answer:
        case RateLimited(retry_after=seconds):
            state.tokens, state.tokens_at = 0.0, at + timedelta(seconds=seconds)
        case Misconfigured():
            _pause(state, at, f"통신사가 계정이나 설정을 거절했습니다: {answer}")
        case NotSent():
            _remember(state, "n")
        case CarrierError():
            _remember(state, "u")
        case _:
            _remember(state, "a")
            state.breaker_since = state.breaker_until = None
            state.breaker_count = 0
    if _has_tripped(state) or (is_probe and isinstance(answer, CarrierError)):
        _open_breaker(state, at)
    state.save()


def is_out_of_service(state: CarrierState, at: datetime) -> bool:
    """Whether waiting legs should look for another carrier: paused, without papers, or dead for a whole lease."""
    since = state.breaker_since
    is_dead = since is not None and at >= since + _lease()
    return state.paused_at is not None or is_dead or not has_papers(state, at)


def has_papers(state: CarrierState, at: datetime) -> bool:
    """
    Whether we may send through it: with a 전송자격인증 (what resellers must show their carriers) that has not expired.

    What only reaches the simulator needs none.
    """
    if reaches_nobody(state.alias):
        return True
    return state.certificate_until is not None and state.certificate_until >= day_in_korea(at)


def tokens_now(state: CarrierState, tps: float, at: datetime) -> float:
    """What is in the bucket, for whoever looks."""
    return max(0.0, _tokens(state, tps, at))


def _refuse_closed(state: CarrierState, at: datetime) -> None:
    if state.paused_at is not None:
        raise CarrierClosed(state.pause_reason)
    if not has_papers(state, at):
        raise CarrierClosed(NO_CERTIFICATE)
    if state.breaker_until is not None and state.breaker_until > at:
        raise CarrierClosed("breaker", (state.breaker_until - at).total_seconds())


def _cap_left(state: CarrierState, at: datetime) -> int:
    if state.daily_cap is None:
        return 1_000_000
    left = state.daily_cap - (state.sent_count if state.sent_on == day_in_korea(at) else 0)
    if left <= 0:
        midnight = (in_korea(at) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
        raise CarrierClosed("daily cap", (midnight - at).total_seconds())
    return left


def _tokens(state: CarrierState, tps: float, at: datetime) -> float:
    """The bucket at a moment: full at first, less than nothing while the carrier asked us to wait."""
    bucket = max(tps, SMALLEST_BUCKET)
    if state.tokens_at is None:
        return bucket
    return min(bucket, state.tokens + (at - state.tokens_at).total_seconds() * tps)


def _pause(state: CarrierState, at: datetime, reason: str) -> None:
    if state.paused_at is None:
        state.paused_at, state.paused_by, state.pause_reason = at, None, reason[:200]
        _log.error("carrier_paused", carrier=state.alias)


def _remember(state: CarrierState, letter: str) -> None:
    state.recent_calls = (state.recent_calls + letter)[-REMEMBERED_CALLS:]


def _has_tripped(state: CarrierState) -> bool:
    calls = state.recent_calls
    return calls.endswith("n" * NOT_SENT_IN_A_ROW) or calls.count("u") >= UNKNOWN_OF_THE_LAST


def _open_breaker(state: CarrierState, at: datetime) -> None:
    seconds = min(2.0 ** (state.breaker_count - 1), LONGEST_BREAK) * _lease()
    state.breaker_since = state.breaker_since or at
    state.breaker_until = at + seconds
    state.breaker_count = min(state.breaker_count + 1, 9)
    state.recent_calls = ""
    _log.error("carrier_breaker_open", carrier=state.alias, seconds=seconds.total_seconds())


def _lease() -> timedelta:
    return timedelta(seconds=settings.MESSAGING_LEASE_SECONDS)
