"""The stored facts that a due date follows from, for one case or for thousands. Nothing here writes."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db.models import Q, QuerySet

from complaints import deadlines
from complaints.deadlines import Due, Lost, Period, Unit, due, due_at, lost_to
from complaints.models import (
    Complaint,
    Exclusion,
    Extension,
    OutageWindow,
    StageChange,
    SupplementRequest,
    Transfer,
)
from complaints.wording import moment_words
from portal.accounts.queries import calendar
from portal.core.workdays import Calendar

SUPPLEMENT = "보완(시행령 §20)"
TRANSFER = "다른 기관에 다녀온 기간"
ASKING = ("ask_extension", "grant_extension", "refuse_extension")


@dataclass(frozen=True, slots=True)
class Case:
    """What a running case counts from."""

    pk: int
    received_at: datetime
    round: int
    period: Period
    department_id: int | None


@dataclass(frozen=True, slots=True)
class Facts:
    """What was left out of a case's period, and what it was extended by."""

    exclusions: Sequence[deadlines.Exclusion] = ()
    extensions: Sequence[Period] = ()


NO_FACTS = Facts()


def case_of(complaint: Complaint) -> Case | None:
    """The case as the clock sees it; None before 접수."""
    if complaint.received_at is None:
        return None
    period = Period(complaint.period_value or 0, Unit(complaint.period_unit))
    return Case(complaint.pk, complaint.received_at, complaint.round, period, complaint.department_id)


def facts_of(cases: Collection[Case], *, among: QuerySet[Complaint] | None = None) -> Mapping[int, Facts]:
    """
    The facts of many cases by number of row, in four queries; a case without any is not in it.

    :param among: cases that hold these, so that thousands are found by a condition and not by a list
    """
    exclusions: dict[int, list[deadlines.Exclusion]] = defaultdict(list)
    extensions: dict[int, list[Period]] = defaultdict(list)
    by_pk = {case.pk: case for case in cases}
    owners = Q(complaint__in=by_pk) if among is None else Q(complaint__in=among.values("pk"))
    for pk, gap in _left_out(owners):
        if pk in by_pk and gap.starts_at >= by_pk[pk].received_at:  # an earlier round's is over
            exclusions[pk].append(gap)
    extended = Extension.objects.filter(owners).order_by("complaint", "ordinal")
    for pk, round_, value, unit in extended.values_list("complaint", "round", "value", "unit"):
        if pk in by_pk and round_ == by_pk[pk].round:
            extensions[pk].append(Period(value, Unit(unit)))
    return {pk: Facts(exclusions[pk], extensions[pk]) for pk in exclusions.keys() | extensions.keys()}


def _left_out(owners: Q) -> Iterable[tuple[int, deadlines.Exclusion]]:
    supplements = SupplementRequest.objects.filter(owners)
    for pk, begin, end in supplements.values_list("complaint", "asked_at", "ended_at"):
        yield pk, deadlines.Exclusion(begin, end, SUPPLEMENT)
    transfers = Transfer.objects.filter(owners)
    for pk, begin, end in transfers.values_list("complaint", "sent_at", "bounced_at"):
        yield pk, deadlines.Exclusion(begin, end, TRANSFER)
    for one in Exclusion.objects.filter(owners):
        reason = f"{one.get_reason_display()}(시행령 §20)"
        yield one.complaint_id, deadlines.Exclusion(one.starts_at, one.ends_at, reason)


def outages_of(department_id: int | None) -> list[deadlines.Exclusion]:
    """The outages that are over and concern a department: everybody's and its own."""
    windows = OutageWindow.objects.filter(Q(department=None) | Q(department=department_id), ends_at__isnull=False)
    rows = windows.order_by("starts_at").values_list("starts_at", "ends_at", "reason")
    return [deadlines.Exclusion(begin, end, f"정보시스템 장애: {reason}") for begin, end, reason in rows]


class Reckoner:
    """Due dates of any number of cases by one calendar; the outages of each department are read once."""

    def __init__(self, cal: Calendar) -> None:
        self.cal = cal
        self._lost: dict[int | None, Lost] = {}

    def due_at(self, case: Case, facts: Facts) -> datetime:
        """The moment from which the case is overdue."""
        return due_at(
            self.cal,
            case.received_at,
            case.period,
            exclusions=facts.exclusions,
            extensions=facts.extensions,
            lost=self.lost_to(case.department_id),
        )

    def lost_to(self, department_id: int | None) -> Lost:
        """What outages took from the cases of a department."""
        if department_id not in self._lost:
            found = outages_of(department_id)
            self._lost[department_id] = lost_to(self.cal, found, least_minutes=settings.COMPLAINTS_OUTAGE_DAY_MINUTES)
        return self._lost[department_id]


def why_due(complaint: Complaint) -> Due | None:
    """The due date day by day, from the same function and the same facts that set it; None before 접수."""
    case = case_of(complaint)
    if case is None:
        return None
    facts = facts_of([case]).get(case.pk, NO_FACTS)
    return due(
        calendar(),
        case.received_at,
        case.period,
        exclusions=facts.exclusions,
        extensions=facts.extensions,
        outages=outages_of(case.department_id),
        outage_day_minutes=settings.COMPLAINTS_OUTAGE_DAY_MINUTES,
    )


def pending_extension(complaint: Complaint) -> StageChange | None:
    """The second extension the citizen has been asked to agree to and has not answered yet."""
    if complaint.received_at is None or not complaint.is_open:
        return None
    asked = StageChange.objects.filter(complaint=complaint, step__in=ASKING, at__gte=complaint.received_at)
    last = asked.order_by("-seq").first()
    return last if last is not None and last.step == "ask_extension" else None


def extensions_of(complaint: Complaint) -> list[Extension]:
    """How this round was extended, in order."""
    return list(Extension.objects.filter(complaint=complaint, round=complaint.round).order_by("ordinal"))


def open_exclusions(complaint: Complaint) -> list[Exclusion]:
    """What keeps the clock standing now, beside a supplement."""
    return list(Exclusion.objects.filter(complaint=complaint, ends_at=None).order_by("starts_at"))


@dataclass(frozen=True, slots=True)
class Moved:
    """Once the date became another one without anybody's step on the case, and why."""

    at: datetime
    reason: str
    before: str
    after: str


def moves_of(complaint: Complaint) -> list[Moved]:
    """Each time a changed calendar or an outage moved the date, in order."""
    lines = StageChange.objects.filter(complaint=complaint, step="recalculate").order_by("seq")
    return [
        Moved(
            line.at,
            line.public_text,
            *(
                moment_words(datetime.fromisoformat(str(line.data[name])), complaint)
                for name in ("due_before", "due_after")
            ),
        )
        for line in lines
        if line.data.get("due_after")
    ]


@dataclass(frozen=True, slots=True)
class AskedExtension:
    """What a citizen is asked to agree to, in words."""

    reason: str
    due_after: str


def asked_extension(complaint: Complaint) -> AskedExtension | None:
    """The open question, if there is one."""
    asked = pending_extension(complaint)
    if asked is None:
        return None
    after = moment_words(datetime.fromisoformat(str(asked.data["due_after"])), complaint)
    return AskedExtension(asked.public_text, after)
