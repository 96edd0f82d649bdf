"""
When a complaint is due by law, and why on that day. Values in, values out.

민원 처리에 관한 법률 §19: a period of five days or less is counted in working hours from the minute of 접수, a longer
one in days of which the first counts, weeks and months by the calendar; 시행령 §20 says what is left out.
"""

import calendar as months
import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from portal.core.errors import Refused
from portal.core.workdays import (
    ONE_DAY,
    Calendar,
    Interval,
    add_hours,
    days_from,
    in_korea,
    merged,
    minutes_between,
    nth_day,
    start_of,
)

IMMEDIATE_HOURS = 3  # 시행령 §19: 즉시 is within three working hours
HOURS_OF_A_DAY = 8
LONGEST_HOURLY_DAYS = 5  # §19①
INTAKE_HOURS = 8  # an electronic window turns 신청 into 접수 within eight working hours
ROLLED = "말일이 쉬는 날이어서 다음 근무일까지"  # 민법 §161
OUTAGE_DAY_MINUTES = 240  # an outage takes a whole date from a case counted in days when it covers this much of it


class Unit(StrEnum):
    """What a period is counted in. 즉시 has no number; "hour" is the intake clock's."""

    IMMEDIATE = "immediate"
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


class PeriodRefused(Refused):
    """The text is no period we know."""

    sentence = "처리기간은 immediate, 5d, 2w, 1m, 8h처럼 적어 주세요."


@dataclass(frozen=True, slots=True)
class Period:
    """A processing period: `Period(7, Unit.DAY)`, `Period(0, Unit.IMMEDIATE)`."""

    value: int
    unit: Unit

    def __post_init__(self) -> None:
        """A period of no length would be due before it began."""
        if (self.value < 1) is not (self.unit is Unit.IMMEDIATE):
            raise PeriodRefused

    @classmethod
    def parse(cls, text: str) -> "Period":
        """
        Read `immediate`, `5d`, `2w`, `1m`, `1y` or `8h`.

        :raises PeriodRefused: for anything else
        """
        if text == Unit.IMMEDIATE:
            return cls(0, Unit.IMMEDIATE)
        found = re.fullmatch(r"(\d{1,3})([hdwmy])", text)
        if found is None:
            raise PeriodRefused
        return cls(int(found[1]), next(unit for unit in Unit if unit[0] == found[2]))

    @property
    def hours(self) -> int | None:
        """Working hours, if the law counts this period in hours; None if it counts days."""
        if self.unit is Unit.IMMEDIATE:
            return IMMEDIATE_HOURS
        if self.unit is Unit.HOUR:
            return self.value
        if self.unit is Unit.DAY and self.value <= LONGEST_HOURLY_DAYS:
            return self.value * HOURS_OF_A_DAY
        return None

    @property
    def label(self) -> str:
        """즉시, 7일, 2주 …"""
        words = {Unit.HOUR: "시간", Unit.DAY: "일", Unit.WEEK: "주", Unit.MONTH: "개월", Unit.YEAR: "년"}
        return "즉시" if self.unit is Unit.IMMEDIATE else f"{self.value}{words[self.unit]}"


@dataclass(frozen=True, slots=True)
class Exclusion:
    """
    Time the law leaves out: a supplement, an inspection, an outage.

    While it is open (`ends_at` None) it moves nothing: the clock stands, and the due date keeps its last value.
    """

    starts_at: datetime
    ends_at: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class Lost:
    """What outages took: the exact time from cases counted in hours, whole dates from those counted in days."""

    gaps: tuple[Exclusion, ...] = ()
    dates: Mapping[date, str] = field(default_factory=dict)


NOTHING_LOST = Lost()


@dataclass(frozen=True, slots=True)
class Line:
    """One day of the explanation. `total` is the running count: days, or minutes where hours are counted."""

    on: date
    counted: bool
    minutes: int
    reason: str
    total: int
    extension: int = 0


@dataclass(frozen=True, slots=True)
class Due:
    """`at` is exclusive: overdue means now ≥ at. `last_on` is the last day of a case counted in days."""

    at: datetime
    last_on: date | None
    lines: tuple[Line, ...]


def due(
    cal: Calendar,
    received_at: datetime,
    period: Period,
    *,
    exclusions: Iterable[Exclusion] = (),
    extensions: Sequence[Period] = (),
    outages: Iterable[Exclusion] = (),
    outage_day_minutes: int = OUTAGE_DAY_MINUTES,
) -> Due:
    """
    The moment from which the case is overdue, with the day-by-day reason for it.

    An extension is counted in the way of the period it extends, from the next hour or day after its end.

    :raises CalendarMissing: if the answer lies beyond the calendar
    """
    lost = lost_to(cal, outages, least_minutes=outage_day_minutes)
    start = in_korea(received_at)
    gaps = _closed(exclusions)
    hours = _hours_in_all(period, extensions)
    if hours is not None:
        return _due_in_hours(cal, start, hours, [*gaps, *lost.gaps])
    return _due_in_days(cal, start.date(), [period, *extensions], {**lost.dates, **_dates_of(gaps)})


def due_at(
    cal: Calendar,
    received_at: datetime,
    period: Period,
    *,
    exclusions: Iterable[Exclusion] = (),
    extensions: Sequence[Period] = (),
    lost: Lost = NOTHING_LOST,
) -> datetime:
    """
    `due(...).at` without its explanation, for counting many cases again.

    :raises CalendarMissing: if the answer lies beyond the calendar
    """
    start = in_korea(received_at)
    gaps = _closed(exclusions)
    hours = _hours_in_all(period, extensions)
    if hours is not None:
        return _end_in_hours(cal, start, hours, [*gaps, *lost.gaps])
    excluded = {**lost.dates, **_dates_of(gaps)} if gaps else lost.dates
    last_on = start.date() - ONE_DAY
    for one in (period, *extensions):
        _, last_on = _last_day(cal, last_on + ONE_DAY, one, excluded)
    return start_of(last_on + ONE_DAY)


def lost_to(cal: Calendar, outages: Iterable[Exclusion], *, least_minutes: int = OUTAGE_DAY_MINUTES) -> Lost:
    """What outages that are over took from everybody they concern; one that still lasts has moved nothing yet."""
    gaps = _closed(outages)
    return Lost(tuple(gaps), _dates_lost(cal, gaps, least_minutes))


def receive_by(cal: Calendar, submitted_at: datetime, *, outages: Iterable[Exclusion] = ()) -> datetime:
    """Until when a 신청 must become a 접수."""
    return _end_in_hours(cal, in_korea(submitted_at), INTAKE_HOURS, _closed(outages))


def supplement_last_on(cal: Calendar, asked_at: datetime, days: int) -> date:
    """The last day of a supplement's period: the day of asking is not counted (민법 §157), a holiday rolls (§161)."""
    return nth_day(cal, in_korea(asked_at).date() + timedelta(days=days), 1)


def _closed(gaps: Iterable[Exclusion]) -> list[Exclusion]:
    return [gap for gap in gaps if gap.ends_at is not None]


def _hours_in_all(period: Period, extensions: Sequence[Period]) -> int | None:
    hours = period.hours
    return None if hours is None else hours + sum(_hours_of(extension) for extension in extensions)


def _hours_of(extension: Period) -> int:
    """A case counted in hours is extended by hours or days, each of eight."""
    if extension.unit is Unit.DAY:
        return extension.value * HOURS_OF_A_DAY
    if extension.hours is None:
        raise PeriodRefused("시간으로 세는 민원은 일이나 시간 단위로만 연장할 수 있습니다.")
    return extension.hours


def _end_in_hours(cal: Calendar, start: datetime, hours: int, gaps: Iterable[Exclusion]) -> datetime:
    return add_hours(cal, start, hours, without=merged(_interval(gap) for gap in gaps))


def _due_in_hours(cal: Calendar, start: datetime, hours: int, gaps: Collection[Exclusion]) -> Due:
    without = merged(_interval(gap) for gap in gaps)
    at = add_hours(cal, start, hours, without=without)
    lines = []
    total = 0
    for on in days_from(start.date(), at.date()):
        begin, end = max(start, start_of(on)), min(at, start_of(on + ONE_DAY))
        minutes = minutes_between(cal, begin, end, without=without)
        total += minutes
        reason = cal.day(on).why_not or _reason_within(gaps, begin, end)
        lines.append(Line(on, counted=minutes > 0, minutes=minutes, reason=reason, total=total))
    return Due(at, None, tuple(lines))


def _due_in_days(cal: Calendar, first_on: date, periods: Sequence[Period], excluded: Mapping[date, str]) -> Due:
    lines: list[Line] = []
    last_on = first_on - ONE_DAY
    for extension, period in enumerate(periods):
        begin = last_on + ONE_DAY
        counted_until, last_on = _last_day(cal, begin, period, excluded)
        by_calendar = period.unit is not Unit.DAY
        for on in days_from(begin, last_on):
            day = cal.day(on)
            counted = on not in excluded and (day.counts or by_calendar) and on <= counted_until
            reason = "" if counted else excluded.get(on) or day.why_not or ROLLED
            total = (lines[-1].total if lines else 0) + counted
            lines.append(Line(on, counted=counted, minutes=0, reason=reason, total=total, extension=extension))
    return Due(start_of(last_on + ONE_DAY), last_on, tuple(lines))


def _last_day(cal: Calendar, first_on: date, period: Period, excluded: Mapping[date, str]) -> tuple[date, date]:
    """The day the count ends on, and the working day it is rolled to (the same, when days are counted)."""
    without = excluded.keys()
    if period.unit is Unit.DAY:
        last_on = nth_day(cal, first_on, period.value, without=without)
        return last_on, last_on
    counted_until = _calendar_end(first_on, period)
    left = sum(first_on <= on <= counted_until for on in excluded)
    while left:  # excluded dates are made up for at the end
        counted_until += ONE_DAY
        left -= counted_until not in excluded
    return counted_until, nth_day(cal, counted_until, 1, without=without)


def _calendar_end(first_on: date, period: Period) -> date:
    """민법 §160: the day before the same date; where there is no such date, the last day of the month."""
    if period.unit is Unit.WEEK:
        return first_on + timedelta(weeks=period.value, days=-1)
    if period.unit not in (Unit.MONTH, Unit.YEAR):
        raise PeriodRefused("일로 세는 민원은 시간 단위로 연장할 수 없습니다.")
    ahead = first_on.month - 1 + period.value * (12 if period.unit is Unit.YEAR else 1)
    year, month = first_on.year + ahead // 12, ahead % 12 + 1
    last_of_month = months.monthrange(year, month)[1]
    if first_on.day > last_of_month:
        return date(year, month, last_of_month)
    return date(year, month, first_on.day) - ONE_DAY


def _interval(gap: Exclusion) -> Interval:
    return gap.starts_at, gap.ends_at or gap.starts_at


def _dates_of(gaps: Iterable[Exclusion]) -> dict[date, str]:
    """Every date an exclusion touches, with its reason: the sending day and the arrival day are both left out."""
    dates: dict[date, str] = {}
    for gap in gaps:
        begin, end = (in_korea(moment) for moment in _interval(gap))
        last_moment = max(begin, end - timedelta.resolution)
        for on in days_from(begin.date(), last_moment.date()):
            dates.setdefault(on, gap.reason)
    return dates


def _dates_lost(cal: Calendar, outages: Collection[Exclusion], least_minutes: int) -> dict[date, str]:
    """The dates of which outages cover so much working time that the law's day is lost."""
    intervals = merged(_interval(outage) for outage in outages)
    dates: dict[date, str] = {}
    for on, reason in _dates_of(outages).items():
        midnight, next_midnight = start_of(on), start_of(on + ONE_DAY)
        open_minutes = minutes_between(cal, midnight, next_midnight)
        left_minutes = minutes_between(cal, midnight, next_midnight, without=intervals)
        if open_minutes - left_minutes >= least_minutes:
            dates[on] = reason
    return dates


def _reason_within(gaps: Iterable[Exclusion], begin: datetime, end: datetime) -> str:
    reasons = {gap.reason for gap in gaps if gap.starts_at < end and _interval(gap)[1] > begin}
    return ", ".join(sorted(reasons))
