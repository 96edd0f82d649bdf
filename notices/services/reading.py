"""From an uploaded file to pages with an owner: examined, read in batches, matched. A killed worker loses one batch."""

import json
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from notices import storage
from notices.cells import Cells
from notices.ingest import DocumentRefused, Examination, examine, examine_archive
from notices.models import Campaign, PageClaim, RenderBatch, SourceDocument
from notices.reading import PageReading, read_pages
from notices.services import vault
from notices.services.steps import step
from notices.services.zoning import template_of
from portal.core.cage import CageError

BATCH_PAGES = 125
DOCUMENT_LEASES = 3  # joining and examining 50,000 pages is one piece of work: it gets as much as so many batches
MOST_ATTEMPTS = 3
FONTS = "font_not_embedded"  # a named approver may allow it: see `services.fonts.allow_fonts`
D = SourceDocument.State
B = RenderBatch.State


def next_to_examine() -> SourceDocument | None:
    """Claim an uploaded document, or one whose examination was interrupted."""
    return claim_document(SourceDocument.objects.exclude(stored_as=""))


def claim_document(documents: QuerySet[SourceDocument]) -> SourceDocument | None:
    """Take one of these documents for a few minutes, by the database's clock: a new one, or one left by the dead."""
    me = uuid4()
    waiting = documents.filter(
        Q(state=D.UPLOADED) | Q(state=D.EXAMINING, lease_until__lt=Now()), campaign__state=Campaign.State.READING
    )
    with transaction.atomic():
        found = waiting.select_for_update(no_key=True, skip_locked=True, of=("self",)).order_by("pk").first()
        if found is None:
            return None
        SourceDocument.objects.filter(pk=found.pk).update(
            state=D.EXAMINING,
            lease_by=me,
            lease_until=Now() + DOCUMENT_LEASES * _lease(),
            attempts_count=F("attempts_count") + 1,
        )
    return SourceDocument.objects.select_related("campaign").get(pk=found.pk)


def examine_document(document: SourceDocument, *, now: datetime) -> None:
    """Decide in a cage whether the file may be used; if so its pages wait to be read, if not the one before stays."""
    if document.attempts_count > MOST_ATTEMPTS:
        refuse_document(document, "파일을 점검하다 여러 번 멈췄습니다. PDF를 다시 저장해 올려 주세요.", D.FAILED, now)
        return
    with vault.opened(document, now=now) as pdf:
        clean = pdf.with_name("clean.pdf")
        try:
            examination = _examined(document, pdf, clean)
        except DocumentRefused as refused:
            refuse_document(document, refused.sentence, D.REFUSED, now)
            return
        blocks = [one for one in examination.blocks if not (one.code == FONTS and document.fonts_allowed_by_id)]
        if blocks:
            SourceDocument.objects.filter(pk=document.pk).update(findings=_findings(examination))
            refuse_document(document, blocks[0].sentence, D.REFUSED, now)
            return
        place = _keep_clean(document, clean, now) if examination.is_cleaned else document.stored_as
    _accept(document, examination, place, now)


def _examined(document: SourceDocument, file: Path, clean: Path) -> Examination:
    if document.kind == SourceDocument.Kind.SINGLE:
        return examine_archive(file, merged=clean)
    return examine(file, clean_copy=clean)


def _keep_clean(document: SourceDocument, clean: Path, now: datetime) -> str:
    """The copy without scripts, links and attachments takes the place of the upload, whose hash stays on record."""
    place = vault.place_for(document.campaign, "documents")
    key, aad = vault.key_of(document.campaign, now=now), vault.aad_of_document(document, place)
    with clean.open("rb") as opened:
        blocks = iter(partial(opened.read, storage.BLOCK), b"")
        storage.write_sealed_stream(vault.full_path(place), blocks, key=key, aad=aad)
    return place


def _findings(examination: Examination) -> dict[str, object]:
    return {
        "findings": [asdict(finding) for finding in examination.findings],
        "members": examination.members,
    }


@transaction.atomic
def _accept(document: SourceDocument, examination: Examination, place: str, now: datetime) -> None:
    mine = SourceDocument.objects.filter(pk=document.pk, lease_by=document.lease_by, state=D.EXAMINING)
    SourceDocument.objects.filter(campaign=document.campaign, is_current=True).update(is_current=False)
    accepted = mine.update(
        state=D.READING,
        page_count=examination.page_count,
        findings=_findings(examination),
        stored_as=place,
        is_current=True,
        lease_by=None,
        lease_until=None,
    )
    if accepted != 1:
        raise Overtaken
    if place != document.stored_as:
        transaction.on_commit(partial(vault.forget, [document.stored_as]))
    RenderBatch.objects.filter(document=document).delete()
    PageClaim.objects.filter(document=document).delete()
    RenderBatch.objects.bulk_create(
        RenderBatch(
            document=document,
            profile=RenderBatch.READING,
            first_page=first,
            last_page=min(first + BATCH_PAGES - 1, examination.page_count),
        )
        for first in range(1, examination.page_count + 1, BATCH_PAGES)
    )


class Overtaken(Exception):
    """Another worker took the work over while this one was too slow: what it has is dropped."""


@transaction.atomic
def refuse_document(document: SourceDocument, sentence: str, state: str, now: datetime) -> None:
    """The file is of no use, and why; the one before stays. The campaign goes back to where it was."""
    mine = SourceDocument.objects.filter(pk=document.pk, lease_by=document.lease_by, state=D.EXAMINING)
    if mine.update(state=state, refusal=sentence[:300], lease_by=None, lease_until=None) != 1:
        raise Overtaken
    campaign = Campaign.objects.get(pk=document.campaign_id)
    has_another = campaign.documents.filter(is_current=True, state=D.READ).exists()
    step(campaign, "finish_reading" if has_another else "refuse_file", by=None, now=now, note=sentence[:300])


def claim_batch(batches: QuerySet[RenderBatch]) -> RenderBatch | None:
    """Take the next waiting batch, or one whose worker has died, for a few minutes by the database's clock."""
    waiting = batches.filter(Q(state=B.QUEUED) | Q(state=B.WORKING, lease_until__lt=Now()))
    with transaction.atomic():
        found = (
            waiting.select_for_update(no_key=True, skip_locked=True, of=("self",))
            .order_by("document_id", "first_page")
            .first()
        )
        if found is None:
            return None
        found.lease_by = uuid4()
        RenderBatch.objects.filter(pk=found.pk).update(
            state=B.WORKING,
            lease_by=found.lease_by,
            lease_until=Now() + _lease(),
            attempts_count=F("attempts_count") + 1,
        )
    return RenderBatch.objects.select_related("document__campaign").get(pk=found.pk)


def _lease() -> timedelta:
    return timedelta(seconds=settings.NOTICES_LEASE_SECONDS)


def settle_batch(batch: RenderBatch, state: str) -> None:
    """
    Record the end of a batch behind its lease; in the caller's transaction.

    :raises Overtaken: if another worker has it by now
    """
    mine = RenderBatch.objects.filter(pk=batch.pk, lease_by=batch.lease_by, state=B.WORKING)
    if mine.update(state=state, lease_by=None, lease_until=None, done_at=Now()) != 1:
        raise Overtaken


def batches_to_read() -> QuerySet[RenderBatch]:
    """Batches of the first pass, of campaigns that are being read."""
    reading = RenderBatch.objects.filter(profile=RenderBatch.READING, document__state=D.READING)
    return reading.filter(document__campaign__state=Campaign.State.READING)


def read_batch(batch: RenderBatch, pdf: Path, *, now: datetime, cells: Cells | None = None) -> None:
    """Read the pages of a batch, in children that stay if there are some, and keep what they say, sealed."""
    pages = range(batch.first_page, batch.last_page + 1)
    if batch.attempts_count > MOST_ATTEMPTS:
        _keep_readings(batch, [PageReading(page, failure="crashed") for page in pages])
        return
    try:
        readings = list(read_pages(pdf, template_of(batch.document), pages=pages, cells=cells))
    except CageError as error:
        readings = [PageReading(page, failure=error.reason) for page in pages]
    _keep_readings(batch, readings)


@transaction.atomic
def _keep_readings(batch: RenderBatch, readings: Sequence[PageReading]) -> None:
    settle_batch(batch, B.DONE)
    pages = PageClaim.objects.filter(document=batch.document, page__range=(batch.first_page, batch.last_page))
    pages.delete()
    members = batch.document.findings.get("members", [])
    PageClaim.objects.bulk_create(
        [_claim(batch, replace(one, member=_member_of(one.page, members))) for one in readings], batch_size=500
    )


def _member_of(page: int, members: Sequence[tuple[str, int, int]]) -> str:
    """The file of the ZIP a page came in; '' for any other document."""
    place = bisect_right(members, page, key=lambda member: member[1]) - 1
    return members[place][0] if place >= 0 else ""


def _claim(batch: RenderBatch, reading: PageReading) -> PageClaim:
    said = {**asdict(reading), "milliseconds": {}}
    return PageClaim(document=batch.document, page=reading.page, reading=json.dumps(said, ensure_ascii=False))


def documents_to_match() -> QuerySet[SourceDocument]:
    """Documents all of whose pages have been read, and not matched yet."""
    unread = RenderBatch.objects.filter(document=OuterRef("pk"), profile=RenderBatch.READING)
    reading = SourceDocument.objects.filter(
        state=D.READING, is_current=True, campaign__state=Campaign.State.READING
    ).filter(~Exists(unread.exclude(state=B.DONE)))
    return reading.select_related("campaign").order_by("pk")
