"""Whose page is whose: the pure assignment, written down. Runs again whenever roster or document change."""

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from django.db import connection, transaction

from notices import profiles, stamping
from notices.assigning import Claim, Reason, Rules, Verdict, assign
from notices.models import Asset, Campaign, Notice, PageClaim, Recipient, RenderBatch, SourceDocument
from notices.reading import PageReading
from notices.rosters import RosterRow
from notices.services import sampling, vault
from notices.services.drafting import unsettle
from notices.services.reading import BATCH_PAGES
from notices.services.steps import lock_campaign
from notices.services.zoning import template_of
from notices.zones import Field

FOREIGN_KEYS = 20
D = SourceDocument.State
R = Recipient.State


@transaction.atomic
def match_pages(document: SourceDocument, *, now: datetime) -> bool:
    """
    Give every page to somebody, to nobody, or hold it; then queue the pictures of what is proved.

    False if another worker is at it.
    """
    if not lock_campaign(document.campaign_id):
        return False
    if SourceDocument.objects.filter(pk=document.pk, state=D.READING, is_current=True).update(state=D.READ) != 1:
        return False
    unsettle(document.campaign)
    _void_earlier(document)
    readings = _readings(document)
    people = {one.key: one for one in Recipient.objects.filter(campaign=document.campaign)}
    rules = rules_of(document)
    claims = judged(document, readings, people.values(), rules)
    document.groups_sha256 = sampling.groups_hash(document, claims)
    white = {reading.page: reading.white for reading in readings}
    proved = [white[page] for claim in claims if claim.verdict == Verdict.CLAIMED for page in claim.pages]
    document.stamp_zone = stamping.zone_for(rules.template, proved)
    document.save(update_fields=["groups_sha256", "stamp_zone"])
    notices = keep_notices(document, claims, people)
    keep_verdicts(document, claims, readings, rules, notices)
    _queue_pictures(document, [notice for notice in notices.values() if notice.state == Notice.State.PROVED])
    return True


def rules_of(document: SourceDocument) -> Rules:
    """This campaign's key proves; those of the department's latest campaigns only tell a mix-up from a forgery."""
    campaign = document.campaign
    others = Campaign.objects.filter(department_id=campaign.department_id).exclude(pk=campaign.pk).order_by("-pk")
    own = campaign.qr_key.encode()
    foreign = {other.qr_key.encode() for other in others[:FOREIGN_KEYS]} - {own, b""}
    return Rules(template_of(document), own, tuple(sorted(foreign)))


def judged(
    document: SourceDocument, readings: Sequence[PageReading], people: Iterable[Recipient], rules: Rules
) -> list[Claim]:
    """Whose these pages are. Once somebody found a wrong group in this file, its proofs count no more."""
    claims = assign(readings, list(roster_rows(people)), rules)
    return [_distrusted(claim) for claim in claims] if sampling.was_found_wrong(document) else claims


def _distrusted(claim: Claim) -> Claim:
    if claim.verdict != Verdict.CLAIMED:
        return claim
    return replace(claim, verdict=Verdict.HELD, reasons=(Reason.SAMPLE_WRONG,))


def _void_earlier(document: SourceDocument) -> None:
    """Earlier notices of the campaign and their pictures are gone: nobody has seen them."""
    assets = Asset.objects.filter(recipient__campaign=document.campaign)
    transaction.on_commit(partial(vault.forget, list(assets.values_list("stored_as", flat=True))))
    assets.delete()
    PageClaim.objects.filter(document__campaign=document.campaign, notice__isnull=False).update(notice=None)
    Notice.objects.filter(recipient__campaign=document.campaign).delete()
    RenderBatch.objects.filter(document__campaign=document.campaign).exclude(profile=RenderBatch.READING).delete()


def _readings(document: SourceDocument) -> list[PageReading]:
    pages = PageClaim.objects.filter(document=document).order_by("page")
    return [PageReading.from_json(json.loads(one.reading)) for one in pages.iterator(chunk_size=2000)]


def roster_rows(people: Iterable[Recipient]) -> Iterator[RosterRow]:
    """The roster as it was read; a row that stands there twice counts twice, so that both are doubted."""
    for one in people:
        extra = json.loads(one.extra_text) if one.extra_text else {}
        row = RosterRow(
            row=one.row,
            key=one.key,
            name=one.name,
            birth=one.birth,
            phone="",
            address=one.address,
            postcode=one.postcode,
            amount=extra.get("amount", ""),
            pages=one.page_count,
            problems=tuple(one.problems),
        )
        yield row
        if "duplicate_row" in one.problems:
            yield row


def keep_notices(
    document: SourceDocument, claims: Sequence[Claim], people: dict[str, Recipient]
) -> dict[tuple[int, ...], Notice]:
    """One notice for each group of pages that belongs to somebody on the roster, by its pages."""
    made = {}
    for claim in claims:
        owner = people.get(claim.key) if claim.key else None
        if owner is None or claim.verdict not in (Verdict.CLAIMED, Verdict.HELD):
            continue
        is_proved = claim.verdict == Verdict.CLAIMED
        made[claim.pages] = Notice(
            recipient=owner,
            document=document,
            pages=list(claim.pages),
            first_page=claim.pages[0],
            state=Notice.State.PROVED if is_proved else Notice.State.HELD,
            reasons=[str(reason) for reason in claim.reasons],
        )
    Notice.objects.bulk_create(made.values(), batch_size=2000)
    return made


_WRITE = """
    update notices_pageclaim as c set verdict = u.verdict, notice_id = nullif(u.notice, 0), text_key = u.text_key,
        qr_key = u.qr_key, reasons = case u.reasons when '' then '{}' else string_to_array(u.reasons, ',') end
    from unnest(%s::int[], %s::text[], %s::bigint[], %s::text[], %s::text[], %s::text[])
        as u (page, verdict, notice, reasons, text_key, qr_key)
    where c.document_id = %s and c.page = u.page
"""


def keep_verdicts(
    document: SourceDocument,
    claims: Sequence[Claim],
    readings: Sequence[PageReading],
    rules: Rules,
    notices: dict[tuple[int, ...], Notice],
) -> None:
    by_page = {reading.page: reading for reading in readings}
    columns: dict[str, list[object]] = defaultdict(list)
    for claim in claims:
        notice = notices.get(claim.pages)
        for page in claim.pages:
            columns["page"].append(page)
            columns["verdict"].append(str(claim.verdict))
            columns["notice"].append(notice.pk if notice else 0)
            columns["reasons"].append(",".join(claim.reasons))
            columns["text_key"].append(_text_key(by_page[page], rules)[:40])
            columns["qr_key"].append(by_page[page].qr[0].partition("|")[0][:40] if by_page[page].qr else "")
    names = ("page", "verdict", "notice", "reasons", "text_key", "qr_key")
    with connection.cursor() as cursor:
        cursor.execute(_WRITE, [*(columns[name] for name in names), document.pk])


def _text_key(reading: PageReading, rules: Rules) -> str:
    values = (reading.values.get(zone.name, "") for zone in rules.template.of(Field.KEY))
    return next((value for value in values if value), "")


def _queue_pictures(document: SourceDocument, proved: Sequence[Notice]) -> None:
    """Pictures are made only for people who can be asked; whole notices stay together in one batch."""
    wanted = sorted((one for one in proved if one.recipient.state == R.IMPORTED), key=lambda one: one.first_page)
    profile = profiles.for_sending()
    batches: list[RenderBatch] = []
    for notice in wanted:
        last = batches[-1] if batches else None
        if last is None or notice.pages[-1] - last.first_page >= BATCH_PAGES:
            first_page = notice.first_page
            batches.append(RenderBatch(document=document, profile=profile, first_page=first_page, last_page=first_page))
        batches[-1].last_page = notice.pages[-1]
    RenderBatch.objects.bulk_create(batches)
