"""
kill -9 in the middle of a send: of the worker, of the broker, of the database. Nobody is forgotten, nobody hears twice.

Judged by the carrier's own truth log, not by our database.
"""

import signal
import time
from collections.abc import Iterator

import pytest

from tests.faults.stage import LEASE, Stage, standing_stage

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1200)]
MESSAGES = 2000


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """One installation for all tests of this file."""
    with standing_stage() as standing:
        standing.seed(kills=MESSAGES, sleep=300)
        standing.start("worker")
        standing.start("bell")
        yield standing


def _assert_exactly_once(stage: Stage) -> None:
    verdict = stage.verdict()
    assert verdict == {"accepted": len(stage.released_legs()), "doubled": [], "missing": [], "extra": []}
    assert stage.history_gaps() == []
    live = (
        "SELECT status, count(*) FROM messaging_dispatch WHERE status IN ('submitting', 'unknown', 'held') GROUP BY 1"
    )
    assert stage.rows(live) == []


def test_two_thousand_messages_survive_the_kill_of_worker_broker_and_database(stage: Stage) -> None:
    already = stage.taken_count()
    stage.simulator.control(rules=[{"fault": "delay", "seconds": 0.25, "path": "/own/messages"}])
    stage.release("kills")

    for taken in (200, 400, 600):
        stage.wait_taken(already + taken)
        stage.kill("worker")
        stage.start("worker")
    stage.wait_taken(already + 800)
    stage.kill("valkey")
    time.sleep(1)
    stage.start("valkey")
    stage.wait_taken(already + 1200)
    stage.kill("postgres")
    stage.start("postgres")
    stage.simulator.control(rules=[])

    stage.wait_settled("kills", MESSAGES)
    _assert_exactly_once(stage)


def test_a_worker_that_slept_past_its_lease_sends_nothing_twice(stage: Stage) -> None:
    already = stage.taken_count()
    stage.simulator.control(rules=[{"fault": "delay", "seconds": 0.25, "path": "/own/messages"}])
    stage.release("sleep")

    stage.wait_taken(already + 40)
    stage.signal("worker", signal.SIGSTOP)
    stage.start("second worker")
    time.sleep(3 * LEASE)
    stage.signal("worker", signal.SIGCONT)
    stage.simulator.control(rules=[])

    stage.wait_settled("sleep", 300)
    _assert_exactly_once(stage)
