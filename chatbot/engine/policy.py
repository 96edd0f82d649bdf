"""Sure → one answer; unsure → at most five choices; lost → honest exits. Never a dead end."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal

from chatbot.engine import text as words
from chatbot.engine.index import Candidate, Index

MOST_CHIPS = 5


@dataclass(frozen=True, slots=True)
class Thresholds:
    """Where one answer is sure enough, and where even a choice would mislead. Fitted on the development questions."""

    direct_coverage: float = 0.26
    direct_margin: float = 0.06
    chip_coverage: float = 0.08
    chip_share: float = 0.4


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do with one question."""

    kind: Literal["direct", "chips", "exits", "empty"]
    candidates: list[Candidate] = field(default_factory=list)

    @property
    def best(self) -> int | None:
        """The key of the answer in first place."""
        return self.candidates[0].key if self.candidates else None


def decide(masked: str, index: Index, thresholds: Thresholds | None = None) -> Decision:
    """Rank the answers to a masked question and say how sure that is."""
    limits = thresholds or Thresholds()
    normalised = index.repaired(words.normalise(masked))
    if not normalised:
        return Decision("empty")
    exact = index.exact.get(normalised.replace(" ", ""))
    candidates = index.rank(normalised)
    if exact is not None:
        first = Candidate(exact, 1.0, 1.0)
        return Decision("direct", [first, *(one for one in candidates if one.key != exact)][:MOST_CHIPS])
    return _judged(candidates, limits)


def _judged(candidates: Sequence[Candidate], limits: Thresholds) -> Decision:
    if not candidates or candidates[0].score < limits.chip_coverage:
        return Decision("exits", list(candidates))
    top = candidates[0].score
    second = candidates[1].score if len(candidates) > 1 else 0.0
    if top >= limits.direct_coverage and top - second >= limits.direct_margin:
        return Decision("direct", list(candidates))
    near = [one for one in candidates if one.score >= top * limits.chip_share]
    return Decision("chips", near[:MOST_CHIPS])
