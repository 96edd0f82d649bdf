"""Numbers that are the answer: how many people come, how many hours, how old."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from messaging.understanding import Option, Person, Question
from messaging.understanding.amounts import read_amount

OPEN = Question(kind="survey", options=())
KNOWN = Question(kind="survey", options=(), identity="birth")
COMING = Question(kind="rsvp", options=(Option("1", "1", "참석", "consent"), Option("2", "2", "불참", "refuse")))
HANEUL = Person(name="김하늘", birth=date(1990, 1, 1))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("3", 3), ("3명", 3), ("세 명이요", 3), ("3명입니다", 3), ("저 포함 네 명", 4), ("혼자 갑니다", 1), ("12점", 12),
        ("십이 점", 12), ("1,200원", 1200), ("5만원", 50_000), ("없음", 0), ("0", 0), ("열두 명", 12), ("둘이 갑니다", 2),
        ("3 명 정도", 3), ("다섯", 5), ("스물다섯이요", 25), ("일주일에 3번", 3), ("네 3명이요", 3), ("가족 4명", 4),
    ],
)  # fmt: skip
def test_one_number_is_the_answer(text: str, value: int) -> None:
    amount = read_amount(text, OPEN)

    assert amount is not None
    assert (amount.value, amount.is_sure) == (value, True)


@pytest.mark.parametrize("text", ["2~3명", "3 아니면 4", "저 외 2명", "글쎄요 3명", "3명 이상", "아마 5"])
def test_a_number_somebody_must_look_at(text: str) -> None:
    amount = read_amount(text, OPEN)

    assert amount is not None
    assert not amount.is_sure


@pytest.mark.parametrize("text", ["네", "안녕하세요", "서너명", "몇명까지 되나요?", "이 번호로 연락주세요", ""])
def test_no_number_is_made_up(text: str) -> None:
    assert read_amount(text, OPEN) is None


def test_a_birth_date_is_no_amount_where_it_is_asked_for() -> None:
    together, alone = read_amount("5 900101", KNOWN, HANEUL), read_amount("900101", KNOWN, HANEUL)

    assert together is not None
    assert together.value == 5
    assert alone is None


@pytest.mark.parametrize(
    ("text", "heads"),
    [
        ("1 2명", 2),
        ("참석 세 명", 3),
        ("1번 둘이요", 2),
        ("둘이서 갑니다", 2),
        ("참석 혼자요", 1),
        ("1", None),
        ("참석 3", None),
    ],
)
def test_heads_are_counted_only_where_people_are_meant(text: str, heads: int | None) -> None:
    amount = read_amount(text, COMING, counts_heads=True)

    assert (amount.value if amount else None) == heads


def test_the_span_shows_the_number_in_the_text_as_it_came() -> None:
    text = "네 저 포함 ４명 갑니다"

    amount = read_amount(text, COMING, counts_heads=True)

    assert amount is not None
    assert text[slice(*amount.span)] == "４명"


@given(st.text(max_size=200))
def test_no_text_breaks_the_reader(text: str) -> None:
    amount = read_amount(text, OPEN)

    assert amount is None or amount.value >= 0
