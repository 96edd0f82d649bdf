"""Solapi's own about the way from the queue to the handset: three steps, households, reports that no webhook brought."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from pytest_django import Settings

from messaging import delivery, receiving, reconciling, services
from messaging.carriers.solapi import sweeping
from messaging.models import Attempt, Dispatch, LegStatus, Message
from messaging.services import polling
from messaging.simulator import audit
from portal.core import clock
from tests.messaging.making import age, leg_of, make_template, outgoing, queue
from tests.messaging.simulator_process import HOOK_SECRET, KEY, RunningSimulator, running_simulator

# A group is committed by the thread that calls, which sees nothing of an open transaction.
pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("office", "daytime")]


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningSimulator]:
    with running_simulator(tmp_path_factory.mktemp("solapi") / "truth.jsonl") as running:
        yield running


@pytest.fixture(autouse=True)
def _solapi(settings: Settings, simulator: RunningSimulator, office: None) -> None:
    simulator.control(rules=[])
    options = {"base_url": f"{simulator.url}/solapi", "api_key": KEY, "api_secret": KEY, "hook_secret": HOOK_SECRET}
    settings.MESSAGING_CARRIERS = {"main": {"BACKEND": "messaging.carriers.solapi.Solapi", "OPTIONS": options}}
    make_template()


def queued(key: str) -> Message:
    with transaction.atomic():
        return queue(key)


def taken(simulator: RunningSimulator, message: Message) -> int:
    return sum(event["leg"] == str(leg_of(message).pk) for event in simulator.truth())


@pytest.mark.parametrize("fault", ["reset_after", "reset_before"])
@pytest.mark.parametrize(
    "step", [{"nth": 1}, {"method": "PUT", "nth": 1}, {"nth": 2}], ids=["making", "filling", "sending"]
)
def test_whichever_answer_is_lost_the_message_arrives_once(
    simulator: RunningSimulator, fault: str, step: dict[str, object]
) -> None:
    message = queued(f"lost {fault} {step}")
    simulator.control(rules=[{"fault": fault, "path": "/solapi/messages", "times": 1, **step}])

    for _ in range(4):
        delivery.drain(seconds=2)
        age(Dispatch.objects.all(), timedelta(minutes=3))
        Attempt.objects.filter(status=LegStatus.QUEUED).update(due_at=clock.now() - timedelta(minutes=1))
        reconciling.reconcile()

    assert leg_of(message).status in (LegStatus.ACCEPTED, LegStatus.DELIVERED)
    assert taken(simulator, message) == 1
    assert audit.verdict(simulator.log, None)["doubled"] == []


def test_a_household_with_one_telephone_hears_everything(simulator: RunningSimulator) -> None:
    number = "+821048271935"

    with transaction.atomic():
        services.send_many([outgoing(f"home {n}", to=number) for n in range(2)], by=None, now=clock.now())
    delivery.drain(seconds=5)

    assert [taken(simulator, message) for message in Message.objects.all()] == [1, 1]
    assert Dispatch.objects.count() == 1


def test_a_report_no_webhook_brought_is_fetched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "LAG", timedelta())
    monkeypatch.setattr(polling, "AGAIN_AFTER", timedelta())
    message = queued("swept")
    delivery.drain(seconds=5)

    for _ in range(2):  # the 080 list, then the messages
        services.poll_carriers(now=clock.now())
    receiving.handle_pending(now=clock.now())

    assert leg_of(message).status == LegStatus.DELIVERED
