"""The payment and relay simulators as real processes on free ports, for any test that needs the other end."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from messaging.carriers.base import NotSent, OutcomeUnknown
from notices.payments.simulator import Simulator as PaymentPlug
from notices.relay.simulator import Simulator as RelayPlug

KEY, HOOK_SECRET = "test-key", "test-hook-secret"
NOWHERE = "http://127.0.0.1:9"
BROWSER = httpx.Client(trust_env=False, timeout=60)
HANGING = ("hang_after", "hang_before")  # only these need a plug that gives up soon
# what the other end does to a call → what the plug may conclude from it
LOST_AND_REFUSED = [
    *((fault, OutcomeUnknown) for fault in ("hang_after", "reset_after", "error_after", "garbage", "wrong_types")),
    *((fault, OutcomeUnknown) for fault in ("error_before", "hang_before", "reset_before")),
    *((fault, NotSent) for fault in ("rate_limit", "unauthorized")),
]


@dataclass
class OtherEnd:
    """One process, and the ways a test may speak to it."""

    kind: str
    log: Path
    hooks: str
    options: Sequence[str]
    url: str = ""
    process: subprocess.Popen[str] | None = None

    def start(self, port: int = 0) -> None:
        """Start, or start again over the same truth log."""
        command = [sys.executable, "-m", "notices.simulators", self.kind, "--port", str(port), "--log", str(self.log)]
        command += ["--hooks", self.hooks, *self.options]
        environment = {**os.environ, "SIMULATOR_KEY": KEY, "SIMULATOR_HOOK_SECRET": HOOK_SECRET}
        self.process = subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        self.url = self.process.stdout.readline().split()[-1]

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self.url.rpartition(":")[2])

    def stop(self) -> int:
        """SIGTERM; the exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=60)

    def faults(self, *rules: Mapping[str, Any]) -> None:
        """Put a fault script in force."""
        headers = {"authorization": f"Bearer {KEY}"}
        answer = BROWSER.post(f"{self.url}/control", json={"rules": rules}, headers=headers)
        assert answer.status_code == 200, answer.text

    def press(self, place: str, act: str) -> httpx.Response:
        """A tester's button."""
        return BROWSER.post(place if place.startswith("http") else f"{self.url}{place}", data={"act": act})

    def truth(self, event: str) -> list[dict[str, Any]]:
        """The truth log's events of one kind."""
        lines = [json.loads(line) for line in self.log.read_text("utf-8").splitlines()] if self.log.exists() else []
        return [line for line in lines if line["event"] == event]

    @property
    def entry(self) -> dict[str, Any]:
        """How the settings name it."""
        where = {"payments": "notices.payments.simulator.Simulator", "relays": "notices.relay.simulator.Simulator"}
        options = {"base_url": self.url, "key": KEY, "hook_secret": HOOK_SECRET, "timeout": 10.0}
        return {"BACKEND": where[self.kind], "OPTIONS": options}


def payment_plug(end: OtherEnd, timeout: float = 10.0) -> PaymentPlug:
    """Our plug for a payment simulator."""
    return PaymentPlug(base_url=end.url, key=KEY, hook_secret=HOOK_SECRET, timeout=timeout)


def relay_plug(end: OtherEnd, timeout: float = 10.0) -> RelayPlug:
    """Our plug for a relay simulator."""
    return RelayPlug(base_url=end.url, key=KEY, hook_secret=HOOK_SECRET, timeout=timeout)


@contextmanager
def running(kind: str, log: Path, *options: str, hooks: str = NOWHERE) -> Iterator[OtherEnd]:
    """One of them for the length of a block."""
    end = OtherEnd(kind, log, hooks, options)
    end.start()
    try:
        yield end
    finally:
        if end.process is not None and end.process.poll() is None:
            end.stop()
        if end.process is not None and end.process.stdout is not None:
            end.process.stdout.close()
