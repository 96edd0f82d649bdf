"""The parts of the benchmark in the order they run."""

from collections.abc import Callable
from typing import Any

from notices.benchmarks import long_file, pages, rosters
from notices.benchmarks.stage import Sample

ROSTER_ROWS = 52_000
PARTS: dict[str, Callable[[Sample], dict[str, Any]]] = {
    "pages": pages.measure,
    "long_file": long_file.measure,
    "roster": lambda _: rosters.measure(ROSTER_ROWS),
}
