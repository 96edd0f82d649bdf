"""A number can change its owner: who she is has to be proved again if it was long ago; a stranger's words are flagged."""

from datetime import timedelta

import pytest

from messaging.models import Message
from notices.models import Campaign, Recipient
from tests.notices.world import BADA, HANEUL, World


def consented_long_ago(world: World) -> Campaign:
    """김하늘 said yes and proved who she is; the sending begins four months later."""
    campaign = world.asking((HANEUL,))
    world.reply(HANEUL, "1 900101")
    world.tick(days=120)
    return world.sending(campaign)


def test_after_ninety_days_nobody_is_sent_anything_before_she_proved_it_again(world: World) -> None:
    campaign = consented_long_ago(world)

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.identified_at, campaign.state) == ("asking", None, "sending")
    assert world.texts_to(HANEUL)[-1] == "notices.again"
    assert not Message.objects.filter(key__contains=f":{recipient.pk}:deliver:").exists()


def test_her_birth_date_alone_is_enough_the_second_time(world: World) -> None:
    campaign = consented_long_ago(world)
    world.arrive(campaign, phase="remind")

    world.reply(HANEUL, "900101")
    world.run(campaign)

    assert world.state(campaign, HANEUL) == "queued"


def test_the_new_owner_of_a_number_is_sent_nothing(world: World) -> None:
    campaign = consented_long_ago(world)
    world.arrive(campaign, phase="remind")

    for text in ("850505", "저 김하늘 아닌데요 잘못 보내셨어요", "860606", "870707"):
        world.reply(HANEUL, text)
    world.run(campaign)

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket, recipient.reason) == ("identity_mismatch", "paper", "maybe_recycled")


def test_whoever_does_not_answer_again_gets_a_letter(world: World) -> None:
    campaign = consented_long_ago(world)

    world.tick(days=8)
    world.run(campaign)

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket, recipient.reason) == ("silent", "paper", "identity_missing")


def test_a_refusal_instead_of_the_birth_date_is_obeyed(world: World) -> None:
    campaign = consented_long_ago(world)
    world.arrive(campaign, phase="remind")

    world.reply(HANEUL, "2")

    assert world.of(campaign, HANEUL).bucket == "paper"


def test_a_fresh_identity_is_not_asked_for_again(world: World) -> None:
    campaign = world.asking((HANEUL,))
    world.reply(HANEUL, "1 900101")
    world.now += timedelta(days=13)

    world.sending(campaign)

    assert world.state(campaign, HANEUL) == "queued"


def test_whoever_has_not_been_asked_again_yet_is_sent_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("notices.services.reasking.WAVE", 1)
    campaign = world.asking((HANEUL, BADA))
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "1 851231")
    world.tick(days=120)
    world.sending(campaign)
    world.run(campaign)

    assert [world.state(campaign, one) for one in (HANEUL, BADA)] == ["asking", "asking"]
    assert not Message.objects.filter(key__contains=":deliver:").exists()


def test_a_reply_that_waited_for_an_official_does_not_spare_the_second_proof(world: World) -> None:
    campaign = world.asking((HANEUL,))
    world.reply(HANEUL, "1 900101")
    Recipient.objects.filter(campaign=campaign).update(needs_triage=True)
    world.tick(days=120)
    world.sending(campaign)
    assert campaign.state == "following"
    Recipient.objects.filter(campaign=campaign).update(needs_triage=False)

    world.run(campaign)
    asked_again = world.state(campaign, HANEUL)
    world.arrive(campaign, phase="remind")
    world.reply(HANEUL, "900101")
    world.run(campaign)

    assert (asked_again, world.state(campaign, HANEUL)) == ("asking", "queued")
