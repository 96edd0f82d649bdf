"""
Working time added up once over a whole calendar, for thousands of questions: each is answered by a binary search.

The answers are those of `portal.core.workdays`, which asks here when a calendar has been summed.
"""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from itertools import accumulate

from portal.core.clock import KST

ONE_DAY = timedelta(days=1)

Hours = tuple[time, time]
Span = tuple[int, int]  # microseconds since midnight


class WorkdaySums:
    """
    Prefix sums over the counting days and their working time.

    Of each known date: whether it counts, and its working hours. `missing` makes the refusal for a date nobody
    entered; a sum over such a date is never given.
    """

    def __init__(
        self, days: Mapping[date, tuple[bool, Sequence[Hours]]], *, missing: Callable[[date], Exception]
    ) -> None:
        self._missing = missing
        self._first_on, self._last_on = min(days, default=date.max), max(days, default=date.min)
        length = (self._last_on - self._first_on).days + 1 if days else 0
        dates = [self._first_on + timedelta(days=offset) for offset in range(length)]
        self._holes = [on for on in dates if on not in days]
        self._counting = [on for on in dates if on in days and days[on][0]]
        self._spans = [_spans(days[on][1]) if on in days else () for on in dates]
        # what was worked before each date, and after the last
        self._before = [0, *accumulate(sum(b - a for a, b in spans) for spans in self._spans)]

    def nth_day(self, first_on: date, n: int, *, without: AbstractSet[date]) -> date:
        """The n-th counting day from `first_on` on; those in `without` are stepped over."""
        place = bisect_left(self._counting, first_on) + n - 1
        for on in sorted(without):
            if on >= first_on and self._is_counting(on) and on <= self._at(place, first_on):
                place += 1
        found = self._at(place, first_on)
        self._check(first_on, found)
        return found

    def worked_before(self, moment: datetime) -> int:
        """Microseconds of working time between the calendar's beginning and the moment: none before, all after it."""
        day = (moment.date() - self._first_on).days
        if not 0 <= day < len(self._spans):
            return self._before[0] if day < 0 else self._before[-1]
        at = _microseconds(moment.time())
        return self._before[day] + sum(max(0, min(at, end) - begin) for begin, end in self._spans[day])

    def moment_after(self, worked: int, *, start: datetime) -> datetime:
        """The first moment by which so much has been worked since the calendar's beginning."""
        day = bisect_left(self._before, worked) - 1
        if day >= len(self._spans):
            self._check(start.date(), self._last_on)
            raise self._missing(self._last_on + ONE_DAY)
        left = worked - self._before[day]
        for begin, end in self._spans[day]:
            if left <= end - begin:
                on = self._first_on + timedelta(days=day)
                self._check(start.date(), on)
                return datetime.combine(on, time.min, KST) + timedelta(microseconds=begin + left)
            left -= end - begin
        raise AssertionError("a day's sum is the sum of its spans")

    def _is_counting(self, on: date) -> bool:
        place = bisect_left(self._counting, on)
        return place < len(self._counting) and self._counting[place] == on

    def _at(self, place: int, first_on: date) -> date:
        if place >= len(self._counting):
            self._check(first_on, self._last_on)
            raise self._missing(self._last_on + ONE_DAY)
        return self._counting[place]

    def _check(self, first_on: date, last_on: date) -> None:
        """Refuse a range with a day in it that nobody entered."""
        if first_on < self._first_on or first_on > self._last_on:
            raise self._missing(first_on)
        place = bisect_left(self._holes, first_on)
        if place < len(self._holes) and self._holes[place] <= last_on:
            raise self._missing(self._holes[place])


def _spans(hours: Sequence[Hours]) -> tuple[Span, ...]:
    return tuple((_microseconds(begin), _microseconds(end)) for begin, end in hours)


def _microseconds(at: time) -> int:
    return ((at.hour * 60 + at.minute) * 60 + at.second) * 1_000_000 + at.microsecond
