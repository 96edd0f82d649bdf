"""Destroying a campaign's personal data when their time is over, and the certificate that says so."""

import hashlib
import shutil
from datetime import date, datetime, timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction

from notices.models import Answer, Asset, Campaign, Consent, Destruction, PageClaim, Recipient, RowProblem
from notices.services import vault
from notices.services.steps import DATA_KEY_PURPOSE, lock_campaign, step
from portal.accounts.services import destroy_data_key
from portal.core.clock import day_in_korea

C = Campaign.State
BLANK = b""
_log = structlog.get_logger(__name__)


def plan_purge(campaign: Campaign, *, now: datetime) -> None:
    """Say when the data of a campaign that is over will be destroyed."""
    day = day_in_korea(now) + timedelta(days=settings.NOTICES_PURGE_DAYS)
    Campaign.objects.filter(pk=campaign.pk, purge_on__isnull=True).update(purge_on=day)
    campaign.refresh_from_db(fields=["purge_on"])


def purge_due(*, now: datetime) -> int:
    """Destroy what is due, one campaign at a time; how many."""
    sweep_folders()
    over = Campaign.objects.filter(state__in=[C.CLOSED, C.CANCELLED], purge_on__lte=day_in_korea(now))
    return sum(_purge(pk, now=now) for pk in list(over.order_by("pk").values_list("pk", flat=True)))


@transaction.atomic
def _purge(campaign_id: int, *, now: datetime) -> bool:
    """Whether it was ours to destroy. The key first: from then on nothing of the files can be read, in no backup."""
    if not lock_campaign(campaign_id):
        return False
    campaign = Campaign.objects.select_for_update(no_key=True).get(pk=campaign_id)
    if campaign.state not in (C.CLOSED, C.CANCELLED) or campaign.purge_on is None:
        return False
    people = Recipient.objects.filter(campaign=campaign)
    if people.filter(bucket__isnull=True).exists():
        return False  # a cancelled campaign whose last results are still coming in
    destroy_data_key(purpose=DATA_KEY_PURPOSE, object_ref=campaign.number, now=now)
    files = vault.files_of(campaign)
    _write_certificate(campaign, files, purge_on=campaign.purge_on, now=now)
    _forget(campaign)
    note = f"수신자 {people.count():,}명, 파일 {len(files):,}개 파기"
    step(campaign, "purge", by=None, now=now, note=note)
    transaction.on_commit(lambda: _unlink(campaign_id))
    _log.info("campaign_purged", campaign=campaign_id, files=len(files))
    return True


def _write_certificate(campaign: Campaign, files: list[Path], *, purge_on: date, now: datetime) -> None:
    documents = list(campaign.documents.order_by("sha256").values_list("sha256", flat=True))
    Destruction.objects.create(
        campaign=campaign,
        recipient_count=Recipient.objects.filter(campaign=campaign).count(),
        document_count=len(documents),
        picture_count=Asset.objects.filter(recipient__campaign=campaign).count(),
        file_count=len(files),
        byte_count=sum(file.stat().st_size for file in files),
        consent_count=Consent.objects.filter(campaign=campaign).count(),
        documents_sha256=hashlib.sha256("\n".join(documents).encode()).hexdigest(),
        manifest_sha256=campaign.approved_manifest_sha256,
        purge_on=purge_on,
        key_destroyed_at=now,
    )


def _forget(campaign: Campaign) -> None:
    """
    Empty every column that says who somebody is.

    Consent stays as it is: it is the evidence of the law, sealed under the general keys. Counts, hashes, keys of the
    roster and the history of each step stay as well.
    """
    Recipient.objects.filter(campaign=campaign).update(
        name_sealed=BLANK,
        birth_sealed=BLANK,
        birth_index=None,
        phone_sealed=BLANK,
        phone_index=None,
        address_sealed=BLANK,
        extra_sealed=BLANK,
        postcode="",
    )
    Answer.objects.filter(recipient__campaign=campaign).update(value_sealed=BLANK)
    PageClaim.objects.filter(document__campaign=campaign).update(reading_sealed=BLANK)
    RowProblem.objects.filter(roster__campaign=campaign).update(value="", sentence="")
    Campaign.objects.filter(pk=campaign.pk).update(qr_key_sealed=BLANK)


def _unlink(campaign_id: int) -> None:
    """Their key is gone already: what a crash leaves here is noise, and the next sweep takes it."""
    shutil.rmtree(vault.folder_of(campaign_id), ignore_errors=True)


def sweep_folders() -> None:
    """Remove the folders of purged campaigns that a crash left behind."""
    for pk in Campaign.objects.filter(state=C.PURGED).values_list("pk", flat=True):
        if vault.folder_of(pk).is_dir():
            _unlink(pk)
