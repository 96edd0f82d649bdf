"""The night, by the Korean clock."""

from datetime import UTC, datetime, time, timedelta

import pytest

from messaging import windows
from portal.core.clock import KST


def _korean(hour: int, minute: int = 0, day: int = 23) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=KST).astimezone(UTC)


@pytest.mark.parametrize("hour", range(24))
def test_administrative_messages_rest_from_nine_to_eight(hour: int) -> None:
    is_closed = windows.closed_until("administrative", _korean(hour)) is not None

    assert is_closed == (hour >= 21 or hour < 8)


@pytest.mark.parametrize("hour", range(24))
@pytest.mark.parametrize("purpose", ["code", "emergency", "answer"])
def test_what_the_citizen_waits_for_goes_at_any_hour(purpose: str, hour: int) -> None:
    assert windows.closed_until(purpose, _korean(hour)) is None


def test_the_evening_ends_tomorrow_and_the_small_hours_today() -> None:
    assert windows.closed_until("administrative", _korean(23, 59)) == _korean(8, day=24)
    assert windows.closed_until("administrative", _korean(0, 1, day=24)) == _korean(8, day=24)


def test_the_minute_before_is_open_and_the_first_minute_closed() -> None:
    assert windows.closed_until("administrative", _korean(20, 59)) is None
    assert windows.closed_until("administrative", _korean(21)) is not None
    assert windows.closed_until("administrative", _korean(8)) is None


def test_a_window_within_one_day() -> None:
    noon = windows.Window(time(12), time(13))

    assert noon.closed_until(_korean(12, 30)) == _korean(13)
    assert noon.closed_until(_korean(13)) is None
    assert noon.closed_until(_korean(12) - timedelta(seconds=1)) is None
