"""A small district: two departments, their people, a category each, templates, numbers and a calendar."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from pytest_django import Settings

from complaints import services
from complaints.models import Agency, Category, CategoryKeyword, Channel, Complaint, Duty, Kind, Outcome, Proposal
from complaints.workflow import Stage
from messaging import services as messaging
from messaging.models import Message
from portal.accounts import reference_data
from portal.accounts.models import CalendarDay, Department, Official, User
from portal.approvals import services as approvals
from portal.approvals.models import Approval, ApprovalStep
from portal.core import clock
from portal.core.workdays import KST, Day, read_calendar

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=KST).astimezone(UTC)  # a working day without holidays near
HANEUL, BADA = "+821012345678", "+821087654321"
LAMP = "우리집 앞 가로등이 안 켜져요"


@dataclass
class World:
    """Everybody and everything a complaint needs."""

    roads: Department
    parks: Department
    lamps: Category
    trees: Category
    police: Agency
    clerk: User
    officer: User
    head: User
    examiner: User
    parks_officer: User
    parks_head: User
    haneul: User
    bada: User
    now: datetime = MONDAY
    people: dict[str, User | None] = field(default_factory=dict)

    def tick(self, **span: float) -> datetime:
        """Let time pass, and say what time it is."""
        self.now += timedelta(**span)
        return self.now

    def file(self, body: str = LAMP, **changes: Any) -> Complaint:
        """A complaint from 김하늘's phone, without signing in."""
        values: dict[str, Any] = {"channel": Channel.WEB, "body": body, "phone": HANEUL, "name": "김하늘"}
        by = changes.pop("by", None)
        key = changes.pop("intake_key", None) or uuid4()
        filing = services.Filing(**{**values, **changes})
        return services.file(filing=filing, by=by, intake_key=key, now=self.now)

    def at(self, stage: Stage, **changes: Any) -> Complaint:
        """A complaint that has come as far as a stage, by the shortest way the table allows."""
        return _REACH[stage](self, **changes)

    def resolve(self, complaint: Complaint, **changes: Any) -> None:
        """The officer answers."""
        values: dict[str, Any] = {"outcome": Outcome.ACCEPTED, "answer": "가로등을 고쳤습니다.", **changes}
        done = services.act(complaint, step="resolve", by=self.officer, now=self.now, **values)
        if isinstance(done, Proposal):
            self.decide(complaint)
        complaint.refresh_from_db()

    def sign(self, complaint: Complaint, step: str, *, by: User, **arguments: Any) -> None:
        """Propose a step that needs a second signature, and sign it."""
        services.propose(complaint, step=step, arguments=arguments, by=by, now=self.now)
        self.decide(complaint)
        complaint.refresh_from_db()

    def decide(self, complaint: Complaint, *, decision: str = "approved", comment: str = "") -> Approval:
        """Whoever is asked decides what the case waits for."""
        approval = Approval.objects.filter(reference=complaint.number).latest("pk")
        seat = approval.steps.get(decision="")
        return approvals.decide(
            approval,
            decision=ApprovalStep.Decision(decision),
            sha256=approval.sha256,
            comment=comment,
            by=seat.official.user,
            now=self.now,
        ).approval

    def ask(self, complaint: Complaint) -> None:
        """The officer asks for a supplement, due in a week."""
        services.ask_supplement(
            complaint, items="가로등 번호", due_on=self.now.date() + timedelta(days=7), by=self.officer, now=self.now
        )


def _submitted(world: World, **changes: Any) -> Complaint:
    """The sixth filing of a phone in a day waits for a person's look."""
    for _ in range(5):
        world.file(body="공원 벤치가 부서졌어요")
    return world.file(**changes)


def _after(stage: Stage, step: Callable[[World, Complaint], object]) -> Callable[..., Complaint]:
    def reach(world: World, **changes: Any) -> Complaint:
        complaint = world.at(stage, **changes)
        step(world, complaint)
        return complaint

    return reach


def _routed(world: World, **changes: Any) -> Complaint:
    """Nobody is on duty, so the case waits in its department."""
    Duty.objects.filter(official=world.officer.official).update(max_open=0)
    complaint = world.file(**changes)
    Duty.objects.filter(official=world.officer.official).update(max_open=50)
    return complaint


def _merge(world: World, complaint: Complaint) -> None:
    services.merge(complaint, lead=world.file(phone=BADA, name="박바다"), by=world.officer, now=world.now)


def _send_back(world: World, complaint: Complaint) -> None:
    world.tick(days=8)
    world.sign(complaint, "send_back", by=world.officer, reason="보완 자료가 오지 않았습니다.")


_REACH: dict[Stage, Callable[..., Complaint]] = {
    Stage.SUBMITTED: _submitted,
    Stage.RECEIVED: lambda world, **changes: world.file(**{"body": "도와주세요", **changes}),
    Stage.ROUTED: _routed,
    Stage.ASSIGNED: lambda world, **changes: world.file(**changes),
    Stage.INSPECTING: _after(Stage.ASSIGNED, lambda w, c: services.inspect(c, by=w.officer, now=w.now)),
    Stage.REVIEWING: _after(Stage.ASSIGNED, lambda w, c: services.review(c, by=w.officer, now=w.now)),
    Stage.SUPPLEMENTING: _after(Stage.ASSIGNED, lambda w, c: w.ask(c)),
    Stage.RESOLVED: _after(Stage.REVIEWING, lambda w, c: w.resolve(c)),
    Stage.REOPENING: _after(Stage.RESOLVED, lambda w, c: services.reopen(c, reason="또 꺼졌어요", by=None, now=w.now)),
    Stage.TRANSFERRED: _after(
        Stage.ASSIGNED,
        lambda w, c: services.transfer(c, agency=w.police, reason="신호등은 경찰서 소관", by=w.officer, now=w.now),
    ),
    Stage.WITHDRAWN: _after(Stage.ASSIGNED, lambda w, c: services.withdraw(c, by=None, now=w.now)),
    Stage.RETURNED: _after(Stage.SUPPLEMENTING, _send_back),
    Stage.CLOSED: _after(Stage.ASSIGNED, lambda w, c: w.sign(c, "close", by=w.head, reason="not_a_petition")),
    Stage.MERGED: _after(Stage.ASSIGNED, _merge),
}


def _official(username: str, name: str, department: Department, *roles: str) -> User:
    user = User.objects.create(username=username, password="!", is_staff=True)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    Official.objects.create(user=user, department=department, name=name, office_phone="02-123-4567")
    return user


def _category(code: str, name: str, department: Department, *words: str) -> Category:
    category = Category.objects.create(code=code, name=name, department=department, kind=Kind.OTHER)
    CategoryKeyword.objects.bulk_create(CategoryKeyword(category=category, text=word, weight=6.0) for word in words)
    return category


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Path) -> World:
    """The district on a Monday morning."""
    settings.MEDIA_DIR = tmp_path
    settings.COMPLAINTS_COLLAPSE = timedelta(minutes=10)
    return build_world()


@cache
def _days() -> list[Day]:
    """The part of the shipped calendar in which these stories play: all of it takes longer than most tests."""
    first_on, last_on = date(2026, 10, 1), date(2027, 8, 31)
    shipped = read_calendar(Path(reference_data.__file__).parent / "reference" / "calendar.toml")
    return [day for day in shipped if first_on <= day.on <= last_on]


def _load_days() -> None:
    names = ("on", "counts", "is_open", "opens_at", "closes_at", "lunch_from", "lunch_until", "name")
    CalendarDay.objects.bulk_create(CalendarDay(**{name: getattr(day, name) for name in names}) for day in _days())


def build_world() -> World:
    """The rows of the small district."""
    _load_days()
    messaging.load_reference(now=MONDAY)
    messaging.load_templates(now=MONDAY)
    roads = Department.objects.create(code="roads", name="도로과", phone="02-100-0001")
    parks = Department.objects.create(code="parks", name="공원녹지과", phone="02-100-0002")
    made = World(
        roads=roads,
        parks=parks,
        lamps=_category("street.light", "가로등", roads, "가로등"),
        trees=_category("park.tree", "가로수", parks, "가로수", "벤치"),
        police=Agency.objects.create(name="새빛경찰서", phone="182"),
        clerk=_official("clerk", "정접수", roads, "intake"),
        officer=_official("officer", "이담당", roads, "officer"),
        head=_official("head", "최팀장", roads, "head"),
        examiner=_official("examiner", "한심사", roads, "examiner"),
        parks_officer=_official("parks-officer", "오공원", parks, "officer"),
        parks_head=_official("parks-head", "나녹지", parks, "head"),
        haneul=User.objects.create(username="haneul", password="!", name="김하늘", phone=HANEUL),
        bada=User.objects.create(username="bada", password="!", name="박바다", phone=BADA),
    )
    for user in (made.officer, made.parks_officer):
        Duty.objects.create(official=user.official, starts_on=date(2026, 1, 1))
    Duty.objects.create(official=made.head.official, starts_on=date(2026, 1, 1), max_open=0)  # by name only
    made.people = {
        "citizen": None,
        "clerk": made.clerk,
        "officer": made.officer,
        "head": made.head,
        "examiner": made.examiner,
    }
    return made


@pytest.fixture
def at_the_desk(world: World) -> None:
    """It is now, and officials may open the pages; the services decide what they may do."""
    world.now = clock.now()
    view = Permission.objects.filter(content_type__app_label="complaints", codename__startswith="view_")
    for group in Group.objects.all():
        group.permissions.set(view)


@pytest.fixture
def officer(world: World) -> Client:
    """이담당's browser."""
    client = Client()
    client.force_login(world.officer)
    return client


def texts_about(complaint: Complaint) -> list[Message]:
    """The messages about a case in the order they were queued."""
    return list(Message.objects.filter(reference=complaint.number).order_by("pk"))
