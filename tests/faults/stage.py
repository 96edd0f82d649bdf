"""
A whole installation in processes of its own, to be killed: PostgreSQL, Valkey, a Celery worker, and the carrier.

Unlike the database of the other tests this one keeps its promises: a commit is on disk before it is answered.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from portal.stack import postgres, secrets, surroundings
from portal.stack.folders import throwaway_folder
from portal.stack.postgres import Cluster
from portal.stack.services import _template as template
from portal.stack.valkey import Broker
from tests.messaging.simulator_process import HOOK_SECRET, KEY, RunningSimulator, running_simulator

LEASE = 2
WORKER = [
    *(sys.executable, "-m", "celery", "-q", "-A", "portal", "worker", "-Q", "send,receive", "-c", "3"),
    *("--loglevel", "warning", "--without-gossip", "--without-mingle", "--without-heartbeat"),
]


FAKED = {"FAKETIME_DONT_FAKE_MONOTONIC": "1"}


def _clock_of(name: str) -> list[str]:
    """The command that makes a process believe in another time: `drain +26h`."""
    shift = name.partition(" ")[2]
    return ["faketime", "-f", shift] if shift[:1] in ("+", "-") else []


def _drain(name: str) -> list[str]:
    """
    The command of one drain, started again and again as cron does.

    Under faketime a process cannot sleep, so each one ends after its first round; what that round had to leave
    (a row the claim of another moment held) belongs to the next.
    """
    drain = [sys.executable, "manage.py", "drain", "--seconds", "300"]
    clock = _clock_of(name)
    return ["sh", "-c", 'while :; do "$@"; done', "cron", *clock, *drain] if clock else drain


@dataclass
class Stage:
    """The processes by name, and how to hurt them."""

    folder: Path
    cluster: Cluster
    broker: Broker
    simulator: RunningSimulator
    environment: dict[str, str]
    processes: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def start(self, name: str) -> None:
        """Start one part, again after a kill; a service answers when this returns."""
        command, environment, answers = self._program(name)
        for _ in range(20):
            with (self.folder / f"{name}.log").open("ab") as log:
                self.processes[name] = subprocess.Popen(
                    command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
                )
            if self._comes_up(self.processes[name], answers):
                return
            time.sleep(0.3)  # a killed PostgreSQL leaves children that hold its memory for a moment
        raise AssertionError(f"{name} does not start: {self.log(name)[-2000:]}")

    def _program(self, name: str) -> tuple[list[str], dict[str, str], Callable[[], bool]]:
        match name:
            case "postgres":
                return self.cluster.command(), postgres.environment(), self.cluster.answers
            case "valkey":
                return self.broker.command(), postgres.environment(), self.broker.answers
        if "worker" in name:
            return WORKER, self.environment, lambda: True
        if "drain" in name:
            return _drain(name), self.environment | FAKED, lambda: True
        return [sys.executable, "-m", "tests.faults.bell"], self.environment, lambda: True

    def _comes_up(self, process: subprocess.Popen[bytes], answers: Callable[[], bool]) -> bool:
        limit = time.monotonic() + 60
        while not answers():
            if process.poll() is not None or time.monotonic() > limit:
                return False
            time.sleep(0.05)
        return process.poll() is None

    def signal(self, name: str, number: signal.Signals) -> None:
        """Send a signal to the whole process group of one part."""
        os.killpg(self.processes[name].pid, number)

    def kill(self, name: str) -> None:
        """kill -9. Of PostgreSQL only the postmaster dies by our hand: its children must find out for themselves."""
        if name == "postgres":
            self.processes[name].kill()
        else:
            self.signal(name, signal.SIGKILL)
        self.processes[name].wait()

    def log(self, name: str) -> str:
        """What one part wrote."""
        path = self.folder / f"{name}.log"
        return path.read_text("utf-8", "replace") if path.exists() else ""

    def seed(self, **streams: int) -> None:
        """Queue messages, so many per stream; each stream waits until it is released."""
        command = [sys.executable, "-m", "tests.faults.seeding"]
        command += [word for name, count in streams.items() for word in (name, str(count))]
        done = subprocess.run(command, env=self.environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-2000:]

    def release(self, stream: str) -> None:
        """Let a stream go."""
        self.change("UPDATE messaging_stream SET paused_at = NULL WHERE name = %s", stream)

    def change(self, statement: str, *parameters: Any) -> None:
        """Put the books into a certain state, as time or an official would have."""
        with psycopg.connect(self.cluster.url(), connect_timeout=5) as connection:
            connection.execute(statement, parameters)

    def rows(self, query: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Ask the database; empty while it is down."""
        try:
            with psycopg.connect(self.cluster.url(), connect_timeout=5) as connection:
                return connection.execute(query, parameters).fetchall()
        except psycopg.OperationalError:
            return []

    def taken_count(self) -> int:
        """How many legs the carrier took, by its own log."""
        return sum(1 for _ in self.simulator.truth())

    def wait_taken(self, count: int, *, seconds: float = 200) -> None:
        """Until the carrier took so many legs: faults strike by progress, not by the clock."""
        _until(lambda: self.taken_count() >= count, seconds, lambda: f"carrier took {self.taken_count()} of {count}")

    def wait_quiet(self) -> None:
        """Until every call that began has ended, and two seconds more."""
        query = "SELECT 1 FROM messaging_dispatch WHERE status IN ('submitting', 'unknown') LIMIT 1"
        _until(lambda: not self.rows(query), 200, lambda: "calls do not end")
        time.sleep(2)

    def wait_settled(self, prefix: str, count: int, *, seconds: float = 300) -> None:
        """Until every leg is accepted in our books."""

        def statuses() -> dict[str, int]:
            query = (
                "SELECT a.status, count(*) FROM messaging_attempt a JOIN messaging_message m ON m.id = a.message_id "
                "WHERE m.reference = %s GROUP BY 1"
            )
            return dict(self.rows(query, prefix))

        _until(lambda: statuses() == {"accepted": count}, seconds, lambda: f"{statuses()} {self.log('worker')[-3000:]}")

    def released_legs(self) -> list[str]:
        """Every leg that should have left, by our reference."""
        query = (
            "SELECT a.id FROM messaging_attempt a JOIN messaging_stream s ON s.id = a.stream_id "
            "WHERE s.paused_at IS NULL AND a.status <> 'cancelled'"
        )
        return [str(leg) for (leg,) in self.rows(query)]

    def verdict(self) -> dict[str, Any]:
        """The carrier's audit of its truth log against the legs our database knows."""
        expected = self.folder / "expected.txt"
        expected.write_text("\n".join(self.released_legs()), "utf-8")
        command = [sys.executable, "-m", "messaging.simulator", "audit", str(self.simulator.log)]
        done = subprocess.run([*command, "--expect", str(expected)], capture_output=True, text=True, check=False)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def history_gaps(self) -> list[tuple[Any, ...]]:
        """Events that do not begin where the one before ended, and legs that are not where their history ends."""
        return self.rows(
            "SELECT e.attempt_id FROM (SELECT attempt_id, before, "
            "coalesce(lag(after) OVER (PARTITION BY attempt_id ORDER BY id), '') AS expected "
            "FROM messaging_deliveryevent) e WHERE e.before <> e.expected "
            "UNION ALL SELECT a.id FROM messaging_attempt a WHERE a.status <> (SELECT after FROM "
            "messaging_deliveryevent e WHERE e.attempt_id = a.id ORDER BY e.id DESC LIMIT 1)"
        )


def _until(claim: Callable[[], bool], seconds: float, explain: Callable[[], str]) -> None:
    limit = time.monotonic() + seconds
    while not claim():
        assert time.monotonic() < limit, explain()
        time.sleep(0.1)


@contextmanager
def standing_stage() -> Iterator[Stage]:
    """A stage with everything but messages; whatever still lives at the end is killed."""
    with ExitStack() as stack:
        folder = stack.enter_context(throwaway_folder())
        cluster, broker = Cluster(folder / "pg", folder), Broker(folder / "valkey", folder, is_kept=False)
        shutil.copytree(template(), cluster.data)
        simulator = stack.enter_context(running_simulator(folder / "carrier.jsonl", "--receipt-delay", "3600"))
        stage = Stage(folder, cluster, broker, simulator, _environment(folder, cluster, broker, simulator))
        stack.callback(_end, stage)
        for name in ("postgres", "valkey"):
            stage.start(name)
        cluster.open_database()
        yield stage


def _environment(folder: Path, cluster: Cluster, broker: Broker, simulator: RunningSimulator) -> dict[str, str]:
    options = {"base_url": simulator.url, "key": KEY, "hook_secret": HOOK_SECRET, "timeout": 2.0}
    return {
        **os.environ,
        **surroundings.defaults(secrets.fresh(), state=folder / "state"),
        "DATABASE_URL": cluster.url(),
        "REDIS_URL": broker.url,
        "KEY_PREFIX": "faults",
        "LOG_LEVEL": "WARNING",
        "MESSAGING_LEASE_SECONDS": str(LEASE),
        "MESSAGING_CARRIERS": json.dumps(
            {"main": {"BACKEND": "tests.faults.carrier.InSmallBatches", "OPTIONS": options}}
        ),
    }


def _end(stage: Stage) -> None:
    for name, process in reversed(stage.processes.items()):
        if process.poll() is None:
            stage.signal(name, signal.SIGCONT)
            stage.kill(name)
