"""How people answered, question by question: from counted deltas to lines, and small groups merged. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from notices.questions import Asked

SMALLEST_GROUP = 5  # fewer people than this could be recognised by how they answered
OTHERS = "그 밖"


@dataclass(frozen=True, slots=True)
class OptionLine:
    """How often one option was chosen; nothing while nobody may know."""

    digit: int
    label: str
    count: int | None
    head_count: int | None = None
    capacity: int | None = None
    percent: int = 0


@dataclass(frozen=True, slots=True)
class QuestionTally:
    """How one question was answered."""

    position: int
    text: str
    answer: str
    is_hidden: bool
    answered_count: int | None
    lines: tuple[OptionLine, ...] = ()
    average: float | None = None


def tally_of(asked: Asked, text: str, counts: Mapping[str, int], *, is_hidden: bool) -> QuestionTally:
    """One question's numbers; a secret vote shows none of them before it is over."""
    answered = counts.get(f"question:{asked.pk}", 0)
    lines = tuple(
        OptionLine(one.digit, one.label, None, capacity=one.capacity)
        if is_hidden
        else OptionLine(
            one.digit,
            one.label,
            counts.get(f"option:{one.pk}", 0),
            counts.get(f"heads:{one.pk}", 0) if asked.kind == "rsvp" else None,
            one.capacity,
            _percent(counts.get(f"option:{one.pk}", 0), answered),
        )
        for one in asked.options
    )
    if is_hidden:
        return QuestionTally(asked.position, text, asked.answer, True, None, lines)
    return QuestionTally(
        asked.position, text, asked.answer, False, answered, lines, _average(asked, counts, lines, answered)
    )


def _percent(count: int, answered: int) -> int:
    return round(count * 100 / answered) if answered else 0


def _average(asked: Asked, counts: Mapping[str, int], lines: tuple[OptionLine, ...], answered: int) -> float | None:
    if not answered or asked.answer not in ("scale", "number"):
        return None
    if asked.answer == "number":
        return round(counts.get(f"sum:{asked.pk}", 0) / answered, 2)
    return round(sum(line.digit * (line.count or 0) for line in lines) / answered, 2)


def merged(groups: Mapping[str, Mapping[str, int]]) -> dict[str, dict[str, int]]:
    """
    Answers by group (동) with groups too small to be shown put together, so that nobody can be recognised.

    A group is small if any of its answers was given by one to four people. If what is put together is still small,
    the smallest of the others joins it.
    """
    small = {name for name, cells in groups.items() if _is_telling(cells)}
    others = _sum(groups[name] for name in small)
    left = {name: dict(cells) for name, cells in groups.items() if name not in small}
    while small and left and _is_telling(others):
        joining = min(left, key=lambda name: (sum(left[name].values()), name))
        others = _sum([others, left.pop(joining)])
    return {**left, OTHERS: others} if small else left


def _is_telling(cells: Mapping[str, int]) -> bool:
    return any(0 < count < SMALLEST_GROUP for count in cells.values())


def _sum(groups: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: dict[str, int] = {}
    for cells in groups:
        for name, count in cells.items():
            total[name] = total.get(name, 0) + count
    return total
