"""A key that seals, a citizen with something to certify, and a browser whose proof is fresh."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from pytest_django import Settings

from portal.accounts.guards import note_proof
from portal.accounts.models import User
from portal.accounts.services import register_phone
from portal.certificates import services
from portal.certificates.kinds import kinds
from portal.certificates.models import Certificate
from portal.certificates.services import Wanted
from portal.core import clock
from portal.stack.seal import made_seal

NOW = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
LONG_AGO = datetime(2026, 1, 5, tzinfo=UTC)  # since when the citizens of these tests have their accounts
FACTS = {
    "number": "M26-1101-0001-7",
    "received_at": "2026년 11월 2일 10시 00분",
    "subject": "우리집 앞 가로등이 안 켜져요",
    "department": "도로과",
}


@pytest.fixture(scope="session")
def seal_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-signed key, made once for all tests of a run."""
    path = tmp_path_factory.mktemp("seal") / "seal.p12"
    path.write_bytes(made_seal(age=timedelta(days=400)))  # some worlds stand still in the past
    return path


@pytest.fixture(autouse=True)
def seal_key(seal_file: Path, settings: Settings) -> Path:
    """The key as the settings name it."""
    settings.SEAL_KEY_FILE = str(seal_file)
    return seal_file


@pytest.fixture
def haneul(db: None) -> User:
    """김하늘, who signs in by her phone."""
    return citizen("haneul", "010-1234-5678", "김하늘")


@pytest.fixture
def bada(db: None) -> User:
    """박바다, somebody else."""
    return citizen("bada", "010-8765-4321", "박바다")


def citizen(username: str, phone: str, name: str) -> User:
    user = User.objects.create(username=username, date_joined=LONG_AGO)
    register_phone(user=user, phone=phone)
    user.name = name
    user.save()
    return user


def signed_in(user: User, *, is_fresh: bool = True) -> Client:
    """A browser in which somebody has just proven that it is she."""
    client = Client(headers={"user-agent": "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/604.1"})
    client.force_login(user)
    if is_fresh:
        session = client.session
        note_proof(session, now=clock.now())
        session.save()
    return client


def wanted(
    *, kind: str = "complaint_filed", subject: str = "M26-1101-0001-7", holder: str = "김하늘", **facts: str
) -> Wanted:
    return Wanted(kinds()[kind], subject, holder, {**FACTS, **facts}, "새빛구청장")


def issued(owner: User, *, now: datetime = NOW, **changes: str) -> Certificate:
    """A certificate as its owner has it."""
    return services.make(services.request(wanted(**changes), owner=owner, now=now), now=now)
