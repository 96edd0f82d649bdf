"""PostgreSQL and Valkey for the length of a block: throw-away ones for tests, the kept ones for a command."""

import fcntl
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from portal.stack import postgres
from portal.stack.errors import StackError
from portal.stack.folders import socket_folder, state_dir, throwaway_folder
from portal.stack.postgres import Cluster
from portal.stack.valkey import Broker

START_SECONDS = 60


@dataclass(frozen=True)
class Addresses:
    """Where the started services are; empty for one that was not asked for."""

    database_url: str = ""
    redis_url: str = ""


@contextmanager
def throwaway(*, database: bool = True, broker: bool = True) -> Iterator[Addresses]:
    """Fresh services in memory, as fast as data that nobody keeps allows."""
    with ExitStack() as stack:
        folder = stack.enter_context(throwaway_folder())
        cluster = Cluster(folder / "pg", folder, is_fast=True) if database else None
        if cluster:
            shutil.copytree(_template(), cluster.data)
        yield stack.enter_context(
            running(cluster, Broker(folder / "valkey", folder, is_kept=False) if broker else None, logs=folder)
        )


@contextmanager
def kept(state: Path, *, database: bool = True, broker: bool = True) -> Iterator[Addresses]:
    """The services of this checkout, with their data. The caller holds the lock of `state`."""
    sockets = socket_folder(state)
    if database:
        postgres.ensure(state / "pg")
    cluster = Cluster(state / "pg", sockets) if database else None
    with running(cluster, Broker(state / "valkey", sockets) if broker else None, logs=state / "log") as addresses:
        yield addresses


@contextmanager
def running(cluster: Cluster | None, broker: Broker | None, *, logs: Path) -> Iterator[Addresses]:
    """Start what is given, wait until it answers, and stop it at the end."""
    logs.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        if cluster:
            stack.enter_context(_process("postgres", cluster.command(), cluster.answers, logs, stop=signal.SIGINT))
            cluster.open_database()
        if broker:
            stack.enter_context(_process("valkey", broker.command(), broker.answers, logs, stop=signal.SIGTERM))
        yield Addresses(cluster.url() if cluster else "", broker.url if broker else "")


@contextmanager
def _process(
    name: str, command: list[str], answers: Callable[[], bool], logs: Path, *, stop: signal.Signals
) -> Iterator[None]:
    with (logs / f"{name}.log").open("ab") as log:
        # a session of its own: Ctrl-C at the terminal is for the command, which then stops us in order
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=postgres.environment(),
            start_new_session=True,
        )
        try:
            _wait(name, process, answers, logs)
            yield
        finally:
            _stop(process, stop)


def _wait(name: str, process: subprocess.Popen[bytes], answers: Callable[[], bool], logs: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while not answers():
        if process.poll() is not None or time.monotonic() > limit:
            last = "\n".join((logs / f"{name}.log").read_text("utf-8", "replace").splitlines()[-20:])
            raise StackError(f"{name}이(가) 시작되지 않았습니다.\n{last}")
        time.sleep(0.03)


def _stop(process: subprocess.Popen[bytes], stop: signal.Signals) -> None:
    for number, grace in ((stop, 10), (signal.SIGQUIT, 5), (signal.SIGKILL, 5)):
        if process.poll() is None:
            process.send_signal(number)
        try:
            process.wait(grace)
        except subprocess.TimeoutExpired:
            continue
        return


def _template() -> Path:
    """A ready-made cluster, made once per version and recipe: copying it is ten times faster than initdb."""
    state = state_dir()
    state.mkdir(parents=True, exist_ok=True)
    template = state / postgres.template_name()
    with (state / "template.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        postgres.ensure(template)
    return template
