"""A carrier that takes the messages and then hangs, cuts the line, answers 500 or rubbish: nobody is texted twice."""

import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from messaging import delivery, reconciling, services
from messaging.models import Attempt, CarrierState, Dispatch, SenderNumber
from messaging.simulator import audit
from portal.core import clock
from tests.messaging.making import age, make_template, outgoing
from tests.messaging.simulator_process import HOOK_SECRET, KEY, NOWHERE, RunningSimulator, running_simulator

pytestmark = [pytest.mark.fault, pytest.mark.timeout(600), pytest.mark.django_db(transaction=True)]
LEASE = 2
MESSAGES = 120  # in calls of twenty
SETTLED = ("accepted", "rejected", "delivered", "undelivered")


@pytest.fixture
def carrier(tmp_path: Path, settings: Settings) -> Iterator[RunningSimulator]:
    """A simulator of its own, and an office that uses it."""
    with running_simulator(tmp_path / "carrier.jsonl", "--receipt-delay", "3600") as simulator:
        options = {"base_url": simulator.url, "key": KEY, "hook_secret": HOOK_SECRET, "timeout": 0.5}
        settings.MESSAGING_CARRIERS = {"main": {"BACKEND": "tests.faults.carrier.InSmallBatches", "OPTIONS": options}}
        settings.MESSAGING_LEASE_SECONDS = LEASE
        _furnish()
        yield simulator


@transaction.atomic
def _furnish() -> None:
    services.load_reference(now=clock.now())
    today = clock.day_in_korea(clock.now())
    SenderNumber.objects.update(
        status="registered", evidence="시험", registered_on=today, expires_on=today + timedelta(days=9)
    )
    make_template(purpose="answer")
    rows = (outgoing(f"k{number}", to=f"010{20000000 + number}") for number in range(MESSAGES))
    services.send_many(rows, by=None, now=clock.now())


def _until_settled(*, hurry: bool = True) -> None:
    """Drain and reconcile until every leg's fate is known; in a hurry, waits are skipped on the database's clock."""
    for _ in range(60):
        delivery.drain(seconds=10)
        reconciling.reconcile()
        waiting = Attempt.objects.exclude(status__in=SETTLED)
        if not waiting.exists():
            return
        if hurry:
            _hurry_breakers()
            age(Dispatch.objects.filter(status="unknown"), timedelta(seconds=LEASE))
            waiting.filter(status="queued").update(due_at=clock.now() - timedelta(seconds=1))
        else:
            time.sleep(0.3)
    statuses = sorted(Attempt.objects.values_list("status", flat=True))
    raise AssertionError(f"never settled: { {status: statuses.count(status) for status in statuses} }")


def _hurry_breakers() -> None:
    """The break is over at once, and an official resumes a carrier whose account was refused."""
    at = clock.now() - timedelta(seconds=1)
    CarrierState.objects.exclude(breaker_until=None).update(breaker_until=at)
    CarrierState.objects.exclude(paused_at=None).update(paused_at=None, pause_reason="")


def _audit(carrier: RunningSimulator, tmp_path: Path) -> dict[str, Any]:
    expected = tmp_path / "expected.txt"
    expected.write_text("\n".join(str(pk) for pk in Attempt.objects.values_list("pk", flat=True)), "utf-8")
    return audit.verdict(carrier.log, expected)


ONCE = {"accepted": MESSAGES, "doubled": [], "missing": [], "extra": []}
AFTER_TAKING = ("hang_after", "reset_after", "error_after", "garbage", "wrong_types", "huge", "slow")
BEFORE_TAKING = ("error_before", "hang_before", "reset_before", "rate_limit", "unauthorized")


@pytest.mark.parametrize("fault", [*AFTER_TAKING, *BEFORE_TAKING])
def test_a_carrier_that_goes_wrong_doubles_and_loses_nothing(
    fault: str, carrier: RunningSimulator, tmp_path: Path
) -> None:
    rule = {"fault": fault, "nth": [1, 3], "seconds": 1.0, "path": "/own/messages"}
    carrier.control(rules=[rule | ({"retry_after": 0.2} if fault == "rate_limit" else {})])

    _until_settled()

    assert carrier.truth("fault")
    assert _audit(carrier, tmp_path) == ONCE
    assert set(Attempt.objects.values_list("status", flat=True)) == {"accepted"}


def test_a_carrier_whose_look_up_lags_behind_doubles_nothing(carrier: RunningSimulator, tmp_path: Path) -> None:
    rules = [
        {"fault": "reset_after", "nth": [1, 2], "path": "/own/messages"},
        {"fault": "look_up_lag", "nth": [1, 2], "seconds": LEASE * 1.5, "path": "/own/messages"},
    ]
    carrier.control(rules=rules)

    _until_settled(hurry=False)

    assert _audit(carrier, tmp_path) == ONCE


def test_a_carrier_that_cannot_be_asked_for_a_while_doubles_nothing(carrier: RunningSimulator, tmp_path: Path) -> None:
    rules = [
        {"fault": "reset_after", "nth": [1, 2, 3], "path": "/own/messages"},
        {"fault": "error_before", "method": "GET", "times": 4, "path": "/own/messages"},
        {"fault": "garbage", "method": "GET", "times": 4, "path": "/own/messages"},
    ]
    carrier.control(rules=rules)

    _until_settled()

    assert _audit(carrier, tmp_path) == ONCE


def test_a_partial_refusal_is_each_legs_own(carrier: RunningSimulator, tmp_path: Path) -> None:
    carrier.control(rules=[{"fault": "partial_refusal", "nth": [2], "share": 0.5, "path": "/own/messages"}])

    _until_settled()

    refused = Attempt.objects.filter(status="rejected").count()
    assert refused > 0
    verdict = _audit(carrier, tmp_path)
    assert (verdict["accepted"], verdict["doubled"]) == (MESSAGES - refused, [])
    assert len(verdict["missing"]) == refused


def test_a_carrier_killed_and_started_again_doubles_nothing(
    carrier: RunningSimulator, tmp_path: Path, settings: Settings
) -> None:
    carrier.control(rules=[{"fault": "reset_after", "nth": [2], "path": "/own/messages"}])
    delivery.drain(seconds=10)
    carrier.kill()
    delivery.drain(seconds=2)
    reconciling.reconcile()
    carrier.start()
    main = settings.MESSAGING_CARRIERS["main"]
    settings.MESSAGING_CARRIERS = {
        "main": {**main, "OPTIONS": {**main["OPTIONS"], "base_url": carrier.url}},
    }

    _until_settled()

    assert _audit(carrier, tmp_path) == ONCE


def test_a_storm_of_everything_at_once(carrier: RunningSimulator, tmp_path: Path) -> None:
    rules = [
        {"fault": fault, "probability": 0.12, "times": 3, "seconds": 1.0, "retry_after": 0.2, "path": "/own/messages"}
        for fault in (*AFTER_TAKING, *BEFORE_TAKING)
    ]
    carrier.control(rules=rules)

    _until_settled()

    assert _audit(carrier, tmp_path) == ONCE
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM messaging_dispatch WHERE status IN ('submitting', 'unknown', 'held')")
        assert cursor.fetchone() == (0,)


def test_the_spare_takes_only_what_is_known_unsent(
    carrier: RunningSimulator, tmp_path: Path, settings: Settings
) -> None:
    main = settings.MESSAGING_CARRIERS["main"]
    broken = {**main, "OPTIONS": {**main["OPTIONS"], "base_url": NOWHERE}}
    carrier.control(rules=[{"fault": "reset_after", "nth": [1, 2], "path": "/own/messages"}])
    delivery.drain(seconds=0.1)
    unsure = set(Attempt.objects.filter(status="unknown").values_list("pk", flat=True))
    settings.MESSAGING_CARRIERS = {"main": broken, "spare": main}
    for _ in range(8):
        delivery.drain(seconds=1)
        Attempt.objects.filter(status="queued").update(due_at=clock.now() - timedelta(seconds=1))
        CarrierState.objects.exclude(breaker_until=None).update(
            breaker_since=clock.now() - timedelta(minutes=1), breaker_until=clock.now() - timedelta(seconds=1)
        )

    assert unsure
    moved = set(Attempt.objects.filter(carrier="spare").values_list("pk", flat=True))
    assert moved
    assert moved.isdisjoint(unsure)
    settings.MESSAGING_CARRIERS = {"main": main, "spare": main}
    _until_settled()

    assert _audit(carrier, tmp_path) == ONCE
