"""From words to a department: what decides, what does not, and what is said about it."""

import csv
import tomllib
import unicodedata
from pathlib import Path

import pytest

from complaints.routing import (
    CALM,
    HEARD,
    URGENT,
    Alarm,
    Keyword,
    Lexicon,
    Rule,
    decide,
    ranked,
    read_alarms,
    read_categories,
    read_keywords,
    read_lexicon,
    urgency_of,
)
from portal.core.learning import read_examples, read_model

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


@pytest.mark.parametrize(
    "text",
    [
        unicodedata.normalize("NFD", "가로등이 꺼졌어요"),
        "가 로 등 이 꺼 졌 어 요",
        "가로등!!!!!! 😡😡 꺼졌어요~~~~~",
        "The street lamp 가로등 is broken",
        "가로등이 꺼졌어요. " + "그리고 " * 3400,  # more than 10 kB
    ],
)
def test_however_it_is_written_it_is_read(text: str) -> None:
    assert decide(text, lexicon=SMALL).department == "도로과"


def test_ten_thousand_letters_take_no_longer_than_the_part_that_is_read() -> None:
    long, cut = "가로등 밑 벤치 " * 5000, "가로등 밑 벤치 " * 334

    assert decide(long, lexicon=SMALL).scores == decide(cut, lexicon=SMALL).scores


def test_the_figures_of_a_decision_give_it_again() -> None:
    decision = decide("공원 가로등", lexicon=SMALL)

    assert ranked(decision.scores, SMALL.departments) == decision.top3


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

    assert decide("가로등", lexicon=SMALL, rules=rules).rule == rules[2]
    assert decide("가로등", lexicon=SMALL, rules=rules, dong="가람동").department == "주택과"
    assert decide("노점 옆 가로등", lexicon=SMALL, rules=rules).department == "건설관리과"
    assert decide("움푹", lexicon=SMALL, rules=rules).department == "도로과"
    assert decide("움푹", lexicon=SMALL, rules=rules).rule is None


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


def test_a_guessed_category_neither_meets_a_rule_nor_comes_along_with_one() -> None:
    unsure = "화장실 앞 움푹"  # two departments, equally likely
    by_category, by_word = Rule("주택과", category="culture"), Rule("위생과", words=("화장실",))

    assert decide(unsure, lexicon=SMALL, rules=[by_category]).rule is None
    found = decide(unsure, lexicon=SMALL, rules=[by_category, by_word])
    assert (found.department, found.category, found.is_auto) == ("위생과", "", True)


@pytest.mark.parametrize(
    "text",
    [
        "축사 지붕이 눈 무게를 못 이기고 내려앉는 중인데 소를 돌보던 분이 안에 계셔요",
        "계단에서 굴러떨어진 분이 머리를 다쳐 대답을 안 해요",
        "맞은편 층에서 사람이 창틀을 잡고 매달려 있어요",
    ],
)
def test_danger_is_heard_without_its_words(text: str) -> None:
    ear = read_model(REFERENCE / "urgent.npz")

    urgency = urgency_of(text, ALARMS, ear)

    assert urgency is not None
    assert urgency.priority <= 2


@pytest.mark.parametrize("text", ["도서관 회원증을 만들고 싶어요", "낙엽이 쌓여서 보기 싫어요", "주차 칸이 좁아요", ""])
def test_a_calm_report_takes_its_turn(text: str) -> None:
    assert urgency_of(text, ALARMS, read_model(REFERENCE / "urgent.npz")) is None


@pytest.mark.parametrize(
    "text",
    [
        "지난달에 무너졌던 담장은 다 고쳐 주셔서 감사합니다",
        "작년 태풍에 부러졌던 나무 가지는 다 치웠는데 밑동에 약을 발라 주세요",
        "심폐소생술 교육을 받고 싶은데 어디에 신청하나요",
        "뉴스에서 싱크홀 이야기를 자주 봐요 우리 동네도 지하 조사를 했나요",
        "골목에 버린 소파가 석 달째 비를 맞고 있어요",
        "보행 신호가 짧아서 유모차를 밀 때마다 마음이 급해요",
    ],
)
def test_what_is_over_or_only_asked_about_takes_its_turn(text: str) -> None:
    assert urgency_of(text, ALARMS, read_model(REFERENCE / "urgent.npz")) is None


@pytest.mark.parametrize(
    "text",
    [
        "담장이 무너지고 있어요 사람들이 그 밑으로 지나가요",
        "작년에 고친 축대에서 지금 돌이 굴러 내려와요",
        "가로수가 부러져서 차를 덮쳤어요",
        "누가 골목에서 맞고 있어요",
        "멧돼지가 정류장에 나타났어요",
    ],
)
def test_what_happens_now_does_not(text: str) -> None:
    assert urgency_of(text, ALARMS) is not None


def test_the_words_of_danger_weigh_more_than_what_it_sounds_like() -> None:
    urgency = urgency_of("전선이 끊어져서 바닥에 늘어져 있어요", ALARMS, read_model(REFERENCE / "urgent.npz"))

    assert urgency is not None
    assert urgency != HEARD


def test_danger_told_by_strangers_is_heard_and_calm_reports_take_their_turn() -> None:
    ear = read_model(REFERENCE / "urgent.npz")
    with (ROOT / "tests/data/urgent.tsv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))

    heard = {
        style: [urgency_of(row["text"], ALARMS, ear) is not None for row in rows if row["style"] == style]
        for style in (URGENT, CALM)
    }

    assert sum(heard[URGENT]) >= 0.94 * len(heard[URGENT])
    assert sum(heard[CALM]) <= 0.11 * len(heard[CALM])  # half of them are near misses


def test_the_texts_of_danger_are_of_two_kinds() -> None:
    assert {one.category for one in read_examples(REFERENCE / "urgent.tsv")} == {URGENT, CALM}
