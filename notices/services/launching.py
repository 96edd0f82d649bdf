"""Launching: a second official starts exactly what was approved, after everything was recomputed and compared."""

from datetime import datetime
from typing import Any

from celery import signature
from django.db import transaction

from messaging import services as messaging
from notices.models import Campaign, Phase
from notices.queries import counts_of
from notices.services.approving import CHANGED, write_list
from notices.services.manifests import manifest_of, phase_of
from notices.services.spending import is_overspent
from notices.services.steps import log, official_for, step
from notices.services.voiding import void_approval
from notices.workflow import CAMPAIGN_STEPS, NotAllowed
from portal.accounts.models import User
from portal.core.bells import ring
from portal.core.errors import Refused

C = Campaign.State
MOST_UNAPPROVED = 1_000  # people, of words that are the same for all


class ManifestChanged(Refused):
    """What is about to be started is not what was approved."""

    sentence = "결재한 뒤에 자료가 바뀌었습니다. 다시 점검하고 결재를 올려 주세요."


CHANGED_WHILE_PAUSED = (
    "결재한 뒤에 문자 문구나 단가, 발신번호가 바뀌어 그대로 다시 진행할 수 없습니다. 바뀐 것을 되돌리면 다시 진행할 수 "
    "있습니다. 되돌릴 수 없으면 이 발송 건을 취소하고 남은 분들로 새 발송 건을 만들어 결재를 받아 주세요."
)


class TooLate(Refused):
    """The time for answers is over before anybody was asked."""

    sentence = "회신 마감이 이미 지났습니다. 마감을 뒤로 옮긴 새 발송 건을 만들어 주세요."


def needs_approval(campaign: Campaign) -> bool:
    """Whether a second official alone is not enough: personal documents always, words from a thousand people on."""
    if campaign.state in (C.ASKED, C.CONFIRMING) or campaign.has_documents:
        return True
    return counts_of(campaign).get("state:addressable", 0) > MOST_UNAPPROVED


def launch(campaign: Campaign, *, manifest: str, by: User, now: datetime) -> None:
    """
    Start asking, or sending to the final list.

    :param manifest: the hash on the page that `by` was shown
    :raises NotAllowed: if it was not approved, or `by` drafted it or may not send
    :raises ManifestChanged: if the rows are not what was approved; the approval is void then
    :raises TooLate: if the deadline for answers has passed
    """
    if manifest == campaign.manifest_sha256 and _launch(campaign, manifest, by, now):
        ring(signature("notices.tasks.run_campaigns"))
        return
    if manifest == campaign.manifest_sha256:
        void_approval(campaign, reason=CHANGED, by=None, now=now)
    raise ManifestChanged


@transaction.atomic
def _launch(campaign: Campaign, manifest: str, by: User, now: datetime) -> bool:
    """Whether the data are those of the manifest; only then something has begun."""
    Campaign.objects.select_for_update(no_key=True).get(
        pk=campaign.pk
    )  # whatever changes the material waits for this row
    asks = phase_of(campaign) == Phase.ASK
    if asks and (campaign.asks_until is None or campaign.asks_until <= now):
        raise TooLate
    _require_approval(campaign, manifest)
    if manifest_of(campaign) != manifest:
        return False
    if asks:
        step(campaign, "launch", by=by, now=now, **_by_two(campaign, "asks_approved_by", by, manifest))
        return True
    if campaign.state == C.READY:  # started without an approval, so nobody has written the list yet
        write_list(campaign, now)
    step(campaign, "send_notices", by=by, now=now, **_by_two(campaign, "sends_approved_by", by, manifest))
    return True


def _require_approval(campaign: Campaign, manifest: str) -> None:
    is_approved = campaign.approved_manifest_sha256 == manifest and (
        campaign.state == C.APPROVED or (campaign.state == C.CONFIRMING and campaign.sends_approved_by_id is not None)
    )
    if not is_approved and (campaign.state != C.READY or needs_approval(campaign)):
        raise NotAllowed("결재가 끝난 뒤에 시작할 수 있습니다.")


def _by_two(campaign: Campaign, column: str, by: User, manifest: str) -> dict[str, Any]:
    """Who stands for it beside the drafter: the approver, or for few words to few people whoever starts it."""
    approver = getattr(campaign, column) or by
    return {column: approver, "approved_manifest_sha256": manifest}


@transaction.atomic
def resume(campaign: Campaign, *, by: User, now: datetime) -> None:
    """
    Let a paused campaign go on, if nothing approved was changed meanwhile.

    :raises NotAllowed: if it is not paused
    :raises ManifestChanged: if roster, pages, pictures or words are not those approved
    """
    official_for(by, campaign, CAMPAIGN_STEPS["launch"])
    is_covered = campaign.state in (C.ASKING, C.SENDING, C.FOLLOWING)
    if is_covered and manifest_of(campaign) != campaign.approved_manifest_sha256:
        raise ManifestChanged(CHANGED_WHILE_PAUSED)
    facts: dict[str, Any] = {"paused_at": None, "pause_reason": ""}
    if is_overspent(campaign):
        facts["approved_most_won"] = None  # whoever lets it go on has seen what it costs
    if Campaign.objects.filter(pk=campaign.pk, paused_at__isnull=False).update(**facts) != 1:
        raise NotAllowed
    campaign.refresh_from_db()
    messaging.resume(stream=campaign.stream, by=by, now=now)
    log(campaign, "resume", by=by, now=now)
    ring(signature("notices.tasks.run_campaigns"))
