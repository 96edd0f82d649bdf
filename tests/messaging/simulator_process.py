"""A real carrier simulator on a free port, and a receiver for its webhooks, for any test that needs the other end."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx

from messaging.carriers.base import HookRequest
from messaging.carriers.simulator import Simulator

KEY = "test-key"
HOOK_SECRET = "test-hook-secret"
NOWHERE = "http://127.0.0.1:9"
BEARER = {"authorization": f"Bearer {KEY}"}
BROWSER = httpx.Client(trust_env=False, timeout=60)  # one for all: each new client reads the certificates again


@dataclass
class RunningSimulator:
    """The process, and the ways a test may speak to it."""

    log: Path
    hooks: str
    options: Sequence[str]
    url: str = ""
    process: subprocess.Popen[str] | None = None
    _adapters: dict[tuple[str, float], Simulator] = field(default_factory=dict)

    def start(self) -> None:
        """Start, or start again over the same truth log."""
        command = [sys.executable, "-m", "messaging.simulator", "--port", "0", "--log", str(self.log)]
        command += ["--hooks", self.hooks, "--receipt-delay", "0", *self.options]
        environment = {**os.environ, "SIMULATOR_KEY": KEY, "SIMULATOR_HOOK_SECRET": HOOK_SECRET}
        self.process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1]

    def kill(self) -> None:
        """kill -9: nothing is said goodbye to."""
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=60)

    def adapter(self, timeout: float = 10) -> Simulator:
        """Our plug for this process."""
        place = (self.url, timeout)
        if place not in self._adapters:
            self._adapters[place] = Simulator(base_url=self.url, key=KEY, hook_secret=HOOK_SECRET, timeout=timeout)
        return self._adapters[place]

    def control(self, **wanted: Any) -> dict[str, Any]:
        """Set rules, switches or replies at run time."""
        answer = BROWSER.post(f"{self.url}/own/control", json=wanted, headers=BEARER)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    def phone(self, number: str) -> dict[str, Any]:
        """What a handset shows, as JSON."""
        answer = BROWSER.get(f"{self.url}/own/phones/{number}", headers=BEARER)
        found: dict[str, Any] = answer.json()
        return found

    def truth(self, event: str = "accept") -> list[dict[str, Any]]:
        """The truth log's events of one kind."""
        lines = [json.loads(line) for line in self.log.read_text("utf-8").splitlines()] if self.log.exists() else []
        return [line for line in lines if line["event"] == event]


@contextmanager
def running_simulator(log: Path, *options: str, hooks: str = NOWHERE) -> Iterator[RunningSimulator]:
    """A simulator for the length of a block."""
    simulator = RunningSimulator(log, hooks, options)
    simulator.start()
    try:
        yield simulator
    finally:
        if simulator.process is not None and simulator.process.poll() is None:
            simulator.stop()


@dataclass(frozen=True)
class Hook:
    """One webhook as it came."""

    path: str
    headers: Mapping[str, str]
    body: bytes

    def request(self) -> HookRequest:
        """What a view would hand to the adapter."""
        return HookRequest(headers=self.headers, body=self.body, received_at=datetime.now(UTC))

    @property
    def events(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = json.loads(self.body)["events"]
        return found


@dataclass
class Receiver:
    """Stands where the portal's hooks stand; answers the statuses it was told to, then what `answer` says."""

    hooks: list[Hook] = field(default_factory=list)
    statuses: list[int] = field(default_factory=list)
    url: str = ""
    answer: Callable[[Hook], tuple[int, bytes]] = field(default=lambda hook: (200, b""))

    def of(self, page: str) -> list[Hook]:
        return [hook for hook in self.hooks if hook.path.endswith(f"/{page}/")]

    def events(self, page: str) -> list[dict[str, Any]]:
        return [event for hook in self.of(page) for event in hook.events]


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver on a free port."""
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            expected = int(self.headers["content-length"])
            body = self.rfile.read(expected)
            if len(body) < expected:  # the caller was killed while it spoke
                self.close_connection = True
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            hook = Hook(self.path, headers, body)
            receiver.hooks.append(hook)
            status, answer = (receiver.statuses.pop(0), b"") if receiver.statuses else receiver.answer(hook)
            self.send_response(status)
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — the base class calls it so
            return

    with _serving(Handler) as receiver.url:
        yield receiver


@contextmanager
def answering(raw: bytes) -> Iterator[str]:
    """A server that answers every GET and POST with these bytes, for carriers beyond our simulator's imagination."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("content-length", 0)))
            self.wfile.write(raw)

        do_GET = do_POST  # noqa: N815 — the base class calls it so

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 — the base class calls it so
            return

    with _serving(Handler) as url:
        yield url


@contextmanager
def _serving(handler: type[BaseHTTPRequestHandler]) -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def eventually(claim: Callable[[], bool], *, seconds: float = 60.0) -> bool:
    """True as soon as the claim holds; False if it never does."""
    deadline = time.monotonic() + seconds
    while not claim():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.03)
    return True
