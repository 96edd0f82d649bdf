"""Unclear answers decided in messaging's list: what a campaign makes of it, and what leaves the list by itself."""

from datetime import timedelta

import pytest

from messaging import receiving
from messaging import services as messaging
from messaging.models import Reply, TriageDecision
from notices import services
from notices.workflow import NotAllowed
from tests.notices.world import HANEUL, World

UNCLEAR = "1번으로 할지 2번으로 할지 모르겠어요 900101"


def _waiting() -> list[int]:
    return list(Reply.objects.filter(needs_triage=True).values_list("pk", flat=True))


def _tell(world: World) -> None:
    receiving.handle_pending(now=world.tick(seconds=25))


def test_a_consent_decided_in_the_list_counts_like_one_decided_in_the_campaign(world: World) -> None:
    campaign = world.asking()
    reply = world.reply(HANEUL, UNCLEAR)
    assert _waiting() == [reply.pk]

    reply.refresh_from_db()
    messaging.decide_reply(reply=reply, verdict="consent", by=world.drafter, now=world.now)
    assert world.state(campaign, HANEUL) == "asking"
    _tell(world)

    assert world.state(campaign, HANEUL) == "verified"
    assert TriageDecision.objects.count() == 1


def test_a_decision_taken_back_never_reached_the_citizen(world: World) -> None:
    campaign = world.asking()
    reply = world.reply(HANEUL, UNCLEAR)
    reply.refresh_from_db()
    before = world.texts_to(HANEUL)

    decision = messaging.decide_reply(reply=reply, verdict="refuse", by=world.drafter, now=world.now)
    messaging.undo_decision(decision=decision, by=world.drafter, now=world.tick(seconds=5))
    _tell(world)

    assert world.state(campaign, HANEUL) == "asking"
    assert world.texts_to(HANEUL) == before
    assert _waiting() == [reply.pk]


def test_what_the_campaigns_own_page_decides_leaves_the_list_with_a_row(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, UNCLEAR)

    services.decide_answer(world.undecided(campaign), meaning="refuse", by=world.drafter, now=world.now)

    assert _waiting() == []
    assert TriageDecision.objects.get().verdict == "refuse"


def test_a_clear_answer_takes_the_unclear_one_off_the_list_and_a_pending_decision_with_it(world: World) -> None:
    campaign = world.asking()
    reply = world.reply(HANEUL, UNCLEAR)
    reply.refresh_from_db()
    messaging.decide_reply(reply=reply, verdict="consent", by=world.drafter, now=world.now)

    world.reply(HANEUL, "2")
    _tell(world)

    assert _waiting() == []
    assert world.state(campaign, HANEUL) == "declined"


def test_only_the_department_decides(world: World) -> None:
    world.asking()
    reply = world.reply(HANEUL, UNCLEAR)
    reply.refresh_from_db()

    with pytest.raises(NotAllowed):
        messaging.decide_reply(reply=reply, verdict="consent", by=world.stranger, now=world.now)


def test_a_cancelled_campaign_leaves_nothing_to_decide(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, UNCLEAR)

    services.cancel(campaign, reason="문구 오류", by=world.drafter, now=world.tick(minutes=1))

    assert _waiting() == []


def test_verdicts_are_told_at_most_once_in_ten_minutes(world: World) -> None:
    world.asking()

    for text in ("1 900101", "2", "1 900101"):
        world.reply(HANEUL, text)
        world.tick(minutes=1)
    told = world.texts_to(HANEUL).count("notices.consent_given") + world.texts_to(HANEUL).count(
        "notices.consent_declined"
    )
    world.tick(minutes=int(timedelta(minutes=10).total_seconds() // 60))
    world.reply(HANEUL, "2")

    assert told == 1
    assert world.texts_to(HANEUL)[-1] == "notices.consent_declined"


def test_an_automatic_reply_is_not_answered(world: World) -> None:
    world.asking()
    before = world.texts_to(HANEUL)

    world.reply(HANEUL, "[자동응답] 지금은 부재중입니다.")

    assert world.texts_to(HANEUL) == before
