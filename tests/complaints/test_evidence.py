"""주민신고: what two photos of a parked car must show, second by second."""

import tomllib
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest

from complaints import evidence
from complaints.evidence import Lack, Requirement, Shot, Verdict, judge
from complaints.geography import Point
from portal.core.workdays import KST

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=KST)
HYDRANT = Requirement("소화전 5m")
SIDEWALK = Requirement("인도", weekday_hours=(time(7), time(21)), weekend_hours=(time(9), time(17)))
SCHOOL = Requirement("어린이보호구역", weekday_hours=(time(8), time(20)), has_weekend=False)
HERE = Point(37.555, 126.675)


def _judged(
    gap: float = 60,
    *,
    sent: float | None = None,
    requirement: Requirement = HYDRANT,
    begun: datetime = MONDAY,
    points: tuple[Point | None, Point | None] = (None, None),
    is_weekend: bool = False,
    later: timedelta = timedelta(minutes=2),
) -> Verdict:
    """Two photos `gap` seconds apart, sent `sent` seconds apart."""
    first = Shot(begun + timedelta(seconds=3), begun, points[0])
    second = Shot(
        first.received_at + timedelta(seconds=gap if sent is None else sent),
        begun + timedelta(seconds=gap),
        points[1],
    )
    return judge([first, second], requirement, is_weekend=is_weekend, now=begun + later)


def test_a_minute_between_two_photos_is_enough_and_59_seconds_are_not() -> None:
    assert _judged(60).is_enough
    assert _judged(59).lacks == (Lack.TOO_SOON,)
    assert _judged(59).gap == timedelta(seconds=59)


def test_59_seconds_say_how_long_to_wait_for_one_more() -> None:
    verdict = _judged(59, later=timedelta(seconds=62))

    assert verdict.wait == timedelta(seconds=1)


def test_one_more_photo_after_59_seconds_completes_the_proof() -> None:
    shots = [Shot(MONDAY + timedelta(seconds=one), MONDAY + timedelta(seconds=one)) for one in (0, 59, 61)]

    assert judge(shots, HYDRANT, is_weekend=False, now=MONDAY + timedelta(minutes=2)).is_enough


def test_photos_a_minute_apart_but_sent_together_prove_nothing() -> None:
    assert _judged(300, sent=5).lacks == (Lack.SENT_TOGETHER,)


def test_one_photo_is_not_two() -> None:
    verdict = judge([Shot(MONDAY, MONDAY)], HYDRANT, is_weekend=False, now=MONDAY + timedelta(seconds=20))

    assert verdict.lacks == (Lack.PHOTOS,)
    assert verdict.wait == timedelta(seconds=40)


def test_nothing_yet_waits_for_nothing() -> None:
    assert judge([], HYDRANT, is_weekend=False, now=MONDAY).wait == timedelta()


def test_a_photo_without_a_time_is_no_proof() -> None:
    shots = [Shot(MONDAY, MONDAY), Shot(MONDAY + timedelta(seconds=90), None)]

    assert judge(shots, HYDRANT, is_weekend=False, now=MONDAY).lacks == (Lack.TIME_UNKNOWN,)


@pytest.mark.parametrize(("ahead", "is_enough"), [(4, True), (6, False)])
def test_a_clock_far_ahead_of_ours_is_not_believed(ahead: int, is_enough: bool) -> None:
    skew = timedelta(minutes=ahead)
    shots = [Shot(MONDAY + timedelta(seconds=one), MONDAY + skew + timedelta(seconds=one)) for one in (0, 61)]

    assert judge(shots, HYDRANT, is_weekend=False, now=MONDAY).is_enough is is_enough


@pytest.mark.parametrize(("metres", "is_enough"), [(29, True), (31, False)])
def test_photos_from_two_places_are_of_two_cars(metres: float, is_enough: bool) -> None:
    there = Point(HERE.lat + metres / 111_195, HERE.lon)

    verdict = _judged(points=(HERE, there))

    assert verdict.is_enough is is_enough
    assert verdict.distance_m == pytest.approx(metres, abs=0.1)


def test_without_positions_nobody_claims_a_distance() -> None:
    assert _judged(points=(HERE, None)).distance_m is None


def test_the_report_may_come_until_midnight_of_the_next_day() -> None:
    evening = datetime(2026, 11, 2, 23, 50, tzinfo=KST)

    last_minute = _judged(begun=evening, later=datetime(2026, 11, 3, 23, 59, 59, tzinfo=KST) - evening)
    midnight = _judged(begun=evening, later=datetime(2026, 11, 4, 0, 0, tzinfo=KST) - evening)

    assert last_minute.is_enough
    assert midnight.lacks == (Lack.TOO_LATE,)


@pytest.mark.parametrize(
    ("requirement", "at", "is_weekend", "is_enough"),
    [
        (SCHOOL, (8, 0), False, True),
        (SCHOOL, (7, 59), False, False),
        (SCHOOL, (19, 58), False, True),
        (SCHOOL, (19, 59), False, False),  # the second photo is at 20:00
        (SCHOOL, (10, 0), True, False),
        (SIDEWALK, (8, 0), True, False),
        (SIDEWALK, (9, 0), True, True),
        (SIDEWALK, (7, 0), False, True),
        (HYDRANT, (3, 0), True, True),  # a hydrant is needed at any hour
    ],
)
def test_each_zone_has_its_own_hours(
    requirement: Requirement, at: tuple[int, int], is_weekend: bool, is_enough: bool
) -> None:
    begun = MONDAY.replace(hour=at[0], minute=at[1])

    verdict = _judged(requirement=requirement, begun=begun, is_weekend=is_weekend)

    assert verdict.is_enough is is_enough
    assert is_enough or verdict.lacks == (Lack.OUT_OF_HOURS,)


def test_a_zone_may_want_five_minutes() -> None:
    slow = Requirement("이중주차", gap=timedelta(minutes=5))

    assert _judged(299, requirement=slow, later=timedelta(minutes=6)).lacks == (Lack.TOO_SOON,)
    assert _judged(300, requirement=slow, later=timedelta(minutes=6)).is_enough


def test_the_shipped_rules_name_the_six_zones_of_the_law() -> None:
    file = Path(evidence.__file__).parent / "reference" / "parking.toml"
    zones = [row["zone"] for row in tomllib.loads(file.read_text("utf-8"))["rules"]]

    assert {"소화전 5m", "교차로 모퉁이 5m", "버스정류소 10m", "횡단보도", "인도", "어린이보호구역"} <= set(zones)
    assert len(zones) == len(set(zones))
