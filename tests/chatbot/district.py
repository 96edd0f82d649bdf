"""A small district for forms in the chat: people on duty, categories of the shipped petitions, a calendar, texts."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from pytest_django import Settings

from chatbot import queries, services, shelf
from chatbot.cards import Chips, Form, Links, Summary, Text
from chatbot.drawing import cards_of
from chatbot.models import Conversation, Draft, Faq, Turn
from complaints import services as complaints
from complaints.models import Duty
from messaging import services as messaging
from messaging.models import Message
from portal.accounts import reference_data
from portal.accounts.models import CalendarDay, Department, Official, User
from portal.core.workdays import KST, read_calendar

MONDAY = datetime(2026, 11, 2, 10, 0, tzinfo=KST).astimezone(UTC)
PHONE = "010-1234-5678"
E164 = "+821012345678"


@dataclass
class Chat:
    """A citizen at the chat; time passes with every word."""

    conversation: Conversation
    now: datetime = MONDAY
    turns: list[Turn] = field(default_factory=list)

    def say(self, text: str) -> Turn:
        self.now += timedelta(seconds=10)
        turn = services.say(conversation=self.conversation, text=text, request_key=uuid4(), now=self.now)
        self.turns.append(turn)
        return turn

    def tap(self, label: str) -> Turn:
        """Press the newest button whose label begins so."""
        token = next(token for name, token in reversed(self.buttons()) if name.startswith(label))
        self.now += timedelta(seconds=5)
        turn = services.tap(conversation=self.conversation, token=token, request_key=uuid4(), now=self.now)
        self.turns.append(turn)
        return turn

    def buttons(self) -> list[tuple[str, str]]:
        found: list[tuple[str, str]] = []
        for turn in queries.thread_of(self.conversation):
            for card in cards_of(turn).cards:
                if isinstance(card, Chips):
                    found += [(chip.label, chip.token) for chip in card.chips]
                elif isinstance(card, Form):
                    found.append((card.label, card.token))
                elif isinstance(card, Summary):
                    found += [(row.label, row.token) for row in card.rows]
        return found

    @property
    def cards(self) -> tuple[object, ...]:
        """Of the last turn, as it is drawn."""
        return cards_of(queries.thread_of(self.conversation)[-1]).cards

    @property
    def words(self) -> str:
        """Everything the last reply says."""
        said = [f"{card.title}\n{card.text}" for card in self.cards if isinstance(card, Text)]
        rows = [f"{row.label}: {row.value}" for card in self.cards if isinstance(card, Summary) for row in card.rows]
        return "\n".join([*said, *rows])

    @property
    def links(self) -> list[str]:
        return [link.url for card in self.cards if isinstance(card, Links) for link in card.links]

    @property
    def draft(self) -> Draft:
        return Draft.objects.order_by("-pk")[0]

    def prove(self, phone: str = PHONE) -> Turn:
        """The number, and the code that was texted to it."""
        self.say(phone)
        return self.say(f"{code_sent()} 이에요")


def code_sent() -> str:
    """The six digits of the last text."""
    found = re.findall(r"\b(\d{6})\b", Message.objects.order_by("-pk")[0].body)
    return str(found[-1])


def load_district(settings: Settings, folder: Path) -> None:
    """What a form needs to be filed."""
    settings.MEDIA_DIR = folder
    reference_data.load_departments()
    shipped = read_calendar(Path(reference_data.__file__).parent / "reference" / "calendar.toml")
    names = ("on", "counts", "is_open", "opens_at", "closes_at", "lunch_from", "lunch_until", "name")
    days = [day for day in shipped if day.on.year in (2026, 2027)]
    CalendarDay.objects.bulk_create(CalendarDay(**{name: getattr(day, name) for name in names}) for day in days)
    messaging.load_reference(now=MONDAY)
    messaging.load_templates(now=MONDAY)
    complaints.load_reference()


def make_official(username: str, department: Department, *roles: str) -> User:
    """Somebody on duty."""
    user = User.objects.create(username=username, password="!", is_staff=True)
    user.groups.set([Group.objects.get_or_create(name=role)[0] for role in roles])
    official = Official.objects.create(user=user, department=department, name=username, office_phone="02-123-4567")
    Duty.objects.create(official=official, starts_on=MONDAY.date() - timedelta(days=30))
    return user


def make_faq(slug: str, question: str, answer: str, **more: object) -> Faq:
    """A published answer."""
    department = Department.objects.order_by("pk")[0]
    values = {"category": "생활", "department": department, "status": Faq.Status.PUBLISHED, "checked_on": MONDAY.date()}
    return Faq.objects.create(slug=slug, question=question, answer=answer, changed_at=MONDAY, **{**values, **more})


@pytest.fixture
def district(db: None, settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ready to take petitions."""
    monkeypatch.setattr(shelf, "FRESH_SECONDS", 0.0)
    shelf.forget()
    load_district(settings, tmp_path)
    make_faq("passport", "여권은 어디서 만드나요?", "구청 민원여권과에서 신청합니다.", tags=["여권", "여권발급"])
    make_faq(
        "bulky",
        "대형폐기물은 어떻게 버리나요?",
        "스티커를 붙여 내놓으세요.",
        tags=["대형폐기물"],
        petition_code="bulky_waste",
    )


@pytest.fixture
def chat(district: None) -> Chat:
    """A new conversation."""
    return Chat(services.open_conversation(public_id=None, now=MONDAY))
