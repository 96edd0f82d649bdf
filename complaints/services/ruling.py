"""Officials' rules in force: a broken one is switched off where it stands, with its reason, and its owner is told."""

from dataclasses import dataclass
from datetime import datetime

import structlog
from django.db import transaction
from django.db.models import QuerySet

from complaints import routing, routing_queries
from complaints.models import Category, RoutingRule
from complaints.services import alarming
from portal.accounts.models import Official
from portal.core.clock import day_in_korea

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Ruled:
    """A decision, the rule that made it if one did, and the router as it was."""

    decision: routing.Decision
    rule: RoutingRule | None
    router: routing_queries.Router


@transaction.atomic
def decide(text: str, *, place: str, dong: str, category: Category | None = None, now: datetime) -> Ruled:
    """
    Ask the router, with the rules in force. A category that was named is taken at its word.

    A rule that would decide and cannot any more is switched off, and the next one is asked.
    """
    while True:
        router = routing_queries.router()
        decision = router.decide(text, place=place, dong=dong, on=day_in_korea(now), category=category)
        if decision.rule is None:
            return Ruled(decision, None, router)
        row = _rules().filter(pk=decision.rule.pk).first()
        if row is None:  # deleted meanwhile: the next look at the stamp knows
            continue
        trouble = trouble_of(row)
        if not trouble:
            return Ruled(decision, row, router)
        _switch_off(row, trouble, now=now)


@transaction.atomic
def switch_off_broken(*, now: datetime) -> int:
    """Look through all rules for what has become of them; also those that no text has met. How many went off."""
    broken = [(row, trouble_of(row)) for row in _rules().filter(is_active=True).order_by("ordinal")]
    for row, trouble in broken:
        if trouble:
            _switch_off(row, trouble, now=now)
    return sum(bool(trouble) for _, trouble in broken)


def trouble_of(row: RoutingRule) -> str:
    """Why a rule cannot do what it was made for, in a sentence; empty if it can."""
    problem = routing_queries.rule_of(row).problem
    if problem:
        return problem
    if not row.department.is_active:
        return f"{row.department.name}: 지금 운영하지 않는 부서입니다."
    if row.category is not None and not row.category.is_active:
        return f"{row.category.name}: 쓰지 않는 분류입니다."
    officer = row.officer
    if officer is None:
        return ""
    if not (officer.is_active and officer.user.is_active):
        return f"{officer.display_name}: 지금 일하지 않는 공무원입니다."
    if officer.department_id != row.department_id:
        return f"{officer.display_name}: {row.department.name} 소속이 아닙니다."
    return ""


def _rules() -> QuerySet[RoutingRule]:
    return RoutingRule.objects.select_related("department", "category__department", "dong", "officer__user", "owner")


def _switch_off(row: RoutingRule, trouble: str, *, now: datetime) -> None:
    changed = RoutingRule.objects.filter(pk=row.pk, is_active=True).update(is_active=False, trouble=trouble[:200])
    if not changed:
        return
    _log.warning("routing_rule_switched_off", rule=row.pk, ordinal=row.ordinal)
    owner = Official.objects.select_related("user", "department").filter(user=row.owner_id).first()
    if owner is not None:
        alarming.rule_off(owner, ordinal=row.ordinal, trouble=trouble, pk=row.pk, now=now)
