"""Lists for the post office: everybody who gets a letter and is on no list yet, with the reason, once."""

import hashlib
from datetime import datetime

from django.db import transaction
from django.db.models import Max

from notices import paper, storage
from notices.models import Campaign, Notice, PaperBatch, PaperItem, Recipient
from notices.services import vault
from notices.services.steps import log, official_for
from notices.workflow import CAMPAIGN_STEPS, NotAllowed, reason_label
from portal.accounts.models import User
from portal.core.clock import in_korea

C = Campaign.State


@transaction.atomic
def export_paper(campaign: Campaign, *, reason: str, by: User, now: datetime) -> PaperBatch:
    """
    Put everybody who gets a letter and is on no list yet on one; who is on a list stays on paper, whatever comes late.

    Whoever has no address stands at the end: never dropped, and seen at a glance.

    :raises NotAllowed: before the last picture was handed over, without a reason, or if nobody is left to list
    """
    official = official_for(by, campaign, CAMPAIGN_STEPS["close"])
    if campaign.state not in (C.FOLLOWING, C.CANCELLED):
        raise NotAllowed("통지서를 다 보낸 뒤나 취소한 뒤에 종이 우편 목록을 만들 수 있습니다.")
    if not reason.strip():
        raise NotAllowed("목록을 내려받는 사유를 적어 주세요.")
    waiting = Recipient.objects.filter(campaign=campaign, bucket=Recipient.Bucket.PAPER, paper_item__isnull=True)
    people = sorted(waiting.select_for_update(of=("self",)), key=lambda one: (not one.address, one.row, one.pk))
    if not people:
        raise NotAllowed("새로 목록에 실을 사람이 없습니다.")
    letters = _letters(campaign, people)
    latest = PaperBatch.objects.filter(campaign=campaign).aggregate(latest=Max("number"))["latest"]
    batch = PaperBatch(
        campaign=campaign,
        number=(latest or 0) + 1,
        row_count=len(people),
        reason=reason.strip()[:200],
        made_by=by,
        made_at=now,
    )
    taken_at = in_korea(now).strftime("%Y-%m-%d %H:%M")
    watermark = f"{official.display_name} · {taken_at} · {batch.reason}"
    title = f"{campaign.number} {campaign.title} 종이 우편 {batch.number}차"
    batch.xlsx_stored_as, batch.xlsx_sha256 = _keep(
        batch, "xlsx", paper.as_xlsx(letters, title=title, watermark=watermark), now
    )
    batch.csv_stored_as, batch.csv_sha256 = _keep(batch, "csv", paper.as_csv(letters), now)
    batch.save(force_insert=True)
    PaperItem.objects.bulk_create(
        [PaperItem(recipient=one, batch=batch, reason=one.reason or one.state, listed_at=now) for one in people],
        batch_size=2000,
    )
    log(campaign, "export_paper", by=by, now=now, note=f"{batch.number}차 {batch.row_count:,}명: {batch.reason}"[:300])
    return batch


def _letters(campaign: Campaign, people: list[Recipient]) -> list[paper.Letter]:
    notices = Notice.objects.filter(recipient__campaign=campaign).order_by("state", "-first_page")  # proved after held
    pages = dict(notices.values_list("recipient_id", "pages"))
    return [
        paper.Letter(
            key=one.key,
            name=one.name,
            postcode=one.postcode,
            address=one.address,
            pages=", ".join(map(str, pages.get(one.pk, []))),
            reason=reason_label(one.reason or one.state),
        )
        for one in people
    ]


def _keep(batch: PaperBatch, kind: str, content: bytes, now: datetime) -> tuple[str, str]:
    place = vault.place_for(batch.campaign, "paper")
    storage.write_sealed(
        vault.full_path(place),
        content,
        key=vault.key_of(batch.campaign, now=now),
        aad=vault.aad_of_paper(batch, kind),
    )
    return place, hashlib.sha256(content).hexdigest()


def open_paper(batch: PaperBatch, *, kind: str, now: datetime) -> bytes:
    """A list as it was made, byte for byte."""
    place = batch.xlsx_stored_as if kind == "xlsx" else batch.csv_stored_as
    key = vault.key_of(batch.campaign, now=now)
    return storage.read_sealed(vault.full_path(place), key=key, aad=vault.aad_of_paper(batch, kind))
