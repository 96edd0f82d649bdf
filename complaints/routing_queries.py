"""What the router knows, as officials keep it: read once per process, again when the stamp in the database changed."""

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import structlog
from django.db.models import QuerySet

from complaints import routing
from complaints.models import Category, CategoryKeyword, Complaint, RouterVersion, RoutingRule
from complaints.models.stamping import RoutingStamp
from portal.accounts.models import Department, User
from portal.core import learning

_log = structlog.get_logger(__name__)

REFERENCE = Path(__file__).resolve().parent / "reference"
SHIPPED = 0  # the version of an installation that has not been set up: the weights that ship
WORDS_ALONE = "분류 모델을 읽지 못해 낱말만으로 부서를 정하고 있습니다."


class Dated(Protocol):
    """What holds between two days."""

    active_from: date | None
    active_until: date | None


def is_in_force(one: Dated, day: date) -> bool:
    """Whether it holds on a day; an empty end is open."""
    return (one.active_from is None or one.active_from <= day) and (one.active_until is None or day <= one.active_until)


@dataclass(slots=True)
class DatedRule:
    """A rule and the days on which it holds."""

    rule: routing.Rule
    active_from: date | None
    active_until: date | None


@dataclass(frozen=True, slots=True)
class Version:
    """Weights and the threshold that belongs to them; `trouble` says why there are none."""

    pk: int
    threshold: float
    model: learning.Model | None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Router:
    """Rules, words and weights of one moment."""

    lexicon: routing.Lexicon
    version: Version
    rules: tuple[DatedRule, ...] = field(default=())

    def decide(
        self,
        text: str,
        *,
        place: str = "",
        dong: str = "",
        on: date | None = None,
        category: Category | None = None,
    ) -> routing.Decision:
        """The department for a text, or for a category somebody named; without a day no rule is asked."""
        rules = [one.rule for one in self.rules if on and is_in_force(one, on)]
        if category is not None:
            return routing.chosen(category.code, category.department.name, text=text, rules=rules, dong=dong)
        return routing.decide(
            text,
            place=place,
            lexicon=self.lexicon,
            model=self.version.model,
            rules=rules,
            dong=dong,
            threshold=self.version.threshold,
        )

    def why(self, decision: routing.Decision, text: str) -> dict[str, object]:
        """Everything a decision rests on; `decided_by` reads it back."""
        model = self.version.model
        pieces = model.strongest(routing.normalise(text), decision.category) if model else []
        return {
            "probability": round(decision.probability, 4),
            "threshold": decision.threshold,
            "top3": [[one.department, one.category, round(one.probability, 4)] for one in decision.top3],
            "words": [[one.written, one.weight] for one in decision.why],
            "pieces": [[piece[1:].strip("<>"), round(weight, 4)] for piece, weight in pieces],
            "rule": decision.rule.pk if decision.rule else None,
            "scores": {code: [round(value, 6) for value in pair] for code, pair in decision.scores.items()},
            "departments": {code: self.lexicon.departments[code] for code in decision.scores},
        }


def decided_by(figures: Mapping[str, Any]) -> str:
    """The department that stored figures lead to, worked out again from them alone; '' if no word decided."""
    scores = {code: (said, heard) for code, (said, heard) in figures["scores"].items()}
    top3 = routing.ranked(scores, figures["departments"])
    return top3[0].department if top3 and top3[0].probability >= figures["threshold"] else ""


_lock = threading.Lock()
_routers: dict[object, Router] = {}  # one at most: the newest
_versions: dict[tuple[int, bytes], Version] = {}  # one at most: reading weights takes a tenth of a second


def router() -> Router:
    """
    The router as the database has it now; two small queries tell whether what this process remembers still holds.

    The stamp is read before the rest, so that what is read may be newer than the stamp and never older.
    """
    stamp, departments = _stamp()
    with _lock:
        known = _routers.get((stamp, frozenset(departments.items())))
    if known is not None:
        return known
    read = Router(_lexicon(departments), _version(), _rules())
    if stamp is not None:
        with _lock:
            _routers.clear()
            _routers[stamp, frozenset(departments.items())] = read
    return read


def _stamp() -> tuple[object, dict[int, str]]:
    departments = dict(Department.objects.filter(is_active=True).values_list("pk", "name"))
    return RoutingStamp.objects.values_list("value", flat=True).first(), departments


def _lexicon(departments: Mapping[int, str]) -> routing.Lexicon:
    used = Category.objects.filter(is_active=True, department__in=departments).values_list("code", "department")
    owners = {code: departments[department] for code, department in used}
    rows = CategoryKeyword.objects.filter(category__code__in=owners).values_list("category__code", "text", "weight")
    return routing.Lexicon([routing.Keyword(*row) for row in rows.order_by("pk")], owners)


def _rules() -> tuple[DatedRule, ...]:
    rows = RoutingRule.objects.filter(is_active=True).select_related("category", "department", "dong")
    return tuple(DatedRule(rule_of(row), row.active_from, row.active_until) for row in rows.order_by("ordinal"))


def rule_of(row: RoutingRule) -> routing.Rule:
    """A rule as the router reads it."""
    return routing.Rule(
        row.department.name,
        words=tuple(row.words),
        category=row.category.code if row.category else "",
        dong=row.dong.code if row.dong else "",
        note=row.note,
        pk=row.pk or 0,
    )


def _version() -> Version:
    """The active version; before the first setup, the weights that ship. Broken weights leave the words alone."""
    row = RouterVersion.objects.filter(state=RouterVersion.State.ACTIVE).only("pk", "sha256", "threshold").first()
    key = (row.pk, bytes(row.sha256)) if row else (SHIPPED, _mark_of_shipped())
    with _lock:
        known = _versions.get(key)
    if known is not None:
        return known
    read = _read(row) if row else _shipped()
    if read.trouble:
        _log.error("router_weights_unusable", version=read.pk, trouble=read.trouble)
    with _lock:
        _versions.clear()
        _versions[key] = read
    return read


def _read(row: RouterVersion) -> Version:
    weights = bytes(row.weights)
    if hashlib.sha256(weights).digest() != bytes(row.sha256):
        return Version(row.pk, routing.AUTOMATIC, None, WORDS_ALONE)
    try:
        return Version(row.pk, row.threshold, learning.unpacked(weights))
    except learning.NotUnderstood:
        return Version(row.pk, routing.AUTOMATIC, None, WORDS_ALONE)


def _mark_of_shipped() -> bytes:
    """Another file, or none, is another version."""
    path = REFERENCE / "router.npz"
    return f"{path} {path.stat().st_mtime_ns}".encode() if path.exists() else b""


def _shipped() -> Version:
    try:
        return Version(SHIPPED, routing.AUTOMATIC_WITH_MODEL, learning.read_model(REFERENCE / "router.npz"))
    except learning.NotUnderstood:
        return Version(SHIPPED, routing.AUTOMATIC, None, WORDS_ALONE)


def trouble() -> str:
    """What is wrong with the router, for the check and the board; empty if nothing is."""
    return router().version.trouble


def rules_gone_off(user: User) -> QuerySet[RoutingRule]:
    """The rules of an official that the portal had to switch off; an administrator's are everybody's."""
    off = RoutingRule.objects.filter(is_active=False).exclude(trouble="")
    return off if user.has_perm("complaints.delete_routingrule") else off.filter(owner=user)


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One button of the triage queue: a department, its best category, and how likely the router finds it."""

    category: Category
    percent: int

    @property
    def department(self) -> Department:
        """Where the button sends the case."""
        return self.category.department


def suggestions_of(complaint: Complaint) -> list[Suggestion]:
    """The three likeliest departments of a case that waits for triage, the best first; possibly none."""
    return suggestions_for([complaint])[complaint.pk]


def suggestions_for(complaints: list[Complaint]) -> dict[int, list[Suggestion]]:
    """The same for a page of cases: a constant number of queries, about two milliseconds a case."""
    known = router()
    found = {one.pk: known.decide(one.body, place=one.address).top3 for one in complaints}
    codes = {choice.category for choices in found.values() for choice in choices}
    categories = Category.objects.select_related("department").in_bulk(codes, field_name="code")
    return {
        pk: [Suggestion(categories[one.category], round(100 * one.probability)) for one in choices]
        for pk, choices in found.items()
    }
