"""Figures of a period: counted from the cases themselves, or for long periods summed from the nightly rollup."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from django.db.models import Count, Sum
from django.db.models.functions import TruncDate

from complaints.measures import DAY_OF, MEASURES, Basis, of_basis, within
from complaints.models import Complaint, DailyCount
from portal.accounts.models import User
from portal.core.clock import KST

Counts = Counter[str]


@dataclass(frozen=True, slots=True)
class Figures:
    """How often each measure was counted: in all, and by day, department, category, channel and outcome."""

    total: Counts = field(default_factory=Counter)
    by_day: dict[date, Counts] = field(default_factory=dict)
    by_department: dict[int | None, Counts] = field(default_factory=dict)
    by_category: dict[int | None, Counts] = field(default_factory=dict)
    by_channel: dict[str, Counts] = field(default_factory=dict)
    by_outcome: dict[str, Counts] = field(default_factory=dict)


_FIELDS = {"department": "by_department", "category": "by_category", "channel": "by_channel", "outcome": "by_outcome"}
_PARTS = {**_FIELDS, "on": "by_day"}


def live(user: User, *, first_on: date, last_on: date, department: int | None, now: datetime) -> Figures:
    """What the user may see, counted now: the cases are read once for each of the two days a case is counted on."""
    figures = Figures()
    bases: tuple[Basis, ...] = ("filed", "ended")
    for basis in bases:
        rows = Complaint.objects.of_office(user).filter(within(basis, first_on, last_on)).order_by()
        if department is not None:
            rows = rows.filter(department=department)
        parts = rows.values(*_FIELDS, on=TruncDate(DAY_OF[basis], tzinfo=KST)).annotate(**counted(basis, now))
        for line in parts.iterator():
            _add(figures, line)
    for part in figures.by_channel.values():
        figures.total.update(part)
    return figures


def counted(basis: Basis, now: datetime) -> dict[str, Count]:
    """The measures of one basis as aggregates."""
    return {name: Count("pk", filter=measure.condition(now)) for name, measure in of_basis(basis).items()}


def _add(figures: Figures, line: Mapping[str, Any]) -> None:
    counts = {name: value for name, value in line.items() if value and name in MEASURES}
    for name, parts in _PARTS.items():
        getattr(figures, parts).setdefault(line[name], Counter()).update(counts)


def rolled(*, first_on: date, last_on: date, department: int | None) -> Figures:
    """The same from the rollup, whole offices at once."""
    figures = Figures()
    rows = DailyCount.objects.filter(on__gte=first_on, on__lte=last_on).order_by()
    if department is not None:
        rows = rows.filter(department=department)
    for name, parts in _PARTS.items():
        found = getattr(figures, parts)
        for key, measure, value in rows.values_list(name, "measure").annotate(Sum("value")):
            found.setdefault(key, Counter())[measure] += value
    for part in figures.by_channel.values():
        figures.total.update(part)
    return figures
