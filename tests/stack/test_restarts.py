"""Restarts come quickly at first, then slower, and not for ever."""

import pytest

from portal.stack.restarts import ALLOWED, Restarts, State


def test_delays_grow_up_to_eight_seconds() -> None:
    restarts = Restarts(was_ready=True)

    delays = [restarts.delay_after_end(now=float(second), ready_since=None) for second in range(6)]

    assert delays == [0.25, 0.5, 1.0, 2.0, 4.0, 8.0]


def test_seventh_end_within_two_minutes_is_the_last() -> None:
    restarts = Restarts(was_ready=True)
    for second in range(6):
        restarts.delay_after_end(now=float(second), ready_since=None)

    assert restarts.delay_after_end(now=119.0, ready_since=None) is None


def test_old_ends_are_forgotten() -> None:
    restarts = Restarts(was_ready=True)
    for second in range(6):
        restarts.delay_after_end(now=float(second), ready_since=None)

    assert restarts.delay_after_end(now=126.0, ready_since=None) is not None


def test_half_a_minute_of_health_makes_the_next_restart_quick() -> None:
    restarts = Restarts(was_ready=True)
    for second in range(4):
        restarts.delay_after_end(now=float(second), ready_since=None)

    assert restarts.delay_after_end(now=50.0, ready_since=20.0) == 0.25


def test_short_health_does_not() -> None:
    restarts = Restarts(was_ready=True)
    for second in range(4):
        restarts.delay_after_end(now=float(second), ready_since=None)

    assert restarts.delay_after_end(now=50.0, ready_since=21.0) == 4.0


def test_program_that_never_worked_is_given_up_sooner() -> None:
    restarts = Restarts()

    delays = [restarts.delay_after_end(now=0.0, ready_since=None) for _ in range(3)]

    assert delays == [0.25, 0.5, None]


@pytest.mark.parametrize("state", [state for state in State if state is not State.STOPPED])
def test_every_state_leads_to_the_end(state: State) -> None:
    reachable, found = set[State](), {state}
    while found:
        reachable |= found
        found = {after for before in found for after in ALLOWED[before]} - reachable

    assert State.STOPPED in reachable
