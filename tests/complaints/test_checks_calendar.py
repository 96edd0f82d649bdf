"""The start-up check that misses next year's calendar."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from complaints import checks
from portal.accounts.models import CalendarDay


def on(day: int, month: int, year: int = 2026) -> datetime:
    return datetime(year, month, day, 3, tzinfo=UTC)


def days(year: int) -> None:
    hours: dict[str, Any] = {"opens_at": "09:00", "lunch_from": "12:00", "lunch_until": "13:00", "closes_at": "18:00"}
    CalendarDay.objects.create(on=date(year, 12, 31), counts=False, is_open=False, **hours)


@pytest.mark.django_db
def test_next_year_is_missed_from_october_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "now", lambda: on(1, 10))
    assert checks.next_year_is_in_the_calendar(["default"]) == []  # an empty calendar is being set up
    days(2026)

    (warning,) = checks.next_year_is_in_the_calendar(["default"])
    assert warning.id == "sotong.W202"
    days(2027)
    assert checks.next_year_is_in_the_calendar(["default"]) == []


@pytest.mark.django_db
def test_before_october_nobody_is_bothered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "now", lambda: on(30, 9))
    days(2026)

    assert checks.next_year_is_in_the_calendar(["default"]) == []
