"""An officer goes away: her cases that fall due meanwhile are shared out among those who are there, at one click."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from complaints.models import Assignment, Complaint, Leave
from complaints.services import alarming
from complaints.services.handing import NotAvailable, Why, hand_over
from complaints.services.onduty import away, candidates_for
from complaints.services.stepping import allowed_actor
from complaints.sharing import Candidate, Choice, Known, choose, load_of
from complaints.workflow import HELD, Clock, step_named
from portal.accounts.models import Department, Official, User
from portal.core.errors import Refused

SUBSTITUTE_SLACK = 2.0  # how much fuller than the others' the hands of the one who stands in may be


@dataclass(frozen=True, slots=True)
class Move:
    """A case and who would take it; nobody if all are full or away."""

    complaint: Complaint
    choice: Choice | None
    officer: Official | None


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one case; `refused` says why it stayed, and is empty if it moved."""

    complaint: Complaint
    officer: Official | None
    refused: str = ""


def due_within(leave: Leave) -> QuerySet[Complaint]:
    """The running cases of somebody away that fall due before she is back, the most urgent first."""
    return (
        Complaint.objects.open()
        .select_related("category", "department", "officer")
        .filter(officer=leave.official_id, stage__in=HELD, clock=Clock.RUNNING, due_at__lte=leave.ends_at)
        .order_by("due_at", "pk")
    )


def proposal(leave: Leave, *, now: datetime) -> list[Move]:
    """Who would take which case, each counted as taken before the next is looked at. Nothing is written."""
    planned: dict[int, list[Complaint]] = {}
    moves = []
    for complaint in due_within(leave):
        choice = _choice(complaint, leave, planned, now=now)
        if choice is not None:
            planned.setdefault(choice.official_id, []).append(complaint)
        moves.append((complaint, choice))
    people = Official.objects.select_related("department").in_bulk(planned)
    return [Move(complaint, choice, people[choice.official_id] if choice else None) for complaint, choice in moves]


def redistribute(leave: Leave, *, by: User, now: datetime) -> list[Moved]:
    """
    Hand over every case that falls due within a leave, one by one: what cannot be moved stays and says why.

    Only this officer's cases move, and only those; the reason and the figures stand in each one's book.
    """
    return list(_moved(due_within(leave), leave, by=by, now=now))


def announce(*, now: datetime) -> int:
    """Tell heads and substitutes, once, of leaves that have begun with cases falling due within. How many leaves."""
    count = 0
    for leave in away(now=now).select_related("official__department", "substitute__user", "substitute__department"):
        due = due_within(leave).count()
        if due:
            with transaction.atomic():
                alarming.leave_began(leave, count=due, now=now)
            count += 1
    return count


def _moved(
    cases: Sequence[Complaint] | QuerySet[Complaint], leave: Leave, *, by: User, now: datetime
) -> Iterator[Moved]:
    for complaint in cases:
        try:
            yield Moved(complaint, _hand_over(complaint, leave, by=by, now=now))
        except Refused as refused:
            yield Moved(complaint, None, refused.sentence)


@transaction.atomic
def _hand_over(complaint: Complaint, leave: Leave, *, by: User, now: datetime) -> Official:
    allowed_actor(step_named("reassign"), complaint, by=by)
    Department.objects.select_for_update(of=("self",), no_key=True).get(complaints=complaint)
    choice = _choice(complaint, leave, {}, now=now)
    if choice is None:
        raise NotAvailable("지금 맡을 수 있는 담당자가 없습니다.")
    officer = Official.objects.get(pk=choice.official_id)
    sentence = f"{leave.official.display_name} 부재: {choice.explanation}"
    hand_over(complaint, officer, why=Why(Assignment.Reason.LEAVE, sentence, choice.breakdown), by=by, now=now)
    return officer


def _choice(complaint: Complaint, leave: Leave, planned: dict[int, list[Complaint]], *, now: datetime) -> Choice | None:
    """Among those who are there when the leave begins; the substitute first, unless far busier than the others."""
    there = candidates_for(complaint, now=max(now, leave.starts_at))
    candidates = [
        _with(one, planned.get(one.official_id, ()), now=now) for one in there if one.official_id != leave.official_id
    ]
    substitute = leave.substitute_id
    known = Known(substitute, "대직자여서", SUBSTITUTE_SLACK) if substitute else None
    return choose(candidates, known=known)


def _with(one: Candidate, planned: Sequence[Complaint], *, now: datetime) -> Candidate:
    """A candidate as if the planned cases were hers already."""
    if not planned:
        return one
    more = load_of([(case.category.weight if case.category else 1.0, case.priority) for case in planned])
    return replace(one, load=one.load + more, open_count=one.open_count + len(planned), last_assigned_at=now)
