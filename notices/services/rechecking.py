"""Judging the pages of a few people anew after their rows changed: nothing is read again, nobody else is touched."""

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from functools import partial

from celery import signature
from django.db import transaction

from notices import profiles
from notices.assigning import Claim
from notices.models import Asset, Notice, PageClaim, Recipient, RenderBatch, SourceDocument
from notices.reading import PageReading
from notices.services import vault
from notices.services.matching import judged, keep_notices, keep_verdicts, rules_of
from notices.services.sampling import layout_mark
from portal.core.bells import ring

R = Recipient.State


def recheck(document: SourceDocument, keys: Collection[str], *, now: datetime) -> list[Notice]:
    """
    Judge again whose the pages under these keys are; in the caller's transaction. Returns the notices that came of it.

    A page's group depends on the pages alone and its proof on the rows of its own key, so all other notices stand.
    """
    readings = list(_readings(document, keys))
    people = {one.key: one for one in Recipient.objects.filter(campaign=document.campaign_id, key__in=keys)}
    rules = rules_of(document)
    claims = [claim for claim in judged(document, readings, people.values(), rules) if claim.key in keys]
    _void(document, people.values(), claims)
    _ask_for_another_sample(document, claims)
    notices = keep_notices(document, claims, people)
    keep_verdicts(document, claims, readings, rules, notices)
    _draw_again(document, [one for one in notices.values() if one.state == Notice.State.PROVED])
    return list(notices.values())


def _readings(document: SourceDocument, keys: Collection[str]) -> Iterator[PageReading]:
    """The pages under these keys; where another's page lies between two of them, something that parts them too."""
    before: int | None = None
    for claim in PageClaim.objects.filter(document=document, text_key__in=keys).order_by("page"):
        if before is not None and _is_parted(document, before, claim.page):
            yield PageReading(before + 1, has_text=True)  # a page that names nobody: its claim is dropped
        yield PageReading.from_json(json.loads(claim.reading))
        before = claim.page


def _is_parted(document: SourceDocument, before: int, page: int) -> bool:
    between = PageClaim.objects.filter(document=document, page__gt=before, page__lt=page)
    return between.exclude(verdict=PageClaim.Verdict.BLANK).exists()


def _void(document: SourceDocument, people: Collection[Recipient], claims: Sequence[Claim]) -> None:
    """What was proved or released about these people is gone, with its pictures: nobody has seen them."""
    pages = [page for claim in claims for page in claim.pages]
    notices = Notice.objects.filter(recipient__in=list(people)) | Notice.objects.filter(
        claims__document=document, claims__page__in=pages
    )
    ids = list(notices.values_list("pk", flat=True))
    pictures = Asset.objects.filter(notice__in=ids)
    transaction.on_commit(partial(vault.forget, list(pictures.values_list("stored_as", flat=True))))
    pictures.delete()
    PageClaim.objects.filter(notice__in=ids).update(notice=None)
    Notice.objects.filter(pk__in=ids).delete()


def _ask_for_another_sample(document: SourceDocument, claims: Sequence[Claim]) -> None:
    """A sample was taken of the proofs as they were: with other proofs it says nothing."""
    verdicts = PageClaim.objects.filter(document=document, page__in=[page for one in claims for page in one.pages])
    before = dict(verdicts.values_list("page", "verdict"))
    if document.groups_sha256 and any(before[page] != one.verdict for one in claims for page in one.pages):
        said = "".join(f"{one.verdict}\x1f{one.key}\x1f{one.pages}\n" for one in claims)
        changed = hashlib.sha256(f"{document.groups_sha256}{said}".encode()).hexdigest()
        document.groups_sha256 = layout_mark(document) + changed[:48]
        document.save(update_fields=["groups_sha256"])


def _draw_again(document: SourceDocument, proved: Sequence[Notice]) -> None:
    """One batch for each notice; where one with the same beginning is waiting it will do, one at work begins anew."""
    batches = RenderBatch.objects.filter(document=document, profile=profiles.for_sending())
    for notice in proved:
        if notice.recipient.state != R.IMPORTED:
            continue
        same = batches.filter(first_page=notice.first_page)
        same.filter(state__in=[RenderBatch.State.DONE, RenderBatch.State.FAILED]).delete()
        same.update(state=RenderBatch.State.QUEUED, lease_by=None, lease_until=None)
        RenderBatch.objects.get_or_create(
            document=document,
            profile=profiles.for_sending(),
            first_page=notice.first_page,
            defaults={"last_page": notice.pages[-1]},
        )
        ring(signature("notices.tasks.render"))
