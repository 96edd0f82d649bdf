"""What makes sense as a plan, kind by kind, and the sentence an official reads where it does not."""

from dataclasses import replace
from datetime import timedelta

import pytest

from notices.plans import KINDS, Plan, PlannedOption, PlannedQuestion, PlanRefused, check, completed, problems_of
from tests.notices.world import NOON

CHOICES = (PlannedOption(1, "도서관"), PlannedOption(2, "놀이터"))
WHERE = PlannedQuestion("무엇을 먼저 지을까요?", options=CHOICES)
LAST = NOON + timedelta(days=7)
LAW = "군소음보상법 제14조"
UNDATED = {
    "notice": Plan("결정 통지서", LAW),
    "consent": Plan("전자고지 수신", LAW, kind="consent"),
    "survey": Plan("축제 만족도", "지방자치법", kind="survey", identity="none", questions=(WHERE,)),
    "rsvp": Plan("민방위 교육", LAW, kind="rsvp", identity="none"),
    "acknowledge": Plan("예비군 편성 통지", LAW, kind="acknowledge", words="3중대에 편성되었습니다."),
    "vote": Plan("마을 사업", "주민참여 조례", kind="vote", identity="none", questions=(WHERE,)),
    "text": Plan("단수 안내", "수도법", kind="text", words="내일 10시부터 물이 나오지 않습니다."),
}
PLANS = {kind: replace(plan, asks_from=NOON, asks_until=LAST) for kind, plan in UNDATED.items()}


@pytest.mark.parametrize("kind", list(KINDS))
def test_every_kind_has_a_plan_that_is_accepted(kind: str) -> None:
    check(completed(PLANS[kind]), now=NOON)


@pytest.mark.parametrize("kind", ["notice", "consent", "rsvp", "acknowledge"])
def test_usual_questions_need_not_be_typed(kind: str) -> None:
    questions = completed(PLANS[kind]).questions

    assert len(questions) == 1
    assert questions[0].options[0].meaning == "consent"


@pytest.mark.parametrize("kind", ["consent", "survey", "rsvp", "vote", "text"])
def test_only_what_is_served_has_letters(kind: str) -> None:
    assert not completed(PLANS[kind]).has_paper


def test_a_notice_without_consent_needs_an_article() -> None:
    plan = replace(PLANS["notice"], consent="none", legal_basis="관련 법령")

    with pytest.raises(PlanRefused, match="법 조항"):
        check(completed(plan), now=NOON)
    check(completed(replace(plan, legal_basis="지방세기본법 제 30조")), now=NOON)


def test_what_asks_nothing_has_no_dates_and_no_questions() -> None:
    plan = completed(replace(PLANS["notice"], consent="none"))

    assert (plan.asks, plan.asks_from, plan.asks_until, plan.questions) == (False, None, None, ())


def test_an_acknowledgement_is_a_text_or_a_document() -> None:
    assert completed(PLANS["acknowledge"]).asks
    paper = completed(replace(PLANS["acknowledge"], words=""))
    assert paper.has_document
    assert not paper.asks


@pytest.mark.parametrize(
    ("kind", "changes", "sentence"),
    [
        ("notice", {"title": " "}, "이름과 법적 근거"),
        ("notice", {"title": "가" * 41}, "40자"),
        ("notice", {"kind": "lottery"}, "종류"),
        ("notice", {"asks_from": None}, "언제부터"),
        ("notice", {"asks_until": NOON}, "뒤여야"),
        ("notice", {"identity": "none"}, "본인확인"),
        ("notice", {"sends_from": NOON}, "마감한 뒤"),
        ("notice", {"unopened_until": NOON + timedelta(days=1)}, "열람 기한"),
        ("notice", {"questions": (WHERE,)}, "동의와 미동의"),
        ("notice", {"consent": "none", "questions": (WHERE,)}, "물음을 둘 수 없습니다"),
        ("consent", {"identity": "none"}, "본인확인"),
        ("survey", {"questions": ()}, "물음을 적어"),
        ("survey", {"questions": (WHERE,) * 6}, "5개까지"),
        ("survey", {"questions": (replace(WHERE, options=CHOICES[:1]),)}, "2개에서 9개"),
        ("survey", {"questions": (replace(WHERE, options=CHOICES + CHOICES[:1]),)}, "서로 달라야"),
        ("survey", {"questions": (PlannedQuestion("몇 살?", "number", CHOICES),)}, "고를 답을 두지"),
        ("survey", {"questions": (replace(WHERE, text="sotong.kr 보셨나요?"),)}, "인터넷 주소"),
        ("vote", {"questions": (WHERE, WHERE)}, "1개까지"),
        ("vote", {"questions": (PlannedQuestion("몇 개?", "number"),)}, "번호를 고르는"),
        ("text", {"words": ""}, "내용"),
        ("text", {"questions": (WHERE,)}, "아무것도 묻지"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(kind: str, changes: dict[str, object], sentence: str) -> None:
    plan = replace(PLANS[kind], **changes)  # type: ignore[arg-type]  # one wrong field each

    with pytest.raises(PlanRefused, match=sentence):
        check(completed(plan), now=NOON)


def test_a_scale_has_its_five_numbers() -> None:
    plan = completed(replace(PLANS["survey"], questions=(PlannedQuestion("얼마나 만족하십니까?", "scale"),)))

    assert [one.digit for one in plan.questions[0].options] == [1, 2, 3, 4, 5]
    assert list(problems_of(plan, now=NOON)) == []
