"""Voiding: what was proposed is not what is there any more."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import User
from portal.approvals.models import Approval, ApprovalEvent
from portal.approvals.services import telling

S = Approval.State


@transaction.atomic
def void(*, subject: str, reference: str, reason: str, by: User | None, now: datetime) -> int:
    """
    Void what waits or was approved last for a reference, and tell the drafter why; how many there were.

    What was returned stays returned, and what was approved and used before something newer was proposed stays approved.
    """
    found = Approval.objects.select_for_update(of=("self",), no_key=True).select_related("drafter__user", "department")
    found = found.filter(subject=subject, reference=reference, state__in=[S.DRAFT, S.IN_REVIEW, S.APPROVED])
    standing = list(found.order_by("-pk")[:1])
    for approval in standing:
        approval.state, approval.decided_at = S.VOID, now
        approval.save(update_fields=["state", "decided_at"])
        ApprovalEvent.objects.create(
            approval=approval, what=ApprovalEvent.What.VOIDED, by=by, at=now, note=reason.strip()[:500]
        )
        telling.tell_drafter(approval, now=now)
    return len(standing)
