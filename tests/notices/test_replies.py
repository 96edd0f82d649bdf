"""What a citizen's text does: consent only with the birth date, refusal without, and never by phone alone."""

from datetime import date, timedelta

import pytest

from messaging import answering
from messaging.models import Message
from notices import services
from notices.models import Answer, Consent
from notices.workflow import NotAllowed
from tests.notices.world import BADA, HANEUL, SOL, World

COUPLE = ("김하늘", date(1990, 1, 1), "+821012345678"), ("박바다", date(1985, 12, 31), "+821012345678")


def test_consent_with_the_birth_date_counts(world: World) -> None:
    campaign = world.asking()

    world.reply(HANEUL, "1 900101")

    consent = Consent.objects.get(recipient=world.of(campaign, HANEUL))
    assert world.state(campaign, HANEUL) == "verified"
    assert (consent.decision, consent.identity, consent.reply_text) == ("given", "match", "1 900101")
    assert consent.asked is not None
    assert consent.wording == consent.asked.template_version
    assert consent.phone == HANEUL[2]


def test_consent_without_a_birth_date_asks_for_it(world: World) -> None:
    campaign = world.asking()

    world.reply(HANEUL, "동의합니다")

    assert world.state(campaign, HANEUL) == "agreed"
    assert world.texts_to(HANEUL)[-1] == "notices.birth_needed"
    assert not Consent.objects.exists()


@pytest.mark.parametrize("texts", [("1", "900101"), ("900101", "1"), ("동의", "1990년 1월 1일")])
def test_answer_and_birth_date_may_come_in_two_texts(world: World, texts: tuple[str, str]) -> None:
    campaign = world.asking()

    for text in texts:
        world.reply(HANEUL, text)

    assert world.state(campaign, HANEUL) == "verified"


def test_refusal_needs_no_birth_date(world: World) -> None:
    campaign = world.asking()

    world.reply(HANEUL, "2")

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket, recipient.reason) == ("declined", "paper", "declined")
    assert world.texts_to(HANEUL)[-1] == "notices.consent_declined"


def test_a_wrong_birth_date_is_never_a_consent(world: World) -> None:
    campaign = world.asking()

    world.reply(HANEUL, "1 850505")

    assert world.state(campaign, HANEUL) == "agreed"
    assert world.texts_to(HANEUL)[-1] == "notices.birth_differs"
    assert not Consent.objects.exists()


def test_three_wrong_birth_dates_end_the_asking(world: World) -> None:
    campaign = world.asking()

    for text in ("1 850505", "1 860606", "870707"):
        world.reply(HANEUL, text)
    world.reply(HANEUL, "1 900101")

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket, recipient.wrong_birth_count) == ("identity_mismatch", "paper", 3)
    assert world.texts_to(HANEUL)[-1] == "notices.by_mail"
    assert not Consent.objects.filter(decision="given").exists()


def test_the_last_clear_answer_before_the_closing_stands(world: World) -> None:
    campaign = world.asking()

    for text in ("1 900101", "2", "1 900101", "2"):
        world.reply(HANEUL, text)

    recipient = world.of(campaign, HANEUL)
    assert recipient.state == "revoked"
    assert Consent.objects.get(recipient=recipient).revoked_at is not None
    assert Answer.objects.filter(recipient=recipient, replaced_at=None, option__isnull=False).count() == 1


def test_thanks_after_a_consent_change_nothing(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")

    world.reply(HANEUL, "감사합니다")

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.needs_triage) == ("verified", False)


def test_an_unclear_text_waits_for_an_official_and_holds_the_notice(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")

    world.reply(HANEUL, "동의하면 뭐가 좋아요?")
    world.sending(campaign)

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.needs_triage) == ("verified", True)
    assert not Message.objects.filter(key__contains=f":{recipient.pk}:deliver:").exists()


def test_an_official_can_decide_an_unclear_text(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1번으로 할지 2번으로 할지 모르겠어요 900101")

    services.decide_answer(world.undecided(campaign), meaning="consent", by=world.drafter, now=world.tick(minutes=1))

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.needs_triage) == ("verified", False)
    assert Consent.objects.get(recipient=recipient).decided_by == world.drafter


def test_an_officials_yes_without_a_birth_date_still_asks_for_it(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1번으로 할지 2번으로 할지 모르겠어요")

    services.decide_answer(world.undecided(campaign), meaning="consent", by=world.drafter, now=world.tick(minutes=1))

    assert world.state(campaign, HANEUL) == "agreed"
    assert world.texts_to(HANEUL)[-1] == "notices.birth_needed"


def test_two_officials_cannot_decide_the_same_reply(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1번으로 할지 2번으로 할지 모르겠어요")
    answer = world.undecided(campaign)
    services.decide_answer(answer, meaning="refuse", by=world.drafter, now=world.now)

    with pytest.raises(NotAllowed):
        services.decide_answer(answer, meaning="consent", by=world.sender, now=world.now)

    assert world.state(campaign, HANEUL) == "declined"


def test_another_department_cannot_decide(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1번으로 할지 2번으로 할지 모르겠어요")

    with pytest.raises(NotAllowed):
        services.decide_answer(world.undecided(campaign), meaning="consent", by=world.stranger, now=world.now)


def test_an_officials_decision_outranks_a_later_consent_but_not_a_refusal(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1번으로 할지 2번으로 할지 모르겠어요")
    services.decide_answer(world.undecided(campaign), meaning="refuse", by=world.drafter, now=world.now)

    world.reply(HANEUL, "1 900101")

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.needs_triage) == ("declined", True)


def test_the_same_reply_twice_counts_once(world: World) -> None:
    campaign = world.asking()
    reply = world.reply(HANEUL, "1 900101")
    asked = Message.objects.get(key__contains=f":{world.of(campaign, HANEUL).pk}:ask:")

    services.record_answer(reply=reply, message=asked, now=world.now)

    assert Answer.objects.filter(recipient=world.of(campaign, HANEUL)).count() == 1
    assert not answering.handle(reply=reply.pk, now=world.now)


def test_people_who_share_a_phone_are_asked_in_turn(world: World) -> None:
    campaign = world.asking(COUPLE)
    first, second = COUPLE
    assert (world.state(campaign, first), world.state(campaign, second)) == ("asking", "addressable")
    world.run(campaign)
    assert world.state(campaign, second) == "addressable"

    world.reply(first, "1 900101")
    world.tick(minutes=1)
    world.run(campaign)

    assert (world.state(campaign, first), world.state(campaign, second)) == ("verified", "asking")
    assert "notices.consent_named" in world.texts_to(second)


def test_the_second_of_a_shared_phone_gets_her_turn_after_two_days(world: World) -> None:
    campaign = world.asking(COUPLE)

    world.tick(hours=47)
    world.run(campaign)
    waiting = world.state(campaign, COUPLE[1])
    world.tick(hours=2)
    world.run(campaign)

    assert (waiting, world.state(campaign, COUPLE[1])) == ("addressable", "asking")
    assert world.state(campaign, COUPLE[0]) == "asking"


def test_on_a_shared_phone_the_birth_date_says_who_answered(world: World) -> None:
    campaign = world.asking(COUPLE)
    world.tick(hours=49)
    world.run(campaign)
    world.arrive(campaign)

    world.reply(COUPLE[0], "1 900101")

    assert (world.state(campaign, COUPLE[0]), world.state(campaign, COUPLE[1])) == ("verified", "asking")


def test_on_a_shared_phone_nobody_is_counted_by_phone_alone(world: World) -> None:
    campaign = world.asking(COUPLE)
    world.tick(hours=49)
    world.run(campaign)
    world.arrive(campaign)

    world.reply(COUPLE[0], "1")

    states = {world.state(campaign, one) for one in COUPLE}
    assert states == {"asking"}
    assert world.undecided(campaign).label == "consent"


def test_a_second_campaign_does_not_open_another_question_on_the_phone(world: World) -> None:
    first = world.asking((HANEUL,))
    second = world.asking((HANEUL,))
    assert world.state(second, HANEUL) == "addressable"

    world.reply(HANEUL, "2")
    world.tick(minutes=1)
    world.run(second)

    assert world.state(first, HANEUL) == "declined"
    assert world.state(second, HANEUL) == "asking"


def test_a_reply_after_the_closing_is_kept_and_not_counted(world: World) -> None:
    campaign = world.asking()
    world.tick(days=14, minutes=1)
    world.run(campaign)

    world.reply(HANEUL, "1 900101")

    assert campaign.state == "asked"
    assert world.state(campaign, HANEUL) == "silent"
    assert Answer.objects.get(recipient=world.of(campaign, HANEUL)).is_late


def test_a_reply_sent_in_time_counts_even_when_it_is_read_late(world: World) -> None:
    campaign = world.asking()
    world.tick(days=13, hours=23)
    reply = world.reply(BADA, "2")
    late = world.replies[-1].__class__.objects.get(pk=reply.pk)
    late.pk, late.sealed_id, late.event_key = None, __import__("uuid").uuid4(), "late"
    late.phone, late.text, late.handled_at, late.message = HANEUL[2], "1 900101", None, None
    late.phone_index = world.of(campaign, HANEUL).phone_index
    late.save()
    world.tick(days=1)
    world.run(campaign)
    assert world.state(campaign, HANEUL) == "silent"

    answering.handle(reply=late.pk, now=world.now)

    assert world.state(campaign, HANEUL) == "verified"


def test_a_refusal_after_the_closing_takes_a_waiting_notice_back(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    world.sending(campaign)
    assert world.state(campaign, HANEUL) == "queued"

    world.reply(HANEUL, "2")

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket) == ("revoked", "paper")
    assert Message.objects.get(key__contains=f":{recipient.pk}:deliver:").status == "cancelled"


def test_a_refusal_after_the_picture_has_left_is_kept_but_too_late(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    world.sending(campaign)
    picture = Message.objects.get(key__contains=f":{world.of(campaign, HANEUL).pk}:deliver:")
    world.settle(picture, "sent")
    world.run(campaign)

    world.reply(HANEUL, "2")

    assert world.state(campaign, HANEUL) == "sent"


def test_stop_is_a_refusal_and_gets_no_answer(world: World) -> None:
    campaign = world.asking()

    world.reply(HANEUL, "문자 보내지 마세요")

    assert world.state(campaign, HANEUL) == "declined"
    assert world.texts_to(HANEUL) == ["notices.consent"]


def test_an_answering_machine_cannot_keep_a_conversation_going(world: World) -> None:
    campaign = world.asking()

    for _ in range(30):
        world.reply(HANEUL, "1")
        world.tick(seconds=30)

    assert len(world.texts_to(HANEUL)) <= 10
    assert world.state(campaign, HANEUL) == "agreed"


def test_a_reply_from_somebody_never_asked_changes_nothing(world: World) -> None:
    campaign = world.asking((HANEUL,))

    world.reply(SOL, "1 710707")

    assert not Answer.objects.exists()
    assert world.state(campaign, HANEUL) == "asking"


def test_answers_count_from_a_phone_whose_question_seemed_undelivered(world: World) -> None:
    campaign = world.asking()
    asked = Message.objects.get(key__contains=f":{world.of(campaign, HANEUL).pk}:ask:")
    world.settle(asked, "failed")
    assert world.state(campaign, HANEUL) == "ask_undelivered"

    world.reply(HANEUL, "1 900101")

    assert world.state(campaign, HANEUL) == "verified"


def test_questions_close_with_the_campaign(world: World) -> None:
    campaign = world.asking()

    asked = Message.objects.get(key__contains=f":{world.of(campaign, HANEUL).pk}:ask:")

    assert asked.reply_until is not None
    assert campaign.answers_until <= asked.reply_until <= campaign.answers_until + timedelta(days=7)


def test_a_consent_in_somebody_elses_name_waits_for_an_official(world: World) -> None:
    campaign = world.asking()

    world.reply(HANEUL, "1 동의 900101 박바다")

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.needs_triage) == ("asking", True)


def test_a_consent_in_her_own_name_counts(world: World) -> None:
    campaign = world.asking()

    world.reply(HANEUL, "1 동의 900101 김하늘입니다")

    assert world.state(campaign, HANEUL) == "verified"


def test_a_yes_in_time_but_read_late_and_without_the_birth_date_ends_as_silence(world: World) -> None:
    campaign = world.asking((HANEUL, BADA), kind="consent", title="전자고지 수신")
    world.tick(days=13, hours=23)
    late = world.write(HANEUL, "1")
    world.tick(days=1)
    world.run(campaign)

    answering.handle(reply=late.pk, now=world.now)

    assert (campaign.state, world.state(campaign, HANEUL)) == ("asked", "unanswered")
    services.close(campaign, by=world.drafter, now=world.now)
