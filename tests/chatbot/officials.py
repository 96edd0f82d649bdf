"""What tests of the chatbot's officials' pages share: two departments, an editor of one, an administrator, a guest."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client

from chatbot.engine.text import key_of
from chatbot.models import Conversation, Faq, Phrasing, Turn, TurnCandidate
from portal.accounts.models import Department, Official, User

NOW = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@dataclass
class Office:
    """청소행정과 keeps `sofa`, 민원여권과 keeps `passport`."""

    clean: Department
    passports: Department
    editor: User
    other: User
    root: User
    sofa: Faq
    passport: Faq


def official(name: str, department: Department, *roles: str) -> User:
    user = User.objects.create(
        username=name, password="!", is_staff=True, phone=f"+8210555500{department.pk % 100:02d}"
    )
    Official.objects.create(user=user, department=department, name=name)
    permissions = Permission.objects.filter(content_type__app_label="chatbot")
    for role in roles:
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(permissions)
        user.groups.add(group)
    return user


def answer(slug: str, question: str, department: Department | None, **values: Any) -> Faq:
    usual = {"answer": "그렇게 합니다.", "category": "생활", "status": "published", "checked_on": NOW.date()}
    return Faq.objects.create(
        slug=slug, question=question, department=department, changed_at=NOW, **{**usual, **values}
    )


def phrase(faq: Faq, text: str, state: str = "approved") -> Phrasing:
    return Phrasing.objects.create(faq=faq, text=text, text_key=key_of(text), state=state, changed_at=NOW)


def asked(
    text: str, *, at: datetime = NOW, decision: str = "exits", shown: tuple[Faq, ...] = (), **values: Any
) -> Turn:
    conversation = values.pop("conversation", None) or Conversation.objects.create(started_at=at, last_at=at)
    turn = Turn.objects.create(
        conversation=conversation,
        seq=conversation.turns.count() + 1,
        request_key=uuid4(),
        text_masked=text,
        decision=decision,
        asked_at=at,
        latency_ms=12,
        **values,
    )
    for rank, faq in enumerate(shown, 1):
        TurnCandidate.objects.create(turn=turn, rank=rank, faq=faq, score=1 / rank)
    return turn


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def html(response: Any) -> str:
    return str(response.content.decode())


@pytest.fixture
def office(db: None) -> Office:
    clean = Department.objects.create(code="clean", name="청소행정과", phone="02-120-0100")
    passports = Department.objects.create(code="pass", name="민원여권과", phone="02-120-0200")
    sofa = answer("sofa", "대형폐기물은 어떻게 버리나요?", clean, tags=["대형폐기물", "소파"])
    passport = answer("passport", "여권은 어디서 만드나요?", passports, tags=["여권"], category="여권")
    phrase(sofa, "소파 버리고 싶어요")
    phrase(passport, "여권 새로 만들래요")
    return Office(
        clean=clean,
        passports=passports,
        editor=official("cleaner", clean, "head"),
        other=official("passporter", passports, "head"),
        root=User.objects.create(username="root", password="!", is_staff=True, is_superuser=True),
        sofa=sofa,
        passport=passport,
    )
