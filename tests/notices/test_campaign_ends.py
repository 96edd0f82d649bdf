"""Sending, pausing, cancelling and closing: each picture once, nobody forgotten."""

import pytest
from django.db import IntegrityError, transaction

from messaging import receiving
from messaging.models import Message, MessageStatus, Stream
from notices import balancing, queries, services
from notices.models import Asset, Campaign, Recipient, RecipientChange
from tests.notices.world import BADA, HANEUL, SOL, World


def test_only_the_agreed_and_identified_get_their_picture_once(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "1")
    world.reply(SOL, "2")

    world.sending(campaign)
    for _ in range(3):
        world.run(campaign)

    (message,) = Message.objects.filter(topic="notices.notice")
    assert message.phone == HANEUL[2]
    assert [image.handle for image in message.images.order_by("ordinal")] == [
        f"notices:{asset.pk}" for asset in Asset.objects.filter(recipient=world.of(campaign, HANEUL)).order_by("part")
    ]


def test_an_incomplete_set_of_pictures_is_not_sent(world: World) -> None:
    campaign = world.ready((HANEUL,))
    Asset.objects.filter(recipient=world.of(campaign, HANEUL)).update(parts=2)
    world.launch(campaign)
    world.run(campaign)
    world.arrive(campaign)
    world.reply(HANEUL, "1 900101")

    world.sending(campaign)

    assert world.state(campaign, HANEUL) == "undelivered"
    assert not Message.objects.filter(topic="notices.notice").exists()


def test_what_was_approved_cannot_be_changed(world: World) -> None:
    campaign = world.asking()

    with pytest.raises(IntegrityError, match="an approved campaign is not changed"), transaction.atomic():
        Asset.objects.filter(recipient=world.of(campaign, HANEUL)).update(sha256="e" * 64)
    world.of(campaign, HANEUL).notices.update(state="void", reasons=["official"])  # takes away, adds nothing


def test_a_whole_campaign_ends_with_everybody_in_one_bucket(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "2")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, "deliver")
    world.run(campaign)
    world.post(campaign)

    services.close(campaign, by=world.drafter, now=world.now)

    facts = queries.facts_of(campaign)
    assert campaign.state == "closed"
    assert (facts.counts["bucket:electronic"], facts.counts["bucket:paper"]) == (1, 2)
    assert not balancing.broken(balancing.identities(facts))


@pytest.mark.parametrize("missing", ["result", "triage", "letters"])
def test_a_campaign_cannot_be_closed_while_something_is_open(world: World, missing: str) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    if missing == "triage":
        world.reply(BADA, "1번인지 2번인지 모르겠어요")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.SENT if missing == "result" else MessageStatus.DELIVERED, "deliver")
    world.run(campaign)
    if missing != "letters":
        world.post(campaign)

    with pytest.raises(services.NotSettled):
        services.close(campaign, by=world.drafter, now=world.now)


def test_a_result_that_never_comes_becomes_a_letter(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.SENT, "deliver")
    world.run(campaign)
    assert world.state(campaign, HANEUL) == "sent"

    world.tick(hours=75)
    world.run(campaign)

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket) == ("unresolved", "paper")


def test_an_opt_out_before_the_picture_leaves_is_a_revocation(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    world.sending(campaign)

    world.arrive(campaign, MessageStatus.SUPPRESSED, "deliver")

    assert world.state(campaign, HANEUL) == "revoked"


def test_a_paused_campaign_stands_still_and_goes_on(world: World) -> None:
    campaign = world.ready()
    world.launch(campaign)

    services.pause(campaign, reason="문구 확인", by=world.drafter, now=world.now)
    stopped = world.run(campaign)
    services.resume(campaign, by=world.sender, now=world.now)

    assert (stopped.queued, stopped.paused) == (0, 1)
    assert world.run(campaign).queued == 3
    assert Stream.objects.get(name=campaign.stream).paused_at is None


def test_pausing_stops_what_already_waits(world: World) -> None:
    campaign = world.asking()

    services.pause(campaign, reason="문구 확인", by=world.drafter, now=world.now)

    assert Stream.objects.get(name=campaign.stream).pause_reason == "문구 확인"


def test_resuming_changed_data_is_refused(world: World) -> None:
    campaign = world.asking()
    services.pause(campaign, reason="문구 확인", by=world.drafter, now=world.now)
    Recipient.objects.filter(pk=world.of(campaign, HANEUL).pk).update(phone_index=b"x" * 16)

    with pytest.raises(services.ManifestChanged):
        services.resume(campaign, by=world.sender, now=world.now)


def test_cancelling_leaves_what_left_and_posts_the_rest(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "1 851231")
    world.sending(campaign)
    sent = Message.objects.get(key__contains=f":{world.of(campaign, HANEUL).pk}:deliver:")
    world.settle(sent, MessageStatus.SENT)
    world.run(campaign)

    services.cancel(campaign, reason="결정이 취소됨", by=world.drafter, now=world.now)
    receiving.tell_outcomes(now=world.now)
    world.settle(sent, MessageStatus.DELIVERED)

    assert world.state(campaign, HANEUL) == "delivered"
    assert (world.state(campaign, BADA), world.of(campaign, BADA).bucket) == ("cancelled", "paper")
    assert not balancing.broken(balancing.identities(queries.facts_of(campaign)))


@pytest.mark.parametrize("stage", ["draft", "checking", "ready", "asking"])
def test_a_campaign_can_be_cancelled_at_any_stage(world: World, stage: str) -> None:
    campaign: Campaign = getattr(world, stage)()

    services.cancel(campaign, reason="그만둠", by=world.drafter, now=world.now)

    assert campaign.state == "cancelled"
    assert not Recipient.objects.filter(campaign=campaign, bucket=None).exists()


def test_each_step_of_a_citizen_is_history_without_gaps(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1")
    world.reply(HANEUL, "900101")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, "deliver")

    steps = list(
        RecipientChange.objects.filter(recipient=world.of(campaign, HANEUL))
        .order_by("pk")
        .values_list("before", "after")
    )

    assert steps == [
        ("addressable", "asking"),
        ("asking", "agreed"),
        ("agreed", "verified"),
        ("verified", "queued"),
        ("queued", "delivered"),
    ]
