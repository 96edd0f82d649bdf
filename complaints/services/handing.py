"""Which officer has a complaint: the one on duty with the least to do, or whom the head names."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction

from complaints.models import Assignment, Complaint, StageChange
from complaints.services import alarming
from complaints.services.onduty import (
    ALWAYS,
    NotAvailable,
    candidates_for,
    check_available,
    who_knows,
)
from complaints.services.stepping import Told, allowed_actor, take
from complaints.sharing import Known, choose
from complaints.workflow import step_named
from portal.accounts.models import Department, Official, User

__all__ = ["NotAvailable", "Why", "assign", "check_available", "hand_over", "keep_why", "reassign", "share"]


@dataclass(frozen=True, slots=True)
class Why:
    """What decided an assignment: the sentence people read and the figures that reproduce it."""

    reason: str = Assignment.Reason.MANUAL
    sentence: str = ""
    figures: dict[str, Any] = field(default_factory=dict)
    router_version: int | None = None


def keep_why(complaint: Complaint, why: Why, *, by: User | None, now: datetime) -> None:
    """Write down who has the case now, and why."""
    if complaint.department is None:
        raise ValueError("only a placed complaint has an assignment")
    Assignment.objects.create(
        complaint=complaint,
        department=complaint.department,
        officer=complaint.officer,
        reason=why.reason,
        explanation=why.sentence,
        breakdown=why.figures,
        router_version_id=why.router_version,
        by=by,
        at=now,
    )


@transaction.atomic
def share(complaint: Complaint, *, now: datetime, wanted: Official | None = None) -> StageChange | None:
    """
    Give a routed complaint to the officer of its department with the least to do, or to the one who knows the matter.

    `wanted` is the officer a rule names: hers if she is there. None if nobody can take it: the head and whoever stands
    in for those away are told. The department's row is locked: two complaints at once are counted one after the other.
    """
    Department.objects.select_for_update(of=("self",), no_key=True).get(complaints=complaint)
    known = Known(wanted.pk, "배정 규칙이 정한 담당자여서", ALWAYS) if wanted else who_knows(complaint, now=now)
    choice = choose(candidates_for(complaint, now=now), known=known)
    if choice is None:
        alarming.nobody_there(complaint, now=now)
        return None
    officer = Official.objects.get(pk=choice.official_id)
    reason = Assignment.Reason.BALANCE
    if choice.is_sticky:
        reason = Assignment.Reason.RULE if wanted else Assignment.Reason.STICKY
    why = Why(reason, choice.explanation, choice.breakdown)
    return _hand(complaint, "assign", officer, why=why, by=None, now=now)


@transaction.atomic
def assign(
    complaint: Complaint, *, officer: Official, by: User, now: datetime, version: int | None = None
) -> StageChange:
    """
    The head names an officer for a routed complaint.

    :raises NotAvailable: if the officer is of another department, not on duty or away
    """
    allowed_actor(step_named("assign"), complaint, by=by)
    check_available(officer, complaint, now=now)
    why = Why(Assignment.Reason.MANUAL, "부서장이 지정했습니다.")
    return _hand(complaint, "assign", officer, why=why, by=by, now=now, version=version)


@transaction.atomic
def reassign(
    complaint: Complaint, *, officer: Official, reason: str, by: User, now: datetime, version: int | None = None
) -> StageChange:
    """
    Hand a complaint over to a colleague, with a note for the next one.

    :raises NotAvailable: if the officer is the same, of another department, not on duty or away
    """
    allowed_actor(step_named("reassign"), complaint, by=by)
    if complaint.officer_id == officer.pk:
        raise NotAvailable("이미 담당하고 있는 공무원입니다.")
    check_available(officer, complaint, now=now)
    why = Why(Assignment.Reason.HANDOVER, reason)
    return _hand(complaint, "reassign", officer, why=why, by=by, now=now, version=version)


def hand_over(complaint: Complaint, officer: Official, *, why: Why, by: User, now: datetime) -> StageChange:
    """Give a case in work to somebody chosen by the caller, who has looked whether she is there."""
    return _hand(complaint, "reassign", officer, why=why, by=by, now=now)


def _hand(
    complaint: Complaint,
    step: str,
    officer: Official,
    *,
    why: Why,
    by: User | None,
    now: datetime,
    version: int | None = None,
) -> StageChange:
    change = take(
        complaint,
        step,
        by=by,
        now=now,
        version=version,
        given={"officer": officer, "reason": why.sentence},
        changes={"officer": officer},
        told=Told(internal=why.sentence),
    )
    keep_why(complaint, why, by=by, now=now)
    return change
