"""The nightly rollup: each day's figures by department, category, channel and outcome, kept when cases are erased."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction

from complaints.figure_queries import counted
from complaints.measures import Basis, within
from complaints.models import Complaint, DailyCount, StageChange
from portal.core.clock import day_in_korea

LOOK_BACK = timedelta(hours=49)  # a night that was missed is made up by the next one
_BASES: tuple[Basis, ...] = ("filed", "ended")


def roll_up(*, now: datetime) -> int:
    """Count again every day that something lately happened to a case of. Returns how many days; harmless twice."""
    touched = StageChange.objects.filter(at__gt=now - LOOK_BACK, at__lte=now).values("complaint")
    days = {day_in_korea(now) - timedelta(days=1)}
    for filed_at, ended_at in Complaint.objects.filter(pk__in=touched).values_list("submitted_at", "ended_at"):
        days |= {day_in_korea(moment) for moment in (filed_at, ended_at) if moment is not None}
    return count_days(days - {day_in_korea(now)}, now=now)


def count_days(days: Iterable[date], *, now: datetime) -> int:
    """Count whole days, each in a transaction of its own."""
    wanted = sorted(days)
    for day in wanted:
        _count_day(day, now=now)
    return len(wanted)


@transaction.atomic
def _count_day(day: date, *, now: datetime) -> None:
    rows = [row for basis in _BASES for row in _rows(day, basis, now=now)]
    DailyCount.objects.filter(on=day).delete()
    DailyCount.objects.bulk_create(rows, batch_size=1000)


def _rows(day: date, basis: Basis, *, now: datetime) -> list[DailyCount]:
    counts = counted(basis, now)
    cases = Complaint.objects.filter(within(basis, day, day)).order_by()
    lines = cases.values("channel", "outcome", "department_id", "category_id").annotate(**counts)
    found: list[dict[str, Any]] = [dict(line) for line in lines]
    return [
        DailyCount(
            on=day,
            measure=measure,
            department_id=line["department_id"],
            category_id=line["category_id"],
            channel=line["channel"],
            outcome=line["outcome"],
            value=line[measure],
        )
        for line in found
        for measure in counts
        if line[measure]
    ]
