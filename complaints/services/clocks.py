"""What each step does to the legal clock, computed from the stored facts and nothing else."""

from collections.abc import Mapping
from datetime import datetime

from complaints.deadlines import Period, Unit, due, receive_by
from complaints.models import Category, Complaint, Kind
from complaints.queries import exclusions_of
from complaints.workflow import Clock, Tick
from portal.accounts.queries import calendar

# 민원 처리에 관한 법률 시행령 §14–§17, for a case whose category is not known yet; a category promises its own.
PERIODS: Mapping[str, Period] = {
    Kind.STATUTORY: Period(7, Unit.DAY),
    Kind.INQUIRY: Period(7, Unit.DAY),
    Kind.SUGGESTION: Period(14, Unit.DAY),
    Kind.GRIEVANCE: Period(7, Unit.DAY),
    Kind.OTHER: Period(0, Unit.IMMEDIATE),
    Kind.REPORT: Period(7, Unit.DAY),
}


def period_of(kind: str, category: Category | None) -> Period:
    """The processing period: the category's, else the law's for the kind."""
    if category is None:
        return PERIODS[kind]
    return Period(category.period_value, Unit(category.period_unit))


def ticked(complaint: Complaint, tick: Tick, *, now: datetime, changes: Mapping[str, object]) -> dict[str, object]:
    """The columns a step's tick sets. `changes` are the step's own, among them perhaps a new category."""
    if tick is Tick.STOP:
        return {"clock": Clock.STOPPED, "ended_at": now}
    if tick is Tick.PAUSE:
        return {"clock": Clock.PAUSED}
    if tick is Tick.INTAKE:
        return {"clock": Clock.INTAKE, "receive_by_at": receive_by(calendar(), now), "ended_at": None}
    if tick is Tick.KEEP and not _recounts(complaint, changes):
        return {}
    begins_now = tick is Tick.START or complaint.received_at is None
    received_at = now if begins_now else complaint.received_at
    return {"clock": Clock.RUNNING, "ended_at": None, **_counted(complaint, received_at or now, changes)}


def _recounts(complaint: Complaint, changes: Mapping[str, object]) -> bool:
    """A new category brings its own period, counted from the old beginning; a paused clock stays paused."""
    category = changes.get("category")
    return complaint.clock == Clock.RUNNING and isinstance(category, Category) and category != complaint.category


def _counted(complaint: Complaint, received_at: datetime, changes: Mapping[str, object]) -> dict[str, object]:
    category = changes.get("category", complaint.category)
    period = period_of(complaint.kind, category if isinstance(category, Category) else None)
    exclusions = exclusions_of(complaint, received_at=received_at)
    return {
        "received_at": received_at,
        "period_value": period.value,
        "period_unit": period.unit.value,
        "due_at": due(calendar(), received_at, period, exclusions=exclusions).at,
    }
