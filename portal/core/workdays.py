"""
Working-day arithmetic of Korean offices: which days count, which hours, and what a span of time amounts to.

Plain Python, importable without Django. Moments are aware and read as Korean time; every interval is half-open.
"""

import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from pathlib import Path
from zoneinfo import ZoneInfo

from portal.core.errors import Refused
from portal.core.workday_sums import WorkdaySums

KST = ZoneInfo("Asia/Seoul")
ONE_DAY = timedelta(days=1)
WEEKDAYS = "월화수목금토일"

Interval = tuple[datetime, datetime]


class CalendarMissing(Refused):
    """The calendar knows nothing about a day. Never read as "no holidays": that would make a wrong promise."""

    def __init__(self, on: date) -> None:
        self.on = on
        super().__init__(f"{on.year}년 {on.month}월 {on.day}일은 근무일 달력에 없습니다. 달력을 먼저 등록해 주세요.")


@dataclass(frozen=True)
class Day:
    """
    One date. `counts` is the law's question, `is_open` the office's: only the first one moves a deadline.

    Hours matter on days that count, whether or not the office is open: a local closing does not stop the law's clock.
    """

    on: date
    counts: bool
    is_open: bool
    opens_at: time = time(9)
    closes_at: time = time(18)
    lunch_from: time = time(12)
    lunch_until: time = time(13)
    name: str = ""

    @cached_property
    def spans(self) -> tuple[Interval, ...]:
        """The working hours as moments: worked out when first asked for, since most days of a calendar never are."""
        return tuple((datetime.combine(self.on, a, KST), datetime.combine(self.on, b, KST)) for a, b in self.hours)

    @property
    def hours(self) -> tuple[tuple[time, time], ...]:
        """Before and after lunch; none on a day that does not count."""
        halves = ((self.opens_at, self.lunch_from), (self.lunch_until, self.closes_at)) if self.counts else ()
        return tuple((begin, end) for begin, end in halves if begin < end)

    @property
    def why_not(self) -> str:
        """Why the day is not counted: the holiday's name, or 토요일 and 일요일."""
        return "" if self.counts else self.name or f"{WEEKDAYS[self.on.weekday()]}요일"


class Calendar:
    """The days an office knows about. Asking for any other day fails loudly."""

    def __init__(self, days: Iterable[Day], *, is_summed: bool = False) -> None:
        self._days: Mapping[date, Day] = {day.on: day for day in days}
        self.sums = self._summed() if is_summed else None

    def day(self, on: date) -> Day:
        """
        The day, as far as we know it.

        :raises CalendarMissing: beyond what has been entered
        """
        found = self._days.get(on)
        if found is None:
            raise CalendarMissing(on)
        return found

    def changed(self, days: Iterable[Day]) -> "Calendar":
        """A copy with some days replaced: what would happen if this became a holiday?"""
        return Calendar([*self._days.values(), *days])

    def summed(self) -> "Calendar":
        """The same calendar with its working time added up: worth it for thousands of questions."""
        return Calendar(self._days.values(), is_summed=True)

    def __iter__(self) -> Iterator[Day]:
        return iter(self._days.values())

    def _summed(self) -> WorkdaySums:
        return WorkdaySums({day.on: (day.counts, day.hours) for day in self}, missing=CalendarMissing)


def read_calendar(path: Path) -> Calendar:
    """A calendar file: first and last day, office hours, and the holidays. Weekends follow from the dates."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    names = {date.fromisoformat(on): name for on, name in content["holidays"].items()}
    days = []
    for on in days_from(content["first_on"], content["last_on"]):
        counts = on.weekday() < 5 and on not in names
        days.append(Day(on, counts=counts, is_open=counts, name=names.get(on, ""), **content["office"]))
    return Calendar(days)


def in_korea(moment: datetime) -> datetime:
    """The moment in Korean time; a naive one is a programming error, not a local time."""
    if moment.tzinfo is None:
        raise ValueError("working time needs aware moments")
    return moment.astimezone(KST)


def start_of(on: date) -> datetime:
    """Midnight at which the Korean day begins."""
    return datetime.combine(on, time.min, KST)


def days_from(first_on: date, last_on: date) -> Iterator[date]:
    """Each date from the first to the last, both included."""
    for offset in range((last_on - first_on).days + 1):
        yield first_on + timedelta(days=offset)


def merged(intervals: Iterable[Interval]) -> list[Interval]:
    """The same time without overlaps, in order; empty intervals vanish."""
    result: list[Interval] = []
    for begin, end in sorted((in_korea(begin), in_korea(end)) for begin, end in intervals):
        if begin >= end:
            continue
        if result and begin <= result[-1][1]:
            result[-1] = (result[-1][0], max(end, result[-1][1]))
        else:
            result.append((begin, end))
    return result


def add_hours(cal: Calendar, start: datetime, hours: float, *, without: Collection[Interval] = ()) -> datetime:
    """
    The moment at which that many working hours have passed since `start`.

    :raises CalendarMissing: if the calendar ends first
    """
    left = timedelta(hours=hours)
    if cal.sums is not None:
        return _add_by_sums(cal.sums, in_korea(start), left, merged(without))
    for begin, end in _working_time(cal, in_korea(start), merged(without)):
        if end - begin >= left:
            return begin + left
        left -= end - begin
    raise AssertionError("working time ends only with the calendar")


def _add_by_sums(sums: WorkdaySums, start: datetime, left: timedelta, gaps: list[Interval]) -> datetime:
    """As `add_hours`: each gap that begins before the end puts the end off by the working time in it."""
    until = sums.worked_before(start) + left // timedelta.resolution
    for begin, end in gaps:
        if end <= start:
            continue
        worked = sums.worked_before(max(begin, start))
        if worked >= until:
            break
        until += sums.worked_before(end) - worked
    return sums.moment_after(until, start=start)


def minutes_between(cal: Calendar, a: datetime, b: datetime, *, without: Collection[Interval] = ()) -> int:
    """Whole working minutes in [a, b); nothing if b is not after a."""
    until = in_korea(b)
    total = timedelta()
    if in_korea(a) >= until:
        return 0
    for begin, end in _working_time(cal, in_korea(a), merged(without), until):
        total += min(end, until) - begin
    return int(total / timedelta(minutes=1))


def nth_day(cal: Calendar, first_on: date, n: int, *, without: AbstractSet[date] = frozenset()) -> date:
    """
    The n-th day that counts, `first_on` being the first if it counts itself.

    :raises CalendarMissing: if the calendar ends first
    """
    if n < 1:
        raise ValueError("days are counted from one")
    if cal.sums is not None:
        return cal.sums.nth_day(first_on, n, without=without)
    on = first_on
    while True:
        if cal.day(on).counts and on not in without:
            n -= 1
            if n == 0:
                return on
        on += ONE_DAY


def counting_days(cal: Calendar, after: date, until: date) -> int:
    """How many days count after one date, up to and including another: today and tomorrow are one apart."""
    return sum(cal.day(on).counts for on in days_from(after + ONE_DAY, until))


def _working_time(
    cal: Calendar, start: datetime, without: list[Interval], until: datetime | None = None
) -> Iterator[Interval]:
    """Stretches of working time from `start` on, gaps cut out; endless unless `until` is given."""
    on = start.date()
    while until is None or start_of(on) < until:
        for begin, end in cal.day(on).spans:
            for piece_begin, piece_end in _cut(max(begin, start), end, without):
                if until is None or piece_begin < until:
                    yield piece_begin, piece_end
        on += ONE_DAY


def _cut(begin: datetime, end: datetime, without: list[Interval]) -> Iterator[Interval]:
    """[begin, end) less the merged gaps."""
    for gap_begin, gap_end in without:
        if gap_end <= begin:
            continue
        if gap_begin >= end:
            break
        if gap_begin > begin:
            yield begin, gap_begin
        begin = gap_end
    if begin < end:
        yield begin, end
