"""What portal.approvals tells us: what was decided about a step; and what an approver must read of it."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.urls import reverse

from complaints import services
from complaints.models import Complaint, Exclusion, Outcome, Proposal
from complaints.services import CloseReason
from portal.accounts.models import User
from portal.approvals.models import Approval
from portal.approvals.subjects import on_decision
from portal.approvals.summaries import Line, Section

LABELS: Mapping[str, str] = {
    "reason": "사유",
    "explanation": "설명",
    "outcome": "처리 결과",
    "answer": "답변",
    "refusal_reason": "불수용 사유",
    "remedy": "불복 방법",
    "note": "설명",
}
_CHOICES: Mapping[str, str] = {
    **{one.value: str(one.label) for one in Outcome},
    **{one.value: str(one.label) for one in CloseReason},
    **{one.value: str(one.label) for one in Exclusion.Reason},
}
GONE = "보존기간이 지나 지웠습니다."


def _address(reference: str) -> str:
    complaint = Complaint.objects.filter(number=reference).only("pk").first()
    return reverse("admin:complaints_complaint_case", args=[complaint.pk]) if complaint else ""


def _details(approval: Approval) -> Sequence[Section]:
    """The citizen's words and what is proposed about them, opened from their seals."""
    proposal = (
        Proposal.objects.select_related("complaint")
        .filter(complaint__number=approval.reference, sha256=approval.sha256)
        .order_by("-pk")
        .first()
    )
    if proposal is None:
        return ()
    arguments: dict[str, object] = json.loads(proposal.arguments) if proposal.arguments else {}
    proposed = [
        Line(LABELS.get(name, name), _CHOICES.get(str(value), str(value)))
        for name, value in arguments.items()
        if value not in ("", None)
    ]
    return (
        Section("올린 내용", tuple(proposed) or (Line("내용", GONE),)),
        Section("민원 내용", (Line("내용", proposal.complaint.body or GONE), Line("장소", proposal.complaint.address))),
    )


@on_decision("complaints.step", address=_address, details=_details)
def step_decided(*, approval: Approval, by: User, now: datetime) -> None:
    """A step was approved, or sent back."""
    services.record_decision(approval, by=by, now=now)
