"""Deciding: one person after the other, each once, each about exactly what she was shown."""

from datetime import datetime

from django.db import transaction

from portal.accounts.models import Official, User
from portal.accounts.queries import official_of
from portal.approvals.models import Approval, ApprovalEvent, ApprovalStep
from portal.approvals.queries import absentees_of
from portal.approvals.services import telling
from portal.approvals.services.proposing import may_approve
from portal.approvals.subjects import handler_of, subject
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

Decision = ApprovalStep.Decision
What = ApprovalEvent.What


class AlreadyDecided(Refused):
    """It is over: decided, returned or void."""

    sentence = "이미 끝난 결재입니다. 화면을 새로 고쳐 주세요."


class NotHerTurn(Refused):
    """Somebody else has to decide now."""

    sentence = "지금 결재할 차례가 아닙니다. 결재선을 확인해 주세요."


class OldPage(Refused):
    """The page shows something else than what is to be decided."""

    sentence = "화면에 보이는 내용이 지금 결재할 내용과 다릅니다. 화면을 새로 고쳐 다시 확인해 주세요."


class CommentMissing(Refused):
    """Whoever sends something back says why."""

    field = "comment"
    sentence = "반려하려면 무엇을 고쳐야 하는지 적어 주세요."


@transaction.atomic
def decide(
    approval: Approval, *, decision: Decision, sha256: str, by: User, now: datetime, comment: str = ""
) -> ApprovalStep:
    """
    Approve, or return with a comment, in one's turn or in the place of somebody who is away.

    :param sha256: the hash on the page she decided on
    :raises AlreadyDecided: if it is not open any more
    :raises NotHerTurn: if it is somebody else's turn, and she does not stand in
    :raises OldPage: if the hash is another one
    :raises CommentMissing: for a return without a word
    """
    locked = Approval.objects.select_for_update(of=("self",), no_key=True).select_related("drafter").get(pk=approval.pk)
    if not locked.is_open:
        raise AlreadyDecided
    step = _seat_of(locked, by, now)
    if sha256 != locked.sha256:
        raise OldPage
    if decision == Decision.SKIPPED:
        raise NotHerTurn
    comment = comment.strip()
    if decision == Decision.RETURNED and not comment:
        raise CommentMissing
    step.decision, step.comment, step.at = decision, comment[:500], now
    step.save(update_fields=["official", "acting_for", "decision", "comment", "at"])
    _follow(locked, step, by=by, now=now)
    approval.state, approval.decided_at = locked.state, locked.decided_at
    return step


def _seat_of(approval: Approval, by: User, now: datetime) -> ApprovalStep:
    """The step that is to be decided next, taken by whoever may."""
    official = official_of(by)
    waiting = approval.steps.select_related("official").filter(decision="").order_by("position")
    step = waiting.first()
    if official is None or step is None or official.pk == approval.drafter_id:
        raise NotHerTurn
    if step.official_id != official.pk:
        _stand_in(approval, step, official, now)
    if step.role == ApprovalStep.Role.APPROVE and not may_approve(official, subject(approval.subject).roles):
        raise NotHerTurn("결재할 권한이 없습니다.")
    return step


def _stand_in(approval: Approval, step: ApprovalStep, official: Official, now: datetime) -> None:
    if step.official_id not in absentees_of(official, on=day_in_korea(now)):
        raise NotHerTurn
    if approval.steps.filter(official=official).exists():
        raise NotHerTurn("이 결재선에 이미 들어 있어 대신 결재할 수 없습니다.")
    step.acting_for, step.official = step.official, official


def _follow(approval: Approval, step: ApprovalStep, *, by: User, now: datetime) -> None:
    note = f"{step.comment} (대결: {step.acting_for.display_name})" if step.acting_for else step.comment
    if step.decision == Decision.RETURNED:
        _log(approval, What.RETURNED, by, now, note)
        _end(approval, Approval.State.RETURNED, by=by, now=now)
        return
    is_review = step.role == ApprovalStep.Role.REVIEW
    _log(approval, What.REVIEWED if is_review else What.APPROVED, by, now, note)
    left = approval.steps.filter(decision="")
    if step.is_final:
        left.update(decision=Decision.SKIPPED, at=now)
    if left.exists():
        telling.tell_next(approval, now=now)
    else:
        _end(approval, Approval.State.APPROVED, by=by, now=now)


def _log(approval: Approval, what: What, by: User, now: datetime, note: str) -> None:
    ApprovalEvent.objects.create(approval=approval, what=what, by=by, at=now, note=note.strip()[:500])


def _end(approval: Approval, state: str, *, by: User, now: datetime) -> None:
    approval.state, approval.decided_at = state, now
    approval.save(update_fields=["state", "decided_at"])
    handler_of(approval.subject)(approval=approval, by=by, now=now)
    approval.refresh_from_db(fields=["state", "decided_at"])
    if approval.state == state:  # else its owner found it void, and the drafter knows already
        telling.tell_drafter(approval, now=now)
