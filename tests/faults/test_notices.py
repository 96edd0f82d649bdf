"""
kill -9 while notices are read, drawn and sent: no page is lost, no picture goes twice or to somebody else.

Judged by the carrier's own truth log: every picture it took is decoded and compared with the owner of the telephone.
"""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.fault, pytest.mark.timeout(1500)]
CITIZENS = 60
LEASES = {"NOTICES_LEASE_SECONDS": "45", "MESSAGING_LEASE_SECONDS": "12"}
PATIENCE = 600.0


@dataclass
class Rehearsal:
    """A running `manage.py rehearse` and what it said so far."""

    folder: Path
    process: subprocess.Popen[bytes]
    log: Path

    def wait_for(self, words: str, *, since: int = 0) -> None:
        """Until it says so: faults strike by progress, not by the clock."""
        _until(lambda: words in self.said()[since:], lambda: f"never said {words}: {self.said()[-3000:]}")

    def said(self) -> str:
        return self.log.read_text("utf-8", "replace")

    def kill(self, name: str) -> None:
        """kill -9 a worker with all its children; the supervisor starts another."""
        before = self._leader(name)
        os.killpg(before, signal.SIGKILL)
        _until(lambda: self._leader(name) not in (0, before), lambda: f"no new {name}: {self.said()[-2000:]}")

    def _leader(self, name: str) -> int:
        try:
            traces = json.loads((self.folder / "pids.json").read_text("utf-8"))
        except (OSError, ValueError):
            return 0
        return next((int(trace["pid"]) for trace in traces if trace["name"] == name), 0)

    def result(self) -> dict[str, Any]:
        out, _ = self.process.communicate(timeout=PATIENCE)
        assert out, self.said()[-3000:]
        found: dict[str, Any] = json.loads(out.splitlines()[-1])
        return found


@contextmanager
def rehearsing(folder: Path, *more: str) -> Iterator[Rehearsal]:
    log = folder.with_suffix(".log")
    command = [sys.executable, "manage.py", "rehearse", "--dir", str(folder), "--citizens", str(CITIZENS), *more]
    with log.open("ab") as said:
        process = subprocess.Popen(
            command, env={**os.environ, **LEASES}, stdout=subprocess.PIPE, stderr=said, start_new_session=True
        )
    try:
        yield Rehearsal(folder, process, log)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            process.communicate(timeout=60)


def _until(claim: Callable[[], bool], explain: Callable[[], str]) -> None:
    limit = time.monotonic() + PATIENCE
    while not claim():
        assert time.monotonic() < limit, explain()
        time.sleep(0.1)


def test_killed_workers_and_a_killed_rehearsal_lose_nothing_and_repeat_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "rehearsal"
    with rehearsing(folder) as running:
        running.wait_for("쪽 읽기")
        running.kill("worker")
        running.wait_for("그림 만들기")
        running.kill("worker")
        running.wait_for("동의 회신")
        running.process.kill()  # its supervisor, in the middle of the answers
        running.process.communicate()
    with rehearsing(folder, "--resume") as resumed:
        resumed.wait_for("그림문자", since=len(running.said()))
        resumed.kill("sender")
        resumed.kill("worker")
        found = resumed.result()

    assert found["is_clean"], found
    assert found["truth"]["pictures"] > 0
    assert (found["truth"]["wrong"], found["truth"]["doubled"]) == (0, 0)
