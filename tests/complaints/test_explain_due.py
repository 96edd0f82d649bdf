"""`manage.py explain_due`: the legal date from the shipped calendar, without a database."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError


def explained(*arguments: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("explain_due", *arguments, stdout=out)
    answer: dict[str, Any] = json.loads(out.getvalue().splitlines()[-1])
    return answer


def test_days_end_at_midnight_after_the_last_one() -> None:
    answer = explained("2026-11-02T10:00", "7d")

    assert answer["due_before"] == "2026-11-11T00:00:00+09:00"
    assert answer["last_on"] == "2026-11-10"
    assert sum(day["counted"] for day in answer["days"]) == 7
    assert answer["days"][5] == {"on": "2026-11-07", "counted": False, "minutes": 0, "reason": "토요일"}


def test_hours_end_at_the_instant_and_add_up() -> None:
    answer = explained("2026-11-06T16:30", "immediate")

    assert answer["due_before"] == "2026-11-09T10:30:00+09:00"
    assert [day["minutes"] for day in answer["days"]] == [90, 0, 0, 90]


def test_dates_left_out_include_both_ends() -> None:
    answer = explained("2026-11-02T10:00", "7d", "--exclude", "2026-11-04/2026-11-06")

    assert answer["last_on"] == "2026-11-13"


def test_moments_left_out_are_exact_where_hours_count() -> None:
    gap = "2026-11-03T11:00/2026-11-04T15:00"

    assert explained("2026-11-02T10:00", "3d", "--exclude", gap)["due_before"] == "2026-11-06T14:00:00+09:00"


def test_outages_and_extensions_move_the_date() -> None:
    lost = explained("2026-11-02T13:30", "immediate", "--outage", "2026-11-02T14:00/2026-11-02T17:00")
    longer = explained("2026-11-02T10:00", "7d", "--extend", "7d")

    assert lost["due_before"] == "2026-11-03T10:30:00+09:00"
    assert longer["last_on"] == "2026-11-19"


def test_another_offset_is_the_same_moment() -> None:
    assert explained("2026-11-02T01:00+00:00", "1d") == explained("2026-11-02T10:00", "1d")


@pytest.mark.parametrize(
    "arguments", [("yesterday", "7d"), ("2026-11-02T10:00", "7"), ("2026-11-02T10:00", "7d", "--exclude", "x")]
)
def test_nonsense_is_refused_in_a_sentence(arguments: tuple[str, ...]) -> None:
    with pytest.raises(CommandError, match="처럼 적어 주세요"):
        explained(*arguments)


def test_a_date_beyond_the_calendar_is_refused_in_a_sentence() -> None:
    with pytest.raises(CommandError, match="근무일 달력에 없습니다"):
        explained("2030-12-27T10:00", "7d")
