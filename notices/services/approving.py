"""
결재 of a campaign: proposed with a dry run of exactly its data and a test that arrived; decided in `portal.approvals`.

Where citizens are asked first there are two: the question to everybody, then the final list of those who agreed.
"""

from collections.abc import Sequence
from datetime import datetime
from math import ceil
from typing import Any

from django.db import connection, transaction

from notices import costs
from notices.models import Campaign, DryRun, Phase, TestSend
from notices.services.manifests import TO_BE_LISTED, head_digest, manifest_of, phase_of
from notices.services.steps import log, official_for, step
from notices.services.summarizing import summary_of
from notices.services.voiding import NOTHING_APPROVED, SUBJECT, void_approval
from notices.workflow import CAMPAIGN_STEPS, NotAllowed
from portal.accounts.models import User
from portal.approvals import services as approvals
from portal.approvals.models import Approval
from portal.core.errors import Refused

C = Campaign.State
CHANGED = "결재를 올린 뒤에 내용이 바뀌었습니다."


class NotTried(Refused):
    """Nobody has tried what is proposed: the dry run or the test is missing, or found something."""


@transaction.atomic
def propose(campaign: Campaign, *, line: Sequence[approvals.Seat], by: User, now: datetime) -> Approval:
    """
    Freeze the manifest and ask for an approval of it.

    :raises NotAllowed: if there is nothing to approve now, or `by` may not propose
    :raises NotTried: if a dry run of exactly this, or a test that arrived, is missing
    :raises portal.approvals.services.LineRefused: if somebody in the line may not decide
    """
    verb = "propose" if campaign.state == C.READY else "propose_sending"
    official_for(by, campaign, CAMPAIGN_STEPS[verb])
    if any(seat.official.user_id == campaign.created_by_id for seat in line):
        raise approvals.LineRefused("발송 건을 기안한 사람은 결재선에 들어갈 수 없습니다.")
    phase, manifest = phase_of(campaign), manifest_of(campaign)
    tried = dry_run_of(campaign, manifest)
    if tried is None or not tried.is_clean:
        raise NotTried("지금 내용 그대로 점검하고, 나온 문제를 모두 풀어야 결재를 올릴 수 있습니다.")
    if good_test_of(campaign) is None:
        raise NotTried("시험 발송을 하고, 휴대전화에 온 것을 확인해야 결재를 올릴 수 있습니다.")
    summary = summary_of(campaign, tried, now=now)
    if phase == Phase.SEND:
        write_list(campaign, now)
    step(campaign, verb, by=by, now=now, manifest_sha256=manifest)
    return approvals.propose(
        subject=SUBJECT,
        reference=campaign.number,
        title=f"{campaign.title} ({phase.label})",
        summary=summary,
        sha256=manifest,
        line=line,
        by=by,
        now=now,
    )


def dry_run_of(campaign: Campaign, manifest: str) -> DryRun | None:
    """The latest dry run of exactly these data."""
    return DryRun.objects.filter(campaign=campaign, manifest_sha256=manifest).order_by("-pk").first()


def good_test_of(campaign: Campaign) -> TestSend | None:
    """The latest test of the words as they are now, if an official saw that it arrived as it should."""
    head, phase = head_digest(campaign), phase_of(campaign)
    tests = TestSend.objects.filter(campaign=campaign, phase=phase, head_sha256=head, result__isnull=False)
    latest = tests.select_related("result", "official").order_by("-result__at").first()
    return latest if latest and latest.result.is_good else None


def write_list(campaign: Campaign, now: datetime) -> None:
    """The final list: from here on only who is on it can be sent to, and withdrawing takes her off by her state."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"update notices_recipient as r set listed_at = case when {TO_BE_LISTED[campaign.asks]} then %s end "  # noqa: S608
            "where r.campaign_id = %s",
            [now, campaign.pk],
        )


def record_decision(approval: Approval, *, by: User, now: datetime) -> None:
    """
    What was decided about a campaign. An approval counts only for the data as they are at that moment.

    :raises NotAllowed: if the campaign waits for no decision about this hash, or `by` drafted it
    """
    campaigns = Campaign.objects.select_for_update(no_key=True, of=("self",)).select_related("department", "officer")
    campaign = campaigns.get(number=approval.reference)
    if campaign.state not in (C.APPROVING, C.CONFIRMING) or approval.sha256 != campaign.manifest_sha256:
        raise NotAllowed("이 결재는 지금의 발송 건과 맞지 않습니다.")
    if by.pk == campaign.created_by_id:
        raise NotAllowed("기안한 사람은 스스로 결재할 수 없습니다.")
    if approval.state == Approval.State.RETURNED:
        verb = "send_back" if campaign.state == C.APPROVING else "send_back_sending"
        step(campaign, verb, by=None, now=now, note=f"반려: {approval.title}")
    elif manifest_of(campaign) != approval.sha256:
        void_approval(campaign, reason=CHANGED, by=None, now=now)
    else:
        _approve(campaign, approval, by=by, now=now)


def _approve(campaign: Campaign, approval: Approval, *, by: User, now: datetime) -> None:
    tried = dry_run_of(campaign, approval.sha256)
    facts: dict[str, Any] = {
        "approved_manifest_sha256": approval.sha256,
        "approved_most_won": tried.most_won + ceil(costs.spent(campaign, {}).won) if tried else None,
        "sends_approved_by" if phase_of(campaign) == Phase.SEND else "asks_approved_by": by,
    }
    if campaign.state == C.APPROVING:
        step(campaign, "approve", by=None, now=now, **{**NOTHING_APPROVED, **facts})
        return
    Campaign.objects.filter(pk=campaign.pk, state=C.CONFIRMING).update(**facts)
    log(campaign, "approve_sending", by=by, now=now)
