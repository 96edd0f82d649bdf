"""Columns of a chart of days or months, in the units of its drawing. Pure."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

WIDTH, HEIGHT, GAP = 600, 120, 2
FEWEST = 7  # with fewer places a column would be a wall


@dataclass(frozen=True, slots=True)
class Column:
    """One day or month: what it counts, where it leads, and its box."""

    at: str
    count: int
    url: str
    x: float
    y: float
    width: float
    height: float


def columns(
    counts: Mapping[date, int], first_on: date, last_on: date, *, by_month: bool, url: Callable[[date, date], str]
) -> list[Column]:
    """Every day (or month) of the period, also the silent ones."""
    spans = _months(first_on, last_on) if by_month else _days(first_on, last_on)
    sums: Counter[date] = Counter()
    for day, count in counts.items():
        sums[max(day.replace(day=1), first_on) if by_month else day] += count
    most, width = max(sums.values(), default=0), WIDTH / max(len(spans), FEWEST)
    return [
        _column(start, end, sums[start], most, number * width, width, by_month=by_month, url=url(start, end))
        for number, (start, end) in enumerate(spans)
    ]


def _days(first_on: date, last_on: date) -> list[tuple[date, date]]:
    days = [first_on + timedelta(days=number) for number in range((last_on - first_on).days + 1)]
    return [(day, day) for day in days]


def _months(first_on: date, last_on: date) -> list[tuple[date, date]]:
    spans = []
    start = first_on
    while start <= last_on:
        following = (start.replace(day=1) + timedelta(days=32)).replace(day=1)
        spans.append((start, min(following - timedelta(days=1), last_on)))
        start = following
    return spans


def _column(
    start: date, end: date, count: int, most: int, x: float, width: float, *, by_month: bool, url: str
) -> Column:
    height = round(count * HEIGHT / most, 1) if count else 0
    at = f"{start.year}. {start.month}." if by_month else f"{start.month}. {start.day}."
    return Column(at, count, url, round(x, 1), round(HEIGHT - height, 1), round(max(1, width - GAP), 1), height)
