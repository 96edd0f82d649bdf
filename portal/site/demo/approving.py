"""From a campaign that is ready to one that runs, as two officials do it: tried, tested, approved, started."""

from datetime import datetime

from notices import services
from notices.models import Campaign
from portal.accounts.models import User
from portal.accounts.queries import official_of
from portal.accounts.services import register_phone
from portal.approvals.models import ApprovalStep
from portal.approvals.services import Seat, decide

TEST_PHONE = "010-5550-0001"  # a handset of the simulator


def approve_and_launch(campaign: Campaign, *, drafter: User, sender: User, now: datetime) -> None:
    """
    Everything between the checking and the first message of a phase, by the services that the pages call.

    :raises portal.core.errors.Refused: if the dry run finds something, or anything else is not in order
    """
    approver = official_of(sender)
    if approver is None:
        raise services.NoOwnPhone
    if not approver.user.phone:
        register_phone(user=approver.user, phone=TEST_PHONE)
    services.rehearse(campaign, by=drafter, now=now)
    test = services.send_test(campaign, official=approver, by=drafter, now=now)
    services.confirm_test(test, is_good=True, code=test.code, note="", by=sender, now=now)
    approval = services.propose(campaign, line=[Seat(approver)], by=drafter, now=now)
    decide(approval, decision=ApprovalStep.Decision.APPROVED, sha256=approval.sha256, by=sender, now=now)
    campaign.refresh_from_db()
    services.launch(campaign, manifest=campaign.manifest_sha256, by=sender, now=now)
