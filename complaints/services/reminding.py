"""기한 알림: officials hear once a morning what falls due, citizens how a long case stands. Only in office hours."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import Max, Q

from complaints.models import Complaint, StageChange, SupplementRequest
from complaints.services import alarming
from complaints.services.booking import write_many
from complaints.services.stepping import NotAllowed, Stale, Told, allowed_actor, take
from complaints.workflow import Clock, Stage, step_named
from portal.accounts.models import Official, User
from portal.accounts.queries import calendar, officials_holding
from portal.core.clock import day_in_korea, in_korea
from portal.core.workdays import ONE_DAY, Calendar, counting_days, start_of

DIGEST_FROM, DIGEST_UNTIL = time(8, 30), time(12)  # whoever was not told in the morning looks into the worklist
PROGRESS_EVERY = timedelta(days=30)  # 시행령 §23
BATCH = 200
_A_MOMENT = timedelta.resolution
OVERDUE, TODAY, ONE_BEFORE, TWO_BEFORE = "overdue", "today", "one_before", "two_before"
_KINDS = (TODAY, ONE_BEFORE, TWO_BEFORE)  # by working days left


@dataclass(frozen=True, slots=True)
class Pressing:
    """A case that falls due soon, or did."""

    pk: int
    officer_id: int | None
    department_id: int | None
    due_at: datetime
    kind: str


@transaction.atomic
def progress(complaint: Complaint, *, by: User | None, now: datetime, version: int | None = None) -> StageChange:
    """Tell the citizen how a case stands that takes longer than thirty days."""
    return take(complaint, "progress", by=by, now=now, version=version)


@transaction.atomic
def remind(complaint: Complaint, *, by: User | None, now: datetime, version: int | None = None) -> StageChange:
    """Write down that the officer was reminded of one case."""
    return take(complaint, "remind", by=by, now=now, version=version)


@transaction.atomic
def remind_supplement(
    complaint: Complaint, *, by: User | None, now: datetime, version: int | None = None
) -> StageChange:
    """Remind the citizen of what is still awaited; a reply to this text is the supplement too."""
    allowed_actor(step_named("remind_supplement"), complaint, by=by)
    asked = complaint.supplements.get(ended_at=None)
    told = Told(public=asked.items, data={"due_on": asked.due_on.isoformat()})
    return take(complaint, "remind_supplement", by=by, now=now, version=version, told=told)


def send_reminders(*, now: datetime) -> int:
    """Everything that this minute asks for; nothing at night, at weekends or on holidays. Returns how many."""
    cal, local = calendar(), in_korea(now)
    today = cal.day(local.date())
    if not (today.counts and today.is_open):
        return 0
    sent = send_digests(now=now) if DIGEST_FROM <= local.time() < DIGEST_UNTIL else 0
    if today.opens_at <= local.time() < today.closes_at:
        sent += _send_progress(now=now) + _remind_of_supplements(cal, now=now)
    return sent


@transaction.atomic
def send_digests(*, now: datetime) -> int:
    """
    One text a morning for each officer with something due, the heads for what nobody has, the examiners for overdue.

    What is new since yesterday is written into each case's book: 2 and 1 working days before, and overdue. Returns how
    many lines that were.
    """
    pressing = pressing_cases(calendar(), now=now)
    fresh = _not_noted(pressing)
    if fresh:
        locked = Complaint.objects.select_for_update(no_key=True).filter(pk__in=[one.pk for one in fresh])
        still = set(locked.filter(is_open=True, clock=Clock.RUNNING).order_by("pk").values_list("pk", flat=True))
        fresh = [one for one in fresh if one.pk in still]
        data = {one.pk: {"kind": one.kind, "due_at": one.due_at.isoformat()} for one in fresh}
        write_many("remind", data, by=None, now=now)
    _tell_officers(pressing, now=now)
    _tell_heads(pressing, now=now)
    _tell_examiners(pressing, fresh, now=now)
    return len(fresh)


def pressing_cases(cal: Calendar, *, now: datetime) -> list[Pressing]:
    """Running cases that are overdue, or due within two working days."""
    today = day_in_korea(now)
    until = today
    while counting_days(cal, today, until) < len(_KINDS):
        until += ONE_DAY
    running = Complaint.objects.filter(is_open=True, clock=Clock.RUNNING, due_at__lte=start_of(until))
    rows = running.order_by("due_at", "pk").values_list("pk", "officer", "department", "due_at")
    return [
        Pressing(pk, officer, department, due_at, _kind(cal, due_at, now=now))
        for pk, officer, department, due_at in rows
        if due_at is not None
    ]


def _kind(cal: Calendar, due_at: datetime, *, now: datetime) -> str:
    if now >= due_at:
        return OVERDUE
    left = counting_days(cal, day_in_korea(now), day_in_korea(due_at - _A_MOMENT))
    return _KINDS[min(left, len(_KINDS) - 1)]


def _not_noted(pressing: Sequence[Pressing]) -> list[Pressing]:
    """Those whose book does not have this reminder of this due date yet."""
    lines = StageChange.objects.filter(complaint__in=[one.pk for one in pressing], step="remind")
    noted = {
        (pk, str(data.get("kind")), str(data.get("due_at"))) for pk, data in lines.values_list("complaint", "data")
    }
    return [one for one in pressing if one.kind != TODAY and (one.pk, one.kind, one.due_at.isoformat()) not in noted]


def _counts(pressing: Iterable[Pressing]) -> dict[str, str]:
    counted = Counter(one.kind for one in pressing)
    names = {"지남": OVERDUE, "오늘": TODAY, "하루전": ONE_BEFORE, "이틀전": TWO_BEFORE}
    return {name: str(counted[kind]) for name, kind in names.items()}


def _tell_officers(pressing: Sequence[Pressing], *, now: datetime) -> None:
    mine: dict[int, list[Pressing]] = defaultdict(list)
    for one in pressing:
        if one.officer_id is not None:
            mine[one.officer_id].append(one)
    officers = Official.objects.select_related("user", "department").filter(pk__in=mine, is_active=True)
    for officer in officers.order_by("pk"):
        alarming.falls_due(officer, _counts(mine[officer.pk]), now=now)


def _tell_heads(pressing: Sequence[Pressing], *, now: datetime) -> None:
    """What nobody has is the head's."""
    waiting: dict[int, list[Pressing]] = defaultdict(list)
    for one in pressing:
        if one.officer_id is None and one.department_id is not None:
            waiting[one.department_id].append(one)
    for department_id, cases in sorted(waiting.items()):
        for head in officials_holding("head", department_id=department_id):
            alarming.falls_due(head, _counts(cases), now=now)


def _tell_examiners(pressing: Sequence[Pressing], fresh: Sequence[Pressing], *, now: datetime) -> None:
    late = [one for one in pressing if one.kind == OVERDUE]
    if late:
        fresh_count = sum(one.kind == OVERDUE for one in fresh)
        alarming.overdue(count=len(late), fresh_count=fresh_count, department=_busiest(late), now=now)


def _busiest(overdue: Sequence[Pressing]) -> str:
    departments = Counter(one.department_id for one in overdue if one.department_id is not None)
    if not departments:
        return "부서 미정"
    first = departments.most_common(1)[0][0]
    return str(Complaint.objects.filter(department=first).values_list("department__name", flat=True)[:1][0])


def _send_progress(*, now: datetime) -> int:
    """Thirty days after 접수 and every thirty days from there: once for each such day that has passed."""
    long = Complaint.objects.filter(
        is_open=True, clock__in=(Clock.RUNNING, Clock.PAUSED), received_at__lte=now - PROGRESS_EVERY
    )
    last = long.annotate(told_at=Max("changes__at", filter=Q(changes__step="progress")))
    sent = 0
    for pk, received_at, told_at in last.order_by("pk").values_list("pk", "received_at", "told_at"):
        if received_at is None:
            continue
        milestone = received_at + (now - received_at) // PROGRESS_EVERY * PROGRESS_EVERY
        if (told_at is None or told_at < milestone) and sent < BATCH:
            sent += _taken(progress, pk, now=now)
    return sent


def _remind_of_supplements(cal: Calendar, *, now: datetime) -> int:
    """Halfway, and on the last working day before the last day."""
    waiting = SupplementRequest.objects.filter(ended_at=None, complaint__stage=Stage.SUPPLEMENTING).annotate(
        told_at=Max("complaint__changes__at", filter=Q(complaint__changes__step="remind_supplement"))
    )
    sent = 0
    for pk, told_at, asked_at, due_on in waiting.order_by("pk").values_list(
        "complaint", "told_at", "asked_at", "due_on"
    ):
        days = [on for on in reminder_days(cal, asked_at, due_on) if on <= day_in_korea(now) <= due_on]
        is_due = bool(days) and (told_at is None or told_at < max(asked_at, start_of(days[-1])))
        if is_due and sent < BATCH:
            sent += _taken(remind_supplement, pk, now=now)
    return sent


def reminder_days(cal: Calendar, asked_at: datetime, due_on: date) -> list[date]:
    """The working days on which a citizen is reminded of a supplement, in order; never the day of asking itself."""
    asked_on = day_in_korea(asked_at)
    halfway = asked_on + (due_on - asked_on) / 2
    days = {_working(cal, halfway, ONE_DAY), _working(cal, due_on - ONE_DAY, -ONE_DAY)}
    return sorted(on for on in days if asked_on < on < due_on)


def _working(cal: Calendar, on: date, step: timedelta) -> date:
    while not cal.day(on).counts:
        on += step
    return on


def _taken(verb: Callable[..., object], pk: int, *, now: datetime) -> bool:
    complaint = Complaint.objects.select_related("department", "officer", "category").get(pk=pk)
    try:
        verb(complaint, by=None, now=now)
    except (Stale, NotAllowed):  # somebody was quicker: the next minute looks again
        return False
    return True
