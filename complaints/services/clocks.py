"""What each step does to the legal clock, computed from the stored facts and nothing else."""

from collections.abc import Mapping
from datetime import datetime

from complaints.clock_queries import NO_FACTS, Case, Reckoner, case_of, facts_of
from complaints.deadlines import Period, Unit, receive_by
from complaints.models import Category, Complaint, Exclusion, Kind, SupplementRequest
from complaints.workflow import Clock, Tick
from portal.accounts.models import Department
from portal.accounts.queries import calendar

RECEIVED = 2  # the version of a case whose book says that it was filed and received

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
    """
    The columns a step's tick sets. `changes` are the step's own, among them perhaps a new category or department.

    Exclusions and extensions are read from their tables: a step that adds one writes its row first.
    """
    if tick is Tick.STOP:
        return {"clock": Clock.STOPPED, "ended_at": now}
    if tick is Tick.PAUSE:
        return {"clock": Clock.PAUSED}
    if tick is Tick.INTAKE:
        return {"clock": Clock.INTAKE, "receive_by_at": receive_by(calendar(), now), "ended_at": None}
    if tick is Tick.START or (tick is Tick.RESUME and _begins_anew(complaint, changes)):
        counted = _counted(complaint, now, changes)
        begun = {"received_at": now, "promised_due_at": counted["due_at"], "extension_count": 0}
        return {"clock": Clock.RUNNING, "ended_at": None, **counted, **begun}
    if complaint.received_at is None:
        return {}
    if tick is Tick.RESUME:
        running = {"clock": _resumed(complaint), "ended_at": None}
        return {**running, **_counted(complaint, complaint.received_at, changes)}
    if not _recounts(complaint, changes):
        return {}
    return _counted(complaint, complaint.received_at, changes, is_fresh=complaint.version <= RECEIVED)


def moved(complaint: Complaint) -> dict[str, object]:
    """What the stored facts now make of the due date, for the book. Empty for a case that has none."""
    case = case_of(complaint)
    if case is None or complaint.due_at is None:
        return {}
    after = Reckoner(calendar()).due_at(case, facts_of([case]).get(case.pk, NO_FACTS))
    return moved_data(complaint.due_at, after)


def moved_data(before: datetime, after: datetime) -> dict[str, object]:
    """How the book writes down a date that moved."""
    return {"due_before": before.isoformat(), "due_after": after.isoformat(), "is_later": after > before}


def stop_exclusions(complaint: Complaint, *, now: datetime) -> None:
    """A case that has ended waits for nothing any more."""
    Exclusion.objects.filter(complaint=complaint, ends_at=None).update(ends_at=now)


def _begins_anew(complaint: Complaint, changes: Mapping[str, object]) -> bool:
    """What was never received has no period to go on with, and another round has one of its own."""
    return complaint.received_at is None or changes.get("round", complaint.round) != complaint.round


def _resumed(complaint: Complaint) -> Clock:
    """The clock stands as long as anything else that the law leaves out goes on."""
    stands = (
        Exclusion.objects.filter(complaint=complaint, ends_at=None).exists()
        or SupplementRequest.objects.filter(complaint=complaint, ended_at=None).exists()
    )
    return Clock.PAUSED if stands else Clock.RUNNING


def _recounts(complaint: Complaint, changes: Mapping[str, object]) -> bool:
    """A new category brings its own period, another department its own outages; both count from the old beginning."""
    if complaint.clock not in (Clock.RUNNING, Clock.PAUSED):
        return False
    moved = "department" in changes and changes["department"] != complaint.department
    return moved or _is_new_category(complaint, changes)


def _is_new_category(complaint: Complaint, changes: Mapping[str, object]) -> bool:
    return isinstance(changes.get("category"), Category) and changes["category"] != complaint.category


def _counted(
    complaint: Complaint, received_at: datetime, changes: Mapping[str, object], *, is_fresh: bool = False
) -> dict[str, object]:
    """
    Period and due date. A period changed by law afterwards is for new cases only.

    What begins now, or is `is_fresh` (filed and received, and nothing since), has nothing left out or added to read.
    """
    begins = received_at != complaint.received_at
    if begins or not complaint.period_unit or _is_new_category(complaint, changes):
        category = changes.get("category", complaint.category)
        period = period_of(complaint.kind, category if isinstance(category, Category) else None)
    else:
        period = Period(complaint.period_value or 0, Unit(complaint.period_unit))
    department = changes.get("department", complaint.department)
    case = Case(
        pk=complaint.pk,
        received_at=received_at,
        round=complaint.round + begins,  # another round has its own extensions, and none yet
        period=period,
        department_id=department.pk if isinstance(department, Department) else None,
    )
    facts = NO_FACTS if begins or is_fresh else facts_of([case]).get(case.pk, NO_FACTS)
    return {
        "period_value": period.value,
        "period_unit": period.unit.value,
        "due_at": Reckoner(calendar()).due_at(case, facts),
    }
