"""An office with a drafter, two reviewers and an approver, and a subject of its own."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth.models import Group

from portal.accounts.models import Department, Official, User
from portal.approvals import services
from portal.approvals.models import Approval, ApprovalStep
from portal.approvals.services import Seat
from portal.approvals.summaries import Line, Section
from portal.core.clock import KST

NOON = datetime(2026, 11, 3, 12, 0, tzinfo=KST).astimezone(UTC)
HASH = "a" * 64
SUBJECT = "tests.subject"
Role = ApprovalStep.Role
Decision = ApprovalStep.Decision


@dataclass
class Office:
    """Who drafts, reviews and approves; what the owner of the subject heard."""

    department: Department
    drafter: Official
    reviewer: Official
    approver: Official
    stranger: Official
    heard: list[tuple[str, str]] = field(default_factory=list)

    def propose(self, *seats: Seat, **changes: Any) -> Approval:
        """One approval, by default reviewed and then approved."""
        values: dict[str, Any] = {
            "subject": SUBJECT,
            "reference": "N2611-0001",
            "title": "군소음 통지",
            "summary": [Section("대상", (Line("보낼 사람", "52명"),))],
            "sha256": HASH,
            "line": seats or (Seat(self.reviewer, Role.REVIEW), Seat(self.approver)),
            "by": self.drafter.user,
            "now": NOON,
        }
        return services.propose(**{**values, **changes})

    def decide(
        self, approval: Approval, official: Official, decision: str = "approved", **changes: Any
    ) -> ApprovalStep:
        """One official's decision."""
        values: dict[str, Any] = {
            "decision": Decision(decision),
            "sha256": approval.sha256,
            "by": official.user,
            "now": NOON,
            "comment": "고쳐 주세요" if decision == "returned" else "",
        }
        return services.decide(approval, **{**values, **changes})


def official(username: str, department: Department, *roles: str, name: str = "이담당", phone: str = "") -> Official:
    """An official of a department with these roles."""
    user = User(username=username, is_staff=True)
    user.phone = phone
    user.save()
    for role in roles:
        user.groups.add(Group.objects.get_or_create(name=role)[0])
    return Official.objects.create(user=user, department=department, name=name, office_phone="02-120-0000")
