"""A page of a long list without counting what lies before it: the address names the last row, not a page number."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, OrderBy, Q
from django.utils.dateparse import parse_datetime

from complaints.models import Complaint, ComplaintQuerySet

PAGE = 50
FIRST_YEAR, LAST_YEAR = 2000, 2100  # with others, times run over the calendar's edge


@dataclass(frozen=True, slots=True)
class Spot:
    """A place in the list: the row there, told by what the list is ordered by."""

    at: datetime | None
    pk: int

    def __str__(self) -> str:
        return f"{self.at.isoformat() if self.at else ''}~{self.pk}"


def spot_of(written: str) -> Spot | None:
    """The place an address names, or None if it names none."""
    moment, _, pk = written.partition("~")
    if not (pk.isascii() and pk.isdecimal() and len(pk) < 19):
        return None
    if not moment:
        return Spot(None, int(pk))
    at = moment_of(moment)
    return Spot(at, int(pk)) if at is not None else None


def moment_of(written: str) -> datetime | None:
    """The moment an address names, or None if it names none."""
    try:
        at = parse_datetime(written.replace(" ", "+"))  # a plus sign in an address is read as a space
    except ValueError:
        return None
    is_ours = at is not None and at.tzinfo is not None and FIRST_YEAR <= at.year <= LAST_YEAR
    return at if is_ours else None


@dataclass(frozen=True, slots=True)
class Order:
    """By a moment, the earliest first (rows without one last), or the latest first."""

    column: str
    is_newest_first: bool = False

    def spot(self, row: Complaint) -> Spot:
        """Where a row stands."""
        return Spot(getattr(row, self.column), row.pk)

    def sorting(self, *, backward: bool = False) -> tuple[OrderBy, OrderBy]:
        """For `order_by`."""
        if self.is_newest_first != backward:
            nulls = {"nulls_first": True} if not self.is_newest_first else {}
            return F(self.column).desc(**nulls), F("pk").desc()
        nulls = {"nulls_last": True} if not self.is_newest_first else {}
        return F(self.column).asc(**nulls), F("pk").asc()

    def beyond(self, spot: Spot, *, backward: bool = False) -> Q:
        """The rows behind a place (or, backward, before it). The first part of each is what an index can use."""
        rises = self.is_newest_first == backward
        name, sign = self.column, "gt" if rises else "lt"
        if spot.at is None:
            further = Q(**{f"{name}__isnull": True, f"pk__{sign}": spot.pk})
            return further if rises else Q(**{f"{name}__isnull": False}) | further
        within = Q(**{f"{name}__{sign}e": spot.at}) & (
            Q(**{f"{name}__{sign}": spot.at}) | Q(**{f"pk__{sign}": spot.pk})
        )
        return within | Q(**{f"{name}__isnull": True}) if rises and not self.is_newest_first else within


DUE_FIRST, RECEIVE_FIRST = Order("due_at"), Order("receive_by_at")
NEWEST_FIRST = Order("submitted_at", is_newest_first=True)


@dataclass(frozen=True, slots=True)
class Slice:
    """One page: its rows, and where the pages before and behind it begin ('' if there are none)."""

    rows: Sequence[Complaint]
    before: str
    after: str


def cut(found: ComplaintQuerySet, order: Order, *, after: str = "", before: str = "", size: int = PAGE) -> Slice:
    """The page behind or before a place; the first page without either. One query."""
    start, end = spot_of(after), spot_of(before)
    if end is not None and start is None:
        rows = list(found.filter(order.beyond(end, backward=True)).order_by(*order.sorting(backward=True))[: size + 1])
        has_earlier, has_later = len(rows) > size, True
        rows = rows[:size][::-1]
    else:
        narrowed = found.filter(order.beyond(start)) if start is not None else found
        rows = list(narrowed.order_by(*order.sorting())[: size + 1])
        has_earlier, has_later = start is not None, len(rows) > size
        rows = rows[:size]
    return Slice(
        rows=rows,
        before=str(order.spot(rows[0])) if rows and has_earlier else "",
        after=str(order.spot(rows[-1])) if rows and has_later else "",
    )
