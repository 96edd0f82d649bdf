"""Campaigns of every kind: what is asked, what a reply does, where everybody ends."""

from datetime import date, timedelta
from typing import Any

import pytest

from messaging.models import Message
from notices import services
from notices.answer_queries import tally_of_questions
from notices.models import Answer, Campaign, Consent
from notices.plans import PlannedOption, PlannedQuestion, PlanRefused
from notices.workflow import NotAllowed
from tests.notices.world import BADA, HANEUL, SOL, World

LIBRARY = PlannedQuestion(
    "무엇을 먼저 지을까요?", options=(PlannedOption(1, "마을 도서관", synonyms=("도서관",)), PlannedOption(2, "놀이터"))
)
SCALE = PlannedQuestion("축제에 만족하셨습니까?", "scale")
VISITS = PlannedQuestion("몇 번 오셨습니까?", "number")
REMARK = PlannedQuestion("하실 말씀이 있습니까?", "text", is_required=False)
SURVEY: dict[str, Any] = {
    "kind": "survey",
    "title": "가을 축제 설문",
    "identity": "none",
    "questions": (SCALE, VISITS, REMARK),
}
VOTE: dict[str, Any] = {"kind": "vote", "title": "마을 사업 고르기", "identity": "none", "questions": (LIBRARY,)}
RSVP: dict[str, Any] = {"kind": "rsvp", "title": "민방위 교육", "identity": "none"}
COLLECT: dict[str, Any] = {"kind": "consent", "title": "전자고지 수신"}
READ: dict[str, Any] = {
    "kind": "acknowledge",
    "title": "예비군 편성",
    "words": "3중대에 편성되었습니다.",
    "identity": "none",
}
COUPLE = HANEUL, ("박바다", date(1985, 12, 31), HANEUL[2])


def words_to(world: World, person: tuple[str, date | None, str]) -> list[str]:
    """What a phone was sent, oldest first."""
    found = Message.objects.filter(phone_index=world.of(Campaign.objects.latest("pk"), person).phone_index)
    return [message.body for message in found.order_by("pk")]


def test_a_roster_is_all_that_a_survey_needs(world: World) -> None:
    campaign = world.listed(**SURVEY)

    assert campaign.state == "ready"
    assert world.state(campaign, HANEUL) == "addressable"


def test_the_questions_of_a_survey_come_one_after_another(world: World) -> None:
    campaign = world.asking(**SURVEY)
    first = words_to(world, HANEUL)[-1]

    world.reply(HANEUL, "4")
    world.arrive(campaign, phase="question")
    second = words_to(world, HANEUL)[-1]
    world.reply(HANEUL, "세 번이요")
    world.arrive(campaign, phase="question")
    third = words_to(world, HANEUL)[-1]
    world.reply(HANEUL, "주차장이 좁았습니다")

    assert "1 매우 불만족부터 5 매우 만족까지" in first
    assert "물음 2/3. 몇 번 오셨습니까?" in second
    assert "답하지 않으시려면 0" in third
    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket) == ("answered", "answered")
    answers = Answer.objects.filter(recipient=recipient, is_counted=True).order_by("question__position")
    assert [(one.option.digit if one.option else one.number or one.value) for one in answers] == [
        4,
        3,
        "주차장이 좁았습니다",
    ]
    assert world.texts_to(HANEUL)[-1] == "notices.answered"


def test_a_question_that_need_not_be_answered_can_be_left_out(world: World) -> None:
    campaign = world.asking(**{**SURVEY, "questions": (REMARK,)})

    world.reply(HANEUL, "0")

    assert world.state(campaign, HANEUL) == "answered"
    assert not Answer.objects.filter(is_counted=True).exists()


def test_an_unfinished_survey_ends_unanswered_and_keeps_what_was_said(world: World) -> None:
    campaign = world.asking(**SURVEY)
    world.reply(HANEUL, "4")

    world.tick(days=15)
    world.run(campaign)

    assert campaign.state == "asked"
    assert world.state(campaign, HANEUL) == "unanswered"
    assert Answer.objects.filter(is_counted=True).count() == 1


def test_people_come_with_so_many(world: World) -> None:
    campaign = world.asking(**RSVP)

    world.reply(HANEUL, "참석 3명")
    world.reply(BADA, "못 갑니다")
    world.reply(SOL, "1")

    coming = tally_of_questions(campaign)[0].lines[0]
    assert (coming.label, coming.count, coming.head_count) == ("참석", 2, 4)
    assert {world.state(campaign, one) for one in (HANEUL, BADA, SOL)} == {"answered"}


def test_a_vote_can_be_changed_and_counts_once(world: World) -> None:
    campaign = world.asking(**VOTE)

    world.reply(HANEUL, "1")
    world.tick(minutes=30)
    world.reply(HANEUL, "놀이터로 할게요")

    assert Answer.objects.filter(is_counted=True, replaced_at=None).count() == 1
    services.close_asking(campaign, by=world.drafter, now=world.tick(hours=1), reason="모두 투표함")
    assert [one.count for one in tally_of_questions(campaign)[0].lines] == [0, 1]
    assert world.texts_to(HANEUL).count("notices.answered") == 2


def test_nobody_sees_how_a_vote_stands_before_it_is_over(world: World) -> None:
    campaign = world.asking(**VOTE)
    world.reply(HANEUL, "1")

    open_vote = tally_of_questions(campaign)[0]
    services.close_asking(campaign, by=world.drafter, now=world.tick(hours=1), reason="모두 투표함")
    closed = tally_of_questions(campaign)[0]

    assert (open_vote.is_hidden, [one.count for one in open_vote.lines]) == (True, [None, None])
    assert (closed.is_hidden, [one.count for one in closed.lines]) == (False, [1, 0])


def test_consent_is_collected_with_evidence_and_both_answers_are_answers(world: World) -> None:
    campaign = world.asking(**COLLECT)

    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "2")
    world.reply(SOL, "1")

    assert [world.state(campaign, one) for one in (HANEUL, BADA, SOL)] == ["answered", "answered", "agreed"]
    given = Consent.objects.get(decision="given")
    assert (given.purpose, given.identity, given.expires_on is not None) == ("전자고지 수신", "match", True)
    assert world.texts_to(HANEUL)[-1] == "notices.collect_given"
    assert world.texts_to(SOL)[-1] == "notices.birth_needed"


def test_a_collected_consent_is_taken_back_at_any_time_even_after_the_closing(world: World) -> None:
    campaign = world.asking(**COLLECT)
    world.reply(HANEUL, "1 900101")
    services.close_asking(campaign, by=world.drafter, now=world.tick(hours=1), reason="모두 회신함")

    world.reply(HANEUL, "2")

    assert Consent.objects.get(recipient=world.of(campaign, HANEUL)).revoked_at is not None


def test_what_was_read_is_opened(world: World) -> None:
    campaign = world.asking(**READ)

    world.reply(HANEUL, "확인했습니다")

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket, recipient.ground) == ("opened", "electronic", "statute")
    assert recipient.opened_at == world.now


def test_whoever_does_not_acknowledge_gets_a_letter(world: World) -> None:
    campaign = world.asking(**READ)
    world.tick(days=15)
    world.run(campaign)

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket) == ("silent", "paper")


@pytest.mark.parametrize("plan", [SURVEY, VOTE, RSVP, READ], ids=["survey", "vote", "rsvp", "acknowledge"])
def test_stop_ends_the_asking_and_gets_no_answer(world: World, plan: dict[str, Any]) -> None:
    campaign = world.asking(**plan)
    before = len(world.texts_to(HANEUL))

    world.reply(HANEUL, "문자 보내지 마세요")

    assert world.state(campaign, HANEUL) in ("unanswered", "answered")
    assert len(world.texts_to(HANEUL)) == before
    assert not Answer.objects.filter(label="opt_out", needs_decision=True).exists()


def test_a_survey_that_asks_who_counts_nobody_without_her_birth_date(world: World) -> None:
    campaign = world.asking(**{**VOTE, "identity": "birth"})

    world.reply(HANEUL, "1")
    unproved = world.state(campaign, HANEUL), Answer.objects.filter(is_counted=True).count()
    world.reply(HANEUL, "900101")

    assert unproved == ("asking", 0)
    assert world.state(campaign, HANEUL) == "answered"
    assert Answer.objects.filter(is_counted=True).count() == 1


def test_three_wrong_birth_dates_count_nothing(world: World) -> None:
    campaign = world.asking(**{**VOTE, "identity": "birth"})

    for text in ("1 850505", "860606", "870707", "900101"):
        world.reply(HANEUL, text)

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket) == ("identity_mismatch", "unreached")
    assert not Answer.objects.filter(is_counted=True).exists()
    assert world.texts_to(HANEUL)[-1] == "notices.not_counted"


@pytest.mark.parametrize(
    ("text", "state"),
    [("1 900101 김하늘", "answered"), ("1 900101", "agreed"), ("1 김하늘", "agreed"), ("1 900101 박바다", "asking")],
)
def test_birth_and_name_are_both_needed_where_both_are_asked(world: World, text: str, state: str) -> None:
    campaign = world.asking(**{**COLLECT, "identity": "both"})

    world.reply(HANEUL, text)

    assert world.state(campaign, HANEUL) == state


def test_a_couple_votes_in_turn_and_each_counts(world: World) -> None:
    campaign = world.asking(COUPLE, **VOTE)

    world.reply(COUPLE[0], "1")
    world.tick(minutes=1)
    world.run(campaign)
    world.arrive(campaign)
    world.reply(COUPLE[1], "2")

    assert [world.state(campaign, one) for one in COUPLE] == ["answered", "answered"]
    chosen = Answer.objects.filter(is_counted=True).order_by("recipient__row").values_list("option__digit", flat=True)
    assert list(chosen) == [1, 2]
    assert "박*다 님께 여쭙니다" in words_to(world, COUPLE[1])[-1]


def test_an_official_says_which_option_an_unclear_text_means(world: World) -> None:
    campaign = world.asking(**VOTE)
    world.reply(HANEUL, "1번 2번 중에 고민되네요")

    services.decide_answer(world.undecided(campaign), meaning="choice", digit=2, by=world.drafter, now=world.now)
    world.reply(HANEUL, "1")

    answer = Answer.objects.get(is_counted=True, replaced_at=None)
    assert (answer.option and answer.option.digit, answer.source) == (2, "official")
    assert world.of(campaign, HANEUL).needs_triage


def test_an_option_of_another_question_cannot_be_decided(world: World) -> None:
    campaign = world.asking(**VOTE)
    world.reply(HANEUL, "1번 2번 중에 고민되네요")

    for meaning, digit in (("choice", 7), ("number", None), ("consent", None), ("text", None)):
        with pytest.raises(NotAllowed):
            services.decide_answer(
                world.undecided(campaign), meaning=meaning, digit=digit, by=world.drafter, now=world.now
            )


def test_an_unclear_reply_is_explained_once_and_then_waits_for_an_official(world: World) -> None:
    campaign = world.asking(**SURVEY)

    world.reply(HANEUL, "이건 뭔가요")
    world.reply(HANEUL, "누구세요")

    assert world.texts_to(HANEUL).count("notices.unclear_answer") == 1
    assert world.of(campaign, HANEUL).needs_triage


def test_a_late_answer_is_kept_and_not_counted(world: World) -> None:
    campaign = world.asking(**VOTE)
    services.close_asking(campaign, by=world.drafter, now=world.tick(hours=1), reason="모두 투표함")
    world.tick(minutes=1)

    world.reply(HANEUL, "1")

    answer = Answer.objects.get()
    assert (answer.is_late, answer.is_counted, world.state(campaign, HANEUL)) == (True, False, "unanswered")


def test_plans_change_until_somebody_is_asked_to_approve(world: World) -> None:
    campaign = world.listed(**VOTE)
    before = campaign.manifest_sha256
    plan = world.plan(**{**VOTE, "questions": (LIBRARY,), "title": "새 마을 사업"})

    services.replan(campaign, plan=plan, by=world.drafter, now=world.now)

    campaign.refresh_from_db()
    assert (campaign.title, campaign.state) == ("새 마을 사업", "ready")
    assert campaign.manifest_sha256 not in ("", before)


def test_a_plan_cannot_turn_a_survey_into_a_notice(world: World) -> None:
    campaign = world.listed(**VOTE)

    with pytest.raises(PlanRefused):
        services.replan(campaign, plan=world.plan(), by=world.drafter, now=world.now)


def test_a_launched_campaign_keeps_its_plan(world: World) -> None:
    campaign = world.asking(**VOTE)

    with pytest.raises(NotAllowed):
        services.replan(campaign, plan=world.plan(**VOTE), by=world.drafter, now=world.now)


def test_an_answer_read_late_but_sent_in_time_counts(world: World) -> None:
    campaign = world.asking(**VOTE)
    reply = world.reply(HANEUL, "1")
    Answer.objects.all().delete()
    world.tick(days=15)
    world.run(campaign)
    asked = Message.objects.get(key__contains=f":{world.of(campaign, HANEUL).pk}:ask:")

    services.record_answer(reply=reply, message=asked, now=world.now + timedelta(minutes=1))

    assert world.state(campaign, HANEUL) == "answered"


def test_a_plain_text_asks_nothing_and_ends_when_it_arrived(world: World) -> None:
    campaign = world.ready(
        kind="text", title="단수 안내", words="내일 10시부터 12시까지 물이 나오지 않습니다.", identity="none"
    )
    world.launch(campaign)
    world.run(campaign)
    sent = words_to(world, HANEUL)[-1]

    world.arrive(campaign, "delivered", phase="deliver")

    recipient = world.of(campaign, HANEUL)
    assert "내일 10시부터 12시까지 물이 나오지 않습니다." in sent
    assert (recipient.state, recipient.bucket, recipient.asked_at) == ("delivered", "electronic", None)


def test_what_is_said_to_a_plain_text_is_for_the_inbox(world: World) -> None:
    campaign = world.ready(kind="text", title="단수 안내", words="내일 물이 나오지 않습니다.", identity="none")
    world.launch(campaign)
    world.run(campaign)
    world.arrive(campaign, phase="deliver")

    world.reply(HANEUL, "언제 다시 나오나요?")

    assert not Answer.objects.exists()
    assert world.of(campaign, HANEUL).state in ("queued", "sent")
