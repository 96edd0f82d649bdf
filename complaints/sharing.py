"""Which officer takes the next case: values in, a choice with its reason out."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

_NEVER = datetime.min.replace(tzinfo=UTC)
# How much an open case weighs by its priority, 1 (emergency) to 4.
URGENCY = {1: 2.0, 2: 1.5, 3: 1.0, 4: 0.75}


@dataclass(frozen=True, slots=True)
class Candidate:
    """An officer on duty and not away. `load` is the sum of the open cases' weights, `share` the duty's weight."""

    official_id: int
    name: str
    load: float
    share: float
    open_count: int
    max_open: int
    last_assigned_at: datetime | None

    @property
    def cost(self) -> float:
        """How full the officer's hands are."""
        return round(self.load / self.share, 6)


@dataclass(frozen=True, slots=True)
class Known:
    """Somebody who knows the matter already, how, and how much fuller than the others her hands may be."""

    official_id: int
    how: str
    slack: float


@dataclass(frozen=True, slots=True)
class Choice:
    """Who, the sentence for people, and the figures from which the choice can be repeated."""

    official_id: int
    explanation: str
    breakdown: dict[str, Any]
    is_sticky: bool = False


def choose(candidates: Sequence[Candidate], *, known: Known | None = None) -> Choice | None:
    """
    The one who knows the matter, unless too busy; else the one with the least to do. None if all are full.

    Among equals whoever waited longest, then the lowest id.
    """
    free = [one for one in candidates if one.open_count < one.max_open]
    if not free:
        return None
    taken = _knowing(free, known)
    is_sticky = taken is not None
    taken = taken or min(free, key=lambda one: (one.cost, one.last_assigned_at or _NEVER, one.official_id))
    why = known.how if known and is_sticky else _why(taken, free)
    return Choice(
        official_id=taken.official_id,
        explanation=f"담당 가능 {len(free)}명 중 {why} (업무량 {taken.cost:g}, 진행 {taken.open_count}건)",
        breakdown={
            "candidates": [_figures(one) for one in candidates],
            "known": asdict(known) if known else None,
            "chosen": taken.official_id,
        },
        is_sticky=is_sticky,
    )


def _knowing(free: Sequence[Candidate], known: Known | None) -> Candidate | None:
    """The one who knows the matter if she is free and no more than the slack above the mean."""
    found = next((one for one in free if known and one.official_id == known.official_id), None)
    if found is None or known is None:
        return None
    mean = sum(one.cost for one in free) / len(free)
    return found if found.cost <= mean + known.slack else None


def _why(taken: Candidate, free: Sequence[Candidate]) -> str:
    if len(free) == 1:
        return "지금 맡을 수 있는 담당자가 한 명이어서"
    if sum(one.cost == taken.cost for one in free) > 1:
        return "업무량이 같은 담당자 가운데 가장 오래 쉬어서"
    return "업무량이 가장 적어서"


def repeated(breakdown: Mapping[str, Any]) -> int | None:
    """Whom the stored figures of a choice choose again: anybody may check it, today or in years."""
    candidates = [
        Candidate(
            official_id=one["official_id"],
            name="",
            load=one["load"],
            share=one["share"],
            open_count=one["open_count"],
            max_open=one["max_open"],
            last_assigned_at=datetime.fromisoformat(one["last_assigned_at"]) if one["last_assigned_at"] else None,
        )
        for one in breakdown["candidates"]
    ]
    known = breakdown.get("known")
    choice = choose(candidates, known=Known(**known) if known else None)
    return choice.official_id if choice else None


def _figures(one: Candidate) -> dict[str, Any]:
    figures = asdict(one) | {"cost": one.cost}
    figures["last_assigned_at"] = one.last_assigned_at.isoformat() if one.last_assigned_at else None
    del figures["name"]  # history keeps ids; the name is the official's of today
    return figures


def load_of(cases: Sequence[tuple[float, int]]) -> float:
    """The load of open cases given as (category weight, priority)."""
    return sum(weight * URGENCY[priority] for weight, priority in cases)
