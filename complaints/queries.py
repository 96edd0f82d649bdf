"""Reads for pages, the admin and other rooms. Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.db.models import Count, Q

from complaints import numbers, routing
from complaints.clock_queries import why_due as why_due
from complaints.models import Category, Complaint, ComplaintQuerySet
from complaints.permissions import actor_for
from complaints.workflow import Actor, Clock, Stage, Step, steps_from
from portal.accounts.models import Department, Official, User
from portal.core.clock import in_korea
from portal.core.learning import Model, NotUnderstood, read_model
from portal.core.phones import parse_mobile
from portal.core.sealing import blind_phone
from portal.core.workdays import start_of

_REFERENCE = Path(__file__).resolve().parent / "reference"
_A_DAY = timedelta(days=1)


def _listed() -> ComplaintQuerySet:
    """Complaints with everything a page shows of them."""
    return Complaint.objects.select_related("category", "department", "officer", "lead")


def by_token(token: str) -> Complaint | None:
    """The complaint behind a link."""
    return _listed().filter(token_hash=numbers.hash_of(token)).first()


def by_number_and_phone(number: str, phone: str) -> Complaint | None:
    """
    The complaint of somebody who knows both; a wrong number and a wrong phone look the same.

    :raises complaints.numbers.NotANumber: if the check digit says that the number was misread
    :raises portal.core.phones.PhoneRefused: if the phone cannot be one
    """
    spelled, index = numbers.parse_number(number), blind_phone(parse_mobile(phone))
    return _listed().filter(number=spelled, phone_index=index).first()


def seen_by(user: User | AnonymousUser) -> ComplaintQuerySet:
    """Everything the user may see, newest first."""
    return _listed().visible_to(user).order_by("-submitted_at", "-id")


def of_citizen(user: User) -> ComplaintQuerySet:
    """내 민원: what the user filed, newest first."""
    return _listed().filter(citizen=user).order_by("-submitted_at", "-id")


def inbox_of(official: Official) -> ComplaintQuerySet:
    """What the officer has in hand, the most urgent first."""
    return _listed().open().filter(officer=official).order_by("due_at", "id")


def without_officer(department: Department) -> ComplaintQuerySet:
    """미배정: the department has it and nobody in it."""
    return _listed().filter(department=department, stage=Stage.ROUTED).order_by("due_at", "id")


def to_triage() -> ComplaintQuerySet:
    """분류 대기: received, and the router was not sure."""
    return _listed().filter(stage=Stage.RECEIVED).order_by("due_at", "id")


def to_receive() -> ComplaintQuerySet:
    """접수 대기: submitted, and somebody must look first."""
    return _listed().filter(stage=Stage.SUBMITTED).order_by("receive_by_at", "id")


@dataclass(frozen=True, slots=True)
class Choice:
    """A step an official might take now. A forbidden one says why."""

    step: Step
    is_allowed: bool
    why_not: str


def next_steps(complaint: Complaint, *, by: User) -> list[Choice]:
    """The steps the table has from here for officials, in its order; those `by` may take first."""
    choices = []
    for step in steps_from(complaint.stage):
        people = [actor.label for actor in Actor if actor in step.who - {Actor.CITIZEN, Actor.SYSTEM}]
        if people:
            allowed = actor_for(step, complaint, by) not in (None, Actor.CITIZEN)
            choices.append(Choice(step, allowed, "" if allowed else f"{'·'.join(people)}만 할 수 있습니다."))
    return sorted(choices, key=lambda choice: not choice.is_allowed)


@dataclass(frozen=True, slots=True)
class DepartmentLoad:
    """A line of the board."""

    name: str
    open_count: int
    overdue_count: int


@dataclass(frozen=True, slots=True)
class Board:
    """현황판: the figures of everything the user may see."""

    open_count: int
    filed_today_count: int
    resolved_today_count: int
    overdue_count: int
    due_today_count: int
    to_receive_count: int
    to_triage_count: int
    without_officer_count: int
    supplementing_count: int
    unread_count: int
    departments: Sequence[DepartmentLoad]


def board(user: User, *, now: datetime) -> Board:
    """Two queries, whatever the number of cases."""
    midnight = start_of(in_korea(now).date())
    running = Q(is_open=True, clock=Clock.RUNNING)
    overdue = Count("pk", filter=running & Q(due_at__lte=now))
    counted = Q(is_open=True) | Q(submitted_at__gte=midnight) | Q(ended_at__gte=midnight) | Q(unread_count__gt=0)
    visible = Complaint.objects.of_office(user).filter(counted)  # a few per cent of all, by their indexes
    figures: dict[str, int] = visible.aggregate(
        open_count=Count("pk", filter=Q(is_open=True)),
        filed_today_count=Count("pk", filter=Q(submitted_at__gte=midnight)),
        resolved_today_count=Count("pk", filter=Q(stage=Stage.RESOLVED, ended_at__gte=midnight)),
        overdue_count=overdue,
        due_today_count=Count("pk", filter=running & Q(due_at__gt=now, due_at__lte=midnight + _A_DAY)),
        to_receive_count=Count("pk", filter=Q(stage=Stage.SUBMITTED)),
        to_triage_count=Count("pk", filter=Q(stage=Stage.RECEIVED)),
        without_officer_count=Count("pk", filter=Q(stage=Stage.ROUTED)),
        supplementing_count=Count("pk", filter=Q(stage=Stage.SUPPLEMENTING)),
        unread_count=Count("pk", filter=Q(unread_count__gt=0)),
    )
    lines = (
        visible.filter(is_open=True, department__isnull=False)
        .values_list("department__name")
        .annotate(open_count=Count("pk"), overdue_count=overdue)
        .order_by("department__name")
    )
    return Board(**figures, departments=[DepartmentLoad(*line) for line in lines])


@cache
def alarms() -> tuple[routing.Alarm, ...]:
    """The words of danger; they ship with the product and change with it."""
    return routing.read_alarms(_REFERENCE / "urgent.toml")


@cache
def ear() -> Model | None:
    """What has read how people tell of danger; without it the words alone must do."""
    try:
        return read_model(_REFERENCE / "urgent.npz")
    except NotUnderstood:
        return None


def category_of(decision: routing.Decision) -> Category:
    """The category a decision names, with its department."""
    return Category.objects.select_related("department").get(code=decision.category)
