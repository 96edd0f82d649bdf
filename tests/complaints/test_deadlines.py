"""The legal clock: every vector of the specification, and what must hold for all others."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from complaints.deadlines import (
    Due,
    Exclusion,
    Period,
    PeriodRefused,
    Unit,
    due,
    due_at,
    lost_to,
    receive_by,
    supplement_last_on,
)
from portal.core.workdays import KST, Calendar, CalendarMissing, Day, read_calendar, start_of

CALENDAR = read_calendar(Path(__file__).parents[2] / "portal/accounts/reference/calendar.toml")
SUMMED = CALENDAR.summed()
PERIODS = ("immediate", "1d", "3d", "5d", "6d", "7d", "14d", "1w", "2w", "1m")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=KST)


def gap(starts: str, ends: str | None, reason: str = "보완") -> Exclusion:
    return Exclusion(moment(starts), moment(ends) if ends else None, reason)


def dates(first: str, last: str) -> Exclusion:
    return Exclusion(moment(first), moment(last) + timedelta(days=1), "보완")


def due_of(received: str, period: str, **kwargs: object) -> Due:
    return due(CALENDAR, moment(received), Period.parse(period), **kwargs)  # type: ignore[arg-type]


IN_HOURS = [
    ("2026-11-02T10:00", "immediate", "2026-11-02T14:00"),
    ("2026-11-02T11:59", "immediate", "2026-11-02T15:59"),
    ("2026-11-02T12:00", "immediate", "2026-11-02T16:00"),
    ("2026-11-02T12:20", "immediate", "2026-11-02T16:00"),
    ("2026-11-02T18:00", "immediate", "2026-11-03T12:00"),
    ("2026-11-03T08:59", "immediate", "2026-11-03T12:00"),
    ("2026-11-06T16:30", "immediate", "2026-11-09T10:30"),
    ("2026-11-07T13:00", "immediate", "2026-11-09T12:00"),
    ("2025-01-24T15:00", "immediate", "2025-01-24T18:00"),
    ("2025-06-02T16:30", "immediate", "2025-06-04T10:30"),
    ("2025-10-02T17:00", "immediate", "2025-10-10T11:00"),
    ("2026-04-30T16:00", "immediate", "2026-05-04T10:00"),
    ("2026-07-16T16:30", "immediate", "2026-07-20T10:30"),
    ("2026-08-14T17:00", "immediate", "2026-08-18T11:00"),
    ("2026-10-02T17:00", "immediate", "2026-10-06T11:00"),
    ("2026-12-31T17:00", "immediate", "2027-01-04T11:00"),
    ("2027-02-05T17:00", "immediate", "2027-02-10T11:00"),
    ("2027-12-24T17:00", "immediate", "2027-12-28T11:00"),
    ("2026-11-02T10:00", "1d", "2026-11-03T10:00"),
    ("2026-11-02T10:00", "3d", "2026-11-05T10:00"),
    ("2026-11-02T10:00", "5d", "2026-11-09T10:00"),
    ("2026-11-02T19:30", "5d", "2026-11-09T18:00"),
    ("2026-11-06T17:59", "1d", "2026-11-09T17:59"),
    ("2025-05-02T10:00", "3d", "2025-05-09T10:00"),
    ("2026-06-02T14:00", "1d", "2026-06-04T14:00"),
    ("2026-09-23T17:00", "3d", "2026-09-30T17:00"),
    ("2027-04-30T17:00", "1d", "2027-05-04T17:00"),
]

IN_DAYS = [
    ("2026-11-02T10:00", "7d", "2026-11-10"),
    ("2026-11-02T23:59", "7d", "2026-11-10"),
    ("2026-11-02T10:00", "14d", "2026-11-19"),
    ("2026-11-07T09:00", "7d", "2026-11-17"),
    ("2026-05-22T10:00", "7d", "2026-06-02"),
    ("2026-09-22T10:00", "7d", "2026-10-02"),
    ("2026-12-24T15:00", "7d", "2027-01-05"),
    ("2026-11-02T10:00", "1m", "2026-12-01"),
    ("2026-01-31T10:00", "1m", "2026-03-03"),
    ("2026-12-31T10:00", "1m", "2027-02-01"),
    ("2026-11-02T10:00", "2w", "2026-11-16"),
    ("2026-09-18T10:00", "1w", "2026-09-28"),
]


@pytest.mark.parametrize(("received", "period", "at"), IN_HOURS)
def test_a_period_counted_in_hours_ends_at_the_instant(received: str, period: str, at: str) -> None:
    found = due_of(received, period)

    assert found.at == moment(at)
    assert found.last_on is None
    assert found.lines[-1].total == (3 if period == "immediate" else int(period[0]) * 8) * 60


@pytest.mark.parametrize(("received", "period", "last_on"), IN_DAYS)
def test_a_period_counted_in_days_ends_with_its_last_day(received: str, period: str, last_on: str) -> None:
    found = due_of(received, period)

    assert found.last_on == date.fromisoformat(last_on)
    assert found.at == start_of(date.fromisoformat(last_on) + timedelta(days=1))
    assert found.lines[0].on == date.fromisoformat(received[:10])
    assert found.lines[-1].on == found.last_on


def test_without_a_lunch_break_one_day_ends_the_same_evening() -> None:
    from_nine_to_six = Day(date(2026, 11, 2), counts=True, is_open=True, lunch_from=CLOSES, lunch_until=CLOSES)

    found = due(CALENDAR.changed([from_nine_to_six]), moment("2026-11-02T10:00"), Period(1, Unit.DAY))

    assert found.at == moment("2026-11-02T18:00")


def test_an_office_open_on_a_saturday_changes_nothing() -> None:
    open_saturday = Day(date(2026, 11, 7), counts=False, is_open=True)

    found = due(CALENDAR.changed([open_saturday]), moment("2026-11-07T13:00"), Period.parse("immediate"))

    assert found.at == moment("2026-11-09T12:00")


def test_a_local_closing_does_not_stop_the_laws_clock() -> None:
    closed_tuesday = Day(date(2026, 11, 3), counts=True, is_open=False)

    found = due(CALENDAR.changed([closed_tuesday]), moment("2026-11-02T10:00"), Period(7, Unit.DAY))

    assert found.last_on == date(2026, 11, 10)


@pytest.mark.parametrize(
    ("gaps", "last_on"),
    [
        ([gap("2026-11-04T10:00", "2026-11-06T16:00")], "2026-11-13"),
        ([gap("2026-11-04T10:00", "2026-11-04T16:00")], "2026-11-11"),
        ([gap("2026-11-06T10:00", "2026-11-09T16:00")], "2026-11-12"),
        ([dates("2026-11-04", "2026-11-06"), dates("2026-11-06", "2026-11-09")], "2026-11-16"),
        ([gap("2026-11-04T10:00", None)], "2026-11-10"),
    ],
)
def test_sending_day_and_arrival_day_of_a_supplement_are_left_out(gaps: list[Exclusion], last_on: str) -> None:
    assert due_of("2026-11-02T10:00", "7d", exclusions=gaps).last_on == date.fromisoformat(last_on)


@pytest.mark.parametrize(
    ("period", "extension", "at"),
    [
        ("7d", "7d", "2026-11-20T00:00"),
        ("1d", "1d", "2026-11-04T10:00"),
        ("1d", "8h", "2026-11-04T10:00"),
        ("1d", "3h", "2026-11-03T14:00"),
        ("immediate", "immediate", "2026-11-02T17:00"),
        ("1m", "1m", "2027-01-05T00:00"),
        ("1m", "3d", "2026-12-05T00:00"),
    ],
)
def test_an_extension_begins_where_the_period_ended(period: str, extension: str, at: str) -> None:
    found = due_of("2026-11-02T10:00", period, extensions=[Period.parse(extension)])

    assert found.at == moment(at)


def test_an_extension_in_another_measure_is_refused() -> None:
    with pytest.raises(PeriodRefused):
        due_of("2026-11-02T10:00", "3d", extensions=[Period.parse("1w")])
    with pytest.raises(PeriodRefused):
        due_of("2026-11-02T10:00", "1w", extensions=[Period.parse("8h")])
    with pytest.raises(PeriodRefused):
        due_of("2026-11-02T10:00", "7d", extensions=[Period.parse("8h")])


@pytest.mark.parametrize(("period", "at"), [("7d", "2026-11-12T00:00"), ("3d", "2026-11-06T10:00")])
def test_a_holiday_declared_later_moves_the_date(period: str, at: str) -> None:
    declared = Day(date(2026, 11, 5), counts=False, is_open=False, name="임시공휴일")

    found = due(CALENDAR.changed([declared]), moment("2026-11-02T10:00"), Period.parse(period))

    assert found.at == moment(at)
    assert "임시공휴일" in [line.reason for line in found.lines]


def test_hours_of_a_supplement_and_an_outage_overlapping_it_count_once() -> None:
    supplement = gap("2026-11-03T11:00", "2026-11-04T15:00")
    outage = gap("2026-11-04T14:00", "2026-11-04T16:00", "장애")

    alone = due_of("2026-11-02T10:00", "3d", exclusions=[supplement])
    both = due_of("2026-11-02T10:00", "3d", exclusions=[supplement], outages=[outage])

    assert alone.at == moment("2026-11-06T14:00")
    assert both.at == moment("2026-11-06T15:00")
    assert {line.on.day: line.reason for line in both.lines}[4] == "보완, 장애"


def test_an_outage_of_an_afternoon_moves_an_immediate_case() -> None:
    outage = gap("2026-11-02T14:00", "2026-11-02T17:00", "장애")

    assert due_of("2026-11-02T13:30", "immediate", outages=[outage]).at == moment("2026-11-03T10:30")


@pytest.mark.parametrize(
    ("ends", "last_on"),
    [("2026-11-03T13:59", "2026-11-10"), ("2026-11-03T14:00", "2026-11-11")],
)
def test_an_outage_takes_a_date_only_from_four_working_hours_on(ends: str, last_on: str) -> None:
    outage = gap("2026-11-03T09:00", ends, "장애")

    assert due_of("2026-11-02T10:00", "7d", outages=[outage]).last_on == date.fromisoformat(last_on)


@pytest.mark.parametrize(
    ("submitted", "until"),
    [
        ("2026-11-02T09:00", "2026-11-02T18:00"),
        ("2026-11-02T10:00", "2026-11-03T10:00"),
        ("2026-11-06T22:30", "2026-11-09T18:00"),
        ("2026-12-31T17:30", "2027-01-04T17:30"),
    ],
)
def test_a_report_must_be_received_within_eight_working_hours(submitted: str, until: str) -> None:
    assert receive_by(CALENDAR, moment(submitted)) == moment(until)


@pytest.mark.parametrize(
    ("asked", "days", "last_on"),
    [
        ("2026-11-02T10:00", 7, "2026-11-09"),
        ("2026-10-30T10:00", 7, "2026-11-06"),
        ("2026-09-18T10:00", 7, "2026-09-28"),
    ],
)
def test_a_supplement_has_its_days_and_a_holiday_at_the_end_rolls(asked: str, days: int, last_on: str) -> None:
    assert supplement_last_on(CALENDAR, moment(asked), days) == date.fromisoformat(last_on)


def test_the_explanation_names_every_day() -> None:
    found = due_of("2026-11-02T10:00", "7d", exclusions=[gap("2026-11-04T10:00", "2026-11-06T16:00")])

    said = {line.on.day: (line.total if line.counted else line.reason) for line in found.lines}

    assert said == {
        2: 1, 3: 2, 4: "보완", 5: "보완", 6: "보완", 7: "토요일", 8: "일요일", 9: 3, 10: 4, 11: 5, 12: 6, 13: 7,
    }  # fmt: skip


def test_a_date_beyond_the_calendar_fails_loudly() -> None:
    with pytest.raises(CalendarMissing, match="2031년 1월 1일"):
        due_of("2030-12-27T10:00", "7d")


@pytest.mark.parametrize("text", ["", "7", "0d", "-3d", "7x", "d7", "즉시", "1000d"])
def test_nonsense_is_no_period(text: str) -> None:
    with pytest.raises(PeriodRefused):
        Period.parse(text)


CLOSES = CALENDAR.day(date(2026, 11, 2)).closes_at
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2029, 12, 31), timezones=st.just(KST))  # noqa: DTZ001
GAPS = st.lists(
    st.builds(
        lambda start, hours: Exclusion(start, start + timedelta(hours=hours), "보완"),
        MOMENTS.filter(lambda at: at.year == 2026),
        st.integers(0, 400),
    ),
    max_size=4,
)


def stored(cal: Calendar, received: datetime, period: str, gaps: list[Exclusion]) -> datetime:
    return due(cal, received, Period.parse(period), exclusions=gaps).at


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(KST)), st.integers(0, 90_000), GAPS)  # noqa: DTZ001
def test_who_is_received_later_is_never_due_earlier(received: datetime, later: int, gaps: list[Exclusion]) -> None:
    for period in PERIODS[:7]:
        first = stored(CALENDAR, received, period, gaps)
        second = stored(CALENDAR, received + timedelta(seconds=later), period, gaps)

        assert first <= second


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(KST)), GAPS)  # noqa: DTZ001
def test_more_exclusions_never_make_it_earlier(received: datetime, gaps: list[Exclusion]) -> None:
    for period in PERIODS:
        assert stored(CALENDAR, received, period, gaps) >= stored(CALENDAR, received, period, gaps[1:])


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 31), timezones=st.just(KST)),  # noqa: DTZ001
    st.sampled_from(PERIODS),
    GAPS,
    GAPS,
    st.integers(0, 2),
)
def test_a_date_counted_by_sums_is_the_date_that_is_explained(
    received: datetime, period: str, gaps: list[Exclusion], outages: list[Exclusion], extended: int
) -> None:
    whole = Period.parse(period)
    extensions = [whole] * extended
    explained = due(CALENDAR, received, whole, exclusions=gaps, extensions=extensions, outages=outages)
    lost = lost_to(SUMMED, outages)

    assert due_at(SUMMED, received, whole, exclusions=gaps, extensions=extensions, lost=lost) == explained.at


def test_an_outage_that_still_lasts_moves_nothing() -> None:
    lasting = gap("2026-11-02T14:00", None, "장애")

    assert due_of("2026-11-02T13:30", "immediate", outages=[lasting]).at == moment("2026-11-02T16:30")
    assert receive_by(CALENDAR, moment("2026-11-02T10:00"), outages=[lasting]) == moment("2026-11-03T10:00")


def test_an_outage_puts_off_the_intake_clock_too() -> None:
    outage = gap("2026-11-02T14:00", "2026-11-02T17:00", "장애")

    assert receive_by(CALENDAR, moment("2026-11-02T10:00"), outages=[outage]) == moment("2026-11-03T14:00")


def test_a_pause_across_the_year_end_leaves_out_new_year_once() -> None:
    found = due_of("2026-12-28T10:00", "7d", exclusions=[gap("2026-12-30T10:00", "2027-01-05T16:00")])

    assert found.last_on == date(2027, 1, 12)
    assert {line.on: line.reason for line in found.lines}[date(2027, 1, 1)] == "보완"


def test_an_outage_during_a_pause_takes_nothing_more() -> None:
    pause = gap("2026-11-04T10:00", "2026-11-06T16:00")
    outage = gap("2026-11-05T09:00", "2026-11-05T18:00", "장애")

    for period in ("3d", "7d"):
        assert due_of("2026-11-02T10:00", period, exclusions=[pause], outages=[outage]).at == (
            due_of("2026-11-02T10:00", period, exclusions=[pause]).at
        )


@given(MOMENTS, st.sampled_from(PERIODS), GAPS)
def test_the_days_of_the_explanation_add_up(received: datetime, period: str, gaps: list[Exclusion]) -> None:
    found = due(CALENDAR, received, Period.parse(period), exclusions=gaps)

    assert found.at > received
    assert [line.on for line in found.lines] == sorted({line.on for line in found.lines})
    assert found.lines[-1].total == (
        sum(line.minutes for line in found.lines)
        if found.last_on is None
        else sum(line.counted for line in found.lines)
    )
    assert all(line.reason for line in found.lines if not line.counted and found.last_on)
