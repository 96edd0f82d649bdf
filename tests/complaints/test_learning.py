"""What the small model has read, and what it makes of texts it has not."""

from pathlib import Path

import numpy as np
import pytest

from complaints import judging
from complaints.routing import normalise, read_categories, read_lexicon
from portal.core import learning
from portal.core.learning import Example, NotUnderstood

REFERENCE = Path(__file__).parents[2] / "complaints/reference"
EXAMPLES = learning.read_examples(REFERENCE / "training.tsv")
LIGHT = ["골목이 깜깜해요", "불이 안 켜져요", "밤에 어두워요", "등이 깜빡여요"]
HOLE = ["길이 푹 꺼졌어요", "바닥에 구멍이 났어요", "길이 패였어요", "차도가 내려앉았어요"]
FEW = [Example(category, "누군가", text) for category, texts in (("light", LIGHT), ("hole", HOLE)) for text in texts]


def test_a_text_nobody_trained_on_sounds_like_its_category() -> None:
    scores = judging.trained(FEW).scores(normalise("밤에 골목 불이 깜빡거려 어두워요"))

    assert max(scores, key=lambda code: scores[code]) == "light"


@pytest.mark.parametrize("text", ["", "   ", "😀", "ㅋㅋㅋ", "900101-1234567"])
def test_a_text_of_unknown_pieces_sounds_like_nothing(text: str) -> None:
    assert set(judging.trained(FEW).scores(normalise(text)).values()) == {0.0}


def test_a_model_is_read_as_it_was_written(tmp_path: Path) -> None:
    model = judging.trained(FEW)

    learning.write(model, tmp_path / "model.npz")
    again = learning.read_model(tmp_path / "model.npz")

    assert (again.categories, again.trained_on) == (model.categories, model.trained_on)
    assert np.array_equal(again.pieces, model.pieces)
    assert np.array_equal(again.weights, model.weights)


def test_missing_broken_and_foreign_files_are_not_understood(tmp_path: Path) -> None:
    (tmp_path / "broken.npz").write_bytes(b"PK\x03\x04 nonsense")
    np.savez(tmp_path / "foreign.npz", version=np.array("0"), pieces=np.array(""))

    for name in ("missing.npz", "broken.npz", "foreign.npz"):
        with pytest.raises(NotUnderstood):
            learning.read_model(tmp_path / name)


def test_the_shipped_weights_were_made_from_the_shipped_texts() -> None:
    model = learning.read_model(REFERENCE / "router.npz")

    assert model.trained_on == learning.digest_of(EXAMPLES), "manage.py train_router"
    assert set(model.categories) == {row["category"] for row in read_categories(REFERENCE / "categories.tsv")}


def test_every_category_has_many_texts_by_many_writers() -> None:
    for category in read_lexicon(REFERENCE).departments:
        mine = [one for one in EXAMPLES if one.category == category]
        assert len(mine) >= 40
        assert len({one.writer for one in mine}) >= 8
        assert len({one.text for one in mine}) == len(mine)
