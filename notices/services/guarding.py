"""What stops a running campaign by itself, and who is left out of a list that was approved."""

from datetime import datetime

from django.db import transaction

from messaging import services as messaging
from messaging.queries import pause_of
from notices import balancing, queries
from notices.models import Campaign, Recipient
from notices.services.closing import hold
from notices.services.spending import is_overspent
from notices.services.steps import move

C = Campaign.State
R = Recipient.State
_RUNNING = (C.ASKING, C.SENDING, C.FOLLOWING)


def stop_if_wrong(campaign: Campaign, *, now: datetime) -> bool:
    """Hold a running campaign that must not go on, and its stream; whether it was held."""
    reason = _why_stop(campaign) if campaign.state in _RUNNING else ""
    if reason:
        stop(campaign, reason=reason, now=now)
    return bool(reason)


@transaction.atomic
def stop(campaign: Campaign, *, reason: str, now: datetime) -> None:
    """Stop a campaign and what messaging still holds of it; an official reads why and resumes it."""
    hold(campaign.pk, reason=reason, now=now)
    messaging.pause(stream=campaign.stream, reason=reason[:200], by=None, now=now)


def _why_stop(campaign: Campaign) -> str:
    stopped = pause_of(campaign.stream)
    if stopped:
        return f"발송이 멈췄습니다: {stopped}"
    if is_overspent(campaign):
        return f"쓴 돈이 결재받은 최고액 {campaign.approved_most_won:,}원을 넘었습니다."
    broken = balancing.broken(balancing.identities(queries.facts_of(campaign)))
    return f"합계가 맞지 않습니다: {broken[0].label}" if broken else ""


@transaction.atomic
def leave_out_late(campaign: Campaign, *, now: datetime) -> None:
    """Whose consent was understood only after the final list was approved is not on it: a letter goes."""
    if campaign.state not in (C.SENDING, C.FOLLOWING):
        return
    late = Recipient.objects.filter(campaign=campaign, state=R.VERIFIED, needs_triage=False, listed_at__isnull=True)
    people = list(late.select_for_update(no_key=True, of=("self",)).select_related("campaign").order_by("pk"))
    move(people, R.CANCELLED, cause="late_consent", now=now, reason="late_consent")
