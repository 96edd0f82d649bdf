"""The portal's processes: what each runs, in which environment, and what shows that it works."""

import signal
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import psycopg

from portal.stack import identity, postgres
from portal.stack.postgres import Cluster
from portal.stack.processes import Program
from portal.stack.surroundings import PAYMENT_OFFSET, RELAY_OFFSET, SIMULATOR_OFFSET
from portal.stack.valkey import Broker

_OTHER_QUEUES = "receive,render,housekeeping"  # all but those of the sender and the builder
CROWD = 100
WEB_THREADS = 8


def database(cluster: Cluster) -> Program:
    """PostgreSQL; interrupted it closes sessions and stops cleanly, quit it recovers at the next start."""
    return Program(
        name="postgres",
        command=cluster.command(),
        environment=postgres.environment(),
        is_ready=cluster.answers,
        ready_seconds=60,
        stop_signal=signal.SIGINT,
        last_signal=signal.SIGQUIT,
        is_vital=True,
        is_quiet=True,
    )


def broker(valkey: Broker) -> Program:
    """Valkey."""
    return Program("valkey", valkey.command(), valkey.answers, postgres.environment(), is_quiet=True)


def simulator(environment: Mapping[str, str], *, port: int, state: Path, more: Sequence[str] = ()) -> Program:
    """The other end of the line: a carrier, and handsets to answer from."""
    command = [sys.executable, "-m", "messaging.simulator", "--port", str(port + SIMULATOR_OFFSET)]
    command += ["--hooks", f"http://127.0.0.1:{port}", "--log", str(state / "carrier.jsonl")]
    command += more
    return _ours("simulator", command, environment, responds(f"http://127.0.0.1:{port + SIMULATOR_OFFSET}/healthz"))


def payments(environment: Mapping[str, str], *, port: int, state: Path) -> Program:
    """A payment provider whose page a tester presses."""
    return _notices_simulator("payments", environment, port=port, place=port + PAYMENT_OFFSET, state=state)


def relay(environment: Mapping[str, str], *, port: int, state: Path) -> Program:
    """A certified relay with wallets a tester opens."""
    return _notices_simulator("relays", environment, port=port, place=port + RELAY_OFFSET, state=state)


def _notices_simulator(kind: str, environment: Mapping[str, str], *, port: int, place: int, state: Path) -> Program:
    command = [sys.executable, "-m", "notices.simulators", kind, "--port", str(place)]
    command += ["--hooks", f"http://127.0.0.1:{port}", "--log", str(state / f"{kind}.jsonl")]
    return _ours(kind, command, environment, responds(f"http://127.0.0.1:{place}/healthz"))


def web(environment: Mapping[str, str], *, port: int, is_dev: bool) -> Program:
    """The web server. One worker: /readyz answers as soon as one is up, and by then all are."""
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", str(WEB_THREADS), "--no-ws", "--http", "1"]
    command += ["--http1-header-read-timeout", "10000", "--workers-kill-timeout", "15", "--respawn-failed-workers"]
    command += ["--log-level", "warning", "portal.wsgi:application"]
    if is_dev:  # Django's own server reads changed code again
        command = [sys.executable, "manage.py", "runserver", f"127.0.0.1:{port}"]
    return _ours(
        "web",
        command,
        {"DB_POOL": str(WEB_THREADS), **environment},
        responds(f"http://127.0.0.1:{port}/readyz", site=environment["SITE_URL"]),
        ready_seconds=60,
        grace_seconds=15,
        is_vital=True,
    )


def sender(environment: Mapping[str, str]) -> Program:
    """The worker that calls carriers, and does nothing else: a long send leaves the other one its hands."""
    return _celery("sender", environment, queues="send", processes=1)


def builder(environment: Mapping[str, str]) -> Program:
    """The worker of the chat: one process that keeps what it has read, so that an edit is live within seconds."""
    return _celery("builder", environment, queues="chatbot", processes=1)


def worker(environment: Mapping[str, str], *, processes: int) -> Program:
    """
    The worker for every other queue.

    Whether it works shows only when beat rings it, so its test is beat's (see `beat`).
    """
    return _celery("worker", environment, queues=_OTHER_QUEUES, processes=processes)


def _celery(name: str, environment: Mapping[str, str], *, queues: str, processes: int) -> Program:
    command = [sys.executable, "-m", "celery", "-q", "-A", "portal", "worker", "-Q", queues, "-c", str(processes)]
    command += ["--loglevel", "warning", "--without-gossip", "--without-mingle", "-n", f"{name}@%h"]
    # a soft shutdown, which lets running work end, is only ever started by SIGQUIT
    surroundings = {**environment, "DB_POOL": "0", "REMAP_SIGTERM": "SIGQUIT"}
    return _ours(name, command, surroundings, lambda: True, grace_seconds=40)


def beat(environment: Mapping[str, str], *, state: Path) -> Program:
    """The timetable. Ready once the worker it rings has left a fresh heartbeat: that proves the whole chain."""
    command = [sys.executable, "-m", "celery", "-q", "-A", "portal", "beat", "--pidfile=", "--loglevel", "warning"]
    command += ["--schedule", str(state / "celerybeat-schedule")]
    is_ready = worker_beats(environment["DATABASE_URL"], max_age=15)
    return _ours("beat", command, {**environment, "DB_POOL": "0"}, is_ready, ready_seconds=60)


def responds(url: str, *, site: str = "", seconds: float = 3) -> Callable[[], bool]:
    """A test: does this address answer 200, asked as a proxy asks for `site`?"""
    parts = urlsplit(site)
    headers = {"Host": parts.netloc, "X-Forwarded-Proto": parts.scheme} if site else {}
    request = urllib.request.Request(url, headers=headers)  # noqa: S310 - our own http address

    def test() -> bool:
        try:
            with urllib.request.urlopen(request, timeout=seconds) as answer:  # noqa: S310
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    return test


def worker_beats(database_url: str, *, max_age: float) -> Callable[[], bool]:
    """A test: has a worker left a heartbeat since the test was made, and within `max_age` seconds?"""
    made = time.monotonic()

    def test() -> bool:
        try:
            with psycopg.connect(database_url, connect_timeout=5) as connection:
                row = connection.execute(
                    "SELECT extract(epoch FROM clock_timestamp() - max(at)) FROM accounts_heartbeat"
                    " WHERE process = 'worker'"
                ).fetchone()
        except psycopg.Error:
            return False
        return row is not None and row[0] is not None and float(row[0]) < min(max_age, time.monotonic() - made)

    return test


def _ours(
    name: str,
    command: list[str],
    environment: Mapping[str, str],
    is_ready: Callable[[], bool],
    *,
    ready_seconds: float = 20,
    grace_seconds: float = 10,
    is_vital: bool = False,
) -> Program:
    return Program(
        name=name,
        command=[*identity.death_signal("TERM"), *command],
        environment={**environment, "SOTONG_PROCESS": name},
        is_ready=is_ready,
        ready_seconds=ready_seconds,
        grace_seconds=grace_seconds,
        is_vital=is_vital,
    )
