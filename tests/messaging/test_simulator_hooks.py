"""What the simulator reports, and how badly it can do so."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest

from messaging.carriers.base import HookRefused, Leg
from tests.messaging.simulator_process import Receiver, RunningSimulator, eventually, receiving, running_simulator

PHONE, OFFICE = "01048271935", "0212000000"


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[RunningSimulator, Receiver]]:
    log = tmp_path_factory.mktemp("line") / "truth.jsonl"
    with receiving() as receiver, running_simulator(log, hooks=receiver.url) as simulator:
        yield simulator, receiver


@pytest.fixture
def simulator(line: tuple[RunningSimulator, Receiver]) -> RunningSimulator:
    line[1].hooks.clear()
    line[0].control(rules=[])
    return line[0]


@pytest.fixture
def receiver(line: tuple[RunningSimulator, Receiver]) -> Receiver:
    return line[1]


def send(simulator: RunningSimulator, count: int = 1, *, channel: str = "sms", to: str = PHONE) -> list[Leg]:
    legs = [
        Leg(uuid4(), "alimtalk" if channel == "alimtalk" else "sms", to, OFFICE, "안내", template_code="t")
        for _ in range(count)
    ]
    simulator.adapter().submit(legs, key=uuid4())
    return legs


def reports(receiver: Receiver, leg: Leg) -> list[str]:
    return [event["outcome"] for event in receiver.events("receipts") if event["id"] == str(leg.id)]


def test_each_accepted_leg_is_reported_once(simulator: RunningSimulator, receiver: Receiver) -> None:
    legs = send(simulator, 20)

    assert eventually(lambda: len(receiver.events("receipts")) >= 20)
    assert [reports(receiver, leg) for leg in legs] == [["delivered"]] * 20
    keys = [event["event"] for event in receiver.events("receipts")]
    assert len(set(keys)) == 20


def test_a_duplicated_receipt_keeps_its_event_key(simulator: RunningSimulator, receiver: Receiver) -> None:
    simulator.control(rules=[{"fault": "receipt_duplicated"}])

    (leg,) = send(simulator)

    assert eventually(lambda: len(reports(receiver, leg)) == 3)
    assert len({event["event"] for event in receiver.events("receipts")}) == 1


def test_reordered_receipts_tell_an_older_failure_after_the_success(
    simulator: RunningSimulator, receiver: Receiver
) -> None:
    simulator.control(rules=[{"fault": "receipt_reordered"}])

    (leg,) = send(simulator)

    assert eventually(lambda: len(reports(receiver, leg)) == 2)
    assert reports(receiver, leg) == ["delivered", "undelivered"]
    at = [datetime.fromisoformat(event["at"]) for event in receiver.events("receipts")]
    assert at[0] > at[1]


def test_an_early_receipt_arrives_before_the_answer(simulator: RunningSimulator, receiver: Receiver) -> None:
    simulator.control(rules=[{"fault": "receipt_early"}])

    (leg,) = send(simulator)

    assert reports(receiver, leg) == ["delivered"]


def test_a_late_receipt_waits(simulator: RunningSimulator, receiver: Receiver) -> None:
    simulator.control(rules=[{"fault": "receipt_late", "number": PHONE, "seconds": 1}])
    (late,) = send(simulator)
    (prompt,) = send(simulator, to="01077776666")

    assert eventually(lambda: bool(reports(receiver, prompt)))
    assert reports(receiver, late) == []
    assert eventually(lambda: bool(reports(receiver, late)))


def test_a_receipt_for_an_unknown_leg_comes_along(simulator: RunningSimulator, receiver: Receiver) -> None:
    simulator.control(rules=[{"fault": "receipt_unknown"}])

    (leg,) = send(simulator)

    assert eventually(lambda: len(receiver.events("receipts")) == 2)
    strangers = [event for event in receiver.events("receipts") if event["id"] != str(leg.id)]
    assert len(strangers) == 1
    assert strangers[0]["ref"] not in {event["ref"] for event in simulator.truth()}


@pytest.mark.parametrize("fault", ["receipt_forged", "receipt_stale"])
def test_a_dishonest_receipt_is_refused_by_the_adapter(
    simulator: RunningSimulator, receiver: Receiver, fault: str
) -> None:
    simulator.control(rules=[{"fault": fault}])

    send(simulator)

    assert eventually(lambda: len(receiver.of("receipts")) == 2)
    verdicts = []
    for hook in receiver.of("receipts"):
        try:
            simulator.adapter().read_receipts(hook.request())
            verdicts.append("read")
        except HookRefused:
            verdicts.append("refused")
    assert sorted(verdicts) == ["read", "refused"]


def test_a_reply_may_come_three_times_with_one_key(simulator: RunningSimulator, receiver: Receiver) -> None:
    simulator.control(rules=[{"fault": "reply_tripled"}])

    simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": "1"}])

    assert eventually(lambda: len(receiver.events("replies")) == 3)
    assert len({event["event"] for event in receiver.events("replies")}) == 1


def test_long_replies_travel_in_bodies_the_portal_takes(simulator: RunningSimulator, receiver: Receiver) -> None:
    long = "가" * 2000

    simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": long} for _ in range(30)])

    assert eventually(lambda: len(receiver.events("replies")) == 30)
    assert max(len(hook.body) for hook in receiver.of("replies")) <= 64 * 1024


def test_hooks_are_repeated_until_they_are_taken(simulator: RunningSimulator, receiver: Receiver) -> None:
    receiver.statuses[:] = [500, 403]

    simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": "1"}])

    assert eventually(lambda: len(receiver.of("replies")) == 3)
    assert len({event["event"] for event in receiver.events("replies")}) == 1


def test_a_handset_that_is_off_hears_texts_later_and_alimtalk_never(
    simulator: RunningSimulator, receiver: Receiver
) -> None:
    number = "01033334444"
    simulator.control(switches=[{"number": number, "name": "off", "on": True}])
    (text,) = send(simulator, to=number)
    (talk,) = send(simulator, channel="alimtalk", to=number)

    assert eventually(lambda: reports(receiver, talk) == ["undelivered"])
    assert reports(receiver, text) == []
    simulator.control(switches=[{"number": number, "name": "off", "on": False}])

    assert eventually(lambda: reports(receiver, text) == ["delivered"])
    assert [message["status"] for message in simulator.phone(number)["messages"]] == ["delivered", "undelivered"]


def test_what_was_not_delivered_before_a_kill_is_delivered_after(tmp_path: Path) -> None:
    with receiving() as receiver, running_simulator(tmp_path / "truth.jsonl", hooks=receiver.url) as simulator:
        receiver.statuses[:] = [503] * 3
        simulator.control(replies=[{"from": PHONE, "to": OFFICE, "text": "1"}])
        assert eventually(lambda: bool(receiver.hooks))

        simulator.kill()
        receiver.statuses.clear()
        receiver.hooks.clear()
        simulator.start()

        assert eventually(lambda: len(receiver.events("replies")) == 1)
        assert eventually(lambda: len(simulator.truth("posted")) == 1)
