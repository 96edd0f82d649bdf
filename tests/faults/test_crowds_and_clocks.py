"""Everybody rings at once, nobody rings, and clocks lie: each message leaves once, and none before its time."""

import shutil
from collections.abc import Iterator

import pytest

from tests.faults.stage import Stage, standing_stage

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1200)]
CROWD, ALONE, CLOCKS = 400, 200, 120


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    """One installation for all tests of this file."""
    with standing_stage() as standing:
        standing.seed(alone=ALONE, crowd=CROWD, fast=CLOCKS, slow=CLOCKS)
        yield standing


def _assert_exactly_once(stage: Stage) -> None:
    expected = {"accepted": len(stage.released_legs()), "doubled": [], "missing": [], "extra": []}
    assert stage.verdict() == expected
    assert stage.history_gaps() == []


def test_without_any_broker_cron_alone_sends_everything_once(stage: Stage) -> None:
    stage.kill("valkey")
    stage.release("alone")
    stage.start("drain one")
    stage.start("drain two")

    stage.wait_settled("alone", ALONE)
    stage.kill("drain one")
    stage.kill("drain two")
    stage.start("valkey")

    _assert_exactly_once(stage)


def test_four_beats_cron_and_the_button_at_once_send_everything_once(stage: Stage) -> None:
    parts = ["worker", "second worker", "drain", "bell 1", "bell 2", "bell 3", "bell 4"]
    for part in parts:
        stage.start(part)
    stage.release("crowd")

    stage.wait_settled("crowd", CROWD)
    for part in parts:
        stage.kill(part)

    _assert_exactly_once(stage)


@pytest.mark.parametrize(("stream", "shift"), [("fast", "+26h"), ("slow", "-3h")])
def test_a_process_whose_clock_lies_sends_what_is_due_and_nothing_else(stage: Stage, stream: str, shift: str) -> None:
    assert shutil.which("faketime"), "apt-get install faketime"
    early = CLOCKS // 3
    stage.change(
        "UPDATE messaging_attempt SET due_at = clock_timestamp() + interval '1 hour' WHERE id IN (SELECT a.id FROM "
        "messaging_attempt a JOIN messaging_message m ON m.id = a.message_id WHERE m.reference = %s LIMIT %s)",
        stream,
        early,
    )
    already = stage.taken_count()
    stage.release(stream)
    stage.start(f"drain {shift}")

    stage.wait_taken(already + CLOCKS - early)
    stage.wait_quiet()
    stage.kill(f"drain {shift}")

    statuses = dict(
        stage.rows(
            "SELECT a.status, count(*) FROM messaging_attempt a JOIN messaging_message m ON m.id = a.message_id "
            "WHERE m.reference = %s GROUP BY 1",
            stream,
        )
    )
    assert statuses == {"accepted": CLOCKS - early, "queued": early}
    stage.change(
        "UPDATE messaging_attempt SET status = 'cancelled', final_at = now() WHERE status = 'queued' "
        "AND stream_id = (SELECT id FROM messaging_stream WHERE name = %s)",
        stream,
    )
    _assert_exactly_once(stage)
