"""Which department has a complaint: the router's word when it is sure, people's otherwise."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.conf import settings
from django.db import transaction

from complaints import queries, routing
from complaints.models import Assignment, Category, Complaint, StageChange
from complaints.services import alarming, ruling, telling, training
from complaints.services.handing import NotAvailable, Why, keep_why, share
from complaints.services.passing import check_hours
from complaints.services.stepping import Told, TooMany, allowed_actor, take
from complaints.workflow import Actor, step_named
from portal.accounts.models import Department, Official, User
from portal.core.hangul import josa

REROUTES = 3  # from the next one on the examiner decides
USUAL_PRIORITY = 3
CHOSEN = "민원인이 고른 분류입니다."


@dataclass(frozen=True, slots=True)
class Direction:
    """Where a case goes: a department if that is sure, the officer a rule names, and how urgent it sounds."""

    category: Category | None = None
    department: Department | None = None
    officer: Official | None = None
    priority: int = USUAL_PRIORITY
    why: Why = field(default_factory=Why)


def direction_of(text: str, *, place: str, category: Category | None, dong: str = "", now: datetime) -> Direction:
    """Ask the rules and the router; a category that the citizen chose is taken at its word. `dong` is a code."""
    urgency = routing.urgency_of(text, queries.alarms(), queries.ear())
    priority = urgency.priority if urgency else USUAL_PRIORITY
    found = ruling.decide(text, place=place, dong=dong, category=category, now=now)
    decision, rule = found.decision, found.rule
    if not decision.is_auto:
        return Direction(priority=priority)
    if category is None:
        category = queries.category_of(decision) if decision.category else None
    version = found.router.version.pk or None
    if rule is not None:
        why = Why(Assignment.Reason.RULE, _rule_words(rule.note, rule.department), found.router.why(decision, text))
        return Direction(category, rule.department, rule.officer, priority, why)
    if not decision.scores and category is not None:
        return Direction(category, category.department, None, priority, Why(Assignment.Reason.RULE, CHOSEN))
    if category is None:
        return Direction(priority=priority)
    why = Why(Assignment.Reason.MODEL, _in_words(decision, category), found.router.why(decision, text), version)
    return Direction(category, category.department, None, priority, why)


def _rule_words(note: str, department: Department) -> str:
    """배정 규칙 ‘하천 옆 가로등’에 따라 치수과로 보냅니다."""
    named = f"배정 규칙 ‘{note}’" if note else "배정 규칙"
    return f"{named}에 따라 {josa(department.name, '으로/로')} 보냅니다."


def _in_words(decision: routing.Decision, category: Category) -> str:
    """‘가로등’이라고 쓰셔서 도로과로 보냅니다."""
    where = josa(category.department.name, "으로/로")
    if not decision.why:
        return f"비슷한 글들이 간 길을 따라 {where} 보냅니다."
    return f"{josa(f'‘{decision.why[0].written}’', '이라고/라고')} 쓰셔서 {where} 보냅니다."


def send_on(complaint: Complaint, direction: Direction, *, now: datetime) -> None:
    """Route a received complaint if that is sure, and give it to an officer if one is there."""
    department = direction.department
    if department is not None and department.is_active:
        _place(complaint, "route", department, why=direction.why, wanted=direction.officer, by=None, now=now)
        if complaint.is_urgent and complaint.officer is not None:
            alarming.danger(complaint, now=now)


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
    training.learn_from(complaint, category=category, department=department, by=by, now=now)
    why = Why(Assignment.Reason.TRIAGE, "접수 담당이 분류했습니다.")
    more: dict[str, object] = {"category": category} if category else {}
    return _place(complaint, "route", department, why=why, by=by, now=now, version=version, more=more)


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
    :raises TooLate: if it has been here too long, except for the examiner
    :raises TooMany: if it has been sent around so often that only the examiner may decide
    """
    actor = allowed_actor(step_named("reroute"), complaint, by=by)
    check_hours(complaint, actor, hours=settings.COMPLAINTS_REROUTE_HOURS, now=now)
    if complaint.department_id == department.pk:
        raise NotAvailable(f"이미 {department.name} 민원입니다.")
    training.learn_from(complaint, category=category, department=department, by=by, now=now)
    more = {
        "officer": None,
        "rerouted_count": complaint.rerouted_count + 1,
        **({"category": category} if category else {}),
    }
    why = Why(Assignment.Reason.MANUAL, reason)
    change = _place(complaint, "reroute", department, why=why, by=by, now=now, version=version, more=more)
    if complaint.rerouted_count > REROUTES and change.actor != Actor.EXAMINER:
        raise TooMany("여러 번 옮긴 민원입니다. 민원심사관만 부서를 정할 수 있습니다.")
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
    wanted: Official | None = None,
) -> StageChange:
    """Send it to the department and share it out there. The citizen reads one text, of the last of the two."""
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
        tells=False,
    )
    keep_why(complaint, why, by=by, now=now)
    if share(complaint, now=now, wanted=wanted) is None:
        telling.tell(change, complaint, by=by, now=now)
    return change
