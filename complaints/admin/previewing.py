"""What exactly a step would send: it is taken for real, read, and rolled back."""

from collections.abc import Callable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Q

from complaints import services
from complaints.models import Complaint, Proposal
from messaging.models import Attempt, Message, MessageStatus
from portal.core import clock
from portal.core.privacy import mask_phone


@dataclass(frozen=True, slots=True)
class Preview:
    """One message as it would leave."""

    to: str
    channel: str
    text: str
    bytes_count: int
    won: str


def preview(complaint: Complaint, run: Callable[[], object]) -> list[Preview]:
    """
    The messages that `run` would queue. Nothing of it stays; the caller reads the complaint again.

    :raises portal.core.errors.Refused: whatever the step itself would refuse
    """
    since = complaint.version
    with transaction.atomic():
        taken = run()
        if isinstance(taken, Proposal):
            services.foresee(taken, now=clock.now())  # what the citizen will read once it is signed
        keys = Q(pk__in=[])
        for change in complaint.changes.filter(seq__gt=since).values_list("pk", flat=True):
            keys |= Q(key__startswith=f"complaints.stage:{change}:")
        queued = Message.objects.filter(keys, status=MessageStatus.QUEUED).order_by("pk")
        found = [_shown(message) for message in queued]
        transaction.set_rollback(True)
    return found


def _shown(message: Message) -> Preview:
    leg = Attempt.objects.filter(message=message).order_by("ordinal").first()
    if leg is None:
        raise LookupError("a queued message has a first leg")
    return Preview(
        to=mask_phone(message.phone),
        channel=str(leg.get_channel_display()),
        text=message.body,
        bytes_count=leg.body_bytes,
        won=f"{leg.cost_won:.1f}".rstrip("0").rstrip("."),
    )
