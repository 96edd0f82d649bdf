"""A signature that was asked for about a case as it is no longer: void at once, and the drafter is told."""

from datetime import datetime

from complaints.models import Complaint, Proposal
from complaints.workflow import Step
from portal.accounts.models import User
from portal.approvals import services as approvals

SUBJECT = "complaints.step"
# What happens beside the matter itself and leaves a proposal as good as it was.
BESIDE = frozenset({"nudge", "rate", "progress", "remind", "remind_supplement", "recalculate", "publish"})


def void_if_touched(complaint: Complaint, step: Step, *, by: User | None, now: datetime) -> None:
    """Called before a step is taken; the approval's row is locked before the case's, as when it is decided."""
    if step.name not in BESIDE:
        void_proposal(complaint, reason=f"결재를 올린 뒤에 ‘{step.label}’ 처리가 있었습니다.", by=by, now=now)


def void_proposal(complaint: Complaint, *, reason: str, by: User | None, now: datetime) -> bool:
    """Whether there was anything to void."""
    waiting = complaint.proposals.filter(ending="").first()
    if waiting is None:
        return False
    approvals.void(subject=SUBJECT, reference=complaint.number, reason=reason, by=by, now=now)
    return end_proposal(waiting, Proposal.Ending.VOID, now=now)


def end_proposal(proposal: Proposal, ending: str, *, now: datetime) -> bool:
    """Settle it once."""
    return Proposal.objects.filter(pk=proposal.pk, ending="").update(ending=ending, ended_at=now) == 1
