"""What is offered to newcomers depends on the calendar and the clock, and on nothing about them."""

from datetime import datetime

import pytest

from portal.core.clock import KST
from portal.site.recommend import MOST, OCCASIONS, greeting, occasions


def at(month: int, hour: int) -> datetime:
    return datetime(2026, month, 15, hour, tzinfo=KST)


def test_every_hour_of_every_month_has_something_to_offer() -> None:
    for month in range(1, 13):
        for hour in range(24):
            assert len(occasions(at(month, hour))) == MOST
            assert greeting(at(month, hour))


@pytest.mark.parametrize(
    ("month", "hour", "wanted", "unwanted"),
    [
        (1, 10, "눈 치우기·제설", "모기 방역"),
        (7, 14, "재산세", "눈 치우기·제설"),
        (8, 9, "주민세", "한파쉼터"),
        (10, 23, "밤에 여는 병원·약국", "재산세"),
    ],
)
def test_season_and_hour_come_first(month: int, hour: int, wanted: str, unwanted: str) -> None:
    labels = [one.label for one in occasions(at(month, hour))]

    assert wanted in labels
    assert unwanted not in labels


def test_occasions_lead_to_a_search_that_always_answers() -> None:
    assert all(one.url.startswith("/search/?q=") for one in OCCASIONS)


def test_greeting_follows_the_hour() -> None:
    assert len({greeting(at(3, hour)) for hour in (7, 13, 19, 2)}) == 4
