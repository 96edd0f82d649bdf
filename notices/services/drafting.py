"""Preparing a campaign: its draft, who is left out of it, and when its material is complete."""

import secrets
from datetime import datetime
from typing import Any

from celery import signature
from django.db import connection, transaction
from django.db.models import Max

from notices.models import Campaign, Option, Question, Recipient, RosterImport
from notices.plans import Plan, PlanRefused, check, completed
from notices.rosters.building import DEFECTS
from notices.services.checking import settle_checking
from notices.services.laddering import copy_ladder
from notices.services.steps import log, official_for, step
from notices.services.voiding import void_approval
from notices.workflow import CAMPAIGN_STEPS, NotAllowed, bucket_of
from portal.accounts.models import User
from portal.accounts.queries import official_of
from portal.core.bells import ring
from portal.core.clock import in_korea

_NUMBERS_LOCK = 0x6E6F6E  # one campaign is numbered at a time
R = Recipient.State
IN_APPROVAL = (Campaign.State.APPROVING, Campaign.State.APPROVED)


__all__ = [
    "PlanRefused",
    "begin_change",
    "draft",
    "exclude",
    "may_prepare",
    "reopen_checking",
    "replan",
    "start_reading_if_complete",
    "unsettle",
]


@transaction.atomic
def draft(*, plan: Plan, qr_key: str = "", by: User, now: datetime) -> Campaign:
    """
    Open a campaign of the official's own department.

    :raises NotAllowed: if `by` may not draft campaigns
    :raises PlanRefused: if the plan makes no sense
    """
    official = official_of(by)
    if official is None or not any(official.has_role(role) for role in CAMPAIGN_STEPS["settle_checking"].roles):
        raise NotAllowed("통지 발송을 기안할 권한이 없습니다.")
    plan = completed(plan)
    check(plan, now=now)
    campaign = Campaign.objects.create(
        number=_next_number(now),
        department=official.department,
        officer=official,
        qr_key=qr_key.strip() or secrets.token_urlsafe(24),  # of its own: for the codes we print or stamp
        **_columns(plan),
        created_by=by,
        created_at=now,
    )
    _write_questions(campaign, plan)
    copy_ladder(campaign, plan.ladder)
    log(campaign, "draft", by=by, now=now)
    return campaign


def _columns(plan: Plan) -> dict[str, Any]:
    same = ("title", "legal_basis", "kind", "consent", "effect", "identity", "has_paper", "words")
    dates = ("asks_from", "asks_until", "sends_from", "unopened_until")
    return {"purpose": plan.purpose or plan.title, **{name: getattr(plan, name) for name in (*same, *dates)}}


def _write_questions(campaign: Campaign, plan: Plan) -> None:
    for position, planned in enumerate(plan.questions, start=1):
        question = Question.objects.create(
            campaign=campaign,
            position=position,
            text=planned.text.strip(),
            answer=planned.answer,
            is_required=planned.is_required,
        )
        for one in planned.options:
            Option.objects.create(
                question=question,
                digit=one.digit,
                label=one.label.strip(),
                meaning=one.meaning,
                synonyms=list(one.synonyms),
                capacity=one.capacity,
            )


def _next_number(now: datetime) -> str:
    """N2611-0001: year, month, and how many there were. Two at once: the second waits for the first."""
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_NUMBERS_LOCK])
    prefix = in_korea(now).strftime("N%y%m-")
    latest = Campaign.objects.filter(number__startswith=prefix).aggregate(latest=Max("number"))["latest"]
    return f"{prefix}{int(latest.removeprefix(prefix)) + 1 if latest else 1:04d}"


def may_prepare(campaign: Campaign, by: User) -> None:
    """
    Lock a campaign whose material may still be replaced.

    :raises NotAllowed: if it is being read or was launched, or `by` may not prepare it
    """
    official_for(by, campaign, CAMPAIGN_STEPS["settle_checking"])
    locked = Campaign.objects.select_for_update(no_key=True).get(pk=campaign.pk)
    campaign.state = locked.state
    if not campaign.is_being_prepared and campaign.state not in IN_APPROVAL:
        raise NotAllowed("자료를 분석하고 있거나 이미 동의를 요청한 발송 건에는 새 자료를 올릴 수 없습니다.")


def begin_change(campaign: Campaign, *, by: User, now: datetime) -> None:
    """
    Lock a campaign whose material is about to change: what was proposed or approved of it is void.

    :raises NotAllowed: if it is being read or was launched, or `by` may not prepare it
    """
    may_prepare(campaign, by)
    if campaign.state in IN_APPROVAL:
        void_approval(campaign, reason="자료를 바꾸었습니다.", by=by, now=now)


def start_reading_if_complete(campaign: Campaign, *, by: User | None, now: datetime) -> None:
    """
    With a roster and a document at hand the analysis begins by itself.

    Where nobody gets a document the roster is enough: there is nothing to check but its rows.
    """
    if not campaign.has_documents:
        _settle_roster(campaign, by=by, now=now)
        return
    documents = campaign.documents.filter(state__in=["uploaded", "reading", "read"]).exclude(zone_template="")
    if RosterImport.objects.filter(campaign=campaign).exists() and documents.exists():
        step(campaign, "read_files", by=by, now=now, manifest_sha256="")
        unsettle(campaign)
        ring(signature("notices.tasks.render"))


def _settle_roster(campaign: Campaign, *, by: User | None, now: datetime) -> None:
    people = Recipient.objects.filter(campaign=campaign)
    if campaign.state == Campaign.State.DRAFT and people.exists():
        step(campaign, "skip_reading", by=by, now=now)
    elif campaign.state == Campaign.State.READY and by is not None:
        reopen_checking(campaign, by=by, now=now)
    if by is not None and people.filter(state=R.IMPORTED).exists():
        settle_checking(campaign, by=by, now=now)


@transaction.atomic
def replan(campaign: Campaign, *, plan: Plan, by: User, now: datetime) -> None:
    """
    Change the plan while nobody has been asked to approve it; what was settled has to be settled again.

    :raises NotAllowed: if it is being read, approved or was launched, or `by` may not prepare it
    :raises PlanRefused: if the new plan makes no sense, or would need other material than is there
    """
    may_prepare(campaign, by)
    plan = completed(plan)
    check(plan, now=now)
    has_material = RosterImport.objects.filter(campaign=campaign).exists() or campaign.documents.exists()
    if has_material and plan.has_document != campaign.has_documents:
        raise PlanRefused("명부나 문서를 올린 뒤에는 문서가 없는 종류와 있는 종류를 서로 바꿀 수 없습니다.")
    if campaign.state == Campaign.State.READY:
        reopen_checking(campaign, by=by, now=now)
    way = _way_of(campaign)
    Campaign.objects.filter(pk=campaign.pk).update(**_columns(plan), manifest_sha256="")
    campaign.refresh_from_db()
    campaign.questions.all().delete()
    _write_questions(campaign, plan)
    if plan.ladder or way != _way_of(campaign):  # steps changed by hand stay, as long as they still suit
        copy_ladder(campaign, plan.ladder)
    log(campaign, "replan", by=by, now=now)
    if not campaign.has_documents and campaign.state == Campaign.State.CHECKING:
        _settle_roster(campaign, by=by, now=now)


def _way_of(campaign: Campaign) -> tuple[object, ...]:
    """What the steps of a campaign depend on."""
    return campaign.kind, campaign.asks, campaign.has_documents, campaign.has_paper


@transaction.atomic
def exclude(recipient: Recipient, *, reason: str, by: User, now: datetime) -> None:
    """
    Take one person out before anybody is contacted, with a reason (사망, 중복 …); the campaign has to be checked again.

    :raises NotAllowed: if the campaign is being read or was launched, or no reason is given
    """
    campaign = recipient.campaign
    begin_change(campaign, by=by, now=now)
    if not reason.strip():
        raise NotAllowed("제외하는 사유를 적어 주세요.")
    movable = Recipient.objects.filter(pk=recipient.pk).exclude(state=R.EXCLUDED)
    if movable.update(state=R.EXCLUDED, bucket=bucket_of(R.EXCLUDED, campaign), reason="official") != 1:
        raise NotAllowed
    if campaign.state == Campaign.State.READY:
        reopen_checking(campaign, by=by, now=now)
    log(campaign, "exclude", by=by, now=now, note=f"{recipient.key}: {reason.strip()}"[:300])


@transaction.atomic
def reopen_checking(campaign: Campaign, *, by: User, now: datetime) -> None:
    """
    Go back from ready to checking: whoever was settled is unsettled again.

    :raises NotAllowed: if the campaign is not waiting to be launched
    """
    step(campaign, "reopen_checking", by=by, now=now, manifest_sha256="")
    unsettle(campaign)


def unsettle(campaign: Campaign) -> None:
    """Undo what checking decided about people; what is wrong with their rows of the roster stays wrong."""
    people = Recipient.objects.filter(campaign=campaign)
    bucket = bucket_of(R.NO_MOBILE, campaign)
    people.filter(state=R.ADDRESSABLE, phone_index=None).update(state=R.NO_MOBILE, bucket=bucket)
    judged = people.filter(state=R.DEFECTIVE).exclude(reason__in=DEFECTS)
    (people.filter(state=R.ADDRESSABLE) | judged).update(state=R.IMPORTED, bucket=None, reason="")
