"""How sure the engine may be: the logistic models, the thresholds, the features they read."""

import json

import numpy as np
import pytest

from chatbot import shipped
from chatbot.engine import calibration
from chatbot.engine.calibration import FEATURES, Scored, features, from_json
from chatbot.engine.fitting import DIRECT_PRECISION, RIDGE, NotFitted, fit, logistic
from chatbot.engine.text import key_of

RANDOM = np.random.default_rng(6)


def questions(count: int = 600) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(rows, right, ours): a first feature that tells, eight that do not."""
    rows = RANDOM.normal(size=(count, FEATURES))
    ours = np.arange(count) % 6 != 0
    right = ours & (rows[:, 0] + RANDOM.normal(size=count) / 4 > 0)
    return rows, right, ours


def test_newton_ends_where_the_slope_is_nothing() -> None:
    rows, right, _ = questions()

    beta = np.array(logistic(rows, right))

    with_one = np.column_stack([np.ones(len(rows)), rows])
    slope = with_one.T @ (1 / (1 + np.exp(-with_one @ beta)) - right) + RIDGE * np.append(0, beta[1:])
    assert np.abs(slope).max() < 1e-5


def test_separable_questions_have_finite_weights() -> None:
    rows = np.array([[-1.0], [-2.0], [1.0], [2.0]] * 20)

    intercept, weight = logistic(rows, rows[:, 0] > 0)

    assert abs(intercept) < 0.1
    assert 0 < weight < 30


def test_a_feature_that_never_changes_says_nothing() -> None:
    rows, right, ours = questions()
    rows[:, 3] = 7.0

    made = fit(rows, right=right, ours=ours, counts_direct=ours, lost_by=np.array([0.1]))

    assert made.right[4] == pytest.approx(0.0, abs=1e-6)
    assert np.isfinite(made.chances(rows[0])).all()


def test_figures_that_are_not_finite_make_no_fit() -> None:
    rows, right, _ = questions()
    rows[5, 2] = np.nan

    with pytest.raises(NotFitted):
        logistic(rows, right)


def test_the_threshold_keeps_the_promised_precision() -> None:
    rows, right, ours = questions(3000)

    made = fit(rows, right=right, ours=ours, counts_direct=np.ones(3000, dtype=bool), lost_by=np.array([0.1, 0.2]))

    direct = np.array([made.chances(row)[0] >= made.direct_at for row in rows]) & ours
    assert right[direct].mean() >= DIRECT_PRECISION
    assert direct.sum() > 300


def test_a_ranking_becomes_nine_features() -> None:
    scored = Scored(np.array([0.5, 0.9, 0.1]), np.array([0.5, 0.2, 0.1]), np.array([0.0, 1.0, 0.0]))

    found = features(scored, letters=4)

    assert found == pytest.approx([0.9, 0.4, 0.6, 0.2, 1.0, 0.5, 1.0, np.log(5), 0.0])


def test_an_index_of_one_answer_has_features() -> None:
    assert np.isfinite(features(Scored(np.ones(1), np.ones(1), np.zeros(1)), letters=0)).all()


def test_the_shipped_calibration_is_read_as_it_was_written() -> None:
    made = calibration.shipped()

    assert from_json(made.as_json()) == made
    for one in (made.full, made.lexical):
        assert len(one.means) == len(one.deviations) == FEATURES
        assert len(one.right) == len(one.ours) == FEATURES + 1
        assert 0.5 < one.direct_at < 1
        assert 0 <= one.exits_below < 0.5
    assert json.loads(made.as_json())["full"]["direct_at"] == made.full.direct_at


def test_no_stranger_is_a_question_of_ours() -> None:
    ours = {key_of(text) for entry in shipped.entries() for text in (entry.question, *entry.tags, *entry.phrasings)}

    assert len(shipped.strangers()) >= 250
    assert [text for text in shipped.strangers() if key_of(text) in ours] == []
