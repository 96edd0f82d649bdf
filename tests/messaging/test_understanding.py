"""What a citizen's text says: figures on labelled replies, and the rules one by one."""

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from messaging.understanding import Person, evaluating, fold, read

TODAY = date(2026, 11, 2)
CONTEXTS = evaluating.contexts()
LABELLED = sorted((Path(__file__).resolve().parents[1] / "data").glob("replies*.tsv"))  # one file per writer


def label(text: str, context: str = "Q1") -> str:
    return read(text, CONTEXTS[context], today=TODAY).label


@pytest.mark.parametrize("path", LABELLED, ids=lambda path: str(path.stem))
def test_no_consent_is_read_that_nobody_gave_and_every_stop_is_heard(path: Path) -> None:
    figures = evaluating.report([evaluating.judge(row, today=TODAY) for row in evaluating.rows_of(path)])

    assert figures["rows"] >= 60
    assert figures["accuracy"] >= 0.97
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


NO_CONSENT = [
    row.texts[0]
    for path in LABELLED
    for row in evaluating.rows_of(path)
    if not row.is_folded and row.question == CONTEXTS["Q1"] and row.expected not in ("consent", "identity")
    and "consent" not in row.also_ok and row.texts[0].strip()
]  # fmt: skip
FILLERS = [
    "감사합니다",
    "수고하세요",
    "안녕하세요",
    "ㅎㅎ",
    "^^",
    "항상 감사드립니다",
    "!!",
    "꼭",
    "그냥",
    "저는",
    "부탁드립니다",
    "네",
]


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(NO_CONSENT), st.sampled_from(FILLERS[:-1]))
def test_filler_never_turns_anything_into_a_consent(text: str, filler: str) -> None:
    assert label(f"{filler} {text}") != "consent"
    assert label(f"{text} {filler}") != "consent"


@settings(max_examples=100, deadline=None)
@given(
    st.sampled_from(["문자", "이런 문자", "카톡", "연락", "광고 문자", "알림", "메시지"]),
    st.sampled_from(["", "좀", "제발", "이제", "더 이상", "진짜"]),
    st.sampled_from(["보내지", "하지", "넣지", "그만 보내", "그만", "차단해", "끊어", "보내덜", "중단해"]),
    st.sampled_from(["마세요", "말아 주세요", "마이소", "말랑께", "마쇼", "말어유", "마라", "마삼", "맙서"]),
    st.sampled_from(["", "1", "동의합니다", "감사합니다", "김순자 450102"]),
)
def test_a_stop_is_heard_whatever_it_is_made_of(thing: str, how: str, verb: str, end: str, beside: str) -> None:
    said = f"{verb} {end}" if verb[-1] in "지덜" else f"{verb} {'주세요' if verb[-1] in '내해어' else ''}"

    assert label(f"{thing} {how} {said} {beside}") == "opt_out"
    assert label(f"{beside} {thing} {how} {said}") == "opt_out"


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(["동의", "미동의"]),
    st.sampled_from(
        ["합니다", "해요", "할게요", "합니더", "헙니다", "혀유", "하께예", "허요", "함", "하겠소", "하쿠다", "합니데이"]
    ),
    st.sampled_from(["", "네", "저는", "안녕하세요", "수고하십니다"]),
    st.sampled_from(["", "감사합니다", "김순자 450102", "^^", "글씨가 작아서요"]),
)
def test_an_answer_is_heard_in_any_dialect(word: str, end: str, before: str, behind: str) -> None:
    wanted = "consent" if word == "동의" else "refuse"
    assume(not (before == "네" and wanted == "refuse"))

    assert label(f"{before} {word}{end} {behind}") == wanted


@pytest.mark.parametrize(
    "unit",
    ["안받", "동의", "가", "보내지", "1", "1 ", "문자 ", "김철수 ", "이 ", "아니 ", "그만", "가나다 ", "네", "감사", "수고하셨습니다", "a b ", "번호", "다시 문자 좀 "],
)  # fmt: skip
def test_no_text_is_slow_to_read(unit: str) -> None:
    hostile = (unit * 10_000)[:10_000]
    label(hostile)

    best = min(_seconds(hostile) for _ in range(5))

    assert best < 10 * _of_the_machine()


def _seconds(text: str) -> float:
    started = time.thread_time()
    label(text)
    return time.thread_time() - started


def _of_the_machine() -> float:
    """What two thousand characters cost a plain loop: about a millisecond where nobody else is working."""
    started = time.thread_time()
    sum(ord(char) % 7 for _ in range(10) for char in "가나" * 1000)
    return time.thread_time() - started


def test_a_letter_is_read_at_its_ends_and_masked_throughout() -> None:
    middle = "우리 동네 이야기입니다. " * 60
    text = f"{middle} 김순자 58O312-1234567 {middle} 앞으로 문자 보내지 마세요"
    reading = read(text, CONTEXTS["Q1"], today=TODAY)

    assert reading.label == "opt_out"
    assert "1234567" not in reading.masked_text
    assert "too_long" in reading.flags


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


@pytest.mark.parametrize(
    ("context", "text", "expected"),
    [
        ("Q1", "눈이 침침해서 오래 걸렸네요 동이합니다", "consent"), ("Q1", "안 한다고요 동이합니다", "ambiguous"),
        ("Q1", "아들이 하라네요 동이합니다", "ambiguous"), ("Q1", "한국말 조금 몰라요 그래도 동의 맞아요 1번", "consent"),
        ("Q1", "한국말 몰라요 뭐예요 1번", "ambiguous"), ("Q1", "1이요 운전중이라 늦었네요", "consent"),
        ("Q1", "운전중이라 1번만 누르세요", "unrelated"), ("Q1", "1 운전중입니다", "unrelated"),
        ("Q1", "반대합니다 문자로 오면 놓칩니다 2번", "refuse"), ("Q1", "반대합니다 보상 안 주면 2번", "ambiguous"),
        ("Q1", "보상 주믄 동의혀요", "ambiguous"), ("Q1", "남편 같이 봐야 해요 동의", "ambiguous"),
        ("QRSVP", "1번 남편이랑 같이 갈게요", "consent"), ("QRSVP", "1번 동무랑 같이 가도 되나요", "ambiguous"),
        ("QRSVP", "1번 동무랑 같이 못 가요", "ambiguous"),
    ],
)  # fmt: skip
def test_a_remark_beside_an_answer_undoes_it_only_if_it_is_about_the_answer(
    context: str, text: str, expected: str
) -> None:
    assert label(text, context) == expected


@pytest.mark.parametrize(
    ("text", "name"),
    [("동의해요 전양님 411203", "전양님"), ("동의합니다 저는 김미리예요 한국이름 850920", "김미리"),
     ("김순자님 동의 580312", "김순자"), ("소장님 동의합니다 580312", "")],
)  # fmt: skip
def test_a_title_is_no_name_and_a_name_may_end_like_one(text: str, name: str) -> None:
    assert read(text, CONTEXTS["Q1"], today=TODAY).name == name
