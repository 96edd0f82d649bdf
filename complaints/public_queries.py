"""
What anybody may know about complaints: category, stage, dates and the middle of a cell; words only once published.

Never the body, the address, the photos or who reported. Categories about the office's own people are not shown at all.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import F, Max, Q

from complaints.models import Category, Complaint, ComplaintQuerySet, StageChange
from complaints.workflow import ENDED, SENTENCES, Stage
from portal.core.bilingual import in_language

_CELLS = 1000  # of a degree
_COLUMNS = 100_000
_SOUTH, _WEST = 30, 120


@dataclass(frozen=True, slots=True)
class PublicCase:
    """One complaint as the street sees it, in the reader's language. `lat`, `lon`: the middle of a cell of 100 m."""

    number: str
    stage: Stage
    submitted_at: datetime
    changed_at: datetime
    due_at: datetime | None
    category_code: str
    category: str
    department: str
    dong: str
    text: str
    lat: float | None
    lon: float | None

    @property
    def is_open(self) -> bool:
        """Whether somebody still has to do something about it."""
        return self.stage not in ENDED

    @property
    def sentence(self) -> str:
        """The stage in a sentence."""
        return SENTENCES[self.stage]


def middle_of(cell: int) -> tuple[float, float]:
    """Latitude and longitude of a cell's centre."""
    row, column = divmod(cell, _COLUMNS)
    return round(_SOUTH + (row + 0.5) / _CELLS, 4), round(_WEST + (column + 0.5) / _CELLS, 4)


def shown() -> ComplaintQuerySet:
    """Every case the public may know of: it has been received, and is not about the office's own people."""
    not_sensitive = Q(category=None) | Q(category__is_sensitive=False)
    return Complaint.objects.filter(not_sensitive, received_at__isnull=False)


def offered() -> list[Category]:
    """The categories anybody may choose from, by name."""
    used = Category.objects.filter(is_active=True, is_sensitive=False, department__is_active=True)
    return list(used.select_related("department").order_by("name", "pk"))


def numbered(numbers: Iterable[str]) -> list[PublicCase]:
    """The public cases with these numbers, newest first."""
    return _read(shown().filter(number__in=list(numbers)).order_by("-submitted_at", "-pk"))


def between(
    begin: datetime,
    end: datetime,
    *,
    categories: Collection[str] = (),
    without_category: bool = False,
    is_open: bool | None = None,
    stages: Collection[Stage] = (),
    most: int,
) -> list[PublicCase]:
    """The public cases filed in a span of time, newest first. No category named means every category."""
    rows = shown().filter(submitted_at__gte=begin, submitted_at__lte=end)
    if categories or without_category:
        named = Q(category__code__in=categories)
        rows = rows.filter(named | Q(category=None) if without_category else named)
    if is_open is not None:
        rows = rows.filter(is_open=is_open)
    if stages:
        rows = rows.filter(stage__in=stages)
    return _read(rows.order_by("-submitted_at", "-pk")[:most])


def filed_with(intake_key: UUID) -> Complaint | None:
    """What became of a filing that another system sent with this key."""
    return Complaint.objects.filter(intake_key=intake_key).only("number", "received_at").first()


def _read(rows: ComplaintQuerySet) -> list[PublicCase]:
    """Two queries, whatever the number of rows: the cases, and when each of them last moved."""
    found = list(
        rows.values(
            *("pk", "number", "stage", "submitted_at", "due_at", "published_text", "cell"),
            *("category__code", "category__name", "category__name_en"),
            *("department__name", "department__name_en", "dong__name"),
        )
    )
    moves = StageChange.objects.filter(complaint__in=[row["pk"] for row in found]).exclude(before=F("after"))
    moved = dict(moves.values("complaint").annotate(at=Max("at")).values_list("complaint", "at"))
    return [_case(row, moved.get(row["pk"], row["submitted_at"])) for row in found]


def _case(row: Mapping[str, Any], changed_at: datetime) -> PublicCase:
    lat, lon = middle_of(row["cell"]) if row["cell"] is not None else (None, None)
    return PublicCase(
        number=row["number"],
        stage=Stage(row["stage"]),
        submitted_at=row["submitted_at"],
        changed_at=changed_at,
        due_at=row["due_at"],
        category_code=row["category__code"] or "",
        category=in_language(row["category__name"] or "", row["category__name_en"] or ""),
        department=in_language(row["department__name"] or "", row["department__name_en"] or ""),
        dong=row["dong__name"] or "",
        text=row["published_text"],
        lat=lat,
        lon=lon,
    )
