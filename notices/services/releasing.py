"""What a held notice may become: released by two officials, or first given to its owner by name."""

from datetime import datetime
from functools import partial

from celery import signature
from django.db import transaction
from django.db.models import QuerySet

from notices import profiles
from notices.assigning import RELEASABLE
from notices.models import Asset, Campaign, Notice, PageClaim, Recipient, RenderBatch
from notices.services import vault
from notices.services.steps import log, official_for
from notices.workflow import CAMPAIGN_STEPS, NotAllowed, reason_label
from portal.accounts.models import User
from portal.core.bells import ring
from portal.core.errors import Refused

N = Notice.State
R = Recipient.State


class NotReleasable(Refused):
    """No number of officials may release this."""

    sentence = "사람이 풀 수 없는 보류입니다. 파일이나 명부를 고쳐 다시 올려 주세요."


def obstacles(notice: Notice) -> list[str]:
    """Why a held notice cannot be released by anybody, in sentences; nothing if two officials may."""
    reasons = [f"사람이 풀 수 없는 사유입니다: {reason_label(one)}." for one in notice.reasons if one not in RELEASABLE]
    return reasons + obstacles_of_row(notice)


def obstacles_of_row(notice: Notice) -> list[str]:
    """Why this person can get nothing released, whatever the pages say."""
    found = []
    if notice.recipient.state != R.IMPORTED:
        found.append(f"명부에서 ‘{notice.recipient.get_state_display()}’인 사람입니다. 명부를 먼저 고쳐 주세요.")
    others = Notice.objects.sendable().filter(recipient=notice.recipient_id).exclude(pk=notice.pk)
    if others.exists():
        found.append("이 사람에게는 확인된 통지서가 이미 있습니다.")
    return found


@transaction.atomic
def release_notice(notice: Notice, *, note: str, by: User, now: datetime) -> Notice:
    """
    Sign that the pages are this person's. The first signature is kept; the second one, of somebody else, releases it.

    :raises NotAllowed: if the campaign is not being checked, `by` may not check it or has signed already
    :raises NotReleasable: if one of the reasons is not for people to judge
    """
    locked = _locked(notice, by)
    if locked.state != N.HELD:
        raise NotAllowed("이미 풀린 통지서입니다. 화면을 새로 고쳐 주세요.")
    if not note.strip():
        raise NotAllowed("무엇을 보고 확인했는지 적어 주세요.")
    if found := obstacles(locked):
        raise NotReleasable(found[0])
    if locked.released_by_id is None:
        locked.released_by, locked.release_note = by, note.strip()[:200]
    elif locked.released_by_id == by.pk:
        raise NotAllowed("먼저 서명한 사람은 두 번째로 서명할 수 없습니다. 다른 담당자가 확인해야 합니다.")
    else:
        locked.second_released_by, locked.released_at, locked.state = by, now, N.RELEASED
        _queue_pictures(locked)
    locked.save(update_fields=["state", "released_by", "second_released_by", "release_note", "released_at"])
    cause = "release_notice" if locked.state == N.RELEASED else "sign_release"
    log(notice.recipient.campaign, cause, by=by, now=now, note=f"{locked.recipient.key}: {note.strip()}"[:300])
    return locked


@transaction.atomic
def hold_again(notice: Notice, *, by: User, now: datetime) -> None:
    """
    Take a signature or a release back: the notice is held as before, and its pictures are gone.

    :raises NotAllowed: if the campaign is not being checked any more
    """
    locked = _locked(notice, by)
    if locked.released_by_id is None:
        raise NotAllowed
    pictures = Asset.objects.filter(notice=locked)
    transaction.on_commit(partial(vault.forget, list(pictures.values_list("stored_as", flat=True))))
    pictures.delete()
    _batches_of(locked).delete()
    Notice.objects.filter(pk=locked.pk).update(
        state=N.HELD, released_by=None, second_released_by=None, released_at=None, release_note=""
    )
    log(notice.recipient.campaign, "hold_again", by=by, now=now, note=locked.recipient.key)


@transaction.atomic
def name_owner(page: PageClaim, recipient: Recipient, *, by: User, now: datetime) -> Notice:
    """
    Lay a page that does not say whose it is (a scan) beside one row of the roster; two officials then release it.

    :raises NotAllowed: if the page has an owner, or the person has a notice, or the campaign is not being checked
    :raises NotReleasable: if something about the page contradicts any owner
    """
    campaign = page.document.campaign
    _refuse_unless_checking(campaign, by)
    Recipient.objects.select_for_update(no_key=True).get(
        pk=recipient.pk
    )  # two pages for one person, at the same moment
    locked = PageClaim.objects.select_for_update(no_key=True).get(pk=page.pk)
    if locked.notice_id is not None or locked.verdict != PageClaim.Verdict.HELD:
        raise NotAllowed("이 쪽에는 이미 주인이 있습니다.")
    if not set(locked.reasons) <= RELEASABLE:
        raise NotReleasable
    has_another = Notice.objects.filter(recipient=recipient).exclude(state=N.VOID).exists()
    if recipient.campaign_id != campaign.pk or has_another:
        raise NotAllowed("이 사람에게는 통지서가 이미 있습니다.")
    notice = Notice.objects.create(
        recipient=recipient,
        document=page.document,
        pages=[locked.page],
        first_page=locked.page,
        state=N.HELD,
        reasons=locked.reasons,
    )
    PageClaim.objects.filter(pk=locked.pk).update(notice=notice)
    log(campaign, "name_owner", by=by, now=now, note=f"{locked.page}쪽: {recipient.key}")
    return notice


def refuse_undecided(campaign: Campaign) -> None:
    """:raises NotAllowed: while a release has one signature of two, or its pictures are being made."""
    mine = Notice.objects.filter(recipient__campaign=campaign)
    half = mine.filter(state=N.HELD, released_by__isnull=False).count()
    if half:
        raise NotAllowed(f"한 사람만 서명한 보류가 {half:,}건 있습니다. 두 번째 서명을 받거나 서명을 거두어 주세요.")
    drawing = RenderBatch.objects.filter(document__campaign=campaign, document__is_current=True)
    if drawing.exclude(state__in=[RenderBatch.State.DONE, RenderBatch.State.FAILED]).exists():
        raise NotAllowed("보류를 푼 통지서의 그림을 만들고 있습니다. 잠시 뒤 다시 눌러 주세요.")


def _queue_pictures(notice: Notice) -> None:
    RenderBatch.objects.create(
        document_id=notice.document_id,
        profile=profiles.for_sending(),
        first_page=notice.first_page,
        last_page=notice.pages[-1],
    )
    ring(signature("notices.tasks.render"))


def _batches_of(notice: Notice) -> QuerySet[RenderBatch]:
    """What was queued for this notice alone."""
    mine = RenderBatch.objects.filter(document_id=notice.document_id, first_page=notice.first_page)
    return mine.exclude(profile=RenderBatch.READING)


def _locked(notice: Notice, by: User) -> Notice:
    _refuse_unless_checking(notice.recipient.campaign, by)
    locked = Notice.objects.select_for_update(no_key=True, of=("self",)).select_related("recipient__campaign")
    return locked.get(pk=notice.pk)


def _refuse_unless_checking(campaign: Campaign, by: User) -> None:
    official_for(by, campaign, CAMPAIGN_STEPS["settle_checking"])
    if not Campaign.objects.filter(pk=campaign.pk, state=Campaign.State.CHECKING).exists():
        raise NotAllowed
