"""What a rule would have done to the last cases, before anybody saves it. Reads; writes nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain

from complaints import routing, routing_queries
from complaints.models import Complaint, RoutingRule
from portal.core.phrases import fold

LAST = 500
SHOWN = 20


@dataclass(frozen=True, slots=True)
class Caught:
    """A case the rule would have decided: where it is, and where it would be."""

    number: str
    now_with: str
    would_be_with: str

    @property
    def is_elsewhere(self) -> bool:
        """Whether the rule would have sent it to another department."""
        return self.now_with != self.would_be_with


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """How many of the last cases the rule would have decided, and which of them it would have sent elsewhere."""

    looked_at: int
    caught: Sequence[Caught]

    @property
    def elsewhere(self) -> list[Caught]:
        """Those that would be with another department."""
        return [one for one in self.caught if one.is_elsewhere]

    @property
    def shown(self) -> list[Caught]:
        """The beginning of `elsewhere`, as much as a page holds."""
        return self.elsewhere[:SHOWN]


def rehearse(row: RoutingRule, *, on: date) -> Rehearsal:
    """The rule, saved or not, among the others in force on a day; an earlier one that holds still comes first."""
    mine = routing_queries.rule_of(row)
    others = (
        RoutingRule.objects.filter(is_active=True).exclude(pk=row.pk).select_related("category", "department", "dong")
    )
    rows = sorted(chain(others, [row]), key=lambda one: one.ordinal)
    in_force = [one for one in rows if one is row or routing_queries.is_in_force(one, on)]
    rules = [mine if one is row else routing_queries.rule_of(one) for one in in_force]
    cases = Complaint.objects.select_related("category", "department", "dong").order_by("-submitted_at", "-pk")[:LAST]
    router = routing_queries.router()
    looked_at, caught = 0, []
    for case in cases:
        looked_at += 1
        decision = _decided(case, rules, router)
        if decision.rule is mine:
            now_with = case.department.name if case.department else "부서 미정"
            caught.append(Caught(case.number, now_with, decision.department))
    return Rehearsal(looked_at, caught)


def _decided(case: Complaint, rules: Sequence[routing.Rule], router: routing_queries.Router) -> routing.Decision:
    """What the rules make of a case; the category is the one it has, or the one its words point to."""
    dong = case.dong.code if case.dong else ""
    if case.category is not None:
        return routing.chosen(case.category.code, "", text=case.body, rules=rules, dong=dong)
    plain = router.decide(case.body, place=case.address)
    return routing.ruled(plain, rules, fold(routing.normalise(case.body)), dong)
