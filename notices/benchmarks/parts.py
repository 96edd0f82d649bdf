"""The parts of the benchmark in the order they run."""

from collections.abc import Callable
from typing import Any

from notices.benchmarks import letters, long_file, pages, rosters
from notices.benchmarks.stage import Sample

ROSTER_ROWS = 52_000
LETTERS = 500  # one child sets no more at a time
PARTS: dict[str, Callable[[Sample], dict[str, Any]]] = {
    "pages": pages.measure,
    "long_file": long_file.measure,
    "letters": lambda _: letters.measure(LETTERS),
    "roster": lambda _: rosters.measure(ROSTER_ROWS),
}
