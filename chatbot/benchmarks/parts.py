"""The parts of the benchmark in the order they run."""

from collections.abc import Callable
from typing import Any

from chatbot.benchmarks import building, finding, talking

PARTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "build": building.measure,
    "ways": finding.measure,
    "turn": talking.measure,
    "edit": building.measure_edit,
}
