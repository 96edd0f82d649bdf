"""A case held until the transaction ends: what a citizen says must never lose against an official's click."""

from complaints.models import Complaint
from complaints.services.voiding import SUBJECT
from portal.approvals.models import Approval

_WAITING = (Approval.State.DRAFT, Approval.State.IN_REVIEW)


def held(pk: int) -> Complaint:
    """
    The row as it is now, locked; rows that only point at it are still written.

    A signature that waits is locked before the case, as when it is decided, or the two would wait for each other.
    """
    number = Complaint.objects.filter(pk=pk, proposals__ending="").values_list("number", flat=True).first()
    if number is not None:
        waiting = Approval.objects.filter(subject=SUBJECT, reference=number, state__in=_WAITING)
        list(waiting.select_for_update(of=("self",), no_key=True).values_list("pk", flat=True))
    return Complaint.objects.select_for_update(of=("self",), no_key=True).get(pk=pk)


def held_with_lead(pk: int) -> tuple[Complaint, Complaint]:
    """
    A case, and the one its words reach: its lead, or itself. That one is locked.

    Of a merged case only the lead is held: whoever ends a lead holds it and then wants those merged into it.
    """
    while True:
        own = Complaint.objects.get(pk=pk)
        target = held(own.lead_id or pk)
        if target.lead_id is None and (target.pk == pk or Complaint.objects.filter(pk=pk, lead=target).exists()):
            return (target if target.pk == pk else own), target
