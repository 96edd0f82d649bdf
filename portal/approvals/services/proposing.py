"""Proposing: a frozen summary, its hash and a line of people."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import IntegrityError, transaction

from portal.accounts.models import Official, User
from portal.accounts.queries import official_of
from portal.approvals.models import Approval, ApprovalEvent, ApprovalStep
from portal.approvals.services import telling
from portal.approvals.subjects import handler_of, subject
from portal.approvals.summaries import Section, as_json
from portal.core.errors import Refused

Role = ApprovalStep.Role


class LineRefused(Refused):
    """Nobody would decide, or somebody who may not."""

    sentence = "결재선을 확인해 주세요."


class AlreadyOpen(Refused):
    """It waits for a decision already."""

    sentence = "이미 결재가 진행 중입니다. 결재함에서 확인해 주세요."


@dataclass(frozen=True, slots=True)
class Seat:
    """One place in the line. `is_final` (전결): with this official's approval it is decided, whoever follows."""

    official: Official
    role: Role = Role.APPROVE
    is_final: bool = False


@transaction.atomic
def propose(
    *,
    subject: str,
    reference: str,
    title: str,
    summary: Sequence[Section],
    sha256: str,
    line: Sequence[Seat],
    by: User,
    now: datetime,
) -> Approval:
    """
    Freeze what is to be approved and ask the first person of the line.

    :raises LineRefused: if the drafter is in the line, somebody twice, or nobody in it may approve
    :raises AlreadyOpen: if one of the same reference waits for a decision
    """
    drafter = official_of(by)
    if drafter is None:
        raise LineRefused("공무원만 결재를 올릴 수 있습니다.")
    handler_of(subject)
    check_line(subject, line, drafter=drafter)
    approval = _opened(
        Approval(
            subject=subject,
            reference=reference,
            title=title[:120],
            summary=as_json(summary),
            sha256=sha256,
            drafter=drafter,
            department=drafter.department,
            proposed_at=now,
        )
    )
    ApprovalStep.objects.bulk_create(
        ApprovalStep(approval=approval, position=at, role=seat.role, official=seat.official, is_final=seat.is_final)
        for at, seat in enumerate(line, start=1)
    )
    Approval.objects.filter(pk=approval.pk).update(state=Approval.State.IN_REVIEW)
    approval.state = Approval.State.IN_REVIEW
    ApprovalEvent.objects.create(approval=approval, what=ApprovalEvent.What.PROPOSED, by=by, at=now)
    telling.tell_next(approval, now=now)
    return approval


def check_line(name: str, line: Sequence[Seat], *, drafter: Official) -> None:
    """
    Whether these people can decide, in this order.

    :raises LineRefused: saying why not
    """
    officials = [seat.official.pk for seat in line]
    if not line or line[-1].role != Role.APPROVE:
        raise LineRefused("결재선의 마지막에는 결재할 사람이 있어야 합니다.")
    if drafter.pk in officials:
        raise LineRefused("기안한 사람은 결재선에 들어갈 수 없습니다. 다른 사람을 골라 주세요.")
    if len(set(officials)) != len(officials):
        raise LineRefused("한 사람이 결재선에 두 번 들어갈 수 없습니다.")
    if any(not seat.official.is_active for seat in line):
        raise LineRefused("재직 중이 아닌 사람이 결재선에 있습니다.")
    if any(seat.is_final and seat.role != Role.APPROVE for seat in line):
        raise LineRefused("검토하는 사람은 전결할 수 없습니다.")
    roles = subject(name).roles
    if any(seat.role == Role.APPROVE and not may_approve(seat.official, roles) for seat in line):
        raise LineRefused("결재할 권한이 없는 사람이 결재선에 있습니다.")


def may_approve(official: Official, roles: frozenset[str]) -> bool:
    """Whether an official holds one of the roles that may approve."""
    return any(official.has_role(role) for role in roles)


def _opened(approval: Approval) -> Approval:
    try:
        with transaction.atomic():
            approval.save(force_insert=True)
    except IntegrityError as error:
        if "one_open_approval_per_reference" not in str(error):
            raise
        raise AlreadyOpen from error
    return approval
