"""Which officer has a complaint: the one on duty with the least to do, or whom the head names."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max, Q

from complaints.models import Assignment, Complaint, Duty, Leave, StageChange
from complaints.services.stepping import Told, allowed_actor, take
from complaints.sharing import Candidate, choose, load_of
from complaints.workflow import step_named
from portal.accounts.models import Department, Official, User
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.core.hangul import josa


class NotAvailable(Refused):
    """The department or the officer cannot take the case now."""


@dataclass(frozen=True, slots=True)
class Why:
    """What decided an assignment: the sentence people read and the figures that reproduce it."""

    reason: str = Assignment.Reason.MANUAL
    sentence: str = ""
    figures: dict[str, Any] = field(default_factory=dict)


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
        by=by,
        at=now,
    )


@transaction.atomic
def share(complaint: Complaint, *, now: datetime) -> StageChange | None:
    """
    Give a routed complaint to the officer of its department with the least to do; None if nobody can take it.

    The department's row is locked: two complaints at once are counted one after the other.
    """
    Department.objects.select_for_update(of=("self",)).get(complaints=complaint)
    choice = choose(_candidates(complaint, now=now))
    if choice is None:
        return None
    officer = Official.objects.get(pk=choice.official_id)
    why = Why(Assignment.Reason.BALANCE, choice.explanation, choice.breakdown)
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
    _check_available(officer, complaint, now=now)
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
    _check_available(officer, complaint, now=now)
    why = Why(Assignment.Reason.HANDOVER, reason)
    return _hand(complaint, "reassign", officer, why=why, by=by, now=now, version=version)


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


def _duties(complaint: Complaint, *, now: datetime) -> Iterable[Duty]:
    """Who is on duty for the case in its department and not away; the duty for its very category comes first."""
    today = day_in_korea(now)
    away = Leave.objects.filter(starts_at__lte=now, ends_at__gt=now).values("official")
    return (
        Duty.objects.filter(
            Q(category=complaint.category_id) | Q(category=None),
            Q(ends_on__gte=today) | Q(ends_on=None),
            starts_on__lte=today,
            official__department=complaint.department_id,
            official__is_active=True,
            official__user__is_active=True,
        )
        .exclude(official__in=away)
        .select_related("official")
        .order_by("category", "pk")  # NULL, any category, sorts last
    )


def _candidates(complaint: Complaint, *, now: datetime) -> list[Candidate]:
    duties: dict[int, Duty] = {}
    for duty in _duties(complaint, now=now):
        duties.setdefault(duty.official_id, duty)
    cases: dict[int, list[tuple[float, int]]] = defaultdict(list)
    held = Complaint.objects.open().filter(officer__in=duties)
    for officer_id, weight, priority in held.values_list("officer", "category__weight", "priority"):
        cases[officer_id].append((weight or 1.0, priority))
    latest = dict(
        Assignment.objects.filter(officer__in=duties)
        .values("officer")
        .annotate(at=Max("at"))
        .values_list("officer", "at")
    )
    return [
        Candidate(
            official_id=official_id,
            name=duty.official.display_name,
            load=load_of(cases[official_id]),
            share=duty.weight,
            open_count=len(cases[official_id]),
            max_open=duty.max_open,
            last_assigned_at=latest.get(official_id),
        )
        for official_id, duty in duties.items()
    ]


def _check_available(officer: Official, complaint: Complaint, *, now: datetime) -> None:
    if not any(duty.official_id == officer.pk for duty in _duties(complaint, now=now)):
        name = josa(officer.display_name, "은/는")
        raise NotAvailable(f"{name} 지금 이 민원을 맡을 수 없습니다 (다른 부서, 담당 아님 또는 부재).")
