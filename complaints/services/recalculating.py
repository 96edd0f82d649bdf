"""After a holiday, an office hour or an outage has changed: every due date it touches, in one pass."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby

from django.db import transaction
from django.db.models import Q

from complaints.announcements import announcement
from complaints.clock_queries import NO_FACTS, Case, Reckoner, facts_of, outages_of
from complaints.deadlines import Period, Unit, receive_by
from complaints.models import Complaint, StageChange
from complaints.services import clocks
from complaints.services.booking import write_many
from complaints.services.stepping import Told, take
from complaints.workflow import Clock, Stage
from messaging import services as messaging
from portal.accounts.models import User
from portal.accounts.queries import calendar

_COUNTING = (Clock.RUNNING, Clock.PAUSED)


@dataclass(frozen=True, slots=True)
class Span:
    """Which cases a change can touch: those whose period overlaps it, of one department or of all."""

    begins_at: datetime
    ends_at: datetime
    department_id: int | None = None


@dataclass(frozen=True, slots=True)
class Move:
    """One case whose date moves."""

    pk: int
    before: datetime
    after: datetime


@dataclass(slots=True)
class Recalculation:
    """What a pass found. `moves` are the cases whose date is another one now."""

    looked_at_count: int = 0
    moves: list[Move] = field(default_factory=list)
    intake_count: int = 0
    told_count: int = 0

    @property
    def later_count(self) -> int:
        """How many are due later than before."""
        return sum(move.after > move.before for move in self.moves)

    @property
    def earlier_count(self) -> int:
        """How many are due earlier than before."""
        return len(self.moves) - self.later_count


@transaction.atomic
def recalculate(
    complaint: Complaint, *, reason: str = "", by: User | None, now: datetime, version: int | None = None
) -> StageChange:
    """Count one case again from its stored facts; told to the citizen only if it moves later."""
    told = Told(public=reason, data=clocks.moved(complaint))
    return take(complaint, "recalculate", by=by, now=now, version=version, told=told)


@transaction.atomic
def recalculate_all(
    *, reason: str, by: User | None, now: datetime, span: Span | None = None, tells: bool = True
) -> Recalculation:
    """
    Count every case again that `span` touches (None: every open one), and write one line per case that moved.

    The rows are locked first, so a step taken at the same moment waits and then counts with the new calendar.

    :raises CalendarMissing: if a date would lie beyond the calendar; nothing has changed then
    """
    found = _moved(span, locks=True)
    if found.moves:
        dues = {move.pk: move.after for move in found.moves}
        data = {move.pk: clocks.moved_data(move.before, move.after) for move in found.moves}
        lines = write_many("recalculate", data, dues=dues, public=reason, by=by, now=now)
        if tells:
            found.told_count = _tell(lines, now=now)
    found.intake_count = _put_off_intake(span)
    return found


def affected(span: Span | None = None) -> Recalculation:
    """What `recalculate_all` would move, with nothing changed."""
    return _moved(span, locks=False)


# What no word about a date needs: thousands of long columns.
_UNREAD = [
    f"complaint__{name}"
    for name in (
        "body_sealed",
        "answer_sealed",
        "name_sealed",
        "address_detail_sealed",
        "refusal_reason_sealed",
        "published_text",
        "search_grams",
    )
]
_COLUMNS = ("pk", "received_at", "round", "period_value", "period_unit", "department_id", "due_at")


def _touched(span: Span | None) -> Q:
    if span is None:
        return Q()
    touched = Q(received_at__lt=span.ends_at, due_at__gte=span.begins_at)
    return touched if span.department_id is None else touched & Q(department=span.department_id)


def _moved(span: Span | None, *, locks: bool) -> Recalculation:
    touched = Complaint.objects.filter(_touched(span), is_open=True, clock__in=_COUNTING, received_at__isnull=False)
    rows = touched.order_by("pk").select_for_update(no_key=True) if locks else touched.order_by("pk")
    cases, dues = [], {}
    for pk, received_at, round_, value, unit, department_id, due_at in rows.values_list(*_COLUMNS):
        cases.append(Case(pk, received_at, round_, Period(value, Unit(unit)), department_id))
        dues[pk] = due_at
    facts = facts_of(cases, among=touched) if cases else {}
    reckoner = Reckoner(calendar().summed())
    found = Recalculation(looked_at_count=len(cases))
    for case in cases:
        after = reckoner.due_at(case, facts.get(case.pk, NO_FACTS))
        if after != dues[case.pk]:
            found.moves.append(Move(case.pk, dues[case.pk], after))
    return found


def _put_off_intake(span: Span | None) -> int:
    """The intake clocks of cases that wait to be received; nobody was promised that date, so the book says nothing."""
    waiting = Complaint.objects.filter(is_open=True, clock=Clock.INTAKE)
    if span is not None:
        waiting = waiting.filter(receive_by_at__gte=span.begins_at)
    cal, moved = calendar().summed(), 0
    for complaint in waiting.only("pk", "stage", "submitted_at", "receive_by_at", "department_id"):
        until = receive_by(cal, _asked_at(complaint), outages=outages_of(complaint.department_id))
        if until != complaint.receive_by_at:
            moved += Complaint.objects.filter(pk=complaint.pk, clock=Clock.INTAKE).update(receive_by_at=until)
    return moved


def _asked_at(complaint: Complaint) -> datetime:
    if complaint.stage == Stage.SUBMITTED:
        return complaint.submitted_at
    return complaint.changes.filter(step="reopen").latest("seq").at


def _tell(lines: Sequence[int], *, now: datetime) -> int:
    """Whose date moves later; in batches, each department paying for its own: a holiday may move ten thousand dates."""
    later = StageChange.objects.filter(pk__in=lines, data__is_later=True)
    cases = later.select_related("complaint__department", "complaint__officer").defer(*_UNREAD)
    told = 0
    for _, group in groupby(cases.order_by("complaint__department", "pk"), key=lambda one: one.complaint.department_id):
        mine = list(group)
        rows = _texts(mine)
        told += messaging.send_many(rows, by=None, department=mine[0].complaint.department, now=now).queued_count
    return told


def _texts(changes: Iterable[StageChange]) -> Iterator[messaging.Outgoing]:
    for change in changes:
        complaint = change.complaint
        if complaint.phone and complaint.clock == Clock.RUNNING:
            news = announcement(change, complaint, hearer=complaint)
            yield messaging.Outgoing(
                to=complaint.phone,
                template=news.template,
                context=news.context,
                topic=news.topic,
                reference=complaint.number,
                key=f"complaints.stage:{change.pk}:citizen",
                reply_for=news.reply_for,
            )
