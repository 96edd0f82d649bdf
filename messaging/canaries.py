"""
Canaries: a campaign's first legs try the way before the others follow, and a stream that fails by our own fault stops.

51,000 long texts because of a typo in a template are a budget accident.
"""

from collections.abc import Collection
from dataclasses import dataclass

import structlog
from django.db import connection

from messaging.models import ReasonKind, Stream
from messaging.queries import database_clock

_log = structlog.get_logger(__name__)
OWN_FAULTS = (ReasonKind.TEMPLATE, ReasonKind.SENDER, ReasonKind.CONTENT, ReasonKind.ACCOUNT)
THEIR_OWN = (ReasonKind.UNREACHABLE, ReasonKind.NO_SUCH_NUMBER, ReasonKind.NOT_ON_KAKAO, ReasonKind.BLOCKED_BY_USER)
ENOUGH_PERCENT = 95
WINDOW, MOST_FAILURES, MOST_FAILURES_PERCENT = 200, 20, 3
_FIRST = """
    SELECT count(*) FILTER (WHERE a.status IN ('accepted', 'expired', 'undelivered', 'delivered')
                              AND NOT a.reason_kind = ANY(%(own)s)),
           count(*) FILTER (WHERE a.status IN ('submitting', 'unknown', 'unresolved')),
           count(*) FILTER (WHERE NOT (a.status = 'rejected' AND a.reason_kind = ANY(%(theirs)s)))
    FROM messaging_attempt a JOIN messaging_dispatch d ON d.id = a.dispatch_id WHERE d.stream_id = %(stream)s
"""
_LATEST = """
    SELECT count(*) FILTER (WHERE l.status IN ('rejected', 'undelivered') AND l.reason_kind = ANY(%(own)s)), count(*)
    FROM (
        SELECT a.status, a.reason_kind FROM messaging_dispatch d JOIN messaging_attempt a ON a.dispatch_id = d.id
        WHERE d.stream_id = %(stream)s AND a.status NOT IN ('submitting', 'unknown')
          AND d.submitted_at > coalesce((SELECT released_at FROM messaging_stream WHERE id = %(stream)s), '-infinity')
        ORDER BY d.submitted_at DESC LIMIT %(window)s
    ) l
"""


@dataclass(frozen=True, slots=True)
class First:
    """What became of a stream's first legs; what only says something about the recipient is left out of `count`."""

    accepted_count: int
    open_count: int
    count: int

    @property
    def is_good(self) -> bool:
        """Whether enough of them were accepted."""
        return self.accepted_count * 100 >= self.count * ENOUGH_PERCENT


def watch(streams: Collection[int], *, failed: Collection[str]) -> None:
    """
    Legs of these streams were settled: release or stop those that it decides about.

    Runs in the caller's transaction, after legs and messages are locked.

    :param failed: the reason kinds of the legs that failed
    """
    trying = Stream.objects.filter(pk__in=streams, released_at=None, canary_count__gt=0, paused_at=None)
    # one after the other: of two that settle the last two legs at once, neither would see the other's
    for stream in trying.select_for_update(no_key=True).order_by("pk"):
        if stream.is_trying:
            _judge_first(stream)
    if not set(OWN_FAULTS).isdisjoint(failed):
        for pk in sorted(streams):
            _stop_if_failing(pk)


def _judge_first(stream: Stream) -> None:
    first = _first_of(stream)
    if first.is_good:
        Stream.objects.filter(pk=stream.pk, released_at=None).update(released_at=database_clock())
    elif not first.open_count:
        _stop(
            stream.pk,
            f"먼저 보낸 {first.count}건 가운데 {first.accepted_count}건만 접수되었습니다. 까닭을 확인해 주세요.",
        )


def _first_of(stream: Stream) -> First:
    with connection.cursor() as cursor:
        cursor.execute(_FIRST, {"own": _values(OWN_FAULTS), "theirs": _values(THEIR_OWN), "stream": stream.pk})
        return First(*cursor.fetchone())


def _stop_if_failing(stream: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute(_LATEST, {"own": _values(OWN_FAULTS), "stream": stream, "window": WINDOW})
        failures, legs = cursor.fetchone()
    if failures >= MOST_FAILURES or (legs >= WINDOW and failures * 100 > legs * MOST_FAILURES_PERCENT):
        _stop(stream, f"최근 {legs}건 가운데 {failures}건이 우리 쪽 까닭(서식·발신번호·내용·계정)으로 실패했습니다.")


def _stop(stream: int, reason: str) -> None:
    running = Stream.objects.filter(pk=stream, paused_at=None)
    if running.update(paused_at=database_clock(), pause_reason=reason):
        _log.error("stream_paused", stream=stream)


def _values(kinds: Collection[ReasonKind]) -> list[str]:
    return [kind.value for kind in kinds]
