"""Two departments, a desk and an administrator, and what they texted: for tests of who reads what."""

from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse

from messaging import delivery, receiving, services
from messaging.models import Message, Reply, SenderNumber
from portal.accounts import reference_data
from portal.accounts.models import Department, Official, User
from portal.core import clock
from tests.messaging.making import make_template, queue, reply

ROADS_SAID, PARKS_SAID = "도로과에서 알립니다", "공원과에서 알립니다"


@dataclass(frozen=True, slots=True)
class House:
    """Two departments, their heads, the intake desk, an examiner and an administrator."""

    roads: Department
    parks: Department
    people: dict[str, User]

    def browser(self, who: str) -> Client:
        """Signed in as somebody."""
        client = Client()
        client.force_login(self.people[who])
        return client


def _official(name: str, department: Department, *roles: str) -> User:
    user = User.objects.create(username=name, is_staff=True)
    user.groups.set(Group.objects.filter(name__in=roles))
    Official.objects.create(user=user, department=department, name="이담당", office_phone="02-120-0001")
    return user


@pytest.fixture
def house() -> House:
    """Everybody with the rights of her roles."""
    reference_data.load_roles()
    SenderNumber.objects.update(inbox="")
    roads, parks, desk = (
        Department.objects.create(code=code, name=name, phone="02-120-0000")
        for code, name in (("roads", "도로과"), ("parks", "공원녹지과"), ("minwon", "민원여권과"))
    )
    people = {
        "roads": _official("roads", roads, "officer", "head", "sender"),
        "parks": _official("parks", parks, "officer", "head", "sender"),
        "intake": _official("intake", desk, "intake"),
        "examiner": _official("examiner", desk, "examiner"),
        "admin": _official("admin", desk, "administrator"),
    }
    return House(roads, parks, people)


@pytest.fixture
def said(house: House) -> dict[str, Message]:
    """One message of each department to one citizen, and one of no department."""
    make_template(body="[#{기관}] #{이름}")
    found = {
        "roads": queue("roads", context={"이름": ROADS_SAID}, department=house.roads, reply_for=timedelta(days=3)),
        "parks": queue("parks", context={"이름": PARKS_SAID}, department=house.parks, to="01099998888"),
        "nobody": queue("nobody", context={"이름": "모두의 소식"}, to="01077776666"),
    }
    delivery.drain(seconds=5)
    return found


def hear(text: str, key: str, sender: str = "01012345678") -> Reply:
    """A citizen's text, read and handed over."""
    services.record_replies(carrier="main", events=[reply(text, key, sender=sender)], now=clock.now())
    receiving.handle_pending(now=clock.now())
    return Reply.objects.get(event_key=key)


def list_of(name: str) -> str:
    """The address of a table's list."""
    return reverse(f"admin:messaging_{name}_changelist")


def page_of(name: str, pk: object) -> str:
    """The address of one row."""
    return reverse(f"admin:messaging_{name}_change", args=[pk])


def read(house: House, who: str, address: str) -> str:
    """What somebody finds there."""
    return house.browser(who).get(address).content.decode()
