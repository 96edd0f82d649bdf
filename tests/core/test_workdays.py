"""Working-day arithmetic: traps of the calendar, and what must hold for every span."""

from datetime import date, datetime, time, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.core.workdays import (
    KST,
    CalendarMissing,
    Day,
    Interval,
    add_hours,
    counting_days,
    merged,
    minutes_between,
    nth_day,
    read_calendar,
)

CALENDAR = read_calendar(Path(__file__).parents[2] / "portal/accounts/reference/calendar.toml")
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2029, 12, 31), timezones=st.just(KST))  # noqa: DTZ001
GAPS = st.lists(
    st.builds(lambda start, hours: (start, start + timedelta(hours=hours)), MOMENTS, st.integers(0, 200)), max_size=4
)


@pytest.mark.parametrize(
    ("on", "counts"),
    [
        ("2025-05-01", True),
        ("2026-05-01", False),
        ("2026-06-06", False),
        ("2026-06-08", True),
        ("2026-07-17", False),
        ("2025-07-17", True),
        ("2026-09-28", True),
        ("2027-02-09", False),
        ("2027-05-03", False),
        ("2027-06-07", True),
        ("2027-07-19", False),
        ("2027-08-16", False),
        ("2027-10-04", False),
        ("2027-10-11", False),
        ("2027-12-27", False),
        ("2025-01-27", False),
        ("2025-06-03", False),
        ("2026-06-03", False),
    ],
)
def test_the_shipped_calendar_knows_the_traps(on: str, counts: bool) -> None:
    assert CALENDAR.day(date.fromisoformat(on)).counts is counts


def test_a_day_says_why_it_does_not_count() -> None:
    assert CALENDAR.day(date(2026, 11, 7)).why_not == "토요일"
    assert CALENDAR.day(date(2026, 9, 25)).why_not == "추석"
    assert CALENDAR.day(date(2026, 11, 2)).why_not == ""


@pytest.mark.parametrize("on", [date(2023, 12, 31), date(2031, 1, 1)])
def test_a_day_nobody_entered_is_refused(on: date) -> None:
    with pytest.raises(CalendarMissing) as refused:
        CALENDAR.day(on)

    assert str(on.year) in refused.value.sentence


def test_special_hours_move_the_hours_of_that_day_only() -> None:
    exam_day = Day(date(2026, 11, 19), counts=True, is_open=True, opens_at=time(10))
    cal = CALENDAR.changed([exam_day])

    assert add_hours(cal, datetime(2026, 11, 18, 17, tzinfo=KST), 2) == datetime(2026, 11, 19, 11, tzinfo=KST)
    assert minutes_between(cal, datetime(2026, 11, 19, tzinfo=KST), datetime(2026, 11, 20, tzinfo=KST)) == 420


def test_utc_and_korean_time_are_the_same_moment() -> None:
    utc = datetime.fromisoformat("2026-11-02T15:00+00:00")  # midnight in Seoul

    assert add_hours(CALENDAR, utc, 1) == datetime(2026, 11, 3, 10, tzinfo=KST)


def test_a_naive_moment_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="aware"):
        add_hours(CALENDAR, datetime(2026, 11, 2, 10), 1)  # noqa: DTZ001


def test_the_nth_day_skips_what_does_not_count() -> None:
    assert nth_day(CALENDAR, date(2026, 11, 7), 1) == date(2026, 11, 9)
    assert nth_day(CALENDAR, date(2026, 11, 6), 2, without={date(2026, 11, 9)}) == date(2026, 11, 10)
    with pytest.raises(ValueError, match="from one"):
        nth_day(CALENDAR, date(2026, 11, 6), 0)


def test_days_left_are_working_days() -> None:
    assert counting_days(CALENDAR, date(2026, 11, 6), date(2026, 11, 9)) == 1
    assert counting_days(CALENDAR, date(2026, 11, 6), date(2026, 11, 6)) == 0
    assert counting_days(CALENDAR, date(2026, 11, 9), date(2026, 11, 6)) == 0


def test_overlapping_intervals_become_one() -> None:
    at = [datetime(2026, 11, 2, hour, tzinfo=KST) for hour in range(10)]

    assert merged([(at[4], at[6]), (at[1], at[3]), (at[2], at[5]), (at[8], at[8])]) == [(at[1], at[6])]


@given(MOMENTS, st.integers(1, 120), GAPS)
def test_minutes_between_inverts_add_hours(start: datetime, hours: int, gaps: list[Interval]) -> None:
    end = add_hours(CALENDAR, start, hours, without=gaps)

    assert minutes_between(CALENDAR, start, end, without=gaps) == hours * 60


@given(MOMENTS, st.integers(0, 60_000), st.integers(0, 60_000), GAPS)
def test_minutes_add_up(start: datetime, first: int, second: int, gaps: list[Interval]) -> None:
    start = start.replace(second=0, microsecond=0)
    gaps = [(a.replace(second=0, microsecond=0), b.replace(second=0, microsecond=0)) for a, b in gaps]
    middle, end = start + timedelta(minutes=first), start + timedelta(minutes=first + second)

    whole = minutes_between(CALENDAR, start, end, without=gaps)

    assert whole == minutes_between(CALENDAR, start, middle, without=gaps) + minutes_between(
        CALENDAR, middle, end, without=gaps
    )


@given(st.dates(date(2024, 1, 1), date(2029, 6, 30)), st.integers(1, 60), st.integers(0, 10))
def test_a_later_start_is_never_an_earlier_nth_day(first_on: date, n: int, later: int) -> None:
    assert nth_day(CALENDAR, first_on, n) <= nth_day(CALENDAR, first_on + timedelta(days=later), n)
