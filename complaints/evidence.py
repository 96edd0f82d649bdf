"""Whether photos prove illegal parking by themselves (주민신고): times, distance, hours and deadline. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum

from complaints.geography import Point, distance_m
from portal.core.workdays import KST

CLOCK_SLACK = timedelta(minutes=5)  # a phone's clock may be a little ahead of ours
Hours = tuple[time, time]


class Lack(StrEnum):
    """What is missing for a fine without a visit."""

    PHOTOS = "photos"
    TIME_UNKNOWN = "time_unknown"
    CLOCK_WRONG = "clock_wrong"
    TOO_SOON = "too_soon"
    SENT_TOGETHER = "sent_together"
    TOO_FAR = "too_far"
    TOO_LATE = "too_late"
    OUT_OF_HOURS = "out_of_hours"


@dataclass(frozen=True, slots=True)
class Shot:
    """One photo: when and where its camera says it was taken, and when it reached us."""

    received_at: datetime
    taken_at: datetime | None = None
    point: Point | None = None


@dataclass(frozen=True, slots=True)
class Requirement:
    """What a zone asks for. No hours means all day."""

    zone: str
    photo_count: int = 2
    gap: timedelta = timedelta(seconds=60)
    distance_m: float = 30
    weekday_hours: Hours | None = None
    has_weekend: bool = True
    weekend_hours: Hours | None = None
    deadline_days: int = 1


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the photos lack. `wait` is how long until one more photo helps; None distance: no positions to compare."""

    lacks: tuple[Lack, ...]
    gap: timedelta = timedelta()
    wait: timedelta = timedelta()
    distance_m: float | None = None

    @property
    def is_enough(self) -> bool:
        """Whether the photos prove it."""
        return not self.lacks


def judge(shots: Sequence[Shot], requirement: Requirement, *, is_weekend: bool, now: datetime) -> Verdict:
    """
    Look at the photos as the announcement wants them looked at.

    The gap must hold between the times in the photos *and* between the times they reached us: the first can be
    edited, the second cannot. `is_weekend` says whether the day of the photos is a weekend or a public holiday.
    """
    if len(shots) < requirement.photo_count:
        return Verdict((Lack.PHOTOS,), wait=_wait(shots, requirement, now=now))
    lacks = [*_times(shots, requirement), *_day(shots, requirement, is_weekend=is_weekend, now=now)]
    distance = _widest(shots)
    if distance is not None and distance > requirement.distance_m:
        lacks.append(Lack.TOO_FAR)
    is_waiting = Lack.TOO_SOON in lacks or Lack.SENT_TOGETHER in lacks
    wait = _wait(shots, requirement, now=now) if is_waiting else timedelta()
    return Verdict(tuple(lacks), _gap(shots), wait, distance)


def _times(shots: Sequence[Shot], requirement: Requirement) -> list[Lack]:
    if any(shot.taken_at is None for shot in shots):
        return [Lack.TIME_UNKNOWN]
    if any(shot.taken_at is not None and shot.taken_at > shot.received_at + CLOCK_SLACK for shot in shots):
        return [Lack.CLOCK_WRONG]
    if _gap(shots) < requirement.gap:
        return [Lack.TOO_SOON]
    if _received_gap(shots) < requirement.gap:
        return [Lack.SENT_TOGETHER]
    return []


def _day(shots: Sequence[Shot], requirement: Requirement, *, is_weekend: bool, now: datetime) -> list[Lack]:
    taken = [(shot.taken_at or shot.received_at).astimezone(KST) for shot in shots]
    lacks = []
    last_on = min(taken).date() + timedelta(days=requirement.deadline_days)
    if now.astimezone(KST).date() > last_on:
        lacks.append(Lack.TOO_LATE)
    hours = requirement.weekend_hours if is_weekend else requirement.weekday_hours
    is_closed = is_weekend and not requirement.has_weekend
    if is_closed or (hours is not None and not all(hours[0] <= moment.time() < hours[1] for moment in taken)):
        lacks.append(Lack.OUT_OF_HOURS)
    return lacks


def _gap(shots: Sequence[Shot]) -> timedelta:
    taken = [shot.taken_at for shot in shots if shot.taken_at is not None]
    return max(taken) - min(taken) if len(taken) > 1 else timedelta()


def _received_gap(shots: Sequence[Shot]) -> timedelta:
    received = [shot.received_at for shot in shots]
    return max(received) - min(received)


def _wait(shots: Sequence[Shot], requirement: Requirement, *, now: datetime) -> timedelta:
    """How long from now until one more photo, taken and sent then, is far enough from the first."""
    if not shots:
        return timedelta()
    first = min(max(shot.received_at, shot.taken_at or shot.received_at) for shot in shots)
    return max(timedelta(), requirement.gap - (now - first))


def _widest(shots: Sequence[Shot]) -> float | None:
    points = [shot.point for shot in shots if shot.point is not None]
    if len(points) < 2:
        return None
    return max(distance_m(one, other) for one in points for other in points)
