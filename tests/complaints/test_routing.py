"""From words to a department: what decides, what does not, and what is said about it."""

import tomllib
from pathlib import Path

import pytest

from complaints.routing import (
    Alarm,
    Keyword,
    Lexicon,
    Rule,
    decide,
    read_alarms,
    read_categories,
    read_keywords,
    read_lexicon,
    urgency_of,
)

ROOT = Path(__file__).parents[2]
REFERENCE = ROOT / "complaints/reference"
SHIPPED = read_lexicon(REFERENCE)
ALARMS: tuple[Alarm, ...] = read_alarms(REFERENCE / "urgent.toml")
SMALL = Lexicon(
    [
        Keyword("road.light", "가로등", 3.0),
        Keyword("road.light", "공원", -2.0),
        Keyword("green.park", "공원", 3.0),
        Keyword("green.park", "공원화장실", 3.0),
        Keyword("culture", "화장실", 3.0),
        Keyword("road.damage", "움푹", 3.0),
    ],
    {"road.light": "도로과", "road.damage": "도로과", "green.park": "공원녹지과", "culture": "문화체육과"},
)


def test_the_words_of_a_text_decide_the_department() -> None:
    decision = decide("가로 등이 나갔어요", lexicon=SMALL)

    assert (decision.category, decision.department) == ("road.light", "도로과")
    assert decision.is_auto
    assert [reason.written for reason in decision.why] == ["가로 등"]


def test_a_longer_word_hides_the_shorter_ones_inside_it() -> None:
    decision = decide("공원 화장실", lexicon=SMALL)

    assert decision.department == "공원녹지과"
    assert [choice.department for choice in decision.top3] == ["공원녹지과"]


def test_a_word_against_a_category_settles_a_collision() -> None:
    decision = decide("공원 가로등", lexicon=SMALL)

    assert decision.department == "공원녹지과"
    assert decision.top3[1].department == "도로과"


def test_categories_of_one_department_add_up() -> None:
    alone = decide("가로등", lexicon=SMALL)
    both = decide("가로등 밑이 움푹", lexicon=SMALL)

    assert both.department == "도로과"
    assert both.probability > alone.probability


def test_a_tie_goes_to_people() -> None:
    decision = decide("화장실 앞 움푹", lexicon=SMALL)

    assert not decision.is_auto
    assert len(decision.top3) == 2
    assert sum(choice.probability for choice in decision.top3) < 1


@pytest.mark.parametrize(
    "text", ["", "   ", "asdf 1234", "😀😀😀", "ㅋㅋㅋㅋㅋ", "hello", "1" * 10_000, "\x00", "가" * 10_000]
)
def test_a_text_without_a_signal_goes_to_people(text: str) -> None:
    decision = decide(text, lexicon=SHIPPED)

    assert not decision.is_auto
    assert decision.department == ""
    assert decision.why == ()


def test_numbers_and_plates_say_nothing() -> None:
    assert decide("12가3456 010-1234-5678 900101-1234567", lexicon=SHIPPED).top3 == ()


def test_typing_in_english_mode_is_read() -> None:
    assert decide("rkfhemd", lexicon=SMALL).department == "도로과"


def test_the_place_counts_less_than_the_text() -> None:
    with_place = decide("가로등이 꺼졌어요", place="새빛공원", lexicon=SMALL)

    assert with_place.top3[1].department == "공원녹지과" or with_place.department == "공원녹지과"
    assert decide("", place="새빛공원", lexicon=SMALL).top3 == ()


def test_the_first_rule_that_holds_wins_over_the_words() -> None:
    rules = [
        Rule("건설관리과", words=("가로등", "노점")),
        Rule("주택과", category="road.light", dong="가람동"),
        Rule("치수과", words=("가로등",), note="하천 가로등은 치수과"),
        Rule("위생과"),
    ]

    assert decide("가로등", lexicon=SMALL, rules=rules).rule == "하천 가로등은 치수과"
    assert decide("가로등", lexicon=SMALL, rules=rules, dong="가람동").department == "주택과"
    assert decide("노점 옆 가로등", lexicon=SMALL, rules=rules).department == "건설관리과"
    assert decide("움푹", lexicon=SMALL, rules=rules).department == "도로과"
    assert decide("움푹", lexicon=SMALL, rules=rules).rule == ""


def test_every_shipped_category_has_its_words_its_department_and_its_period() -> None:
    categories = read_categories(REFERENCE / "categories.tsv")
    words = read_keywords(REFERENCE / "keywords.toml")
    with (ROOT / "portal/accounts/reference/departments.toml").open("rb") as file:
        departments = {entry["name"] for entry in tomllib.load(file)["departments"]}

    per_category = {row["category"]: 0 for row in categories}
    for word in words:
        per_category[word.category] += word.weight > 0

    assert len(categories) == 34
    assert min(per_category.values()) >= 25
    assert {row["department"] for row in categories} < departments
    assert {"안전총괄과", "부동산정보과", "민원봉사과", "감사담당관"} <= departments
    assert {row["period"] for row in categories} <= {"7d", "immediate"}


def test_no_shipped_word_is_said_twice_of_a_category() -> None:
    words = read_keywords(REFERENCE / "keywords.toml")

    assert len({(word.category, word.text) for word in words}) == len(words)


@pytest.mark.parametrize(
    ("text", "department"),
    [
        ("골목 등이 안 켜져서 밤길이 캄캄합니다", "도로과"),
        ("윗집에서 밤마다 쿵쿵거려요", "주택과"),
        ("전동 킥보드를 인도에 내팽개쳐 놨어요", "교통행정과"),
        ("장애인 자리에 스티커 없는 차가 서 있습니다", "장애인복지과"),
        ("김밥에서 머리카락이 나왔어요", "위생과"),
        ("공원 벤치가 부서졌어요", "공원녹지과"),
        ("비만 오면 하수구에서 물이 올라와요", "치수과"),
    ],
)
def test_everyday_words_find_their_department(text: str, department: str) -> None:
    assert decide(text, lexicon=SHIPPED).department == department


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("지하실에서 가스 냄새가 나요", "gas"),
        ("전선이 끊어져 있어요", "electric"),
        ("담이 곧 무너질 것 같아요", "collapse"),
        ("옆 건물에 불이 났어요", "fire"),
        ("할아버지가 길에 쓰러져 계세요", "person"),
        ("하수구에서 물이 역류해요", "flood"),
    ],
)
def test_danger_to_life_comes_first_and_names_a_number(text: str, kind: str) -> None:
    urgency = urgency_of(text, ALARMS)

    assert urgency is not None
    assert (urgency.priority, urgency.kind) == (1, kind)
    assert set(urgency.phones) <= {"119", "112"}
    assert urgency.phones


@pytest.mark.parametrize(
    "text",
    ["통행이 불편합니다", "불법주차 신고", "직원이 불친절해요", "가스 요금이 궁금해요", "은행 열매가 떨어져요", "가로등 불이 나갔어요", "인기폭발 축제", ""],
)  # fmt: skip
def test_words_that_only_look_alike_are_no_emergency(text: str) -> None:
    assert urgency_of(text, ALARMS) is None


def test_what_may_soon_hurt_somebody_is_of_second_rank() -> None:
    urgency = urgency_of("신호등이 고장나서 깜빡이기만 해요", ALARMS)

    assert urgency is not None
    assert urgency.priority == 2
