"""결재 of a step: frozen with everything it needs, decided in `portal.approvals`, and taken when it is approved."""

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import IntegrityError, transaction

from complaints.models import Complaint, Proposal, StageChange
from complaints.permissions import is_hidden_from
from complaints.services import closing, excluding
from complaints.services.stepping import SignatureNeeded, allowed_actor, stale
from complaints.services.voiding import SUBJECT, end_proposal, void_proposal
from complaints.workflow import Actor, step_named
from portal.accounts.models import Official, User
from portal.accounts.queries import officials_holding
from portal.approvals import services as approvals
from portal.approvals.models import Approval
from portal.approvals.summaries import Line, Section
from portal.core.clock import in_korea
from portal.core.errors import Refused

VERBS: Mapping[str, Callable[..., StageChange]] = {
    "send_back": closing.send_back,
    "resolve": closing.resolve,
    "close": closing.close,
    "exclude": excluding.exclude,
}
CHANGED = "결재를 올린 뒤에 민원이 바뀌었습니다."


class NoApprover(Refused):
    """Nobody is there who could sign it."""

    sentence = "결재할 부서장이나 민원심사관이 없습니다. 관리자에게 알려 주세요."


class AlreadyProposed(Refused):
    """The case waits for a signature already."""

    sentence = "이 민원은 이미 결재 중입니다. 결재함에서 확인해 주세요."


class _Rehearsed(Exception):
    """The step could be taken; nothing of it stays."""


@transaction.atomic
def act(
    complaint: Complaint, *, step: str, by: User, now: datetime, version: int | None = None, **arguments: Any
) -> StageChange | Proposal:
    """
    Take a step now, or put it up for approval where the table wants a second signature.

    :raises portal.core.errors.Refused: whatever the step itself refuses
    """
    try:
        with transaction.atomic():
            return VERBS[step](complaint, **arguments, by=by, now=now, version=version)
    except SignatureNeeded:
        return propose(complaint, step=step, arguments=arguments, by=by, now=now, version=version)


@transaction.atomic
def propose(
    complaint: Complaint,
    *,
    step: str,
    arguments: Mapping[str, Any],
    by: User,
    now: datetime,
    version: int | None = None,
    approver: Official | None = None,
) -> Proposal:
    """
    Freeze a step with everything it needs and ask for a signature. The clock keeps running meanwhile.

    The step is rehearsed first: what could not be taken is not proposed.

    :raises NoApprover: if nobody else may sign
    :raises AlreadyProposed: if the case waits for a signature already
    :raises Stale: if the case changed since `version`
    """
    complaint = Complaint.objects.select_for_update(of=("self",), no_key=True).get(pk=complaint.pk)
    if version is not None and version != complaint.version:
        raise stale(complaint, since=version)
    actor = allowed_actor(step_named(step), complaint, by=by)
    kept = json.dumps(arguments, cls=DjangoJSONEncoder, ensure_ascii=False, sort_keys=True)
    _rehearse(complaint, step, json.loads(kept), by=by, now=now)
    signer = approver or _approver(complaint, step, actor=actor, by=by)
    mark = hashlib.sha256(f"{complaint.number}|{step}|{complaint.version}|{kept}".encode()).hexdigest()
    proposal = _kept(complaint, step, kept, mark, by=by, now=now)
    approvals.propose(
        subject=SUBJECT,
        reference=complaint.number,
        title=f"민원 {complaint.number} {step_named(step).label}",
        summary=_summary(complaint, step),
        sha256=mark,
        line=[approvals.Seat(signer)],
        by=by,
        now=now,
    )
    return proposal


def _rehearse(complaint: Complaint, step: str, arguments: Mapping[str, Any], *, by: User, now: datetime) -> None:
    """Take the step as if it were signed, and undo it."""
    try:
        with transaction.atomic():
            _take_as_signed(complaint, step, arguments, by=by, now=now)
            raise _Rehearsed
    except _Rehearsed:
        return


def _take_as_signed(complaint: Complaint, step: str, arguments: Mapping[str, Any], *, by: User, now: datetime) -> None:
    signed = Approval(subject=SUBJECT, reference=complaint.number, state=Approval.State.APPROVED)
    VERBS[step](Complaint.objects.get(pk=complaint.pk), **arguments, by=by, now=now, approval=signed)


def foresee(proposal: Proposal, *, now: datetime) -> None:
    """What a proposal will do once it is signed: for a preview, whose transaction is rolled back."""
    _take_as_signed(proposal.complaint, proposal.step, json.loads(proposal.arguments), by=proposal.by, now=now)


def _approver(complaint: Complaint, step: str, *, actor: Actor, by: User) -> Official:
    """
    The head of the department; the examiner where a head closes a case, or there is no other head.

    A case that no department has yet is signed by any other head.
    """
    heads = list(officials_holding("head", department_id=complaint.department_id))
    examiners = list(officials_holding("examiner"))
    second = step == "close" and actor is Actor.HEAD
    for official in [*examiners, *heads] if second else [*heads, *examiners]:
        if official.user_id != by.pk and not is_hidden_from(complaint, official):
            return official
    raise NoApprover


def _kept(complaint: Complaint, step: str, arguments: str, mark: str, *, by: User, now: datetime) -> Proposal:
    try:
        with transaction.atomic():
            return Proposal.objects.create(
                complaint=complaint,
                step=step,
                arguments=arguments,
                version=complaint.version,
                sha256=mark,
                by=by,
                at=now,
            )
    except IntegrityError as error:
        if "one_proposal_waits_per_case" not in str(error):
            raise
        raise AlreadyProposed from error


def _summary(complaint: Complaint, step: str) -> list[Section]:
    """What may stand in clear; the words about a person are opened on the page (`approval_queries.details`)."""
    lines = [
        Line("처리", step_named(step).label, "warn"),
        Line("접수번호", complaint.number),
        Line("단계", complaint.get_stage_display()),
        Line("분류", complaint.category.name if complaint.category else "미정"),
        Line("담당", complaint.officer.display_name if complaint.officer else "미정"),
    ]
    if complaint.due_at is not None:
        lines.append(Line("처리기한", f"{in_korea(complaint.due_at):%Y-%m-%d %H:%M} 전까지 (결재 중에도 흐릅니다)"))
    return [Section("무엇을", tuple(lines))]


@transaction.atomic
def record_decision(approval: Approval, *, by: User, now: datetime) -> None:
    """
    What was decided about a step: an approval takes it in the drafter's name, a return ends the proposal.

    What cannot be taken any more is void, and the drafter hears why.

    :raises Refused: if the case waits for no decision about this hash
    """
    complaint = Complaint.objects.select_for_update(of=("self",), no_key=True).get(number=approval.reference)
    proposal = complaint.proposals.filter(ending="", sha256=approval.sha256).first()
    if proposal is None:
        raise Refused("이 결재는 지금의 민원과 맞지 않습니다.")
    if approval.state == Approval.State.RETURNED:
        end_proposal(proposal, Proposal.Ending.RETURNED, now=now)
        return
    try:
        with transaction.atomic():
            VERBS[proposal.step](
                complaint, **json.loads(proposal.arguments), by=proposal.by, now=now, approval=approval
            )
    except Refused as refused:
        void_proposal(complaint, reason=refused.sentence, by=None, now=now)
    else:
        end_proposal(proposal, Proposal.Ending.TAKEN, now=now)
