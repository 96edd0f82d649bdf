"""What balancers and containers are told."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from pytest_django import Settings

from chatbot.shelf import mode_here
from portal.site import health

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _unasked() -> Iterator[None]:
    health._seen["complete"] = False
    yield
    health._seen["complete"] = False


def test_living_process_says_so_without_asking_anybody(client: Client) -> None:
    assert client.get("/livez").json() == {"status": "ok"}


def test_ready_when_database_and_broker_answer(client: Client) -> None:
    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json() == {"status": "ok", "database": "ok", "broker": "ok", "chatbot": mode_here()}
    assert "no-store" in answer.headers["Cache-Control"]


def test_stays_ready_while_the_broker_is_down(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis+socket:///nonexistent/valkey.sock"

    answer = client.get("/readyz")

    assert answer.status_code == 200
    assert answer.json()["broker"] == "down"


def test_not_ready_while_the_database_is_away(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> Any:
        raise OperationalError

    monkeypatch.setattr(health, "_ask_database", away)

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["database"] == "down"


def test_not_ready_while_a_migration_is_missing(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("portal.site.health.MigrationExecutor.migration_plan", lambda *_: ["one"])

    answer = client.get("/readyz")

    assert answer.status_code == 503
    assert answer.json()["database"] == "migrating"
