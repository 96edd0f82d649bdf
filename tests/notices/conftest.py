"""The people and the reference data every campaign test needs."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.contrib.auth.models import Permission
from pytest_django import Settings

from messaging import services as messaging
from messaging.models import SenderNumber
from notices import services as notices
from notices.models import Bill
from portal.accounts.models import Department
from portal.core.clock import day_in_korea
from portal.core.clock import now as real_now
from tests.notices.billed import bill_of, billed
from tests.notices.other_ends import OtherEnd, running
from tests.notices.world import NOON, World, official


@pytest.fixture
def world(db: None, settings: Settings, tmp_path: Path) -> World:
    """A department with a drafter and a sender, a stranger next door, wordings and a registered number."""
    settings.MEDIA_DIR = tmp_path
    messaging.load_reference(now=NOON)
    messaging.load_templates(now=NOON)
    notices.load_reference(now=NOON)
    today = day_in_korea(NOON)
    SenderNumber.objects.update(
        status="registered",
        evidence="이용증명원 2026-1",
        registered_on=today,
        expires_on=today + timedelta(days=365),
        inbox="",
    )
    noise = Department.objects.create(code="noise", name="환경과", phone="02-120-1000")
    other = Department.objects.create(code="roads", name="도로과", phone="02-120-2000")
    return World(
        department=noise,
        drafter=official("drafter", noise, "officer", name="이담당"),
        sender=official("sender", noise, "sender", name="최팀장"),
        stranger=official("stranger", other, "sender", "officer", name="남주무"),
    )


@pytest.fixture
def office(world: World) -> World:
    """The department today, whose officials may open the pages of notices."""
    world.now = real_now()
    may_look = Permission.objects.filter(content_type__app_label="notices", codename__startswith="view_")
    for user in (world.drafter, world.sender, world.stranger):
        user.user_permissions.set(may_look)
    return world


@pytest.fixture(scope="session")
def payment_process(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OtherEnd]:
    """A payment provider for all tests of a run."""
    with running("payments", tmp_path_factory.mktemp("payments") / "payments.jsonl") as end:
        yield end


@pytest.fixture
def provider(payment_process: OtherEnd, settings: Settings) -> OtherEnd:
    """The provider as the settings name it, with nothing wrong about it."""
    payment_process.faults()
    settings.PAYMENT_PROVIDERS = {
        "card": payment_process.entry,
        "accounts": {"BACKEND": "notices.payments.accounts.Accounts"},
    }
    return payment_process


@pytest.fixture
def bill(world: World) -> Bill:
    """What 김하늘 is asked to pay."""
    return bill_of(billed(world))
