"""A large campaign begins with a few, and a campaign that must not go on stops by itself."""

import pytest

from messaging import services as messaging
from messaging.models import Message, MessageStatus, Stream
from notices import services
from notices.models import Campaign, Recipient
from notices.services import waving
from tests.notices.world import BADA, HANEUL, SOL, World


@pytest.fixture
def large(world: World, monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """A campaign of three that counts as large, and begins with one."""
    monkeypatch.setattr(waving, "MANY", 2)
    monkeypatch.setattr(waving, "FIRST", 1)
    campaign = world.ready((HANEUL, BADA, SOL))
    world.launch(campaign)
    world.run(campaign)
    return campaign


def asked(campaign: Campaign) -> int:
    return Recipient.objects.filter(campaign=campaign, asked_at__isnull=False).count()


def test_the_rest_waits_for_what_becomes_of_the_first(world: World, large: Campaign) -> None:
    world.run(large)
    before = asked(large)
    world.arrive(large, MessageStatus.DELIVERED)
    world.run(large)

    assert (before, asked(large)) == (1, 3)


def test_the_rest_does_not_wait_for_ever(world: World, large: Campaign) -> None:
    world.tick(hours=2, minutes=1)
    world.run(large)

    assert asked(large) == 3


def test_a_first_wave_that_fails_stops_the_campaign_until_an_official_has_looked(world: World, large: Campaign) -> None:
    world.arrive(large, MessageStatus.FAILED)
    world.run(large)
    stopped = (asked(large), large.paused_at is not None, "1건이 실패" in large.pause_reason)
    services.resume(large, by=world.sender, now=world.tick(minutes=5))
    world.run(large)

    assert stopped == (1, True, True)
    assert asked(large) == 3


def test_people_who_are_sent_nothing_are_no_proof_that_it_arrives(world: World, large: Campaign) -> None:
    people = Recipient.objects.filter(campaign=large)
    people.update(listed_at=world.now, asked_at=world.now)
    first = people.order_by("pk").first()
    assert first is not None
    people.exclude(pk=first.pk).update(state="silent", bucket="paper")
    Campaign.objects.filter(pk=large.pk).update(state="sending", sends_approved_by=world.sender)
    large.refresh_from_db()

    assert waving.allowance(large, most=5_000, now=world.now) == 1


def test_spending_more_than_was_approved_stops_it(world: World) -> None:
    campaign = world.ready()
    world.launch(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(approved_most_won=1)
    world.run(campaign)
    world.arrive(campaign)

    world.run(campaign)

    assert "결재받은 최고액" in campaign.pause_reason
    assert Stream.objects.get(name=campaign.stream).paused_at is not None
    services.resume(campaign, by=world.sender, now=world.tick(minutes=1))
    world.run(campaign)
    assert campaign.paused_at is None  # a second official has decided that it may cost more


def test_a_stream_that_messaging_stopped_stops_the_campaign(world: World) -> None:
    campaign = world.ready()
    world.launch(campaign)
    messaging.pause(stream=campaign.stream, reason="그림 불일치", by=None, now=world.now)

    world.run(campaign)

    assert "그림 불일치" in campaign.pause_reason
    assert not Message.objects.filter(topic="notices.consent").exists()


def test_going_on_lets_the_stream_go_on_too(world: World) -> None:
    campaign = world.ready()
    world.launch(campaign)
    messaging.pause(stream=campaign.stream, reason="시험", by=None, now=world.now)
    world.run(campaign)

    services.resume(campaign, by=world.sender, now=world.tick(minutes=1))
    world.run(campaign)

    assert campaign.paused_at is None
    assert asked(campaign) == 3
