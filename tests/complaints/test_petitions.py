"""What petitions ask, and what answers mean: no database, no page."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from complaints import petitions
from complaints.petitions import Petition, UnknownPetition, WrongSpecification, read_petitions
from complaints.routing import read_categories
from complaints.slots import SLOT_TYPES, Slot, SlotRefused
from portal.core.workdays import KST

NOW = datetime(2026, 11, 4, 10, 30, tzinfo=KST)  # a Wednesday
REFERENCE = petitions.SHIPPED.parent
EVERY = list(petitions.shipped().by_code.values())


def slot(kind: str, **more: object) -> Slot:
    return Slot(name="it", type=kind, ask="?", **more)  # type: ignore[arg-type]  # each test names a slot's own bounds


def test_at_least_fifty_one_petitions_end_in_a_filed_complaint() -> None:
    assert len(petitions.shipped().filed) >= 51


def test_every_category_and_department_exists() -> None:
    rows = read_categories(REFERENCE / "categories.tsv")
    categories, departments = {row["category"] for row in rows}, {row["department"] for row in rows}

    assert {one.category for one in EVERY} - {""} <= categories
    assert {one.department for one in EVERY} - {""} <= departments


def test_no_petition_asks_for_a_resident_number() -> None:
    asked = " ".join(f"{slot.ask} {slot.help}" for one in EVERY for slot in one.slots)

    assert "주민등록번호" not in asked
    assert "주민번호" not in asked


ANSWERS = {
    "text": "어제부터 이렇습니다",
    "place": "새빛초등학교 정문 앞",
    "plate": "12가 3456",
    "number": "3",
    "money": "30만원",
    "date": "다음 주 화요일",
    "datetime": "어제 저녁 7시",
    "phone": "010-1234-5678",
    "person": "김하늘입니다",
    "dong": "새빛동",
    "yes_no": "네",
    "consent": "네 동의합니다",
}


def _answered(petition: Petition) -> dict[str, object]:
    answers: dict[str, object] = {}
    while (asked := petition.next_slot(answers)) is not None:
        if asked.is_uploaded:
            answers[asked.name] = asked.count(asked.least or 1)
        elif asked.options:
            answers[asked.name] = asked.read("1번", now=NOW)
        else:
            answers[asked.name] = asked.read(ANSWERS[asked.type], now=NOW)
    return answers


@pytest.mark.parametrize("petition", EVERY, ids=lambda one: one.code)
def test_every_petition_can_be_walked_to_its_end(petition: Petition) -> None:
    answers = _answered(petition)

    assert petition.missing(answers) == ()
    assert petition.still_valid(answers) == answers


@pytest.mark.parametrize("petition", EVERY, ids=lambda one: one.code)
def test_what_is_optional_may_be_skipped(petition: Petition) -> None:
    optional = [one.name for one in petition.slots if one.is_optional]
    answers: dict[str, object] = {}
    while (asked := petition.next_slot(answers, skipped=optional)) is not None:
        assert not asked.is_optional
        answers[asked.name] = asked.count(asked.least or 1) if asked.is_uploaded else "그렇습니다"


def test_a_question_that_depends_on_another_is_asked_only_then() -> None:
    petition = petitions.shipped().get("dementia")
    own = {"for_whom": "본인"}
    family = {"for_whom": "가족"}

    assert "relation" not in [one.name for one in petition.shown(own)]
    assert "relation" in [one.name for one in petition.shown(family)]
    assert "relation" not in petition.still_valid({"for_whom": "본인", "relation": "딸"})


def test_an_unknown_petition_is_refused_kindly() -> None:
    with pytest.raises(UnknownPetition):
        petitions.shipped().get("wizardry")


@pytest.mark.parametrize(
    "wrong",
    [
        '[a]\ntitle = "가"\ncategory = "other"\nslots = ["@none"]',
        '[a]\ntitle = "가"\ncategory = "other"\nslots = [{name="x", type="magic", ask="?"}]',
        '[a]\ntitle = "가"\ncategory = "other"\nslots = [{name="x", type="choice", ask="?", options=["하나"]}]',
        '[a]\ntitle = "가"\ncategory = "other"\nends_in = "nowhere"\nslots = []',
        '[a]\ntitle = "가"\nslots = []',
        '[a]\ntitle = "가"\ncategory = "other"\ncolour = "red"\nslots = []',
        '[a]\ntitle = "가"\ncategory = "other"\nslots = [{name="x", type="text", ask="?"}, {name="x", type="text", ask="?"}]',
        '[a]\ntitle = "가"\ncategory = "other"\nslots = [{name="x", type="text", ask="?", show_if={slot="y", is=["1"]}}]',
        '[a]\ntitle = "가"\ncategory = "other"\nslots = [{name="x", type="text", ask="?", size=3}]',
    ],
)
def test_a_wrong_specification_is_named(tmp_path: Path, wrong: str) -> None:
    file = tmp_path / "petitions.toml"
    file.write_text(wrong, "utf-8")

    with pytest.raises(WrongSpecification, match="a"):
        read_petitions(file)


@pytest.mark.parametrize(
    ("kind", "written", "value"),
    [
        ("plate", "12가3456", "12가 3456"),
        ("plate", "123 가 4567", "123가 4567"),
        ("plate", "서울 12 가 3456", "12가 3456"),
        ("money", "30만원", 300_000),
        ("money", "1억 2천만원", 120_000_000),
        ("money", "35만 5천원", 355_000),
        ("money", "350,000", 350_000),
        ("money", "없어요", 0),
        ("number", "세 명이요", 3),
        ("number", "12", 12),
        ("date", "2026-11-09", "2026-11-09"),
        ("date", "11월 5일", "2026-11-05"),
        ("date", "내일이요", "2026-11-05"),
        ("date", "다음 주 화요일", "2026-11-10"),
        ("date", "58년 3월 12일", "1958-03-12"),
        ("date", "580312", "1958-03-12"),
        ("datetime", "어제 저녁 7시", "2026-11-03T19:00:00+09:00"),
        ("datetime", "오늘 아침 8시 반", "2026-11-04T08:30:00+09:00"),
        ("datetime", "지금", "2026-11-04T10:30:00+09:00"),
        ("datetime", "월요일 오후 3시", "2026-11-02T15:00:00+09:00"),
        ("person", "저는 김하늘입니다", "김하늘"),
        ("person", "Nguyen Van An", "Nguyen Van An"),
        ("dong", "새빛2동 살아요", "새빛2동"),
        ("yes_no", "넵", "예"),
        ("yes_no", "아뇨 없어요", "아니요"),
        ("yes_no", "안 다쳤어요", "아니요"),
        ("phone", "010 1234 5678", "+821012345678"),
    ],
)
def test_answers_are_read_as_people_write_them(kind: str, written: str, value: object) -> None:
    assert slot(kind).read(written, now=NOW) == value


@pytest.mark.parametrize(
    ("kind", "written"),
    [
        ("plate", "흰색 소나타"), ("money", "많이요"), ("number", "여러 개"), ("date", "언젠가"), ("date", "13월 40일"),
        ("datetime", "내일 3시"), ("person", "그건 왜 물어보세요?"), ("dong", "서울"), ("yes_no", "글쎄요"),
        ("consent", "동의 안 합니다"), ("consent", "아니요"), ("consent", "동의하지 않습니다"), ("phone", "02-120"), ("place", "?"),
        ("text", "   "), ("text", "제 번호는 900101-1234567"), ("photo", "사진"),
    ],
)  # fmt: skip
def test_what_is_no_answer_is_refused_with_a_sentence(kind: str, written: str) -> None:
    with pytest.raises(SlotRefused) as refused:
        slot(kind).read(written, now=NOW)

    assert refused.value.sentence


@pytest.mark.parametrize("written", ["2", "2번", "두번째요", "세탁기", "세탁기요", " 세탁기 "])
def test_one_of_several_is_chosen_by_number_or_by_name(written: str) -> None:
    assert slot("choice", options=("냉장고", "세탁기", "에어컨")).read(written, now=NOW) == "세탁기"


def test_an_ambiguous_choice_is_asked_again_with_the_list() -> None:
    with pytest.raises(SlotRefused, match=r"1\. 65세 이상"):
        slot("choice", options=("65세 이상", "66세 이상")).read("이상", now=NOW)


def test_several_are_chosen_together_and_kept_in_order() -> None:
    several = slot("choices", options=("냉장고", "세탁기", "에어컨"))

    assert several.read("에어컨하고 냉장고", now=NOW) == ["냉장고", "에어컨"]
    assert several.read("1, 3", now=NOW) == ["냉장고", "에어컨"]


def test_bounds_are_kept() -> None:
    with pytest.raises(SlotRefused, match="10자까지"):
        slot("text", most=10).read("가" * 11, now=NOW)
    with pytest.raises(SlotRefused, match="1부터 5까지"):
        slot("number", least=1, most=5).read("9", now=NOW)
    with pytest.raises(SlotRefused, match="2장 이상"):
        slot("photo", least=2, most=5).count(1)


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(SLOT_TYPES)), st.text(max_size=80))
def test_any_text_is_a_value_or_a_sentence(kind: str, written: str) -> None:
    asked = slot(kind, options=("하나입니다", "둘입니다") if kind.startswith("choice") else ())
    try:
        value = asked.read(written, now=NOW)
    except SlotRefused:
        return

    assert asked.accepts(value)
