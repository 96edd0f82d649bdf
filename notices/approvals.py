"""What portal.approvals tells us: what was decided about a campaign. And the pictures of test messages."""

from datetime import datetime

from django.urls import reverse

from messaging.models import Message
from messaging.topics import image_source
from notices import services
from notices.models import Campaign
from portal.accounts.models import User
from portal.approvals.models import Approval
from portal.approvals.subjects import on_decision


def _address(reference: str) -> str:
    campaign = Campaign.objects.filter(number=reference).only("pk").first()
    return reverse("admin:notices_campaign_approval", args=[campaign.pk]) if campaign else ""


@on_decision("notices.campaign", address=_address)
def campaign_decided(*, approval: Approval, by: User, now: datetime) -> None:
    """A campaign was approved, or sent back."""
    services.record_decision(approval, by=by, now=now)


@image_source("notices-test")
def load_test_picture(handle: str, message: Message) -> bytes:
    """
    A made-up person's picture.

    :raises WrongImage: if it belongs to another test
    """
    return services.load_test_picture(handle, message_key=message.key)
