"""Consents as evidence and as ground: what stands, what ends it, and who relies on it."""

from datetime import date, timedelta

import pytest

from messaging.models import Message
from notices import services
from notices.models import Campaign, Consent
from notices.services.consents import use_standing_consents
from notices.workflow import NotAllowed
from tests.notices.world import BADA, HANEUL, SOL, World

PURPOSE = "전자고지 수신"
MOVED = (HANEUL[0], HANEUL[1], "+821099998888")
NEPHEW = ("김조카", date(2001, 2, 3), HANEUL[2])


def collected(world: World, *replies: tuple[tuple[str, date | None, str], str]) -> None:
    """Consents collected by an earlier campaign that is over."""
    campaign = world.asking(kind="consent", title=PURPOSE)
    for person, text in replies:
        world.reply(person, text)
    services.close_asking(campaign, by=world.drafter, now=world.tick(days=1), reason="모두 회신함")
    world.tick(days=10)


def relying(world: World, *people: tuple[str, date | None, str], **changes: object) -> Campaign:
    """A campaign that sends on the ground of earlier consents, about to send."""
    campaign = world.ready(people, consent="standing", purpose=PURPOSE, title="결정 통지서", **changes)
    world.launch(campaign)
    campaign.refresh_from_db()
    return campaign


def test_whoever_consented_before_needs_no_question_and_the_rest_get_letters(world: World) -> None:
    collected(world, (HANEUL, "1 900101"), (BADA, "2"))
    campaign = relying(world, HANEUL, BADA, SOL)

    world.run(campaign)

    haneul = world.of(campaign, HANEUL)
    assert (haneul.state, haneul.ground, haneul.asked_at) == ("queued", "standing", None)
    for person in (BADA, SOL):
        recipient = world.of(campaign, person)
        assert (recipient.state, recipient.bucket, recipient.reason) == ("silent", "paper", "no_consent")


@pytest.mark.parametrize("person", [MOVED, NEPHEW], ids=["new number", "same phone"])
def test_a_consent_holds_for_its_number_and_its_person_only(world: World, person: tuple[str, date | None, str]) -> None:
    collected(world, (HANEUL, "1 900101"))
    campaign = relying(world, person)

    use_standing_consents(campaign, now=world.now)

    assert world.state(campaign, person) == "silent"


def test_a_consent_to_something_else_is_none(world: World) -> None:
    collected(world, (HANEUL, "1 900101"))
    campaign = relying(world, HANEUL)
    Campaign.objects.filter(pk=campaign.pk).update(purpose="다른 목적")
    campaign.refresh_from_db()

    use_standing_consents(campaign, now=world.now)

    assert world.state(campaign, HANEUL) == "silent"


def test_a_consent_expires(world: World) -> None:
    collected(world, (HANEUL, "1 900101"))
    world.tick(days=1_096)
    campaign = relying(world, HANEUL, asks_from=None, asks_until=None)

    use_standing_consents(campaign, now=world.now)

    assert world.state(campaign, HANEUL) == "silent"


def test_a_consent_taken_back_at_the_desk_stops_what_has_not_left(world: World) -> None:
    collected(world, (HANEUL, "1 900101"), (BADA, "1 851231"))
    campaign = relying(world, HANEUL, BADA)
    world.run(campaign)
    consent = Consent.objects.get(
        recipient__campaign__kind="consent", phone_index=world.of(campaign, HANEUL).phone_index
    )

    services.revoke_consent(consent, reason="전화로 철회를 요청함", by=world.drafter, now=world.now)

    assert [world.state(campaign, one) for one in (HANEUL, BADA)] == ["revoked", "queued"]
    message = Message.objects.get(key__contains=f":{world.of(campaign, HANEUL).pk}:deliver:")
    assert message.status == "cancelled"
    consent.refresh_from_db()
    assert (consent.revoked_by_official, consent.shown) == (world.drafter, "철회")


def test_a_consent_is_taken_back_once_with_a_reason_by_its_own_department(world: World) -> None:
    collected(world, (HANEUL, "1 900101"))
    consent = Consent.objects.get()

    for by, reason in ((world.drafter, " "), (world.stranger, "요청")):
        with pytest.raises(NotAllowed):
            services.revoke_consent(consent, reason=reason, by=by, now=world.now)
    services.revoke_consent(consent, reason="요청", by=world.drafter, now=world.now)
    with pytest.raises(services.NotGiven):
        services.revoke_consent(consent, reason="요청", by=world.drafter, now=world.now)


def test_a_new_consent_takes_the_place_of_the_old_one(world: World) -> None:
    collected(world, (HANEUL, "1 900101"))
    collected(world, (HANEUL, "1 900101"))

    first, second = Consent.objects.order_by("pk")
    assert first.replaced_at is not None
    assert second.replaced_at is None
    assert second.expires_on == (second.given_at + timedelta(days=1_095)).date()


def test_a_refusal_is_kept_as_evidence_too(world: World) -> None:
    collected(world, (HANEUL, "2"))

    consent = Consent.objects.get()
    assert (consent.decision, consent.reply_text, consent.expires_on) == ("declined", "2", None)


def test_taking_back_and_giving_again_leaves_one_standing_consent(world: World) -> None:
    campaign = world.asking(kind="consent", title=PURPOSE)
    for text in ("1 900101", "2", "1 900101"):
        world.reply(HANEUL, text)

    consent = Consent.objects.get(recipient=world.of(campaign, HANEUL))
    assert consent.is_given


def test_nobody_is_forgotten_where_the_first_wave_has_no_consents(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    collected(world, (HANEUL, "1 900101"))
    campaign = relying(world, BADA, SOL, HANEUL)
    monkeypatch.setattr("notices.services.consents.WAVE", 1)

    for _ in range(4):
        world.run(campaign)

    assert [world.state(campaign, one) for one in (BADA, SOL, HANEUL)] == ["silent", "silent", "queued"]
