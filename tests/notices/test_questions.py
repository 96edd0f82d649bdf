"""What a text says to a question of each kind, without a database."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.understanding import Person
from notices.models import Option
from notices.phrasing import how_to_answer, receipt
from notices.questions import Asked, hear

HANEUL = Person(name="김하늘", birth=date(1990, 1, 1))
COMING = (Option(digit=1, label="참석", meaning="consent"), Option(digit=2, label="불참", meaning="refuse"))
PLACES = (
    Option(digit=1, label="마을 도서관", meaning="choice", synonyms=["도서관"]),
    Option(digit=2, label="놀이터", meaning="choice"),
)


def asked(answer: str = "choice", kind: str = "survey", *, required: bool = True, identity: str = "none") -> Asked:
    """One question."""
    options = {"rsvp": COMING, "survey": PLACES, "vote": PLACES}[kind] if answer == "choice" else ()
    return Asked(1, 1, kind, answer, "birth" if identity == "birth" else "none", required, options)


@pytest.mark.parametrize(
    ("text", "label", "heads"),
    [
        ("1 2명", "consent", 2), ("참석 3명", "consent", 3), ("둘이서 갑니다", "consent", 2), ("참석 혼자요", "consent", 1),
        ("1", "consent", 1), ("네", "consent", 1), ("못 갑니다", "refuse", None), ("2", "refuse", None),
        ("참석 2~3명", "ambiguous", 3), ("3명", "ambiguous", 3), ("문자 그만 보내세요", "opt_out", None),
    ],
)  # fmt: skip
def test_who_comes_and_with_how_many(text: str, label: str, heads: int | None) -> None:
    said = hear(text, asked(kind="rsvp"), HANEUL)

    assert (said.label, said.head_count) == (label, heads)


@pytest.mark.parametrize(
    ("text", "digit"),
    [("1", 1), ("도서관", 1), ("마을 도서관이요", 1), ("놀이터로 할게요", 2), ("2번", 2), ("7", None), ("1 2", None)],
)
def test_options_are_chosen_by_digit_label_or_another_word(text: str, digit: int | None) -> None:
    said = hear(text, asked(kind="vote"), HANEUL)

    assert (said.option.digit if said.option else None) == digit


@pytest.mark.parametrize(
    ("text", "label", "number"),
    [
        ("3", "number", 3),
        ("세 번", "number", 3),
        ("2~3", "ambiguous", 2),
        ("몰라요", "unrelated", None),
        ("수신거부", "opt_out", None),
    ],
)
def test_a_number(text: str, label: str, number: int | None) -> None:
    said = hear(text, asked("number"), HANEUL)

    assert (said.label, said.number) == (label, number)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("산책로가 좁아요", "text"), ("없음", "text"), ("네", "text"), ("주차가 불편합니다 900101", "text"), ("900101", "identity"),
        ("", "unrelated"), ("[자동응답] 회의 중입니다", "unrelated"), ("수신거부", "opt_out"),
    ],
)  # fmt: skip
def test_own_words(text: str, label: str) -> None:
    assert hear(text, asked("text", identity="birth"), HANEUL).label == label


@pytest.mark.parametrize(
    ("text", "label"), [("0", "skip"), ("패스", "skip"), ("건너뛸게요", "text"), ("건너뛰기", "skip")]
)
def test_only_what_need_not_be_answered_can_be_left_out(text: str, label: str) -> None:
    assert hear(text, asked("text", required=False), HANEUL).label == label
    assert hear(text, asked("text"), HANEUL).label == "text"


@given(st.text(max_size=120), st.sampled_from(["choice", "scale", "number", "text"]))
def test_no_text_breaks_the_reader_or_counts_without_saying_something(text: str, answer: str) -> None:
    said = hear(text, asked(answer), HANEUL)

    assert not (said.label in ("ambiguous", "unrelated", "opt_out") and said.is_answer)


def test_each_question_says_how_to_answer_it() -> None:
    assert how_to_answer(asked(kind="vote")) == "1 마을 도서관 / 2 놀이터 가운데 번호를 답장해 주세요. 예) 1"
    assert "인원수" in how_to_answer(asked(kind="rsvp"))
    assert how_to_answer(asked("number")) == "숫자를 답장해 주세요. 예) 3"
    with_birth = how_to_answer(asked("number", identity="birth"))
    assert with_birth == "숫자와 생년월일 6자리를 함께 답장해 주세요. 예) 3 900101"
    assert how_to_answer(asked("text", required=False)).endswith("답하지 않으시려면 0을 보내 주세요.")


def test_what_was_understood_is_told_with_the_right_particle() -> None:
    assert receipt("도서관") == "‘도서관’으로 접수했습니다."
    assert receipt("놀이터") == "‘놀이터’로 접수했습니다."
    assert receipt("") == "답을 잘 받았습니다."
