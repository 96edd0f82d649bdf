"""One stack per checkout: the lock that says so, and the note that says where the running one is."""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path

from portal.stack import postgres, valkey
from portal.stack.folders import write_private

LOCK = "stack.lock"


@dataclass(frozen=True)
class Note:
    """What others need to know about a running stack."""

    pid: int
    port: int
    site_url: str
    database_url: str
    redis_url: str
    is_demo: bool = False

    def is_alive(self) -> bool:
        """Whether its services answer; a crash leaves the note behind."""
        return valkey.answers(self.redis_url) and postgres.answers(self.database_url)


@dataclass(frozen=True)
class Holder:
    """Who has the lock."""

    pid: int
    doing: str


def _note_path(state: Path) -> Path:
    return state / "stack.json"


def write_note(state: Path, note: Note) -> None:
    """Say where the stack is; only we may read it, addresses may hold passwords."""
    write_private(_note_path(state), json.dumps(asdict(note)))


def remove_note(state: Path) -> None:
    """The stack is going away."""
    _note_path(state).unlink(missing_ok=True)


def read_note(state: Path) -> Note | None:
    """The note as written, alive or not; None if there is none that makes sense."""
    try:
        return Note(**json.loads(_note_path(state).read_text("utf-8")))
    except (OSError, ValueError, TypeError):
        return None


@contextmanager
def locked(state: Path, doing: str) -> Iterator[bool]:
    """Hold the stack's lock if nobody else does; yields whether we do. The kernel lets go when we die."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / LOCK).open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        file.truncate(0)
        file.write(json.dumps(asdict(Holder(os.getpid(), doing))))
        file.flush()
        yield True
        file.truncate(0)


def holder(state: Path) -> Holder | None:
    """Who holds the lock, as they wrote it."""
    with suppress(OSError, ValueError, TypeError):
        return Holder(**json.loads((state / LOCK).read_text("utf-8")))
    return None
