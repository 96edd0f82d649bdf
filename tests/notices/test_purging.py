"""What is left when a campaign's time is over: consents, counts, hashes and history, and nobody's name."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, transaction

from messaging.models import MessageStatus
from notices import balancing, queries, services, storage
from notices.models import Answer, Campaign, Consent, Destruction, Recipient, RecipientChange
from notices.services import vault
from portal.accounts.services import KeyDestroyed
from portal.core.sealing import Tampered
from tests.notices.world import BADA, HANEUL, World


def closed(world: World) -> Campaign:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "2")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, "deliver")
    world.run(campaign)
    world.post(campaign)
    services.close(campaign, by=world.drafter, now=world.now)
    return campaign


def test_the_day_is_set_when_the_campaign_ends(world: World) -> None:
    campaign = closed(world)

    assert campaign.purge_on is not None
    assert (campaign.purge_on - world.now.date()).days == settings.NOTICES_PURGE_DAYS


def test_nothing_is_destroyed_a_day_early(world: World) -> None:
    campaign = closed(world)

    world.tick(days=settings.NOTICES_PURGE_DAYS - 1)
    world.run(campaign)

    assert campaign.state == "closed"
    assert world.of(campaign, HANEUL).phone == HANEUL[2]


def test_what_says_who_somebody_is_goes_and_the_evidence_stays(
    world: World, django_capture_on_commit_callbacks: object
) -> None:
    campaign = closed(world)
    sealed = vault.files_of(campaign)
    before = queries.counts_of(campaign)
    ciphertext = sealed[0].read_bytes()

    world.tick(days=settings.NOTICES_PURGE_DAYS + 1)
    with django_capture_on_commit_callbacks(execute=True):  # type: ignore[operator]  # a fixture of pytest-django
        world.run(campaign)

    assert campaign.state == "purged"
    for one in Recipient.objects.filter(campaign=campaign):
        assert (one.name, one.birth_text, one.phone, one.address, one.phone_index) == ("", "", "", "", None)
    assert {one.value for one in Answer.objects.filter(recipient__campaign=campaign)} == {""}
    assert not [path for path in sealed if path.exists()]
    with pytest.raises(KeyDestroyed):
        vault.key_of(campaign, now=world.now)
    backup = Path(settings.MEDIA_DIR) / "backup"
    backup.write_bytes(ciphertext)
    with pytest.raises(Tampered):
        storage.read_sealed(backup, key=b"\0" * 32, aad="")
    given = Consent.objects.get(campaign=campaign, decision="given")
    assert (given.phone, "900101" in given.reply_text) == (HANEUL[2], True)
    assert queries.counts_of(campaign) == before
    assert not balancing.broken(balancing.identities(queries.facts_of(campaign)))
    assert RecipientChange.objects.filter(recipient__campaign=campaign).exists()


def test_the_certificate_says_what_went_and_is_never_edited(world: World) -> None:
    campaign = closed(world)
    count = len(vault.files_of(campaign))
    world.tick(days=settings.NOTICES_PURGE_DAYS)
    world.run(campaign)

    certificate = Destruction.objects.get(campaign=campaign)
    assert (certificate.recipient_count, certificate.file_count, certificate.consent_count) == (3, count, 2)
    assert certificate.key_destroyed_at == world.now
    with pytest.raises(DatabaseError), transaction.atomic():
        Destruction.objects.filter(pk=certificate.pk).update(recipient_count=0)


def test_destroying_twice_changes_nothing(world: World) -> None:
    campaign = closed(world)
    world.tick(days=settings.NOTICES_PURGE_DAYS)
    world.run(campaign)
    world.tick(days=1)
    world.run(campaign)

    assert Destruction.objects.filter(campaign=campaign).count() == 1
    assert campaign.changes.filter(cause="purge").count() == 1


def test_a_cancelled_campaign_is_destroyed_as_well(world: World) -> None:
    campaign = world.asking()
    services.cancel(campaign, reason="결정이 취소됨", by=world.drafter, now=world.now)

    world.tick(days=settings.NOTICES_PURGE_DAYS)
    world.run(campaign)

    assert campaign.state == "purged"


def test_folders_left_by_a_crash_are_swept(world: World) -> None:
    campaign = closed(world)
    world.now += timedelta(days=settings.NOTICES_PURGE_DAYS)
    world.run(campaign)
    folder = vault.folder_of(campaign.pk)
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "left").write_bytes(b"noise")

    world.run(campaign)

    assert not folder.exists()
