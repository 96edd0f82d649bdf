"""
How sure the engine may be: nine features of a ranking, and two logistic models of what they meant before.

`right` is the chance that the first answer is the right one, `ours` that any of our answers is. Without vectors the
features mean something else, so words alone have a fit of their own. Fitted by `manage.py train_chatbot`.
"""

import json
import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from chatbot.engine.lexical import Scores

SHIPPED = Path(__file__).resolve().parent.parent / "reference" / "calibration.json"
FEATURES = 9
FOLLOWERS = 6
STEEPEST = 30.0
LONGEST = 45  # letters: nothing longer was learned from, and length alone must not make us sure


@dataclass(frozen=True, slots=True)
class Scored:
    """One question against every answer."""

    total: Scores
    lexical: Scores
    vector: Scores

    def order(self, most: int) -> list[int]:
        """The places of the best answers, best first."""
        return [int(at) for at in np.argsort(-self.total, kind="stable")[:most]]


@dataclass(frozen=True, slots=True)
class Fit:
    """Two logistic models over the same standardised features, and where they make us speak."""

    means: tuple[float, ...]
    deviations: tuple[float, ...]
    right: tuple[float, ...]  # the intercept first
    ours: tuple[float, ...]
    direct_at: float
    exits_below: float
    chips_within: float

    def chances(self, features: Scores) -> tuple[float, float]:
        """(right, ours): how likely the first answer is right, and that the question is ours at all."""
        standard = (features - np.array(self.means)) / np.array(self.deviations)
        return _logistic(self.right, standard), _logistic(self.ours, standard)


@dataclass(frozen=True, slots=True)
class Calibration:
    """A fit for each way of scoring."""

    full: Fit
    lexical: Fit

    def as_json(self) -> str:
        """As `calibration.json` keeps it."""
        return json.dumps(asdict(self), indent=1) + "\n"


def from_json(text: str) -> Calibration:
    """A calibration as `as_json` wrote it."""
    kept = json.loads(text)
    return Calibration(_fit(kept["full"]), _fit(kept["lexical"]))


@lru_cache(maxsize=1)
def shipped() -> Calibration:
    """The one that ships with the product."""
    return from_json(SHIPPED.read_text("utf-8"))


def features(scored: Scored, letters: int) -> Scores:
    """
    What a ranking looks like.

    The first score; how far ahead of the second; of the mean of the next five; the winner's words; its meaning; the
    most words any has; the most meaning; the length of the question; do words and meaning agree on the winner.
    """
    order = scored.order(FOLLOWERS)
    top = float(scored.total[order[0]])
    followers = [float(scored.total[at]) for at in order[1:]] or [0.0]
    return np.array(
        [
            top,
            top - followers[0],
            top - sum(followers) / len(followers),
            float(scored.lexical[order[0]]),
            float(scored.vector[order[0]]),
            float(scored.lexical.max()),
            float(scored.vector.max()),
            math.log(min(letters, LONGEST) + 1),
            float(scored.lexical.argmax() == scored.vector.argmax()),
        ]
    )


def _fit(kept: Mapping[str, Any]) -> Fit:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
    return Fit(**values)


def _logistic(weights: tuple[float, ...], standard: Scores) -> float:
    exponent = weights[0] + float(standard @ np.array(weights[1:]))
    return 1 / (1 + math.exp(-max(-STEEPEST, min(STEEPEST, exponent))))
