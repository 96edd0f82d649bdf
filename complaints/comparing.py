"""Is a newly trained router worse than the one at work? Judged texts in, a verdict with its figures out."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass

from complaints import judging, routing
from complaints.judging import Judged, Row
from portal.core.learning import Example, Model

WANTED_PRECISION = 0.95
SURE = 1.645  # one-sided 95 %
FOLDS = 9  # with the nine writers of the shipped texts: each by itself
# How far the figures of the shipped texts may lie below those of the shipped weights: between two shufflings of the
# writers they differ by more. What the district's own people corrected has no such allowance.
ALLOWANCE = 0.005
LOWEST, HIGHEST = 0.5, 0.99  # where a threshold may lie


@dataclass(frozen=True, slots=True)
class Figures:
    """How a router did on texts it had not read."""

    count: int
    department_at_1: float
    department_at_3: float
    auto_precision: float

    def stored(self) -> dict[str, float]:
        """As JSON keeps it."""
        return asdict(self)


def figures_of(judged: Sequence[Judged]) -> Figures:
    """Shares of 1. Nothing decided automatically is never wrong."""
    count = len(judged)
    sure = [one for one in judged if one.decision.is_auto]
    return Figures(
        count,
        _share([one.is_right for one in judged]),
        _share([one.is_among_three for one in judged]),
        _share([one.is_right for one in sure]) if sure else 1.0,
    )


def _share(claims: Sequence[bool]) -> float:
    return round(sum(claims) / len(claims), 4) if claims else 0.0


def worse_in(new: Mapping[str, float], old: Mapping[str, float], *, allowance: float = 0.0) -> list[str]:
    """The names of the figures that fell; empty if none did."""
    names = ("department_at_1", "department_at_3", "auto_precision")
    return [name for name in names if new[name] < old[name] - allowance]


def threshold_for(judged: Sequence[Judged]) -> float | None:
    """
    The smallest probability above which the lower confidence bound of precision is high enough; None if there is none.

    The texts must be ones the model had not read.
    """
    ranked = sorted(judged, key=lambda one: -one.decision.probability)
    found, right = None, 0
    for count, one in enumerate(ranked, start=1):
        right += one.is_right
        probability = one.decision.probability
        is_last_of_equals = count == len(ranked) or ranked[count].decision.probability < probability
        if is_last_of_equals and lower_bound(right, count) >= WANTED_PRECISION:
            found = probability
    if found is None:
        return None
    return min(max(math.floor(found * 1000) / 1000, LOWEST), HIGHEST)


def lower_bound(right: int, count: int) -> float:
    """Wilson: what precision may be claimed after so many right ones."""
    share, square = right / count, SURE * SURE
    middle = share + square / (2 * count)
    spread = SURE * math.sqrt(share * (1 - share) / count + square / (4 * count * count))
    return (middle - spread) / (1 + square / count)


Train = Callable[[Sequence[Example]], Model]


def out_of_fold(
    examples: Sequence[Example],
    *,
    lexicon: routing.Lexicon,
    extra: Sequence[Example] = (),
    train: Train = judging.trained,
) -> list[Judged]:
    """Each text judged by a model that has read none of its writer's; `extra` is read by all of them and not judged."""
    known = [one for one in examples if one.category in lexicon.departments]
    writers = sorted({one.writer for one in known})
    judged: list[Judged] = []
    for fold in range(min(FOLDS, len(writers))):
        held = set(writers[fold::FOLDS])
        model = train([*(one for one in known if one.writer not in held), *extra])
        judged += judge([one for one in known if one.writer in held], lexicon=lexicon, model=model)
    return judged


def judge(
    examples: Sequence[Example], *, lexicon: routing.Lexicon, model: Model | None, threshold: float | None = None
) -> list[Judged]:
    """What a router with these words and weights makes of texts whose category is known."""
    return [
        Judged(
            Row(one.text, (lexicon.departments[one.category],), one.category, one.writer),
            routing.decide(one.text, lexicon=lexicon, model=model, threshold=threshold),
            None,
        )
        for one in examples
        if one.category in lexicon.departments
    ]


def with_threshold(judged: Sequence[Judged], threshold: float) -> list[Judged]:
    """The same judgements as if the automatic way had begun at another probability."""
    return [one.at(threshold) for one in judged]
