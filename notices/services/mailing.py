"""Letters: who gets one, the lists for the post office that two officials stand for, and the pages to print."""

import hashlib
import tempfile
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path

import structlog
from django.db import connection, transaction
from django.db.models import Max, QuerySet

from notices import paper, storage
from notices.models import Campaign, Notice, PaperBatch, PaperItem, SourceDocument
from notices.printing import Pages, PrintRefused, printed
from notices.services import vault
from notices.services.steps import log, official_for
from notices.workflow import CAMPAIGN_STEPS, NotAllowed, has_only_letters_left, reason_label
from portal.accounts.models import Official, User
from portal.core.clock import in_korea

C = Campaign.State
_log = structlog.get_logger(__name__)
_PRINTABLE = ("proved", "released")
_LIST = """
    insert into notices_paperitem (recipient_id, reason, state, registered_number, listed_at)
    select r.id, coalesce(nullif(r.reason, ''), r.state), 'listed', '', %s from notices_recipient r
    where r.campaign_id = %s and r.bucket = 'paper' and not exists (
        select 1 from notices_paperitem p where p.recipient_id = r.id and p.state <> 'withdrawn'
    )
    on conflict (recipient_id) do update set state = 'listed', reason = excluded.reason, listed_at = excluded.listed_at
    where notices_paperitem.state = 'withdrawn'
"""
_WITHDRAW = """
    update notices_paperitem p set state = 'withdrawn' from notices_recipient r
    where r.id = p.recipient_id and r.campaign_id = %s and p.state = 'listed' and r.bucket is distinct from 'paper'
"""


def list_letters(campaign: Campaign, *, now: datetime) -> None:
    """Everybody who is to get a letter is to be posted, and nobody who has received or opened hers since."""
    with connection.cursor() as cursor:
        cursor.execute(_WITHDRAW, [campaign.pk])
        cursor.execute(_LIST, [now, campaign.pk])


@transaction.atomic
def export_paper(campaign: Campaign, *, reason: str, by: User, now: datetime) -> PaperBatch:
    """
    Put everybody who gets a letter and is on no list yet on one; who is on a list stays on paper, whatever comes late.

    Whoever has no address, or no page that may be printed, stands apart: never dropped, and seen at a glance. The files
    stay sealed until a second official has looked at the numbers.

    :raises NotAllowed: before the last notice was handed over, without a reason, or if nobody is left to list
    """
    official = official_for(by, campaign, CAMPAIGN_STEPS["close"])
    if not (has_only_letters_left(campaign) or campaign.state == C.CANCELLED):
        raise NotAllowed("통지서를 다 보낸 뒤나 취소한 뒤에 종이 우편 목록을 만들 수 있습니다.")
    if not reason.strip():
        raise NotAllowed("목록을 내려받는 사유를 적어 주세요.")
    Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    list_letters(campaign, now=now)
    waiting = PaperItem.objects.select_for_update(no_key=True, of=("self",)).select_related("recipient")
    items = list(waiting.filter(recipient__campaign=campaign, state=PaperItem.State.LISTED).order_by("pk"))
    if not items:
        raise NotAllowed("새로 목록에 실을 사람이 없습니다.")
    letters = _letters(campaign, items)
    batch = _batch(campaign, letters, official=official, reason=reason.strip()[:200], now=now)
    by_key = {item.recipient.key: item for item in items}
    for place, letter in enumerate(letters, start=1):
        item = by_key[letter.key]
        item.state, item.batch, item.place = PaperItem.State.EXPORTED, batch, place
    PaperItem.objects.bulk_update(items, ["state", "batch", "place"], batch_size=2000)
    log(campaign, "export_paper", by=by, now=now, note=f"{batch.number}차 {batch.row_count:,}명: {batch.reason}"[:300])
    return batch


def _batch(
    campaign: Campaign, letters: list[paper.Letter], *, official: Official, reason: str, now: datetime
) -> PaperBatch:
    latest = PaperBatch.objects.filter(campaign=campaign).aggregate(latest=Max("number"))["latest"]
    batch = PaperBatch(
        campaign=campaign,
        number=(latest or 0) + 1,
        row_count=len(letters),
        reason=reason,
        made_by=official.user,
        made_at=now,
    )
    taken_at = in_korea(now).strftime("%Y-%m-%d %H:%M")
    watermark = f"{official.display_name} · {taken_at} · {reason}"
    title = f"{campaign.number} {campaign.title} 종이 우편 {batch.number}차"
    sheet = paper.as_xlsx(letters, title=title, watermark=watermark)
    batch.xlsx_stored_as, batch.xlsx_sha256 = _keep(batch, "xlsx", sheet, now)
    batch.csv_stored_as, batch.csv_sha256 = _keep(batch, "csv", paper.as_csv(letters, watermark=watermark), now)
    batch.save(force_insert=True)
    return batch


def _letters(campaign: Campaign, items: list[PaperItem]) -> list[paper.Letter]:
    """The lines of a list, in the order of the roster; who stands apart comes last."""
    notices = Notice.objects.filter(recipient__campaign=campaign).exclude(state=Notice.State.VOID)
    notices = notices.order_by("state", "-first_page")  # what was proved or released comes after what is held
    pages = {one.recipient_id: one for one in notices.only("recipient_id", "state", "pages")}
    ordered: list[tuple[tuple[bool, int, int], paper.Letter]] = []
    for item in items:
        one = item.recipient
        notice = pages.get(one.pk)
        is_printable = notice is not None and notice.state in _PRINTABLE
        note = "" if one.address and is_printable else "주소 없음" if is_printable else "인쇄할 쪽 없음"
        letter = paper.Letter(
            key=one.key,
            name=one.name,
            postcode=one.postcode,
            address=one.address,
            pages=", ".join(map(str, notice.pages)) if notice else "",
            reason=reason_label(one.reason or one.state),
            note=note,
        )
        ordered.append(((bool(note), one.row, one.pk), letter))
    return [letter for _, letter in sorted(ordered, key=lambda pair: pair[0])]


def _keep(batch: PaperBatch, kind: str, content: bytes, now: datetime) -> tuple[str, str]:
    place = vault.place_for(batch.campaign, "paper")
    storage.write_sealed(
        vault.full_path(place),
        content,
        key=vault.key_of(batch.campaign, now=now),
        aad=vault.aad_of_paper(batch, kind),
    )
    return place, hashlib.sha256(content).hexdigest()


@transaction.atomic
def approve_paper(batch: PaperBatch, *, by: User, now: datetime) -> None:
    """
    A second official stands for a list: from now on its files may be taken out.

    :raises NotAllowed: if `by` made the list, is of another department, or somebody approved it before
    """
    official_for(by, batch.campaign, CAMPAIGN_STEPS["close"])
    if batch.made_by_id == by.pk:
        raise NotAllowed("목록을 만든 사람은 스스로 확인할 수 없습니다. 다른 담당자가 확인해 주세요.")
    waiting = PaperBatch.objects.filter(pk=batch.pk, approved_by__isnull=True, returned_by__isnull=True)
    if waiting.update(approved_by=by, approved_at=now) != 1:
        raise NotAllowed
    batch.approved_by, batch.approved_at = by, now
    log(batch.campaign, "approve_paper", by=by, now=now, note=f"{batch.number}차 {batch.row_count:,}명")


@transaction.atomic
def return_paper(batch: PaperBatch, *, note: str, by: User, now: datetime) -> None:
    """
    A second official sends a list back: whoever stood on it waits for the next one.

    :raises NotAllowed: without a word why, if `by` made it, is of another department, or it was decided about before
    """
    official_for(by, batch.campaign, CAMPAIGN_STEPS["close"])
    if batch.made_by_id == by.pk:
        raise NotAllowed("목록을 만든 사람은 스스로 돌려보낼 수 없습니다.")
    if not note.strip():
        raise NotAllowed("돌려보내는 사유를 적어 주세요.")
    waiting = PaperBatch.objects.filter(pk=batch.pk, approved_by__isnull=True, returned_by__isnull=True)
    if waiting.update(returned_by=by, returned_at=now, return_note=note.strip()[:200]) != 1:
        raise NotAllowed
    batch.items.update(state=PaperItem.State.LISTED, batch=None, place=None)
    log(batch.campaign, "return_paper", by=by, now=now, note=f"{batch.number}차: {note.strip()}"[:300])
    batch.refresh_from_db()


def make_prints(*, now: datetime) -> int:
    """Put the pages of approved lists together to print; returns how many lists were done."""
    waiting = PaperBatch.objects.filter(approved_by__isnull=False, pdf_made_at__isnull=True)
    waiting = waiting.exclude(campaign__state=C.PURGED).order_by("pk")
    return sum(_make_print(waiting.filter(pk=pk), now=now) for pk in waiting.values_list("pk", flat=True))


@transaction.atomic
def _make_print(waiting: QuerySet[PaperBatch], *, now: datetime) -> bool:
    """
    Whether it was ours to make: thousands of letters take minutes, and no second process begins the same.

    Pages of people who stand apart on the list are not among them.
    """
    ours = waiting.select_for_update(no_key=True, skip_locked=True, of=("self",)).select_related("campaign")
    batch = ours.first()
    if batch is None:
        return False
    wanted = _notices_to_print(batch)
    facts: dict[str, object] = {"pdf_made_at": now}
    try:
        facts |= _put_together(batch, wanted, now) if wanted else {}
    except PrintRefused:
        _log.exception("print_not_made", batch=batch.pk)  # the lists are there; the page says that the PDF is not
    PaperBatch.objects.filter(pk=batch.pk).update(**facts)
    return True


def _put_together(batch: PaperBatch, wanted: list[Notice], now: datetime) -> dict[str, object]:
    sources = {one.document_id: one.document for one in wanted}
    places = {pk: number for number, pk in enumerate(sources)}
    letters = [Pages(places[one.document_id], tuple(one.pages)) for one in wanted]
    with tempfile.TemporaryDirectory(prefix="print-", dir=vault.memory()) as folder, ExitStack() as stack:
        paths = [stack.enter_context(vault.opened(_with(one, batch), now=now)) for one in sources.values()]
        target = Path(folder) / "print.pdf"
        page_count = printed(letters, sources=paths, target=target)
        stored_as, sha256 = _keep(batch, "pdf", target.read_bytes(), now)
    return {"pdf_page_count": page_count, "pdf_stored_as": stored_as, "pdf_sha256": sha256}


def _notices_to_print(batch: PaperBatch) -> list[Notice]:
    """The notices of the list in its order, of those who have an address."""
    in_order = list(batch.items.order_by("place").values_list("recipient_id", flat=True))
    notices = Notice.objects.filter(recipient__in=in_order, state__in=_PRINTABLE).select_related(
        "document", "recipient"
    )
    by_person = {one.recipient_id: one for one in notices if one.recipient.address}
    return [by_person[pk] for pk in in_order if pk in by_person]


def _with(document: SourceDocument, batch: PaperBatch) -> SourceDocument:
    document.campaign = batch.campaign
    return document


def open_paper(batch: PaperBatch, *, kind: str, now: datetime) -> bytes:
    """
    A list as it was made, byte for byte.

    :raises NotAllowed: before a second official has approved it, or if there is no such file (yet)
    """
    if not batch.is_approved:
        raise NotAllowed("다른 담당자가 확인한 뒤에 내려받을 수 있습니다.")
    places = {"xlsx": batch.xlsx_stored_as, "csv": batch.csv_stored_as, "pdf": batch.pdf_stored_as}
    place = places.get(kind)
    if not place:
        raise NotAllowed("인쇄용 PDF를 아직 만들고 있습니다. 잠시 뒤 다시 받아 주세요.")
    key = vault.key_of(batch.campaign, now=now)
    return storage.read_sealed(vault.full_path(place), key=key, aad=vault.aad_of_paper(batch, kind))
