"""Every test of this room has a registered sender number and a carrier that does as it is told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pytest_django import Settings

from messaging import services, topics, windows
from messaging.carriers import registry
from messaging.models import SenderNumber
from portal.core import clock
from tests.messaging.making import TOLD, certify
from tests.messaging.simulator_process import Receiver, receiving


@pytest.fixture(autouse=True)
def _told_carrier(settings: Settings, tmp_path: Path) -> None:
    registry._built.cache_clear()
    settings.STATE_DIR = tmp_path  # each test has a database of its own age
    settings.MESSAGING_CARRIERS = {"main": {"BACKEND": TOLD, "OPTIONS": {}}}


@pytest.fixture
def office(db: None) -> None:
    """The reference data an installation starts with, the sender number registered with its proof."""
    services.load_reference(now=clock.now())
    today = clock.day_in_korea(clock.now())
    SenderNumber.objects.update(
        status="registered", evidence="이용증명원 2026-1", registered_on=today, expires_on=today + timedelta(days=365)
    )
    certify("main", "spare")


@pytest.fixture
def handlers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Registrations made in a test end with it."""
    for registry_name in (
        *("_reply_handlers", "_questions", "_persons", "_decision_handlers"),
        *("_outcome_handlers", "_image_sources", "_leavings"),
    ):
        monkeypatch.setattr(topics, registry_name, {})


@pytest.fixture
def daytime(monkeypatch: pytest.MonkeyPatch) -> None:
    """No window is closed: for tests of everything but the night."""
    monkeypatch.setattr(windows, "closed_until", lambda purpose, moment: None)


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    """Stands where the portal's webhooks stand, for the tests of one file."""
    with receiving() as running:
        yield running
