"""Pages become pictures bound to one citizen: drawn in a cage, read back, hashed, sealed. What fails is held."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from pathlib import Path

from django.conf import settings
from django.db import transaction
from django.db.models import Count, F, QuerySet

from messaging.topics import WrongImage
from notices import profiles, stamping
from notices.cells import Cells
from notices.codes import read_signed, read_verify, verify_code
from notices.fitting import read_codes, read_codes_again
from notices.models import Asset, Campaign, Notice, PageClaim, Recipient, RenderBatch, SourceDocument
from notices.reading import PageReading
from notices.rendering import NoticePages, Rendered, preview_page, render_batch
from notices.services import vault
from notices.services.reading import MOST_ATTEMPTS, settle_batch
from notices.services.steps import lock_campaign, step
from notices.services.zoning import template_of
from notices.zones import Field, Template
from portal.core.cage import CageError
from portal.core.errors import Refused
from portal.core.sealing import Tampered

B = RenderBatch.State
D = SourceDocument.State
R = Recipient.State


class PageUndrawable(Refused):
    """One page cannot be shown."""

    sentence = "이 쪽은 그림으로 보여 드릴 수 없습니다."


def batches_to_draw() -> QuerySet[RenderBatch]:
    """Batches of the second pass: of campaigns that are being read, and of notices released while they are checked."""
    drawing = RenderBatch.objects.exclude(profile=RenderBatch.READING).filter(document__state=D.READ)
    return drawing.filter(document__campaign__state__in=[Campaign.State.READING, Campaign.State.CHECKING])


def draw_batch(batch: RenderBatch, pdf: Path, *, now: datetime, cells: Cells | None = None) -> None:
    """Draw the notices that begin in a batch, and keep their pictures sealed under the campaign's key."""
    notices = _notices_of(batch)
    if batch.attempts_count > MOST_ATTEMPTS:
        drawn = {notice.pk: Rendered(problems=("render_failed",)) for notice in notices}
    else:
        drawn = _draw(batch, pdf, notices, cells)
    shelf = vault.Shelf(batch.document.campaign, "pictures", now=now)
    try:
        assets = [asset for one in notices for asset in _assets(batch, one, drawn[one.pk], shelf)]
        shelf.sync()
        _keep(batch, notices, drawn, assets)
    except BaseException:
        vault.forget(shelf.kept)
        raise


def _notices_of(batch: RenderBatch) -> list[Notice]:
    mine = Notice.objects.sendable().filter(
        document=batch.document,
        first_page__range=(batch.first_page, batch.last_page),
        recipient__state=R.IMPORTED,
    )
    return list(mine.select_related("recipient").order_by("first_page"))


def _draw(batch: RenderBatch, pdf: Path, notices: Sequence[Notice], cells: Cells | None) -> dict[int, Rendered]:
    codes: dict[int, tuple[str, ...]] = {}
    white: dict[int, tuple[str, ...]] = {}
    for claim in PageClaim.objects.filter(notice__in=notices).order_by("page"):
        reading = PageReading.from_json(json.loads(claim.reading))
        codes[claim.page], white[claim.page] = reading.qr, reading.white
    template = _with_one_place(template_of(batch.document), batch.document.stamp_zone)
    stamps = {one.pk: _stamps(batch.document, one, white) for one in notices}
    wanted = [
        NoticePages(
            reference=str(one.pk),
            pages=tuple(one.pages),
            qr=tuple(code for page in one.pages for code in codes.get(page, ())),
            stamps=stamps[one.pk],
        )
        for one in notices
    ]
    profile = profiles.named(batch.profile)
    try:
        found = render_batch(pdf, wanted, profile, template=template, cells=cells)
        return {int(pages.reference): rendered for pages, rendered in found}
    except CageError:
        return {notice.pk: Rendered(problems=("render_failed",)) for notice in notices}


def _with_one_place(template: Template, stamp_zone: str) -> Template:
    """The layout with no white place but the one where our code goes."""
    zones = tuple(zone for zone in template.zones if zone.field != Field.FREE or zone.name == stamp_zone)
    return replace(template, zones=zones)


def _stamps(document: SourceDocument, notice: Notice, white: Mapping[int, tuple[str, ...]]) -> tuple[str, ...]:
    """
    What our code says on each page of a notice; nothing where the pages have codes or no place for one.

    The place was proved white on the proved pages; those of a released notice are looked at by themselves.
    """
    if not document.stamp_zone or not all(document.stamp_zone in white.get(page, ()) for page in notice.pages):
        return ()
    secret = document.campaign.qr_key.encode()
    return stamping.texts_for(notice.recipient.key, len(notice.pages), secret=secret, site=settings.SITE_URL)


def binding(key: bytes, recipient: Recipient, sha256: str) -> bytes:
    """Ties a picture to one citizen: recomputed before it leaves."""
    return hmac.digest(key, f"{recipient.key}\x1f{sha256}".encode(), hashlib.sha256)


def _assets(batch: RenderBatch, notice: Notice, drawn: Rendered, shelf: vault.Shelf) -> list[Asset]:
    if drawn.problems:
        return []
    recipient = notice.recipient
    made = []
    for number, part in enumerate(drawn.parts, start=1):
        aad = vault.aad_of_picture(batch.document.campaign_id, recipient.pk, batch.profile, number)
        place, stored = shelf.put(part.jpeg, aad=aad)
        made.append(
            Asset(
                notice=notice,
                recipient=recipient,
                profile=batch.profile,
                part=number,
                parts=len(drawn.parts),
                width=part.width,
                height=part.height,
                byte_count=stored.byte_count,
                quality=part.quality,
                is_colour=part.is_colour,
                sha256=stored.sha256,
                bound=binding(shelf.key, recipient, stored.sha256),
                read_back_key=recipient.key if part.qr else "",
                renderer=drawn.renderer[:60],
                stored_as=place,
            )
        )
    return made


@transaction.atomic
def _keep(batch: RenderBatch, notices: Sequence[Notice], drawn: dict[int, Rendered], assets: Sequence[Asset]) -> None:
    settle_batch(batch, B.DONE)
    Asset.objects.bulk_create(assets, batch_size=500)
    secret = batch.document.campaign.qr_key.encode()
    for notice in notices:
        doubts = list(drawn[notice.pk].problems)
        if not doubts and not all(_is_hers(text, notice, secret) for text in drawn[notice.pk].qr):
            doubts = ["read_back_failed"]
        if doubts:
            _hold([notice.pk], doubts)


def _is_hers(text: str, notice: Notice, secret: bytes) -> bool:
    """Whether a QR code names this citizen, on one of her own pages, with the campaign's signature."""
    key, pages = notice.recipient.key, range(1, len(notice.pages) + 1)
    signed = read_signed(text)
    if signed is not None:
        return signed.key == key and signed.page_of in pages and signed.is_signed_by(secret)
    return read_verify(text) in {verify_code(key, page, len(pages), secret) for page in pages}


def _hold(notices: Sequence[int], reasons: Sequence[str]) -> None:
    Notice.objects.filter(pk__in=notices).update(
        state=Notice.State.HELD,
        reasons=list(reasons),
        released_by=None,
        second_released_by=None,
        released_at=None,
    )
    PageClaim.objects.filter(notice__in=notices).update(verdict=PageClaim.Verdict.HELD, reasons=list(reasons))


@transaction.atomic
def finish_reading(campaign: Campaign, *, now: datetime) -> bool:
    """With the last picture made: equal pictures of two people are held, orphans removed, and the checking begins."""
    if not lock_campaign(campaign.pk):
        return False
    hold_twins(campaign)
    step(campaign, "finish_reading", by=None, now=now)
    transaction.on_commit(partial(vault.sweep_pictures, campaign))
    return True


def hold_twins(campaign: Campaign) -> None:
    """Hold equal pictures of two people: one of them would see the other's."""
    twins = Asset.objects.filter(recipient__campaign=campaign).values("sha256")
    twins = twins.annotate(people=Count("recipient", distinct=True)).filter(people__gt=1)
    doubles = Asset.objects.filter(recipient__campaign=campaign, sha256__in=twins.values("sha256"))
    _hold(list(doubles.values_list("notice_id", flat=True)), ["same_picture_as_another"])


def campaigns_to_finish() -> QuerySet[Campaign]:
    """Campaigns whose document is read, matched and drawn."""
    reading = Campaign.objects.filter(state=Campaign.State.READING, documents__is_current=True, documents__state=D.READ)
    busy = SourceDocument.objects.filter(state__in=[D.UPLOADED, D.EXAMINING, D.READING])
    drawing = RenderBatch.objects.exclude(profile=RenderBatch.READING).exclude(state=B.DONE)
    reading = reading.exclude(pk__in=busy.values("campaign_id"))
    return reading.exclude(pk__in=drawing.values(campaign=F("document__campaign_id"))).order_by("pk")


def draw_page(document: SourceDocument, *, page: int, now: datetime) -> bytes:
    """
    One page as a picture for an official's eyes.

    :raises PageUndrawable: if the cage gave up on it
    """
    with vault.opened(document, now=now) as pdf:
        try:
            return preview_page(pdf, page)
        except CageError as error:
            raise PageUndrawable from error


def open_picture(asset: Asset, *, now: datetime) -> bytes:
    """
    The exact bytes of one picture, if every witness still agrees: the seal, the hash, the binding, and the QR code in
    the finished JPEG.

    :raises WrongImage: if one of them does not
    """
    try:
        content = vault.read_picture(asset, now=now)
    except (Tampered, FileNotFoundError):
        raise WrongImage(f"asset {asset.pk} cannot be opened") from None
    key = vault.key_of(asset.recipient.campaign, now=now)
    sha256 = hashlib.sha256(content).hexdigest()
    if sha256 != asset.sha256 or not hmac.compare_digest(binding(key, asset.recipient, sha256), bytes(asset.bound)):
        raise WrongImage(f"asset {asset.pk} is not what was made")
    is_of_link = asset.profile == profiles.PAGE_NAME  # never sent: no carrier sees it
    codes = read_codes_again(content) if is_of_link else read_codes(content)
    secret = asset.recipient.campaign.qr_key.encode()
    if bool(codes) != bool(asset.read_back_key) or not all(_is_hers(text, asset.notice, secret) for text in codes):
        raise WrongImage(f"asset {asset.pk} carries another code")
    return content
