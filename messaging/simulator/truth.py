"""The truth log: what this carrier really took, one JSON line per event, on disk before the answer leaves."""

import json
import os
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

Event = dict[str, Any]
KST = timezone(timedelta(hours=9))


def wall_clock() -> datetime:
    """Now, as a Korean carrier writes it."""
    return datetime.now(KST)


def read(path: Path) -> Iterator[Event]:
    """Every complete line; a last line torn by a kill was never answered, so it never happened."""
    if not path.exists():
        return
    with path.open("rb") as lines:
        for line in lines:
            if line.endswith(b"\n"):
                yield json.loads(line)


class TruthLog:
    """The append-only end of the file. One process writes it."""

    def __init__(self, path: Path, *, last_seq: int) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        self._seq = last_seq
        self._size = _complete_size(path)
        os.ftruncate(self._descriptor, self._size)

    def append(self, events: Sequence[Event]) -> None:
        """Number, stamp and write the events in one go; on a full disk none of them happened."""
        for event in events:
            self._seq += 1
            event.update(seq=self._seq, time=wall_clock().isoformat(timespec="milliseconds"))
        rest = b"".join(json.dumps(event, ensure_ascii=False).encode() + b"\n" for event in events)
        written = len(rest)
        try:
            while rest:
                rest = rest[os.write(self._descriptor, rest) :]
        except OSError:
            os.ftruncate(self._descriptor, self._size)
            raise
        self._size += written

    def close(self) -> None:
        os.close(self._descriptor)


def _complete_size(path: Path) -> int:
    content = path.read_bytes()
    return content.rfind(b"\n") + 1
