"""Pausing, cancelling and closing a campaign."""

from datetime import datetime

from django.db import transaction

from messaging import services as messaging
from notices import balancing, queries
from notices.balance_queries import all_facts_of
from notices.models import Campaign, Recipient
from notices.services.mailing import list_letters
from notices.services.purging import plan_purge
from notices.services.steps import log, move, official_for, step, wait_for_campaign
from notices.services.voiding import SUBJECT
from notices.workflow import CAMPAIGN_STEPS, LIVE, NotAllowed
from portal.accounts.models import User
from portal.approvals import services as approvals
from portal.core.errors import Refused

R = Recipient.State
C = Campaign.State
_RUNNING = (C.ASKING, C.ASKED, C.SENDING, C.FOLLOWING)


class NotSettled(Refused):
    """Somebody has no bucket yet, or the sums do not agree: the campaign cannot be closed."""


@transaction.atomic
def pause(campaign: Campaign, *, reason: str, by: User, now: datetime) -> None:
    """
    Stop everything that waits, within one batch.

    :raises NotAllowed: if it is not running, is paused already, or no reason is given
    """
    official_for(by, campaign, CAMPAIGN_STEPS["cancel"])
    running = Campaign.objects.filter(pk=campaign.pk, state__in=_RUNNING, paused_at__isnull=True)
    if not reason.strip() or running.update(paused_at=now, pause_reason=reason.strip()[:200]) != 1:
        raise NotAllowed("진행 중인 발송 건을 사유를 적어 멈출 수 있습니다.")
    campaign.refresh_from_db()
    messaging.pause(stream=campaign.stream, reason=campaign.pause_reason, by=by, now=now)
    log(campaign, "pause", by=by, now=now, note=campaign.pause_reason)


@transaction.atomic
def hold(campaign_id: int, *, reason: str, now: datetime) -> None:
    """Stop a campaign by itself, because it cannot go on: an official reads why and resumes it."""
    running = Campaign.objects.filter(pk=campaign_id, paused_at__isnull=True)
    if running.update(paused_at=now, pause_reason=reason[:200]) == 1:
        log(Campaign.objects.get(pk=campaign_id), "hold", by=None, now=now, note=reason)


@transaction.atomic
def cancel(campaign: Campaign, *, reason: str, by: User, now: datetime) -> None:
    """
    Give a campaign up. What has left stays left; everybody else gets a letter.

    :raises NotAllowed: if it is over already, or no reason is given
    """
    if not reason.strip():
        raise NotAllowed("취소하는 사유를 적어 주세요.")
    wait_for_campaign(campaign.pk)
    before = campaign.state
    step(campaign, "cancel", by=by, now=now, note=reason.strip()[:300], paused_at=None, pause_reason="")
    if before in (C.APPROVING, C.APPROVED, C.CONFIRMING):
        approvals.void(subject=SUBJECT, reference=campaign.number, reason=reason, by=by, now=now)
    messaging.cancel_stream(stream=campaign.stream, by=by, now=now)
    undecided = queries.answers_to_decide(campaign).filter(reply__isnull=False)
    messaging.need_no_decision(replies=list(undecided.values_list("reply_id", flat=True)))
    untouched = LIVE - {R.QUEUED, R.SENT}  # these two follow what messaging reports
    people = (
        Recipient.objects.filter(campaign=campaign, state__in=untouched).select_for_update(no_key=True).order_by("pk")
    )
    move(list(people), R.CANCELLED, cause="cancel", now=now, by=by, reason="cancelled")
    plan_purge(campaign, now=now)


@transaction.atomic
def close(campaign: Campaign, *, by: User, now: datetime) -> None:
    """
    End a campaign: everybody has her bucket, every letter is on a list, every sum is right.

    :raises NotSettled: saying what is missing
    """
    wait_for_campaign(campaign.pk)
    list_letters(campaign, now=now)
    facts = all_facts_of(campaign)
    under_way = sum(facts.counts.get(f"state:{state}", 0) for state in LIVE) + facts.counts.get("awaits_opening", 0)
    if under_way:
        raise NotSettled(f"아직 결과가 정해지지 않은 사람이 {under_way:,}명 있습니다.")
    if facts.counts.get("triage", 0):
        raise NotSettled(f"판단하지 않은 회신이 {facts.counts['triage']:,}건 있습니다.")
    unlisted = facts.counts.get("bucket:paper", 0) - facts.letters
    if unlisted:
        raise NotSettled(f"종이 우편 목록에 아직 실리지 않은 사람이 {unlisted:,}명 있습니다.")
    if campaign.paper_batches.filter(approved_by__isnull=True, returned_by__isnull=True).exists():
        raise NotSettled("아직 다른 담당자가 확인하지 않은 종이 우편 목록이 있습니다.")
    for identity in balancing.broken(balancing.identities(facts)):
        raise NotSettled(f"합계가 맞지 않습니다: {identity.label} {identity.total:,} ≠ {identity.sum:,}")
    step(campaign, "close", by=by, now=now, closed_at=now)
    plan_purge(campaign, now=now)
