"""From an uploaded file to pages with an owner: examined, read in batches, matched. A killed worker loses one batch."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from notices import storage
from notices.cells import Cells
from notices.ingest import DocumentRefused, Examination, examine
from notices.models import Campaign, PageClaim, RenderBatch, SourceDocument
from notices.reading import PageReading, read_pages
from notices.services import vault
from notices.services.steps import step
from notices.services.zoning import template_of
from portal.core.cage import CageError

BATCH_PAGES = 125
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 3
FONTS = "font_not_embedded"  # a named approver may allow it: see `services.releasing.allow_fonts`
D = SourceDocument.State
B = RenderBatch.State


def next_to_examine() -> SourceDocument | None:
    """Claim an uploaded document, or one whose examination was interrupted."""
    me = uuid4()
    waiting = SourceDocument.objects.filter(
        Q(state=D.UPLOADED) | Q(state=D.EXAMINING, lease_until__lt=Now()), campaign__state=Campaign.State.READING
    )
    with transaction.atomic():
        found = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("pk").first()
        if found is None:
            return None
        SourceDocument.objects.filter(pk=found.pk).update(
            state=D.EXAMINING, lease_by=me, lease_until=Now() + LEASE, attempts_count=F("attempts_count") + 1
        )
    return SourceDocument.objects.select_related("campaign").get(pk=found.pk)


def examine_document(document: SourceDocument, *, now: datetime) -> None:
    """Decide in a cage whether the file may be used; if so its pages wait to be read, if not the one before stays."""
    if document.attempts_count > MOST_ATTEMPTS:
        _refuse(document, "파일을 점검하다 여러 번 멈췄습니다. PDF를 다시 저장해 올려 주세요.", D.FAILED, now)
        return
    with vault.opened(document, now=now) as pdf:
        clean = pdf.with_name("clean.pdf")
        try:
            examination = examine(pdf, clean_copy=clean)
        except DocumentRefused as refused:
            _refuse(document, refused.sentence, D.REFUSED, now)
            return
        blocks = [one for one in examination.blocks if not (one.code == FONTS and document.fonts_allowed_by_id)]
        if blocks:
            _refuse(document, blocks[0].sentence, D.REFUSED, now)
            return
        place = _keep_clean(document, clean, now) if examination.is_cleaned else document.stored_as
    _accept(document, examination, place, now)


def _keep_clean(document: SourceDocument, clean: Path, now: datetime) -> str:
    """The copy without scripts, links and attachments takes the place of the upload, whose hash stays on record."""
    place = vault.place_for(document.campaign, "documents")
    storage.write_sealed(
        vault.full_path(place),
        clean.read_bytes(),
        key=vault.key_of(document.campaign, now=now),
        aad=vault.aad_of_document(document, place),
    )
    return place


@transaction.atomic
def _accept(document: SourceDocument, examination: Examination, place: str, now: datetime) -> None:
    mine = SourceDocument.objects.filter(pk=document.pk, lease_by=document.lease_by, state=D.EXAMINING)
    SourceDocument.objects.filter(campaign=document.campaign, is_current=True).update(is_current=False)
    accepted = mine.update(
        state=D.READING,
        page_count=examination.page_count,
        findings={"findings": [asdict(finding) for finding in examination.findings]},
        stored_as=place,
        is_current=True,
        lease_by=None,
        lease_until=None,
    )
    if accepted != 1:
        raise Overtaken
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
def _refuse(document: SourceDocument, sentence: str, state: str, now: datetime) -> None:
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
        found = waiting.select_for_update(skip_locked=True, of=("self",)).order_by("document_id", "first_page").first()
        if found is None:
            return None
        found.lease_by = uuid4()
        RenderBatch.objects.filter(pk=found.pk).update(
            state=B.WORKING, lease_by=found.lease_by, lease_until=Now() + LEASE, attempts_count=F("attempts_count") + 1
        )
    return RenderBatch.objects.select_related("document__campaign").get(pk=found.pk)


def settle_batch(batch: RenderBatch, state: str) -> None:
    """
    Record the end of a batch behind its lease; in the caller's transaction.

    :raises Overtaken: if another worker has it by now
    """
    mine = RenderBatch.objects.filter(pk=batch.pk, lease_by=batch.lease_by, state=B.WORKING)
    if mine.update(state=state, lease_by=None, lease_until=None) != 1:
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
    PageClaim.objects.bulk_create([_claim(batch, reading) for reading in readings], batch_size=500)


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
