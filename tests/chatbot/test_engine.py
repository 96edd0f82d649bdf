"""The engine without a database: what it reads, how it scores, when it dares to answer."""

import json
import math
import time
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.engine import text as words
from chatbot.engine.index import Document, Index
from chatbot.engine.lexical import K1, B, Coverage, Vocabulary, bag_of, coverage_of
from chatbot.engine.policy import decide

REFERENCE = Path(__file__).resolve().parents[2] / "chatbot" / "reference" / "faq.json"


@lru_cache
def shipped() -> tuple[Index, list[str]]:
    entries = json.loads(REFERENCE.read_text("utf-8"))
    documents = [Document(at, e["question"], e["answer"], tuple(e["tags"])) for at, e in enumerate(entries)]
    return Index(documents), [entry["id"] for entry in entries]


def best_slugs(question: str) -> list[str]:
    index, slugs = shipped()
    return [slugs[one.key] for one in decide(words.mask(question), index).candidates]


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("900101-1234567인데요", "[주민등록번호]인데요"), ("제 번호는 010-1234-5678", "제 번호는 [전화번호]"),
        ("1234-5678-1234-5678", "[카드번호]"), ("a.b@example.kr 로", "[전자우편] 로"), ("12가 3456 신고", "[차량번호] 신고"),
        ("여권\x00 발급\u200b", "여권 발급"),
    ],
)  # fmt: skip
def test_personal_numbers_are_masked_before_anything_else(written: str, kept: str) -> None:
    assert words.mask(written) == kept


def test_a_decomposed_question_is_the_same_question() -> None:
    import unicodedata

    assert words.key_of(unicodedata.normalize("NFD", "여권 발급")) == words.key_of("여권발급")


def coverage_of_words(*documents: dict[str, float]) -> tuple[Coverage, Vocabulary]:
    vocabulary = Vocabulary()
    return coverage_of(
        bag_of([(vocabulary.learn([word]), weight) for word, weight in one.items()]) for one in documents
    ), (vocabulary)


def test_coverage_equals_the_formula_worked_by_hand() -> None:
    coverage, vocabulary = coverage_of_words({"주차": 3.0, "신고": 1.0}, {"여권": 2.0})
    idf = math.log(1 + (2 - 1 + 0.5) / (1 + 0.5))
    weight = idf * 3 * (K1 + 1) / (3 + K1 * (1 - B + B * 4 / 3))

    scores = coverage.scores(vocabulary.codes(["주차"]))

    assert scores[0] == pytest.approx(weight / ((K1 + 1) * idf))
    assert scores[1] == 0


def test_unknown_words_lower_the_coverage() -> None:
    coverage, vocabulary = coverage_of_words({"주차": 1.0}, {"여권": 1.0})

    known, both = (coverage.scores(vocabulary.codes(asked)) for asked in (["주차"], ["주차", "외계인", "우주선"]))

    idf, unknown = math.log(2), math.log(1 + 2.5 / 0.5)
    assert both[0] == pytest.approx(known[0] * idf / (idf + 2 * unknown))


@given(st.lists(st.sampled_from(["주차", "여권", "신고", "모름"]), max_size=6))
def test_coverage_stays_between_nothing_and_everything(tokens: list[str]) -> None:
    coverage, vocabulary = coverage_of_words({"주차": 9.0, "신고": 1.0}, {"여권": 2.0})

    assert all(0 <= score <= 1 for score in coverage.scores(vocabulary.codes(tokens)))


@given(st.text(alphabet="가나다각낡ㄱㅏab1 ", max_size=12), st.text(alphabet="가나다각낡ㄱㅏab1 ", max_size=12))
def test_numbers_of_grams_are_equal_where_the_grams_are(one: str, other: str) -> None:
    grams, codes = zip(*((words.jamo_grams(text), words.gram_codes(text)) for text in (one, other)), strict=True)

    assert [len(set(found)) for found in grams] == [len(set(found.tolist())) for found in codes]
    assert len(set(grams[0]) & set(grams[1])) == len(set(codes[0].tolist()) & set(codes[1].tolist()))


@pytest.mark.parametrize(
    ("question", "slug"),
    [
        ("대형폐기물 버리고 싶어요", "waste-bulky"), ("대형 페기물 어떡해 버려요", "waste-bulky"), ("대형폐기물배출", "waste-bulky"),
        ("이불 버리는 법", "waste-bedding"), ("eogudvPrlanf", "waste-bulky"),
    ],
)  # fmt: skip
def test_misspelt_spaceless_and_mistyped_questions_find_their_answer(question: str, slug: str) -> None:
    assert slug in best_slugs(question)[:2]


def test_an_official_question_is_answered_directly() -> None:
    index, slugs = shipped()

    decision = decide("대형폐기물은 어떻게 배출하나요?", index)

    assert decision.kind == "direct"
    assert decision.best is not None
    assert slugs[decision.best] == "waste-bulky"


@pytest.mark.parametrize("question", ["{{7*7}}", "<script>alert(1)</script>", "ㅋㅋㅋㅋ 뷁뷁 쀍", "asdf qwer zxcv"])
def test_nonsense_is_not_answered_as_if_it_were_a_question(question: str) -> None:
    assert decide(words.mask(question), shipped()[0]).kind in ("exits", "empty", "chips")


@pytest.mark.parametrize("question", ["", "   ", "!!!", "😀😀", "\x00"])
def test_nothing_is_nothing(question: str) -> None:
    assert decide(words.mask(question), shipped()[0]).kind == "empty"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=300))
def test_every_text_gets_a_decision(text: str) -> None:
    assert decide(words.mask(text), shipped()[0]).kind in ("direct", "chips", "exits", "empty")


def test_a_long_hostile_question_ends() -> None:
    started = time.monotonic()

    decide(words.mask("가나다라마바사 " * 1500), shipped()[0])

    assert time.monotonic() - started < 30


def test_an_index_of_nothing_still_decides() -> None:
    assert decide("여권", Index([])).kind == "exits"
