"""
Messages of test keys: settled on the spot, so that neither a carrier nor the simulator ever hears of them.

Some numbers have a fixed end, so that whoever writes a program against the API can see each of them.
"""

from collections.abc import Sequence
from datetime import datetime

from messaging.models import Attempt, Dispatch, LegStatus, ReasonKind
from messaging.settling import Change, settle
from portal.core.phones import national

EVIDENCE = "test"
# Neither kind of failure calls for the next leg: the end is the same on every route.
_ENDS: dict[str, tuple[LegStatus, str, str]] = {
    "01000000002": (LegStatus.UNDELIVERED, ReasonKind.NO_SUCH_NUMBER, "시험 번호: 전달 실패"),
    "01000000003": (LegStatus.REJECTED, ReasonKind.CONTENT, "시험 번호: 접수 거절"),
    "01000000004": (LegStatus.UNRESOLVED, "", "시험 번호: 담당자 확인 필요"),
}


def play(legs: Sequence[Attempt], *, at: datetime) -> None:
    """Give each leg the end its number stands for; every other number is delivered."""
    changes = [_change(leg) for leg in legs]
    for leg, change in zip(legs, changes, strict=True):
        if change.status == LegStatus.UNRESOLVED:
            _hold(leg, at)
    settle(changes, cause="test key")


def _change(leg: Attempt) -> Change:
    status, kind, reason = _ENDS.get(national(leg.message.phone), (LegStatus.DELIVERED, "", ""))
    evidence = EVIDENCE if status == LegStatus.DELIVERED else ""
    return Change(leg.pk, status, reason_kind=kind, reason=reason, evidence=evidence)


def _hold(leg: Attempt, at: datetime) -> None:
    """A leg nobody can tell the end of belongs to a call. This one was never made, and nobody asks about it."""
    leg.dispatch = Dispatch.objects.create(
        carrier=leg.carrier,
        channel=leg.channel,
        stream_id=leg.stream_id,
        lane=leg.lane,
        size=1,
        status=Dispatch.Status.HELD,
        error_kind="test key",
        submitted_at=at,
        lease_until=at,
    )
    leg.save(update_fields=["dispatch"])
