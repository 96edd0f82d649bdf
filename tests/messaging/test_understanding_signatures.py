"""Names that close a reply, words about a stop that are none, and slips of a no."""

from datetime import date

import pytest

from messaging.understanding import Reading, evaluating, read

CONTEXTS = evaluating.contexts()


def reading(text: str, context: str = "Q1") -> Reading:
    return read(text, CONTEXTS[context], today=date(2026, 11, 2))


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("문자 보내지 마세요 국말순", "국말순"), ("참석합니다, 황보라미", "황보라미"), ("1번이요 기성용", "기성용"),
        ("저는 팽 현 숙 이에요 880102", "팽현숙"), ("동의 580312 설 운도", "설운도"), ("동의염구자철890227", "구자철"),
        ("김갑수 아니고 김갑순입니다 400101 동의", "김갑순"), ("본인 탁재훈은 동의함", "탁재훈"),
        ("동의합니다. - 봉미선", "봉미선"), ("명단에서빼주세요고유경", "고유경"),
    ],
)  # fmt: skip
def test_a_name_that_closes_the_text_or_is_meant_instead_is_told(text: str, name: str) -> None:
    assert reading(text).name == name


@pytest.mark.parametrize(
    "text",
    ["동의합니다 조만간", "동의합니다 안심하고", "불참합니다 여행중", "보내지 마세요 지겨워", "동의합니다 편리해"],
)
def test_an_everyday_word_at_the_end_is_no_name(text: str) -> None:
    assert reading(text).name == ""


@pytest.mark.parametrize("text", ["마동의", "머동의합니다", "뷰동의", "믜동의", "동의 모합니다"])
def test_a_slip_of_a_no_is_never_a_consent(text: str) -> None:
    assert reading(text).label in ("ambiguous", "refuse")


@pytest.mark.parametrize("text", ["네동의합니다", "다동의합니다", "꼭동의합니다", "저동의합니다"])
def test_what_is_glued_before_a_plain_yes_leaves_it_a_yes(text: str) -> None:
    assert reading(text).label == "consent"


@pytest.mark.parametrize(
    "text",
    [
        "광고 수신동의 취소해주세요", "여기서 보내는 거 다 차단했어요", "인자 문자 보내지 말랑께", "왜 자꾸 보내세요 그만하세요",
        "신고하기 전에 문자 끊으세요", "그마아안", "탈퇴할게요", "제 이름 명단에서 지우세요", "cancel this", "please remove",
        "문자 ㄱㅁ", "문자 받기 싫다고 몇 번을 말해요",
    ],
)  # fmt: skip
def test_a_stop_is_heard_in_other_words(text: str) -> None:
    assert reading(text).label == "opt_out"


@pytest.mark.parametrize(
    "text",
    [
        "번호가 지워졌는데 다시 알려주세요", "수신거부 취소해 주세요", "수신거부한 거 풀어주세요", "전기 차단기가 내려갔어요",
        "문자 보내지 말라고 한 적 없어요", "가로등 신고한 지 한 달 됐어요",
    ],
)  # fmt: skip
def test_words_about_a_stop_are_neither_a_stop_nor_an_answer(text: str) -> None:
    assert reading(text).label in ("unrelated", "ambiguous")
