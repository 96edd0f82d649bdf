"""What can be asked of a case and what is counted of it: one definition for lists, statistics and the rollup."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Literal

from django.db.models import Exists, F, OuterRef, Q

from complaints.models import Assignment, Satisfaction
from complaints.workflow import Clock, Stage
from portal.core.workdays import start_of

_A_DAY = timedelta(days=1)
# How long a case took from 접수 to its end, in days; the last has no bound.
TOOK: Mapping[str, tuple[str, tuple[int, int | None]]] = {
    "1": ("하루 안", (0, 1)),
    "3": ("1~3일", (1, 3)),
    "7": ("3~7일", (3, 7)),
    "14": ("7~14일", (7, 14)),
    "more": ("14일 넘게", (14, None)),
}


def _took(value: str) -> Q:
    least, most = TOOK[value][1]
    found = Q(ended_at__gte=F("received_at") + least * _A_DAY)
    return found if most is None else found & Q(ended_at__lt=F("received_at") + most * _A_DAY)


def _between(column: str, sign: str, shift: timedelta) -> Callable[[date], Q]:
    return lambda day: Q(**{f"{column}__{sign}": start_of(day + shift)})


def _kept(column: str) -> Callable[[str], Q]:
    in_time = Q(ended_at__lt=F(column))
    return lambda value: in_time if value == "yes" else Q(ended_at__gte=F(column))


def _how(value: str) -> Q:
    reasons = [Assignment.Reason.RULE, Assignment.Reason.MODEL] if value == "auto" else [Assignment.Reason.TRIAGE]
    return Q(Exists(Assignment.objects.filter(complaint=OuterRef("pk"), reason__in=reasons)))


def _score(value: str) -> Q:
    return Q(Exists(Satisfaction.objects.filter(complaint=OuterRef("pk"), round=OuterRef("round"), score=value)))


def conditions(now: datetime) -> Mapping[str, Callable[[Any], Q]]:
    """What each filter of the worklist asks of a case; `now` decides what is overdue."""
    return {
        **{name: _equal(name) for name in ("stage", "category", "dong", "department", "channel", "outcome")},
        "filed_from": _between("submitted_at", "gte", timedelta()),
        "filed_until": _between("submitted_at", "lt", _A_DAY),
        "ended_from": _between("ended_at", "gte", timedelta()),
        "ended_until": _between("ended_at", "lt", _A_DAY),
        "urgent": lambda _: Q(priority=1),
        "overdue": lambda _: Q(is_open=True, clock=Clock.RUNNING, due_at__lte=now),
        "paused": lambda _: Q(clock=Clock.PAUSED),
        "reopened": lambda _: Q(round__gt=1),
        "kept": _kept("due_at"),
        "promised": _kept("promised_due_at"),
        "who": lambda index: Q(phone_index=bytes.fromhex(index)),
        "took": _took,
        "how": _how,
        "rerouted": lambda _: Q(rerouted_count__gt=0),
        "score": _score,
    }


def _equal(name: str) -> Callable[[str], Q]:
    return lambda value: Q(**{name: value})


Basis = Literal["filed", "ended"]
_DONE = {"stage": Stage.RESOLVED.value}


@dataclass(frozen=True, slots=True)
class Measure:
    """A figure: counted on the day of filing or of ending, over the cases that the worklist's filters find."""

    label: str
    basis: Basis
    filters: Mapping[str, str] = field(default_factory=dict)

    def condition(self, now: datetime) -> Q:
        """What a case must satisfy to be counted."""
        asked = conditions(now)
        found = Q()
        for name, value in self.filters.items():
            found &= asked[name](value)
        return found


MEASURES: Mapping[str, Measure] = {
    "filed": Measure("들어온 민원", "filed"),
    "triaged": Measure("사람이 분류", "filed", {"how": "triage"}),
    "auto": Measure("자동 배정", "filed", {"how": "auto"}),
    "auto_moved": Measure("자동 배정 뒤 옮김", "filed", {"how": "auto", "rerouted": "1"}),
    "resolved": Measure("처리 완료", "ended", _DONE),
    "kept": Measure("법정 기한 안", "ended", {**_DONE, "kept": "yes"}),
    "late": Measure("법정 기한 지남", "ended", {**_DONE, "kept": "no"}),
    "promise_kept": Measure("처음 약속 안", "ended", {**_DONE, "promised": "yes"}),
    "promise_late": Measure("처음 약속 지남", "ended", {**_DONE, "promised": "no"}),
    **{f"took_{name}": Measure(label, "ended", {**_DONE, "took": name}) for name, (label, _) in TOOK.items()},
    **{f"score_{score}": Measure(f"{score}점", "ended", {**_DONE, "score": str(score)}) for score in range(1, 6)},
}
DAY_OF: Mapping[Basis, str] = {"filed": "submitted_at", "ended": "ended_at"}


def of_basis(basis: Basis) -> dict[str, Measure]:
    """The measures that are counted on the same day."""
    return {name: measure for name, measure in MEASURES.items() if measure.basis == basis}


def within(basis: Basis, first_on: date, last_on: date) -> Q:
    """Filed or ended on one of the days, as Korea counts days."""
    column = DAY_OF[basis]
    return Q(**{f"{column}__gte": start_of(first_on), f"{column}__lt": start_of(last_on + _A_DAY)})
