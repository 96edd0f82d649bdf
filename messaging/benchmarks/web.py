"""The portal's real web server on this run's services, and how much processor time it has used."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
from django.core.management import call_command

WORKERS = 2
START_SECONDS = 60.0
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True, slots=True)
class Web:
    """Where it listens, and its processes."""

    address: str
    pid: int

    def cpu_seconds(self) -> float:
        """User and system time of the server and its workers so far."""
        return sum(_cpu_seconds(pid) for pid in [self.pid, *_children(self.pid)])


@contextmanager
def serving() -> Iterator[Web]:
    """Granian as ./run starts it, with a process per core."""
    call_command("collectstatic", verbosity=0, interactive=False)  # pages name their files by content
    port = _free_port()
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", str(WORKERS), "--blocking-threads", "4", "--no-ws", "--http", "1"]
    command += ["--log-level", "error", "portal.wsgi:application"]
    environment = {**os.environ, "DB_POOL": "4"}
    with subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL) as process:  # noqa: S603 — our own server
        try:
            web = Web(f"http://127.0.0.1:{port}", process.pid)
            _wait(web)
            yield web
        finally:
            process.terminate()


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


def _wait(web: Web) -> None:
    limit = time.monotonic() + START_SECONDS
    while time.monotonic() < limit:
        try:
            if httpx.get(f"{web.address}/livez", trust_env=False, headers={"host": "localhost"}).is_success:
                return
        except httpx.HTTPError:
            time.sleep(0.1)
    raise TimeoutError("the web server does not answer")


def _children(pid: int) -> list[int]:
    found = []
    for path in Path(f"/proc/{pid}/task").glob("*/children"):
        for child in path.read_text().split():
            found += [int(child), *_children(int(child))]
    return found


def _cpu_seconds(pid: int) -> float:
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except FileNotFoundError:
        return 0.0
    return (int(fields[11]) + int(fields[12])) / _TICK
