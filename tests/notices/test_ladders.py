"""Ladders: what is due when, by clock and calendar; the presets, and the database's own refusals."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from notices import ladders
from notices.ladders import Rung
from portal.core.workdays import KST, Calendar, CalendarMissing, Day, days_from, read_calendar

HOLIDAY = date(2026, 11, 5)  # a Thursday made a holiday


def calendar() -> Calendar:
    days = days_from(date(2026, 1, 1), date(2027, 12, 31))
    return Calendar(
        Day(on, counts=on.weekday() < 5 and on != HOLIDAY, is_open=on.weekday() < 5 and on != HOLIDAY) for on in days
    )


def at(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=KST)


def deliver(*steps: tuple[str, str, int]) -> tuple[Rung, ...]:
    return tuple(
        Rung("deliver", place, channel, condition, hours)
        for place, (channel, condition, hours) in enumerate(steps, start=1)
    )


def test_the_presets_are_those_of_the_handbook() -> None:
    found = ladders.presets()

    assert set(found) == {
        *("asking", "standard", "picture_first", "seven_days", "quick"),
        *("three_days", "legal", "arrears", "plain"),
    }
    assert [(one.channel, one.wait_hours) for one in found["standard"].rungs] == [
        ("alimtalk", 0),
        ("picture", 24),
        ("text", 72),
        ("paper", 168),
    ]
    assert found["seven_days"].rungs[1].counts_working_days
    assert found["arrears"].rungs[-1].is_before_due


@pytest.mark.parametrize(
    "steps",
    [
        [("paper", "always", 0), ("text", "unopened", 24)],
        [("text", "unopened", 0)],
        [("text", "always", 24)],
        [("alimtalk", "always", 0), ("text", "unopened", 72), ("text", "unopened", 24)],
        [("picture", "always", 0), ("picture", "unopened", 24)],
        [("alimtalk", "always", 0), ("text", "unanswered", 24)],
        [("alimtalk", "always", 0), ("text", "unopened", -24)],
    ],
)
def test_steps_that_make_no_sense_are_refused(steps: list[tuple[str, str, int]]) -> None:
    with pytest.raises(ladders.LadderRefused):
        ladders.check(deliver(*steps))


def test_a_gap_in_the_positions_is_refused() -> None:
    with pytest.raises(ladders.LadderRefused):
        ladders.check([Rung("deliver", 1, "text"), Rung("deliver", 3, "paper", "unopened", 24)])


def test_silence_takes_the_steps_for_silence_and_failure_those_for_failure() -> None:
    rungs = deliver(
        ("alimtalk", "always", 0), ("text", "undelivered", 1), ("picture", "unopened", 24), ("paper", "always", 168)
    )

    opened = ladders.step_after(rungs, phase="deliver", done=1, silence="unopened")
    failed = ladders.step_after(rungs, phase="deliver", done=1, silence="undelivered")

    assert opened is not None
    assert opened.channel == "picture"
    assert failed is not None
    assert failed.channel == "text"
    after_failing = ladders.step_after(rungs, phase="deliver", done=2, silence="undelivered")
    assert after_failing is not None
    assert after_failing.is_paper


def test_nothing_follows_the_last_step() -> None:
    assert ladders.step_after(ladders.preset("quick").rungs, phase="deliver", done=3, silence="unopened") is None


@pytest.mark.parametrize(
    ("taken", "hours", "working", "due"),
    [
        (at(3, 12), 24, False, at(4, 12)),
        (at(3, 20, 59), 24, False, at(4, 20, 59)),
        (at(3, 21), 24, False, at(5, 8)),  # 21:00 of the next day is night
        (at(3, 23, 30), 72, False, at(7, 8)),
        (at(3, 2), 24, False, at(4, 8)),
        (at(4, 15), 24, True, at(6, 15)),  # over the holiday
        (at(6, 15), 24, True, at(9, 15)),  # Friday: the next working day is Monday
        (at(7, 9), 24, True, at(10, 8)),  # Saturday counts as Monday's beginning: not before Friday afternoon's
        (at(6, 22), 24, True, at(10, 8)),  # Friday night: Monday night, which is Tuesday morning
        (at(30, 23, 59), 24, False, at(2, 8, month=12)),  # over midnight and the end of the month
    ],
)
def test_due_times_mind_the_night_and_the_calendar(taken: datetime, hours: int, working: bool, due: datetime) -> None:
    assert ladders.due_at(taken, hours, counts_working_days=working, calendar=calendar()) == due


@given(
    minutes=st.integers(0, 60 * 24 * 60),
    hours=st.integers(0, 24 * 10),
    working=st.booleans(),
    later=st.integers(0, 60 * 24 * 12),
)
def test_the_cutoff_says_exactly_who_is_due(minutes: int, hours: int, working: bool, later: int) -> None:
    days = calendar()
    taken = datetime(2026, 10, 1, tzinfo=UTC) + timedelta(minutes=minutes)
    now = taken + timedelta(minutes=later)

    limit = ladders.cutoff(hours, counts_working_days=working, now=now, calendar=days)
    due = ladders.due_at(taken, hours, counts_working_days=working, calendar=days)

    assert (taken <= limit) == (due <= now)


@example(first=60 * 33, second=60 * 48, hours=24, working=True)  # Friday afternoon, Saturday morning
@given(first=st.integers(0, 10_000), second=st.integers(0, 10_000), hours=st.integers(0, 200), working=st.booleans())
def test_who_was_first_is_due_first(first: int, second: int, hours: int, working: bool) -> None:
    days = calendar()
    start = datetime(2026, 10, 1, tzinfo=UTC)
    early, late = sorted((start + timedelta(minutes=first), start + timedelta(minutes=second)))

    one = ladders.due_at(early, hours, counts_working_days=working, calendar=days)
    other = ladders.due_at(late, hours, counts_working_days=working, calendar=days)

    assert one <= other


def test_a_late_step_moves_the_later_ones() -> None:
    rungs = ladders.preset("standard").rungs

    assert ladders.gap_hours(rungs, rungs[1], done=1) == 24
    assert ladders.gap_hours(rungs, rungs[2], done=2) == 48
    assert ladders.gap_hours(rungs, rungs[3], done=1) == 168


def test_a_calendar_that_ends_is_said_and_not_guessed() -> None:
    with pytest.raises(CalendarMissing):
        ladders.due_at(at(30, 12, month=12), 24 * 400, counts_working_days=True, calendar=calendar())


def test_the_calendar_of_the_office_knows_the_coming_year() -> None:
    path = Path(__file__).parents[2] / "portal" / "accounts" / "reference" / "calendar.toml"

    due = ladders.due_at(at(30, 12, month=12), 24, counts_working_days=True, calendar=read_calendar(path))

    assert due == at(31, 12, month=12)
