"""Figures of the chat over a period: from the turns while they are there, from the hourly counts afterwards."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet
from django.db.models.functions import ExtractHour, TruncDate

from chatbot.measures import MEASURES
from chatbot.models import Draft, Faq, Handover, HourCount, SampledTurn, Turn
from portal.core.clock import KST, day_in_korea
from portal.core.workdays import start_of

FEWEST_PEOPLE = 5  # smaller cells of an export are hidden
TOP_TOPICS = 12
_DAY = timedelta(days=1)
Slot = tuple[date, int]


@dataclass(frozen=True, slots=True)
class Figures:
    """Every measure of a period: in all, by day, and by weekday and hour."""

    total: Counter[str] = field(default_factory=Counter)
    by_day: dict[date, Counter[str]] = field(default_factory=dict)
    by_hour: dict[tuple[int, int], int] = field(default_factory=dict)

    def add(self, slot: Slot, measure: str, value: int) -> None:
        """Count something of one hour."""
        on, hour = slot
        self.total[measure] += value
        self.by_day.setdefault(on, Counter())[measure] += value
        if measure == "turns":
            self.by_hour[on.weekday(), hour] = self.by_hour.get((on.weekday(), hour), 0) + value


@dataclass(frozen=True, slots=True)
class Speed:
    """How long answers took, in milliseconds."""

    p50: int
    p95: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What officials found in the weekly samples of a period."""

    count: int
    right_count: int
    direct_count: int

    @property
    def percent(self) -> float | None:
        """Right at once or after one tap, of those that were the office's business and could be judged."""
        return round(100 * self.right_count / self.count, 1) if self.count else None


def figures(*, first_on: date, last_on: date, now: datetime) -> Figures:
    """What the period brought; days whose turns are gone come from the hourly counts."""
    found = Figures()
    kept_from = day_in_korea(now) - timedelta(days=settings.CHATBOT_TURN_RETENTION_DAYS)
    rolled = HourCount.objects.filter(on__gte=first_on, on__lte=min(last_on, kept_from - _DAY))
    for on, hour, measure, value in rolled.values_list("on", "hour", "measure", "value"):
        found.add((on, hour), measure, value)
    for slot, measure, value in counted(max(first_on, kept_from), last_on):
        found.add(slot, measure, value)
    return found


def counted(first_on: date, last_on: date) -> list[tuple[Slot, str, int]]:
    """Each measure of each hour of the days, counted from the rows themselves."""
    wanted = {name: Count("pk", filter=one.condition, distinct=True) for name, one in MEASURES.items()}
    lines = _hourly(within(Turn.objects.all(), "asked_at", first_on, last_on), "asked_at").annotate(**wanted)
    found = [((line["on"], line["hour"]), name, line[name]) for line in lines for name in MEASURES if line[name]]
    handovers = within(Handover.objects.exclude(state=Handover.State.OFFERED), "asked_at", first_on, last_on)
    filed = within(Draft.objects.filter(state=Draft.State.FILED), "changed_at", first_on, last_on)
    for name, rows, column in (("handovers", handovers, "asked_at"), ("filed", filed, "changed_at")):
        found += [
            ((line["on"], line["hour"]), name, line["n"]) for line in _hourly(rows, column).annotate(n=Count("pk"))
        ]
    return found


def within(rows: QuerySet[Any], column: str, first_on: date, last_on: date) -> QuerySet[Any]:
    """The rows of those days, as Korea counts them."""
    return rows.filter(**{f"{column}__gte": start_of(first_on), f"{column}__lt": start_of(last_on + _DAY)})


def _hourly(rows: QuerySet[Any], column: str) -> QuerySet[Any]:
    return rows.order_by().values(on=TruncDate(column, tzinfo=KST), hour=ExtractHour(column, tzinfo=KST))


def speed(*, first_on: date, last_on: date) -> Speed | None:
    """Median and 95th percentile of the turns that are still there."""
    rows = within(Turn.objects.filter(MEASURES["turns"].condition), "asked_at", first_on, last_on)
    times = list(rows.order_by("latency_ms").values_list("latency_ms", flat=True))
    return Speed(times[len(times) // 2], times[int(len(times) * 0.95)]) if times else None


def topics(*, first_on: date, last_on: date) -> list[tuple[Faq, int]]:
    """The answers given most often, at once or after a tap."""
    given = within(Turn.objects.filter(decision=Turn.Decision.DIRECT), "asked_at", first_on, last_on)
    rows = given.order_by().values_list("faq").annotate(n=Count("pk")).order_by("-n", "faq")[:TOP_TOPICS]
    counts = dict(rows)
    found = Faq.objects.in_bulk(list(counts))
    return [(found[pk], count) for pk, count in counts.items()]


def abandoned(*, first_on: date, last_on: date) -> list[tuple[str, str, int]]:
    """Where forms were left: petition, slot, how many."""
    over = Draft.objects.filter(state__in=[Draft.State.ABANDONED, Draft.State.EXPIRED]).exclude(current_slot="")
    rows = within(over, "changed_at", first_on, last_on).order_by().values_list("petition_code", "current_slot")
    return [
        (code, slot, count) for code, slot, count in rows.annotate(n=Count("pk")).order_by("-n", "petition_code")[:20]
    ]


def judged(*, first_on: date, last_on: date) -> Judged:
    """The blind verdicts of the weeks that begin in the period."""
    verdict = SampledTurn.Verdict
    ours = SampledTurn.objects.filter(week_on__gte=first_on - 6 * _DAY, week_on__lte=last_on).filter(
        verdict__in=[verdict.DIRECT, verdict.ONE_TAP, verdict.WRONG]
    )
    counts = ours.aggregate(
        all=Count("pk"),
        wrong=Count("pk", filter=Q(verdict=verdict.WRONG)),
        direct=Count("pk", filter=Q(verdict=verdict.DIRECT)),
    )
    return Judged(counts["all"], counts["all"] - counts["wrong"], counts["direct"])
