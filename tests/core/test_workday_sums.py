"""Summed calendars answer what the days one by one answer; a day nobody entered is refused there too."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.workdays import KST, Calendar, CalendarMissing, Day, Interval, add_hours, nth_day, read_calendar

CALENDAR = read_calendar(Path(__file__).parents[2] / "portal/accounts/reference/calendar.toml")
SUMMED = CALENDAR.summed()
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2029, 12, 31), timezones=st.just(KST))  # noqa: DTZ001
NEAR = st.datetimes(datetime(2026, 9, 1), datetime(2026, 12, 1), timezones=st.just(KST))  # noqa: DTZ001
GAPS = st.lists(st.builds(lambda start, hours: (start, start + timedelta(hours=hours)), NEAR, st.integers(0, 200)))
DAYS = st.dates(date(2024, 1, 1), date(2029, 6, 30))


@given(st.one_of(MOMENTS, NEAR), st.integers(1, 200), GAPS)
def test_hours_are_added_alike(start: datetime, hours: int, gaps: list[Interval]) -> None:
    assert add_hours(SUMMED, start, hours, without=gaps) == add_hours(CALENDAR, start, hours, without=gaps)


@given(DAYS, st.integers(1, 80), st.sets(st.integers(0, 60), max_size=20))
def test_days_are_counted_alike(first_on: date, n: int, offsets: set[int]) -> None:
    without = {first_on + timedelta(days=offset) for offset in offsets}

    assert nth_day(SUMMED, first_on, n, without=without) == nth_day(CALENDAR, first_on, n, without=without)


@pytest.mark.parametrize("first_on", [date(2023, 12, 29), date(2030, 12, 30), date(2031, 1, 3)])
def test_beyond_the_calendar_both_refuse(first_on: date) -> None:
    start = datetime(first_on.year, first_on.month, first_on.day, 17, tzinfo=KST)
    for cal in (CALENDAR, SUMMED):
        with pytest.raises(CalendarMissing):
            nth_day(cal, first_on, 3)
        with pytest.raises(CalendarMissing):
            add_hours(cal, start, 17)


def test_a_hole_in_the_calendar_is_never_counted_across() -> None:
    hole = date(2026, 11, 4)
    holey = Calendar([day for day in CALENDAR if day.on != hole]).summed()

    assert nth_day(holey, date(2026, 11, 2), 2) == date(2026, 11, 3)
    assert nth_day(holey, date(2026, 11, 5), 1) == date(2026, 11, 5)
    with pytest.raises(CalendarMissing) as refused:
        nth_day(holey, date(2026, 11, 2), 3)
    with pytest.raises(CalendarMissing):
        add_hours(holey, datetime(2026, 11, 3, 17, tzinfo=KST), 2)
    assert refused.value.on == hole


def test_a_gap_beyond_the_calendar_matters_to_nobody_before_it() -> None:
    far = [(datetime(2035, 1, 1, tzinfo=KST), datetime(2035, 2, 1, tzinfo=KST))]
    start = datetime(2026, 11, 2, 10, tzinfo=KST)

    assert add_hours(SUMMED, start, 3, without=far) == add_hours(CALENDAR, start, 3, without=far)


def test_a_calendar_without_days_refuses() -> None:
    with pytest.raises(CalendarMissing):
        nth_day(Calendar([]).summed(), date(2026, 11, 2), 1)


def test_a_copy_with_other_days_is_summed_anew() -> None:
    holiday = Day(date(2026, 11, 5), counts=False, is_open=False, name="임시공휴일")

    assert nth_day(SUMMED.changed([holiday]).summed(), date(2026, 11, 2), 7) == date(2026, 11, 11)
