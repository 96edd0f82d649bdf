"""Walking petitions without a database: the eight tests in their order, and no sequence of words that loses a form."""

from datetime import datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chatbot.dialogues import petition as machine
from chatbot.dialogues.commands import Command, command_in, correction_in
from chatbot.dialogues.extraction import extract
from chatbot.dialogues.naming import asks_for_kinds, petition_wanted
from chatbot.dialogues.petition import Effect, Move, Sheet
from chatbot.dialogues.stack import MOST_FRAMES, Frame, Kind, Stack, stack_of
from complaints.petitions import GROUPS, Petition, shipped
from complaints.slots import SLOT_TYPES, Slot
from portal.core.workdays import KST
from tests.complaints.test_petitions import ANSWERS as PLAIN_ANSWERS

NOW = datetime(2026, 11, 4, 10, 30, tzinfo=KST)
EVERY = list(shipped().by_code.values())
ANSWERS = {**PLAIN_ANSWERS, "choice": "1번", "choices": "1, 2"}


class Ear:
    """Answers a question about a fee, and hears petitions by their names."""

    def answer_to(self, text: str) -> int | None:
        return 7 if "얼마" in text else None

    def petition_in(self, text: str) -> str | None:
        wanted = petition_wanted(text)
        return wanted.code if wanted else None


def say(sheet: Sheet, text: str) -> Effect:
    return machine.respond(sheet, text, ear=Ear(), now=NOW)


def answer(sheet: Sheet) -> Effect:
    """What somebody who understands the question would answer."""
    asked = sheet.asked
    assert asked is not None
    if asked.is_uploaded:
        return machine.uploaded(sheet, asked.name, asked.least or 1)
    return say(sheet, ANSWERS[asked.type])


def begin(code: str) -> Sheet:
    return machine.begun(shipped().get(code), {})


def of_slot(kind: str, *, optional: bool = False) -> Sheet:
    """A form with one question of a type, and one behind it."""
    options = ("냉장고", "세탁기", "에어컨") if kind.startswith("choice") else ()
    first = Slot(name="it", type=kind, ask="무엇인가요?", options=options, is_optional=optional, label="그것")
    last = Slot(name="last", type="yes_no", ask="맞나요?", label="끝")
    return machine.begun(Petition(code="x", title="시험", slots=(first, last)), {})


@pytest.mark.parametrize("petition", EVERY, ids=lambda one: one.code)
def test_every_petition_is_walked_to_its_end(petition: Petition) -> None:
    sheet = machine.begun(petition, {})
    for _ in range(40):
        if not sheet.slot:
            break
        n, of = sheet.progress
        assert 1 <= n <= of
        sheet = answer(sheet).sheet

    assert sheet.slot == ""
    assert petition.missing(sheet.given) == ()
    assert say(sheet, "확인").move is Move.CONFIRMED


@pytest.mark.parametrize("petition", EVERY, ids=lambda one: one.code)
def test_every_petition_is_named_by_its_own_words(petition: Petition) -> None:
    assert petition.words
    assert all(slot.label for slot in petition.slots)
    assert petition.group in GROUPS


def test_there_are_more_kinds_than_the_best_has() -> None:
    assert len(shipped().filed) >= 51


@pytest.mark.parametrize("kind", sorted(SLOT_TYPES - {"photo", "file"}))
class TestTheEightRows:
    """One utterance at a time, for every type of slot."""

    def test_commands_steer(self, kind: str) -> None:
        sheet = of_slot(kind)
        assert say(sheet, "취소").move is Move.CANCEL
        assert say(sheet, "나중에 할게요").move is Move.LATER
        assert say(sheet, "처음부터").move is Move.RESTART
        assert say(sheet, "상담사 연결해 주세요").move is Move.PERSON
        assert say(sheet, "왜 필요해요?").note == machine.WHY
        assert say(sheet, "도움말").move is Move.AGAIN
        assert say(sheet, "뒤로").note == machine.FIRST
        assert machine.CANNOT_SKIP in say(sheet, "건너뛰기").note
        assert say(of_slot(kind, optional=True), "건너뛰기").sheet.slot == "last"

    def test_an_answer_is_taken_and_the_next_question_follows(self, kind: str) -> None:
        effect = answer(of_slot(kind))
        assert effect.taken == "it"
        assert effect.sheet.slot == "last"
        assert effect.sheet.progress == (2, 2)

    def test_going_back_keeps_the_answer_until_another_comes(self, kind: str) -> None:
        sheet = answer(of_slot(kind)).sheet
        back = say(sheet, "뒤로").sheet
        assert back.slot == "it"
        assert back.given == sheet.given

    def test_a_question_is_answered_and_the_same_slot_stands(self, kind: str) -> None:
        sheet = of_slot(kind)
        for _ in range(4):
            effect = say(sheet, "여권 만드는 데 얼마예요?")
            if kind == "text":
                assert effect.taken == "it"
                return
            if kind in ("number", "money") and effect.taken:
                return
            assert (effect.move, effect.faq) == (Move.FAQ, 7)
            assert effect.sheet == sheet
            sheet = effect.sheet

    def test_chitchat_fills_nothing_but_free_text(self, kind: str) -> None:
        effect = say(of_slot(kind), "아이고 오늘 날씨가 참 좋네요 그렇죠?")
        assert (effect.taken == "it") == (kind == "text")


def test_another_petition_waits_for_a_yes() -> None:
    effect = say(of_slot("plate"), "가로등 고장 신고할래요")

    assert (effect.move, effect.code) == (Move.PUSH, "streetlight")


def test_a_refusal_asks_again_and_the_third_shows_other_ways() -> None:
    sheet = of_slot("plate")
    moves = []
    for _ in range(4):
        effect = say(sheet, "흰색 차")
        moves.append(effect.move)
        sheet = effect.sheet

    assert moves == [Move.AGAIN, Move.AGAIN, Move.STUCK, Move.STUCK]
    assert sheet.slot == "it"
    assert say(sheet, "12가 3456").sheet.failed == 0


def test_free_text_is_always_the_answer_unless_it_is_a_bare_command() -> None:
    sheet = begin("general")
    for text in (
        "여권은 어디서 만드나요?",
        "취소해 달라고 여러 번 말했습니다",
        "불법주차 신고할래요 부탁합니다",
        "왜 저만 안 되는지 모르겠어요",
    ):
        assert say(sheet, text).taken == "story"
    assert say(sheet, "취소").move is Move.CANCEL


def test_an_answer_is_corrected_before_and_in_the_summary() -> None:
    sheet = say(begin("streetlight"), "새빛초 앞").sheet
    changed = say(sheet, "아니 장소를 연희동 12-3 앞으로 바꿀게요")
    assert changed.sheet.answers["place"] == "연희동 12-3 앞"
    assert changed.sheet.slot == sheet.slot
    while changed.sheet.slot:
        changed = answer(changed.sheet)
    again = say(changed.sheet, "장소를 고칠래요")
    assert again.sheet.slot == "place"
    assert again.sheet.answers["place"] == "연희동 12-3 앞"
    assert say(again.sheet, "새빛공원 입구").move is Move.SUMMARY
    refused = machine.asked_again(changed.sheet, "place")
    assert say(refused.sheet, "?").sheet.answers["place"] == "연희동 12-3 앞"


def test_what_depends_on_an_answer_goes_with_it() -> None:
    sheet = machine.begun(shipped().get("dementia"), {"person": "김하늘", "for_whom": "가족", "relation": "딸"})
    changed = machine.tapped(sheet, "for_whom", "본인", now=NOW).sheet

    assert "relation" not in changed.answers


def test_several_are_tapped_one_after_the_other() -> None:
    sheet = of_slot("choices")
    first = machine.tapped(sheet, "it", "세탁기", now=NOW)
    second = machine.tapped(first.sheet, "it", "냉장고", now=NOW)

    assert (first.move, first.sheet.slot) == (Move.MORE, "it")
    assert second.sheet.answers["it"] == ["냉장고", "세탁기"]
    assert machine.commanded(second.sheet, Command.DONE, ear=Ear(), now=NOW).sheet.slot == "last"


def test_too_few_photos_are_counted_and_the_rest_is_asked_for() -> None:
    slot = Slot(name="it", type="photo", ask="사진", least=2, most=5)
    sheet = machine.begun(Petition(code="x", title="시험", slots=(slot,)), {})

    assert "2장 이상" in machine.uploaded(sheet, "it", 1).note
    assert machine.uploaded(sheet, "it", 2).move is Move.SUMMARY
    assert say(sheet, "사진 있어요").move is Move.AGAIN


def test_danger_keeps_the_words_of_free_text_and_no_others() -> None:
    story, place = begin("general"), begin("streetlight")

    assert machine.interrupted(story, "옆집에 불이 났어요", now=NOW).answers["story"] == "옆집에 불이 났어요"
    assert machine.interrupted(place, "옆집에 불이 났어요", now=NOW) == place


@pytest.mark.parametrize(
    ("sentence", "code", "found"),
    [
        ("연희동 12-3 앞 불법주차 신고할래요", "illegal_parking", {"place": "연희동 12-3 앞"}),
        (
            "어제 저녁 7시쯤 새빛초등학교 정문 앞에 12가3456 차가 횡단보도에 불법주차했어요 신고합니다",
            "illegal_parking",
            {
                "place": "새빛초등학교 정문 앞",
                "zone": "횡단보도",
                "plate": "12가 3456",
                "when": "2026-11-03T19:00:00+09:00",
            },
        ),
        ("연희동 12-3 앞 불법주차", "illegal_parking", {"place": "연희동 12-3 앞"}),
        ("대형폐기물로 소파 하나 내놓을게요", "bulky_waste", {"items": ["소파"], "count": 1}),
        ("가로등 고장 신고할래요", "streetlight", {}),
    ],
)  # fmt: skip
def test_the_opening_sentence_fills_what_it_tells(sentence: str, code: str, found: dict[str, object]) -> None:
    wanted = petition_wanted(sentence)

    assert wanted is not None
    assert wanted.code == code
    assert extract(wanted, sentence, now=NOW) == found


@pytest.mark.parametrize(
    "question",
    [
        "불법주차 신고는 어떻게 하나요?",
        "대형폐기물 얼마예요",
        "여권 만들려면 뭐가 필요해요?",
        "가로등이 왜 꺼져 있죠?",
        "소음",
    ],
)
def test_a_question_begins_no_form(question: str) -> None:
    assert petition_wanted(question) is None


@pytest.mark.parametrize(
    "sentence",
    [
        "불법주차 신고 결과 보여 주세요",
        "대형폐기물 스티커 가격 보여 주세요",
        "대형폐기물 배출 방법 보고 싶어요",
        "무단투기 과태료 고지서 보여줘",
        "불법주정차 단속 구역 보여줘",
        "도로 파손 사진 보여줘",
        "가로등 고장 신고한 거 보여줘",
    ],
)
def test_who_wants_to_see_something_begins_no_complaint(sentence: str) -> None:
    assert petition_wanted(sentence) is None


def test_who_wants_to_see_her_papers_is_shown_them() -> None:
    wanted = petition_wanted("내 통지서 보여 주세요")

    assert wanted is not None
    assert wanted.code == "my_notices"


def test_the_menu_of_kinds_is_asked_for() -> None:
    assert asks_for_kinds("무엇을 신고할 수 있나요?")
    assert asks_for_kinds("뭐 신청할 수 있어요")
    assert not asks_for_kinds("여권 신청은 어디서 하나요?")


@pytest.mark.parametrize("command", list(Command))
def test_every_command_is_heard_by_its_own_word(command: Command) -> None:
    assert command_in(f" {command.value}! ", command) is command
    assert command_in(f"{command.value} 라고 적힌 현수막이 걸려 있습니다", command) is None


def test_a_correction_needs_an_answer_to_correct() -> None:
    petition = shipped().get("streetlight")

    assert correction_in("장소를 새빛로 3으로 바꿔 주세요", petition, set()) is None
    assert correction_in("차를 옆으로 빼 달라고 했어요", petition, {"place"}) is None


def test_the_stack_is_three_deep_and_survives_storage() -> None:
    stack = Stack()
    for name in "abcd":
        stack = stack.pushed(Frame(Kind.PETITION.value, name))

    assert len(stack.frames) == MOST_FRAMES
    assert stack.drafts == ("b", "c", "d")
    assert stack_of(stack.to_json()) == stack
    assert stack_of({"version": 99, "frames": [1]}) == Stack()
    assert stack_of([]) == Stack()


UTTERANCES = st.one_of(
    st.sampled_from([one.value for one in Command]),
    st.sampled_from(
        [*ANSWERS.values(), "여권 얼마예요?", "불법주차 신고할래요", "장소를 새빛로 3으로 바꿀게요", "흠", "🙂", ""]
    ),
    st.text(max_size=40),
)


@settings(max_examples=250, deadline=None)
@given(st.sampled_from(EVERY), st.lists(UTTERANCES, max_size=14))
def test_no_sequence_of_words_loses_a_form_or_ends_in_nothing(petition: Petition, said: list[str]) -> None:
    sheet = machine.begun(petition, {})
    for text in said:
        before = sheet
        effect = say(sheet, text)
        sheet = effect.sheet
        assert sheet.petition is petition
        assert sheet.slot == "" or petition.has(sheet.slot)
        assert sheet.slot or petition.missing(sheet.given) == ()
        assert effect.move not in (Move.FAQ, Move.PUSH, Move.CANCEL, Move.LATER, Move.PERSON) or sheet == before
        applies = {slot.name for slot in petition.shown(sheet.given)}
        lost = set(before.given) - set(sheet.given)
        assert not lost & applies
        assert all(petition.slot(name).accepts(value) for name, value in sheet.given.items())
