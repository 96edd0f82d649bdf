"""The office, and its subject registered for one test."""

from datetime import datetime, timedelta

import pytest

from messaging import services as messaging
from messaging.models import SenderNumber
from portal.accounts.models import Department, User
from portal.approvals import subjects
from portal.approvals.models import Approval
from portal.approvals.subjects import Subject
from portal.core.clock import day_in_korea
from tests.approvals.office import NOON, SUBJECT, Office, official


@pytest.fixture
def office(db: None, monkeypatch: pytest.MonkeyPatch) -> Office:
    """Four people of one department and one next door; the approver has a registered phone."""
    messaging.load_reference(now=NOON)
    messaging.load_templates(now=NOON)
    today = day_in_korea(NOON)
    SenderNumber.objects.update(
        status="registered",
        evidence="이용증명원 2026-1",
        registered_on=today,
        expires_on=today + timedelta(days=365),
        inbox="",
    )
    noise = Department.objects.create(code="noise", name="환경과", phone="02-120-1000")
    other = Department.objects.create(code="roads", name="도로과", phone="02-120-2000")
    found = Office(
        department=noise,
        drafter=official("drafter", noise, "officer", phone="+821012340001"),
        reviewer=official("reviewer", noise, "officer", name="박검토"),
        approver=official("approver", noise, "sender", name="최팀장", phone="+821012340002"),
        stranger=official("stranger", other, "sender", name="남주무"),
    )

    def heard(*, approval: Approval, by: User, now: datetime) -> None:
        found.heard.append((approval.reference, approval.state))

    monkeypatch.setattr(
        subjects, "subjects", lambda: {SUBJECT: Subject(SUBJECT, "시험", frozenset({"sender", "head"}))}
    )
    monkeypatch.setattr(subjects, "_handlers", {SUBJECT: heard})
    monkeypatch.setattr(subjects, "_addresses", {SUBJECT: lambda reference: ""})
    return found
