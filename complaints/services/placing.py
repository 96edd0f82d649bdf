"""Which department has a complaint: the router's word when it is sure, people's otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from complaints import queries, routing
from complaints.models import Assignment, Category, Complaint, StageChange
from complaints.services.handing import NotAvailable, Why, keep_why, share
from complaints.services.stepping import Told, TooMany, allowed_actor, take
from complaints.workflow import Actor, step_named
from portal.accounts.models import Department, User
from portal.core.hangul import josa

REROUTES = 3  # from the next one on the examiner decides
USUAL_PRIORITY = 3


@dataclass(frozen=True, slots=True)
class Direction:
    """Where the words point: a department if the router is sure, and how urgent it sounds."""

    category: Category | None = None
    priority: int = USUAL_PRIORITY
    why: Why = field(default_factory=Why)


def direction_of(text: str, *, place: str, category: Category | None) -> Direction:
    """Ask the router; a category that the citizen chose is taken at its word."""
    urgency = routing.urgency_of(text, queries.alarms())
    priority = urgency.priority if urgency else USUAL_PRIORITY
    if category is not None:
        return Direction(category, priority, Why(Assignment.Reason.RULE, "민원인이 고른 분류입니다."))
    decision = routing.decide(text, place=place, lexicon=queries.lexicon(), model=queries.model())
    if not decision.is_auto:
        return Direction(priority=priority)
    found = queries.category_of(decision)
    reason = Assignment.Reason.RULE if decision.rule else Assignment.Reason.MODEL
    return Direction(found, priority, Why(reason, _in_words(decision, found), _figures(decision)))


def _in_words(decision: routing.Decision, category: Category) -> str:
    """‘가로등’이라고 쓰셔서 도로과로 보냅니다."""
    where = josa(category.department.name, "으로/로")
    if not decision.why:
        return f"{decision.rule or '비슷한 글들이 간 길'}에 따라 {where} 보냅니다."
    return f"{josa(f'‘{decision.why[0].written}’', '이라고/라고')} 쓰셔서 {where} 보냅니다."


def _figures(decision: routing.Decision) -> dict[str, object]:
    return {
        "probability": round(decision.probability, 4),
        "top3": [[one.department, one.category, round(one.probability, 4)] for one in decision.top3],
        "words": [[one.written, one.weight] for one in decision.why],
    }


def send_on(complaint: Complaint, direction: Direction, *, now: datetime) -> None:
    """Route a received complaint if the router is sure, and give it to an officer if one is there."""
    category = direction.category
    if category is not None and category.department.is_active:
        _place(complaint, "route", category.department, why=direction.why, by=None, now=now)
        share(complaint, now=now)


@transaction.atomic
def route(
    complaint: Complaint,
    *,
    department: Department,
    category: Category | None = None,
    by: User,
    now: datetime,
    version: int | None = None,
) -> StageChange:
    """
    Triage: an intake clerk says whose case it is. An officer on duty gets it at once.

    :raises NotAvailable: if the department is closed
    """
    why = Why(Assignment.Reason.TRIAGE, "접수 담당이 분류했습니다.")
    more: dict[str, object] = {"category": category} if category else {}
    change = _place(complaint, "route", department, why=why, by=by, now=now, version=version, more=more)
    share(complaint, now=now)
    return change


@transaction.atomic
def reroute(
    complaint: Complaint,
    *,
    department: Department,
    reason: str,
    category: Category | None = None,
    by: User,
    now: datetime,
    version: int | None = None,
) -> StageChange:
    """
    Send a complaint to another department; the clock neither stops nor starts anew.

    :raises NotAvailable: if it is there already, or the department is closed
    :raises TooMany: if it has been sent around so often that only the examiner may decide
    """
    allowed_actor(step_named("reroute"), complaint, by=by)
    if complaint.department_id == department.pk:
        raise NotAvailable(f"이미 {department.name} 민원입니다.")
    more = {
        "officer": None,
        "rerouted_count": complaint.rerouted_count + 1,
        **({"category": category} if category else {}),
    }
    why = Why(Assignment.Reason.MANUAL, reason)
    change = _place(complaint, "reroute", department, why=why, by=by, now=now, version=version, more=more)
    if complaint.rerouted_count > REROUTES and change.actor != Actor.EXAMINER:
        raise TooMany("여러 번 옮긴 민원입니다. 민원심사관만 부서를 정할 수 있습니다.")
    share(complaint, now=now)
    return change


def _place(
    complaint: Complaint,
    step: str,
    department: Department,
    *,
    why: Why,
    by: User | None,
    now: datetime,
    version: int | None = None,
    more: Mapping[str, object] | None = None,
) -> StageChange:
    if not department.is_active:
        raise NotAvailable(f"{josa(department.name, '은/는')} 지금 운영하지 않는 부서입니다.")
    change = take(
        complaint,
        step,
        by=by,
        now=now,
        version=version,
        given={"department": department, "reason": why.sentence},
        changes={"department": department, **(more or {})},
        told=Told(internal=why.sentence),
    )
    keep_why(complaint, why, by=by, now=now)
    return change
