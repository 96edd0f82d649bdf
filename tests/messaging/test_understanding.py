"""What a citizen's text says: figures on labelled replies, and the rules one by one."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from messaging.understanding import Person, evaluating, fold, read

TODAY = date(2026, 11, 2)
CONTEXTS = evaluating.contexts()
LABELLED = Path(__file__).resolve().parents[1] / "data" / "replies.tsv"


def label(text: str, context: str = "Q1") -> str:
    return read(text, CONTEXTS[context], today=TODAY).label


def test_no_consent_is_read_that_nobody_gave_and_every_stop_is_heard() -> None:
    figures = evaluating.report([evaluating.judge(row, today=TODAY) for row in evaluating.rows_of(LABELLED)])

    assert figures["rows"] >= 100
    assert figures["false_consent"] == 0
    assert figures["opt_out_recall"] == 1.0
    assert figures["clear_decided"] >= 0.95
    assert figures["name_ok"] >= 0.97
    assert figures["birth_ok"] >= 0.97


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1", "consent"), ("1번", "consent"), ("1번이요", "consent"), ("1번으로 할게요", "consent"), ("동 의 합 니 다", "consent"),
        ("1 900101", "consent"), ("2", "refuse"), ("동의하지않음", "refuse"), ("미동의요", "refuse"), ("안받을게요", "refuse"),
        ("우편으로 보내주세요", "refuse"), ("1 2", "ambiguous"), ("1번 미동의", "ambiguous"), ("12", "ambiguous"), ("9", "ambiguous"),
        ("1시에 전화 주세요", "unrelated"), ("2동 사는데요", "unrelated"), ("동의하면 뭐가 좋나요?", "ambiguous"), ("나중에 동의할게요", "ambiguous"),
        ("아들인데 동의합니다", "ambiguous"), ("동의 안 하는 건 아니에요", "ambiguous"), ("수신거부", "opt_out"), ("문자 그만 보내세요", "opt_out"),
        ("앞으로 연락하지 마세요", "opt_out"), ("안녕하세요", "unrelated"), ("감사합니다", "unrelated"), ("", "unrelated"),
    ],
)  # fmt: skip
def test_a_consent_question(text: str, expected: str) -> None:
    assert label(text) == expected


def test_digits_belong_to_the_question_not_to_the_house() -> None:
    assert label("1", "Q1R") == "refuse"
    assert label("2", "Q1R") == "consent"
    assert label("1 동의", "Q1R") == "ambiguous"


@pytest.mark.parametrize(
    ("text", "name", "birth"),
    [
        ("1 홍길동 580312", "홍길동", "1958-03-12"), ("동의 남궁민수 1990.1.31", "남궁민수", "1990-01-31"),
        ("1 5803l2 홍길동", "홍길동", "1958-03-12"), ("김영자입니다 49년 3월 2일생 1번", "김영자", "1949-03-02"),
        ("1번 031204-3123456 오세훈", "오세훈", "2003-12-04"),
    ],
)  # fmt: skip
def test_who_is_writing(text: str, name: str, birth: str) -> None:
    reading = read(text, CONTEXTS["Q1"], today=TODAY)

    assert reading.label == "consent"
    assert reading.name == name
    assert reading.birth is not None
    assert reading.birth.isoformat() == birth


def test_the_roster_decides_between_centuries() -> None:
    person = Person(name="김하늘", birth=date(1920, 5, 6))

    reading = read("1 김하늘 200506", CONTEXTS["Q1"], person, today=TODAY)

    assert reading.birth == date(1920, 5, 6)
    assert reading.identity == "match"


def test_a_wrong_birth_date_is_a_mismatch_and_a_missing_one_is_missing() -> None:
    person = Person(name="김하늘", birth=date(1990, 1, 1))

    assert read("1 김하늘 900102", CONTEXTS["Q1"], person, today=TODAY).identity == "mismatch"
    assert read("1 김하늘 900231", CONTEXTS["Q1"], person, today=TODAY).identity == "mismatch"
    assert read("1", CONTEXTS["Q1"], person, today=TODAY).identity == "missing"
    assert read("1 900101", CONTEXTS["Q1"], person, today=TODAY).identity == "partial"


def test_a_resident_number_never_comes_back_whole() -> None:
    reading = read("1 홍길동 580312-1234567", CONTEXTS["Q1"], today=TODAY)

    assert "1234567" not in reading.masked_text
    assert "rrn_mask" in reading.flags


def test_every_decision_names_the_words_it_rests_on() -> None:
    text = "네 안녕하세요 저는 동의합니다"
    reading = read(text, CONTEXTS["Q1"], today=TODAY)

    assert reading.rule == "options.label"
    assert [text[begin:end] for begin, end in reading.spans] == ["동의합니다"]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_without_complaint(text: str) -> None:
    assert label(text)


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["2", "미동의", "안 받겠습니다", "왜요?", "모르겠어요", "아들인데요", "3", "나중에요"]),
    st.sampled_from(["감사합니다", "수고하세요", "안녕하세요", "ㅎㅎ", "^^", "항상 감사드립니다", "!!"]),
)
def test_politeness_never_turns_anything_into_a_consent(text: str, filler: str) -> None:
    assert label(f"{filler} {text}") != "consent"
    assert label(f"{text} {filler}") != "consent"


def folded(*texts: str) -> str:
    readings = [read(text, CONTEXTS["Q1"], today=TODAY) for text in texts]
    return str(fold(readings, CONTEXTS["Q1"]).label)


def test_the_last_clear_answer_stands_and_a_stop_sticks() -> None:
    assert folded("1", "2") == "refuse"
    assert folded("2", "1", "감사합니다") == "consent"
    assert folded("수신거부", "1") == "opt_out"
    assert folded("김하늘 900101", "1") == "consent"


def test_doubt_after_an_answer_keeps_it_but_asks_for_a_person() -> None:
    readings = [read(text, CONTEXTS["Q1"], today=TODAY) for text in ("1", "동의하면 뭐가 좋나요?")]

    result = fold(readings, CONTEXTS["Q1"])

    assert result.label == "consent"
    assert result.needs_triage
