"""Notices of our own: written once, previewed for anybody on the roster, made in batches, then proved like any PDF."""

import hashlib
import json
import secrets
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from notices import merging, storage
from notices.merging import Letter, LetterRefused, Person
from notices.models import Campaign, MergeLetter, Recipient, RenderBatch, RosterImport, RowProblem, SourceDocument
from notices.rosters import LABELS, Column
from notices.rosters.building import DEFECTS
from notices.services import vault
from notices.services.drafting import begin_change, may_prepare, start_reading_if_complete
from notices.services.reading import MOST_ATTEMPTS, Overtaken, claim_document, refuse_document, settle_batch
from notices.services.steps import log
from notices.workflow import NotAllowed
from portal.accounts.models import Department, User
from portal.core.clock import day_in_korea
from portal.core.phones import display

D = SourceDocument.State
B = RenderBatch.State
PROBLEM = "letter_not_made"
LARGEST_SEAL = 2 * 1024 * 1024
_SAMPLED_ROWS = 200
_SECRET = {LABELS[Column.CI]}  # a person's CI is for relays, never for paper


@transaction.atomic
def write_letter(
    campaign: Campaign, *, letter: Letter, seal: Path | None = None, by: User, now: datetime
) -> MergeLetter:
    """
    Keep what the notices of a campaign shall say; with a seal if one is given, with the one before if not.

    :raises LetterRefused: naming what is wrong with it
    :raises NotAllowed: if `by` may not prepare the campaign now
    """
    may_prepare(campaign, by)
    merging.check_letter(letter, titles_of(campaign))
    earlier = MergeLetter.objects.filter(campaign=campaign).first()
    seal_as = _keep_seal(campaign, seal, now) if seal else (earlier.seal_as if earlier else "")
    kept, _ = MergeLetter.objects.update_or_create(
        campaign=campaign,
        defaults={
            "title": letter.title.strip(),
            "body": letter.body.strip(),
            "table": letter.table.strip(),
            "closing": letter.closing.strip(),
            "issuer": letter.issuer.strip(),
            "seal_as": seal_as,
            "by": by,
            "at": now,
        },
    )
    log(campaign, "write_letter", by=by, now=now, note=letter.title.strip()[:300])
    return kept


def _keep_seal(campaign: Campaign, seal: Path, now: datetime) -> str:
    if seal.stat().st_size > LARGEST_SEAL:
        raise LetterRefused("직인 그림은 2MB까지 올릴 수 있습니다.")
    place, _ = vault.keep_file(campaign, seal, "seals", now=now)
    return place


def letter_of(kept: MergeLetter, *, now: datetime) -> Letter:
    """What was written, with the day and where to ask."""
    department = kept.campaign.department
    day = day_in_korea(now)
    return Letter(
        title=kept.title,
        body=kept.body,
        issuer=kept.issuer,
        table=kept.table,
        closing=kept.closing,
        issued_on=f"{day.year}년 {day.month}월 {day.day}일",
        footer=f"QR 코드로 이 통지서가 진짜인지 확인할 수 있습니다.\n{_office(department)}",
    )


def _office(department: Department) -> str:
    return f"{settings.DISTRICT_NAME}청 {department.name} {department.phone}"


def titles_of(campaign: Campaign) -> list[str]:
    """The names a letter may ask for: those for which somebody among the first rows has a value."""
    found: dict[str, None] = {}
    for one in Recipient.objects.filter(campaign=campaign).order_by("row")[:_SAMPLED_ROWS]:
        found |= {title: None for title, value in values_of(one).items() if value}
    return list(found)


def values_of(recipient: Recipient) -> dict[str, str]:
    """What a letter may say of one person, by title."""
    extra = json.loads(recipient.extra_text) if recipient.extra_text else {}
    return {
        LABELS[Column.KEY]: recipient.key,
        LABELS[Column.NAME]: recipient.name,
        LABELS[Column.BIRTH]: recipient.birth_text,
        LABELS[Column.PHONE]: display(recipient.phone) if recipient.phone else "",
        LABELS[Column.ADDRESS]: recipient.address,
        LABELS[Column.POSTCODE]: recipient.postcode,
        LABELS[Column.AMOUNT]: extra.get("amount", ""),
        **{title: str(value) for title, value in extra.items() if title != "amount" and title not in _SECRET},
    }


def receivers(campaign: Campaign) -> QuerySet[Recipient]:
    """Whose letters can be made, in the order of the roster: everybody with a sound row, phone or not."""
    found = Recipient.objects.filter(campaign=campaign).exclude(state=Recipient.State.EXCLUDED)
    return found.exclude(problems__overlap=sorted(DEFECTS)).order_by("row", "pk")


def preview_letter(recipient: Recipient, *, now: datetime) -> tuple[bytes, str]:
    """
    The first page of somebody's letter as a PNG, and why it cannot be sent like that, or ''.

    :raises LetterRefused: if there is no letter, or it cannot be set
    """
    kept = MergeLetter.objects.select_related("campaign__department").filter(campaign=recipient.campaign_id).first()
    if kept is None:
        raise LetterRefused("통지서 문구를 먼저 적어 주세요.")
    with vault.opened_files(kept.campaign, _seal(kept), now=now) as seals, vault.folder_in_memory() as folder:
        target = folder / merging.PREVIEW
        made = merging.preview(
            letter_of(kept, now=now),
            _person(recipient),
            secret=b"preview",  # nobody may verify a picture that was only looked at
            site=settings.SITE_URL,
            target=target,
            seal=seals[0] if seals else None,
        )
        return (target.read_bytes() if target.exists() else b""), made.problem


def _seal(kept: MergeLetter) -> dict[str, str]:
    return {"seal.bin": kept.seal_as} if kept.seal_as else {}


def _person(recipient: Recipient) -> Person:
    values = values_of(recipient)
    return Person(recipient.key, recipient.name, recipient.birth_text, recipient.address, values)


@transaction.atomic
def make_letters(campaign: Campaign, *, by: User, now: datetime) -> SourceDocument:
    """
    Queue the making of everybody's letter; the document before stays until the new one is read.

    :raises NotAllowed: if there is no letter, no roster, nobody to write to, or `by` may not prepare the campaign
    """
    begin_change(campaign, by=by, now=now)
    kept = MergeLetter.objects.filter(campaign=campaign).first()
    roster = RosterImport.objects.filter(campaign=campaign).first()
    count = receivers(campaign).count()
    if kept is None or roster is None or not count:
        raise NotAllowed("통지서 문구와 명부가 모두 있어야 통지서를 만들 수 있습니다.")
    if not campaign.qr_key:
        campaign.qr_key = secrets.token_urlsafe(24)
        campaign.save(update_fields=["qr_key_sealed"])
    RowProblem.objects.filter(roster=roster, code=PROBLEM).delete()
    document = SourceDocument.objects.create(
        campaign=campaign,
        kind=SourceDocument.Kind.MADE,
        sha256=hashlib.sha256(f"{kept.pk}{kept.at}{roster.pk}{now.isoformat()}".encode()).hexdigest(),
        file_name=f"{kept.title}.pdf"[:200],
        byte_count=0,
        zone_template=merging.TEMPLATE.title,
        stored_as="",
        by=by,
        at=now,
    )
    RenderBatch.objects.bulk_create(
        RenderBatch(
            document=document,
            profile=RenderBatch.MAKING,
            first_page=first,
            last_page=min(first + merging.MOST_LETTERS - 1, count),
        )
        for first in range(1, count + 1, merging.MOST_LETTERS)
    )
    log(campaign, "make_letters", by=by, now=now, note=f"{count:,}명")
    start_reading_if_complete(campaign, by=by, now=now)
    return document


def batches_to_make() -> QuerySet[RenderBatch]:
    """Letters that wait to be written."""
    waiting = RenderBatch.objects.filter(profile=RenderBatch.MAKING, document__state=D.UPLOADED)
    return waiting.filter(document__campaign__state=Campaign.State.READING)


def make_batch(batch: RenderBatch, *, now: datetime) -> None:
    """Make the letters of a batch into one sealed part; whoever's cannot be made is a problem row."""
    campaign = batch.document.campaign
    people = list(receivers(campaign)[batch.first_page - 1 : batch.last_page])
    problems = dict.fromkeys((one.key for one in people), "통지서를 만들다 여러 번 멈췄습니다.")
    if batch.attempts_count <= MOST_ATTEMPTS:
        problems = _make_part(batch, people, now)
    _settle_part(batch, people, problems)


def _make_part(batch: RenderBatch, people: Sequence[Recipient], now: datetime) -> dict[str, str]:
    campaign = batch.document.campaign
    kept = MergeLetter.objects.select_related("campaign__department").get(campaign=campaign)
    with vault.opened_files(campaign, _seal(kept), now=now) as seals, vault.folder_in_memory() as folder:
        target = folder / merging.MADE_PDF
        try:
            made = merging.make(
                letter_of(kept, now=batch.document.at),
                [_person(one) for one in people],
                secret=campaign.qr_key.encode(),
                site=settings.SITE_URL,
                target=target,
                seal=seals[0] if seals else None,
            )
        except LetterRefused as refused:
            return dict.fromkeys((one.key for one in people), refused.sentence)
        if target.exists():
            place = part_of(batch)
            key, aad = vault.key_of(campaign, now=now), vault.aad_of_document(campaign, place)
            storage.write_sealed(vault.full_path(place), target.read_bytes(), key=key, aad=aad)
    return {one.key: one.problem for one in made if one.problem}


def part_of(batch: RenderBatch) -> str:
    """Where the part of a batch lies: the same place whoever makes it, so that a second try replaces the first."""
    return f"notices/{batch.document.campaign_id}/letters/{batch.document_id}-{batch.first_page}.sealed"


@transaction.atomic
def _settle_part(batch: RenderBatch, people: Sequence[Recipient], problems: dict[str, str]) -> None:
    settle_batch(batch, B.DONE)
    roster = RosterImport.objects.get(campaign=batch.document.campaign_id)
    RowProblem.objects.bulk_create(
        RowProblem(roster=roster, row=one.row, column="통지서", code=PROBLEM, sentence=problems[one.key][:200])
        for one in people
        if one.key in problems
    )


def next_to_join() -> SourceDocument | None:
    """Claim a document all of whose letters are written."""
    batches = RenderBatch.objects.filter(document=OuterRef("pk"), profile=RenderBatch.MAKING)
    made = SourceDocument.objects.filter(kind=SourceDocument.Kind.MADE, stored_as="")
    return claim_document(made.filter(~Exists(batches.exclude(state=B.DONE))))


def join_parts(document: SourceDocument, *, now: datetime) -> None:
    """Make one document of its parts, sealed; then it waits to be examined like any other."""
    batches = RenderBatch.objects.filter(document=document, profile=RenderBatch.MAKING).order_by("first_page")
    parts = [part_of(batch) for batch in batches.select_related("document")]
    stored = {f"{place:05d}.pdf": part for place, part in enumerate(parts) if vault.full_path(part).exists()}
    if not stored:
        sentence = "만들 수 있는 통지서가 한 건도 없습니다. 명부에서 고칠 행을 확인해 주세요."
        refuse_document(document, sentence, D.REFUSED, now)
        return
    if document.attempts_count > MOST_ATTEMPTS:
        refuse_document(document, "만든 통지서를 묶다 여러 번 멈췄습니다. 다시 만들어 주세요.", D.FAILED, now)
        return
    with vault.opened_files(document.campaign, stored, now=now) as files, vault.folder_in_memory() as folder:
        target = folder / merging.MADE_PDF
        merging.join(files, target)
        place, sealed = vault.keep_file(document.campaign, target, "documents", now=now)
    mine = SourceDocument.objects.filter(pk=document.pk, lease_by=document.lease_by, state=D.EXAMINING)
    facts = {"stored_as": place, "byte_count": sealed.byte_count, "sha256": sealed.sha256}
    if mine.update(state=D.UPLOADED, lease_by=None, lease_until=None, attempts_count=0, **facts) != 1:
        vault.forget([place])
        raise Overtaken
    vault.forget(parts)
