"""What only Bizgo does, end to end: reports fetched and confirmed, and a citizen's text that comes by two ways."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from pytest_django import Settings

from messaging import delivery, receiving, services
from messaging.models import LegStatus, Message, Receipt, Reply
from portal.core import clock
from tests.messaging.making import leg_of, make_template, queue
from tests.messaging.simulator_process import (
    HOOK_SECRET,
    KEY,
    Receiver,
    RunningSimulator,
    eventually,
    running_simulator,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("office", "daytime", "handlers")]
SIGNED = ("x-ib-timestamp", "x-ib-signature")


@pytest.fixture(scope="module")
def simulator(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[RunningSimulator]:
    log = tmp_path_factory.mktemp("bizgo") / "truth.jsonl"
    with running_simulator(log, "--polled", "bizgo", hooks=receiver.url) as running:
        yield running


@pytest.fixture(autouse=True)
def _bizgo(settings: Settings, simulator: RunningSimulator, receiver: Receiver, office: None) -> None:
    receiver.hooks.clear()
    options = {"base_url": f"{simulator.url}/bizgo", "api_key": KEY, "hook_secret": HOOK_SECRET, "receipts": "poll"}
    settings.MESSAGING_CARRIERS = {"main": {"BACKEND": "messaging.carriers.bizgo.Bizgo", "OPTIONS": options}}
    make_template()


def sent(key: str) -> Message:
    with transaction.atomic():
        message = queue(key)
    delivery.drain(seconds=5)
    assert leg_of(message).status == LegStatus.ACCEPTED
    return message


def poll(times: int) -> None:
    """Ask for news as beat does, whatever the clock says."""
    services.poll_carriers(now=clock.now() + timedelta(seconds=5 * times))


def test_reports_are_fetched_folded_and_confirmed(receiver: Receiver) -> None:
    message = sent("fetched")
    asked = iter(range(1000))

    def is_delivered() -> bool:
        poll(next(asked))
        receiving.handle_pending(now=clock.now())
        return leg_of(message).status == LegStatus.DELIVERED

    assert eventually(is_delivered)
    stored = Receipt.objects.filter(attempt=leg_of(message)).count()
    poll(next(asked))
    assert stored == Receipt.objects.filter(attempt=leg_of(message)).count() == 1
    assert receiver.of("receipts") == []


def test_a_text_told_by_webhook_and_found_in_the_history_is_one_reply(
    simulator: RunningSimulator, receiver: Receiver, client: Client
) -> None:
    office = leg_of(sent("asked")).message.sender_number.number
    [name] = simulator.control(replies=[{"from": "01012345678", "to": office, "text": "1 동의"}])["replies"]
    assert eventually(lambda: any(name.encode() in hook.body for hook in receiver.of("replies")))
    hook = next(hook for hook in receiver.of("replies") if name.encode() in hook.body)
    signature = {header: hook.headers[header] for header in SIGNED}

    poll(1)
    answer = client.post(hook.path, data=hook.body, content_type="application/json", headers=signature)

    assert (answer.status_code, answer.json()) == (200, {"msgKey": name})
    assert Reply.objects.get(event_key=f"{name}/MO").text == "1 동의"


def test_the_signature_is_not_enough_from_a_strange_address(
    settings: Settings, simulator: RunningSimulator, receiver: Receiver, client: Client
) -> None:
    office = leg_of(sent("strange")).message.sender_number.number
    [name] = simulator.control(replies=[{"from": "01012345678", "to": office, "text": "1"}])["replies"]
    assert eventually(lambda: any(name.encode() in hook.body for hook in receiver.of("replies")))
    hook = next(hook for hook in receiver.of("replies") if name.encode() in hook.body)
    options = {"base_url": f"{simulator.url}/bizgo", "api_key": KEY, "hook_secret": HOOK_SECRET}
    entry = {"BACKEND": "messaging.carriers.bizgo.Bizgo", "OPTIONS": {**options, "hook_ips": ["203.0.113.7"]}}
    settings.MESSAGING_CARRIERS = {"main": entry}

    signature = {header: hook.headers[header] for header in SIGNED}
    answer = client.post(hook.path, data=hook.body, content_type="application/json", headers=signature)

    assert answer.status_code == 403
    assert not Reply.objects.filter(event_key=f"{name}/MO").exists()
