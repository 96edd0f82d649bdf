"""Which officer takes the next case: values in, a choice with its reason out."""

from collections.abc import Sequence
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
class Choice:
    """Who, the sentence for people, and the figures from which the choice can be repeated."""

    official_id: int
    explanation: str
    breakdown: dict[str, Any]


def choose(candidates: Sequence[Candidate]) -> Choice | None:
    """The one with the least to do; among equals whoever waited longest, then the lowest id. None if all are full."""
    free = [one for one in candidates if one.open_count < one.max_open]
    if not free:
        return None
    taken = min(free, key=lambda one: (one.cost, one.last_assigned_at or _NEVER, one.official_id))
    equals = sum(one.cost == taken.cost for one in free)
    why = "업무량이 같은 담당자 가운데 가장 오래 쉬어서" if equals > 1 else "업무량이 가장 적어서"
    if len(free) == 1:
        why = "지금 맡을 수 있는 담당자가 한 명이어서"
    return Choice(
        official_id=taken.official_id,
        explanation=f"담당 가능 {len(free)}명 중 {why} (업무량 {taken.cost:g}, 진행 {taken.open_count}건)",
        breakdown={"candidates": [_figures(one) for one in candidates], "chosen": taken.official_id},
    )


def _figures(one: Candidate) -> dict[str, Any]:
    figures = asdict(one) | {"cost": one.cost}
    figures["last_assigned_at"] = one.last_assigned_at.isoformat() if one.last_assigned_at else None
    del figures["name"]  # history keeps ids; the name is the official's of today
    return figures


def load_of(cases: Sequence[tuple[float, int]]) -> float:
    """The load of open cases given as (category weight, priority)."""
    return sum(weight * URGENCY[priority] for weight, priority in cases)
