"""Sends what `announcements` decided: in the same transaction, once per happening and hearer."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime

from django.conf import settings

from complaints.announcements import COLLAPSING_STEPS, FOLLOWED, announcement, template_for
from complaints.models import Complaint, StageChange
from messaging import services as messaging
from messaging.models import MessageStatus
from messaging.queries import messages_with
from portal.accounts.models import User


def tell(change: StageChange, complaint: Complaint, *, by: User | None, now: datetime) -> None:
    """Queue the texts of one happening for everybody who follows the case and left a phone number."""
    if not template_for(change, complaint):
        return
    for hearer, audience in _hearers(change, complaint):
        news = announcement(change, complaint, hearer=hearer)
        _overtake(change, audience, by=by, now=now)
        messaging.send(
            to=hearer.phone,
            template=news.template,
            context=news.context,
            topic=news.topic,
            reference=hearer.number,
            key=_key(change.pk, audience),
            by=by,
            department=hearer.department,
            now=now,
            due_at=now + settings.COMPLAINTS_COLLAPSE if news.collapses else None,
            reply_for=news.reply_for,
        )


def _hearers(change: StageChange, complaint: Complaint) -> Iterator[tuple[Complaint, str]]:
    """The complainant, then those whose own cases were merged into this one, each with the name of its audience."""
    if complaint.phone:
        yield complaint, "citizen"
    if template_for(change, complaint) in FOLLOWED:
        for merged in complaint.merged_cases.order_by("pk"):
            if merged.phone:
                yield merged, f"merged:{merged.pk}"


def _overtake(change: StageChange, audience: str, *, by: User | None, now: datetime) -> None:
    """Cancel what an earlier stage has queued and no carrier has yet: the newer text says more."""
    earlier = StageChange.objects.filter(
        complaint=change.complaint_id,
        seq__lt=change.seq,
        step__in=COLLAPSING_STEPS,
        at__gt=now - settings.COMPLAINTS_COLLAPSE,
    )
    keys = [_key(pk, audience) for pk in earlier.values_list("pk", flat=True)]
    for message in messages_with(keys).values():
        if message.status == MessageStatus.QUEUED:
            with suppress(messaging.AlreadyLeft):  # a drain was quicker: the citizen reads both
                messaging.cancel(message=message, by=by, now=now)


def _key(change_id: int, audience: str) -> str:
    return f"complaints.stage:{change_id}:{audience}"
