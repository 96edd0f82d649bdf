"""Taking an uploaded document: sealed at once, examined later; the one before stays until this one proves good."""

from datetime import datetime
from functools import partial
from pathlib import Path

from django.db import transaction

from notices.ingest import is_archive
from notices.models import Campaign, SourceDocument
from notices.services import vault, zoning
from notices.services.drafting import PlanRefused, begin_change, start_reading_if_complete
from notices.services.steps import log
from portal.accounts.models import User
from portal.core.privacy import mask_resident_numbers


def attach_document(
    campaign: Campaign, *, file: Path, file_name: str, zone_template: str, qr_key: str = "", by: User, now: datetime
) -> SourceDocument:
    """
    Seal an uploaded PDF, or ZIP of single ones, and queue it for examination. The same file again is recognised.

    Without a layout (`zone_template` '') it waits until somebody has drawn one. `qr_key` is what the system that
    printed the notices signed their codes with; '' leaves the campaign's key as it is.

    :raises NotAllowed: if people of the campaign were contacted already, or `by` may not prepare it
    :raises PlanRefused: if the department has no such layout
    """
    layout = zoning.newest(zone_template, campaign.department) if zone_template else None
    if zone_template and layout is None:
        raise PlanRefused("쪽 서식을 골라 주세요.")
    place, stored = vault.keep_file(campaign, file, "documents", now=now)
    try:
        return _take_document(
            campaign,
            SourceDocument(
                campaign=campaign,
                sha256=stored.sha256,
                file_name=mask_resident_numbers(file_name)[:200],
                byte_count=stored.byte_count,
                kind=SourceDocument.Kind.SINGLE if is_archive(file) else SourceDocument.Kind.MERGED,
                zone_template=zone_template,
                zone_version=layout.version if layout else 1,
                stored_as=place,
                by=by,
                at=now,
            ),
            qr_key=qr_key.strip(),
            now=now,
        )
    except BaseException:
        vault.forget([place])
        raise


@transaction.atomic
def _take_document(campaign: Campaign, document: SourceDocument, *, qr_key: str, now: datetime) -> SourceDocument:
    begin_change(campaign, by=document.by, now=now)
    is_new_key = qr_key not in ("", campaign.qr_key)
    if is_new_key:
        campaign.qr_key = qr_key
        campaign.save(update_fields=["qr_key_sealed"])
    known = SourceDocument.objects.filter(campaign=campaign, sha256=document.sha256).first()
    if known is not None:
        if (
            not is_new_key
            and known.is_current
            and known.state == SourceDocument.State.READ
            and (known.zone_template, known.zone_version) == (document.zone_template, document.zone_version)
        ):
            vault.forget([document.stored_as])
            return known
        transaction.on_commit(partial(vault.forget, [known.stored_as]))
        known.stored_as = document.stored_as  # the file as it came: the one before was a working copy, perhaps
        known.state, known.refusal, known.attempts_count = SourceDocument.State.UPLOADED, "", 0
        known.zone_template, known.zone_version = document.zone_template, document.zone_version
        known.by, known.at = document.by, now
        known.save()
        document = known
    else:
        document.save(force_insert=True)
    log(
        campaign,
        "attach_document",
        by=document.by,
        now=now,
        note=f"{document.byte_count:,}바이트 {document.sha256[:12]}",
    )
    start_reading_if_complete(campaign, by=document.by, now=now)
    return document
