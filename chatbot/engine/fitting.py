"""Logistic regression by Newton's method, and the loosest threshold that keeps a promise."""

import numpy as np
from numpy.typing import NDArray

from chatbot.engine.calibration import STEEPEST, Fit
from chatbot.engine.lexical import Scores

RIDGE = 2.0
MOST_STEPS = 50
SMALL_STEP = 1e-8
STRANGERS_WEIGHT = 4.0  # a question that is not ours counts four times: wrong advice costs more than a tap
DIRECT_PRECISION = 0.977  # of phrasings, many of them mere fragments; whole questions come out at .99 and above
LOST_AT_MOST = 0.002  # of our own questions may end in the exits
CHIPS_HOLD = 0.99  # of the right answers among the first five are shown

Truths = NDArray[np.bool_]


class NotFitted(Exception):
    """The figures do not lead to a model: whoever asked keeps the one before."""


def logistic(rows: Scores, truths: Truths, weights: Scores | None = None) -> tuple[float, ...]:
    """
    Weights of a logistic model, the intercept first: ridge of 2 on all but the intercept.

    :raises NotFitted: if the numbers are not finite or the steps do not end
    """
    with_one = np.column_stack([np.ones(len(rows)), rows])
    worth = np.ones(len(rows)) if weights is None else weights
    ridge = RIDGE * np.eye(with_one.shape[1])
    ridge[0, 0] = 1e-9  # all of one kind: the intercept must not run away
    beta = np.zeros(with_one.shape[1])
    for _ in range(MOST_STEPS):
        chance = 1 / (1 + np.exp(-np.clip(with_one @ beta, -STEEPEST, STEEPEST)))
        slope = with_one.T @ (worth * (chance - truths)) + ridge @ beta
        curve = (with_one.T * (worth * chance * (1 - chance))) @ with_one + ridge
        step = np.linalg.solve(curve, slope)
        beta = beta - step
        if not np.isfinite(beta).all():
            break
        if np.abs(step).max() < SMALL_STEP:
            return tuple(float(value) for value in beta)
    raise NotFitted(f"{len(rows)} rows")


def fit(rows: Scores, *, right: Truths, ours: Truths, counts_direct: Truths, lost_by: Scores) -> Fit:
    """
    A fit from rankings of questions whose answer is known, each made without its own writer's words.

    `right`: the first answer is the right one; `ours`: some answer is; `counts_direct`: a direct answer would be advice
    of ours (one that sends a stranger to the right office does no harm); `lost_by`: how far behind the first answer the
    right one stood, where it was among the first five.
    """
    means, deviations = rows.mean(axis=0), rows.std(axis=0)
    deviations = np.where(deviations > 1e-9, deviations, 1.0)  # a feature that never changes says nothing
    standard = (rows - means) / deviations
    used = ours | counts_direct
    weights = np.where(ours, 1.0, STRANGERS_WEIGHT)
    draft = Fit(
        tuple(map(float, means)), tuple(map(float, deviations)),
        logistic(standard[used], right[used], weights[used]), logistic(standard, ours), 1.0, 0.0, 0.0,
    )  # fmt: skip
    chances = np.array([draft.chances(row) for row in rows])
    return Fit(
        draft.means, draft.deviations, draft.right, draft.ours,
        direct_at=_loosest(chances[ours, 0], right[ours]),
        exits_below=float(np.quantile(chances[ours, 1], LOST_AT_MOST)),
        chips_within=float(np.quantile(lost_by, CHIPS_HOLD)) if len(lost_by) else 0.0,
    )  # fmt: skip


def _loosest(chances: Scores, right: Truths) -> float:
    """The lowest chance above which direct answers keep the promised precision."""
    order = np.argsort(-chances, kind="stable")
    precision = np.cumsum(right[order]) / np.arange(1, len(order) + 1)
    kept = np.flatnonzero(precision >= DIRECT_PRECISION)
    return float(chances[order][kept[-1]]) if len(kept) else 1.0
