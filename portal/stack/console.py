"""What the person at the terminal sees, and what goes to the log files."""

import logging
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from logging.handlers import RotatingFileHandler
from pathlib import Path

COLOURS = (36, 33, 32, 35, 34, 96, 93, 92)
NOISE = re.compile(
    r"^\s*$|superuser privileges|absolutely not recommended|--uid option|additional information about Celery"
    r"|^User information:|[ue]id=0|_warn_or_raise_security_error|SecurityWarning"
    r"|allows spawning up to \d+ Python threads"
    r"|Discarding revoked task|Hitting Ctrl\+C again|route=hooks/.* status=200"
)
COLOUR = re.compile(r"\x1b\[[0-9;]*m")
TAG_WIDTH = 9
LOG_BYTES = 10_000_000


def is_noise(line: str) -> bool:
    """Whether a line is known to tell nobody anything; it still goes to the log."""
    return NOISE.search(COLOUR.sub("", line)) is not None


class Console:
    """Lines with the name of who said them, coloured on a terminal."""

    def __init__(self) -> None:
        self.is_terminal = sys.stdout.isatty()
        self._colours: dict[str, int] = {}

    def say(self, text: str = "") -> None:
        """A line of our own. A terminal that has gone away is no reason to stop working."""
        with suppress(OSError, ValueError):
            print(text, flush=True)

    def warn(self, text: str) -> None:
        """A line of our own that should be noticed."""
        self.say(f"\033[31m{text}\033[0m" if self.is_terminal else text)

    def line(self, name: str, text: str) -> None:
        """A line a process said."""
        tag = f"{name[:TAG_WIDTH]:<{TAG_WIDTH}}"
        if self.is_terminal:
            colour = self._colours.setdefault(name, COLOURS[len(self._colours) % len(COLOURS)])
            tag = f"\033[{colour}m{tag}\033[0m"
        self.say(f"{tag} {text if self.is_terminal else COLOUR.sub('', text)}")

    @contextmanager
    def step(self, label: str) -> Iterator[None]:
        """A line that shows what takes time, and then how long it took."""
        began = time.monotonic()
        if self.is_terminal:
            with suppress(OSError, ValueError):
                print(f"· {label}…", end="\r", flush=True)
        yield
        self.say(f"· {label} ({time.monotonic() - began:.1f}초)")


class LogFile:
    """One process's log: 10 MB, three old ones kept."""

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self.path = path
        self._handler = RotatingFileHandler(path, maxBytes=LOG_BYTES, backupCount=3, encoding="utf-8")

    def write(self, line: str) -> None:
        """Append one line."""
        self._handler.emit(logging.makeLogRecord({"msg": COLOUR.sub("", line)}))

    def last_lines(self, count: int) -> str:
        """The newest lines."""
        with suppress(OSError):
            return "\n".join(self.path.read_text("utf-8", "replace").splitlines()[-count:])
        return ""

    def close(self) -> None:
        """Nothing more will come."""
        self._handler.close()
