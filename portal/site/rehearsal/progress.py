"""A bar on a terminal, a line now and then elsewhere."""

import sys
import time

WIDTH = 28
LINE_SECONDS = 10.0


class Progress:
    """What goes on, on standard error: standard output ends with the JSON."""

    def __init__(self) -> None:
        self._label = ""
        self._said_at = 0.0

    def show(self, label: str, done: int, total: int) -> None:
        """Draw the bar again."""
        share = min(1.0, done / total) if total else 0.0
        bar = "█" * round(share * WIDTH) + "░" * (WIDTH - round(share * WIDTH))
        line = f"{label:<18} {bar} {share:4.0%}  {done:,}/{total:,}"
        if sys.stderr.isatty():
            end = "" if label == self._label or not self._label else "\n"
            _write(f"{end}\r\033[K{line}")
        elif label != self._label or time.monotonic() - self._said_at > LINE_SECONDS:
            _write(f"{line}\n")
            self._said_at = time.monotonic()
        self._label = label

    def say(self, words: str) -> None:
        """One line."""
        end = "\n" if sys.stderr.isatty() and self._label else ""
        _write(f"{end}{words}\n")
        self._label = ""


def _write(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()
