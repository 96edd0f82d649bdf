"""When a process that ended may start again: quickly at first, then slower, and not for ever."""

from collections import deque
from dataclasses import dataclass, field
from enum import StrEnum

SHORTEST, LONGEST = 0.25, 8.0
HEALTHY_SECONDS = 30.0
MOST, WITHIN_SECONDS = 6, 120.0
MOST_IF_NEVER_READY = 2  # a program that has never worked is broken, not unlucky


class State(StrEnum):
    """Where a process is in its life."""

    WAITING = "waiting"
    STARTING = "starting"
    READY = "ready"
    BACKING_OFF = "backing_off"
    FAILED = "failed"
    STOPPING = "stopping"
    STOPPED = "stopped"


ALLOWED = {
    State.WAITING: {State.STARTING, State.STOPPED},
    State.STARTING: {State.READY, State.BACKING_OFF, State.FAILED, State.STOPPING},
    State.READY: {State.BACKING_OFF, State.FAILED, State.STOPPING},
    State.BACKING_OFF: {State.STARTING, State.STOPPING},
    State.FAILED: {State.STOPPING},
    State.STOPPING: {State.STOPPED},
    State.STOPPED: set[State](),
}


@dataclass
class Restarts:
    """The restarts of one process."""

    was_ready: bool = False
    _in_a_row: int = 0
    _times: deque[float] = field(default_factory=deque)

    def delay_after_end(self, *, now: float, ready_since: float | None) -> float | None:
        """Seconds to wait before starting again; None if it has ended too often."""
        if ready_since is not None:
            self.was_ready = True
            if now - ready_since >= HEALTHY_SECONDS:
                self._in_a_row = 0
        while self._times and now - self._times[0] > WITHIN_SECONDS:
            self._times.popleft()
        if len(self._times) >= (MOST if self.was_ready else MOST_IF_NEVER_READY):
            return None
        self._times.append(now)
        delay: float = min(LONGEST, SHORTEST * 2**self._in_a_row)
        self._in_a_row += 1
        return delay
