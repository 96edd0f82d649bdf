"""An approval that does not cover what is there any more: void, back to where it can be proposed again, and told."""

from datetime import datetime
from typing import Any

from django.db import transaction

from notices.models import Campaign
from notices.services.steps import step
from portal.accounts.models import User
from portal.approvals import services as approvals

SUBJECT = "notices.campaign"
C = Campaign.State
_BACK = {C.APPROVING: "void_approval", C.APPROVED: "void_approval", C.CONFIRMING: "send_back_sending"}
NOTHING_APPROVED: dict[str, Any] = {
    "asks_approved_by": None,
    "sends_approved_by": None,
    "approved_manifest_sha256": "",
    "approved_most_won": None,
}


@transaction.atomic
def void_approval(campaign: Campaign, *, reason: str, by: User | None, now: datetime) -> bool:
    """
    Void what waits or was approved for a campaign that has not been launched on it; whether there was anything.

    Whatever changes something that the manifest covers calls this first.
    """
    verb = _BACK.get(C(campaign.state))
    if verb is None:
        return False
    gone: dict[str, Any] = NOTHING_APPROVED if verb == "void_approval" else {"sends_approved_by": None}
    approvals.void(subject=SUBJECT, reference=campaign.number, reason=reason, by=by, now=now)
    step(campaign, verb, by=None, now=now, note=reason[:300], **gone)
    return True
