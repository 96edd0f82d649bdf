"""How long is left, in the words and the tone officials scan for."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from complaints.models import Complaint
from complaints.workflow import Clock, Stage
from portal.core.clock import day_in_korea, in_korea

SOON_DAYS = 2
_A_MOMENT = timedelta.resolution


@dataclass(frozen=True, slots=True)
class DDay:
    """`words` never depend on the colour; `tone` is danger, warning, calm or empty."""

    words: str
    tone: str = ""


def d_day(complaint: Complaint, *, now: datetime) -> DDay:
    """D-3 · 오늘까지 · 2시간 남음 · 2일 지남 · 보완 대기 · 접수 3시간 남음."""
    if complaint.clock == Clock.STOPPED:
        return DDay("끝남")
    if complaint.clock == Clock.PAUSED:
        return DDay("보완 대기" if complaint.stage == Stage.SUPPLEMENTING else "제외 중", "calm")
    bound = complaint.receive_by_at if complaint.clock == Clock.INTAKE else complaint.due_at
    if bound is None:
        return DDay("기한 없음")
    label = "접수 " if complaint.clock == Clock.INTAKE else ""
    if now >= bound:
        return DDay(f"{label}{_past(now - bound)}", "danger")
    days = (day_in_korea(bound - _A_MOMENT) - day_in_korea(now)).days
    tone = "warning" if days <= SOON_DAYS else "calm"
    if days > 0:
        return DDay(f"{label}D-{days}", tone)
    is_midnight = in_korea(bound).time().isoformat() == "00:00:00"
    return DDay(f"{label}오늘까지" if is_midnight else f"{label}오늘 {in_korea(bound):%H:%M}까지", tone)


def _past(span: timedelta) -> str:
    if span >= timedelta(days=1):
        return f"{span.days}일 지남"
    hours = span // timedelta(hours=1)
    return f"{hours}시간 지남" if hours else "방금 지남"
