"""The parts of the benchmark in the order they run."""

from collections.abc import Callable
from typing import Any

from complaints.benchmarks import filing, looking, recalculating, routing, statistics

SIZE = 1_000_000
PARTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "routing": routing.measure,
    "worklist": looking.worklist,
    "first_rows": looking.first_rows,
    "number": looking.number,
    "mine": looking.mine,
    "nearby": looking.nearby,
    "search": looking.search,
    "statistics": statistics.measure,
    "recalculation": recalculating.measure,
    "submit": filing.measure,
}
