"""What a killed supervisor leaves behind, found again by number, name and start time."""

import json
import os
import signal
import subprocess
import time
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

GRACE_SECONDS = 12.0


@dataclass(frozen=True)
class Trace:
    """One process we started; numbers are used again, so its start time is part of its name."""

    name: str
    pid: int
    started: str
    stop_signal: int

    def is_alive(self) -> bool:
        """Whether that very process still runs."""
        return bool(self.started) and start_time(self.pid) == self.started


def start_time(pid: int) -> str:
    """When the process started, in whatever spelling the system has; empty if there is no such process."""
    try:
        status = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        if Path("/proc/self").exists():
            return ""
        answer = subprocess.run(["ps", "-o", "lstart=", "-p", str(pid)], capture_output=True, text=True, check=False)
        return answer.stdout.strip()
    state, *rest = status.rpartition(")")[2].split()
    return "" if state == "Z" else rest[18]


class Traces:
    """The file that remembers what runs."""

    def __init__(self, state: Path) -> None:
        self._path = state / "pids.json"
        self._alive: dict[int, Trace] = {}

    def add(self, name: str, pid: int, stop_signal: int) -> None:
        """A process has started."""
        self._alive[pid] = Trace(name, pid, start_time(pid), stop_signal)
        self._write()

    def remove(self, pid: int) -> None:
        """A process has ended."""
        self._alive.pop(pid, None)
        self._write()

    def _write(self) -> None:
        unfinished = self._path.with_suffix(".new")
        unfinished.write_text(json.dumps([asdict(trace) for trace in self._alive.values()]), "utf-8")
        unfinished.replace(self._path)

    def clear_away(self) -> list[str]:
        """Stop what a dead run left, newest first; returns the names. The caller holds the stack's lock."""
        try:
            found = [Trace(**values) for values in json.loads(self._path.read_text("utf-8"))]
        except (OSError, ValueError, TypeError):
            return []
        alive = [trace for trace in reversed(found) if trace.is_alive()]
        for trace in alive:
            with suppress(ProcessLookupError):
                os.kill(trace.pid, trace.stop_signal)
        _wait_or_kill(alive)
        for trace in found:
            with suppress(ProcessLookupError, PermissionError):
                if trace in alive:
                    os.killpg(trace.pid, signal.SIGKILL)
        return [trace.name for trace in alive]


def _wait_or_kill(traces: Iterable[Trace]) -> None:
    limit = time.monotonic() + GRACE_SECONDS
    for trace in traces:
        while trace.is_alive() and time.monotonic() < limit:
            time.sleep(0.05)
        if trace.is_alive():
            with suppress(ProcessLookupError):
                os.kill(trace.pid, signal.SIGQUIT if trace.name == "postgres" else signal.SIGKILL)
