"""The parts of the benchmark in the order they run."""

from collections.abc import Callable
from typing import Any

from messaging.benchmarks import calls, hooks, naive, pages, receipts, recording, replies, rows

PARTS: dict[str, Callable[[int], dict[str, Any]]] = {
    "dispatch": calls.measure,
    "receipts": receipts.measure,
    "recording": recording.measure,
    "naive": naive.measure,
    "replies": replies.measure,
    "hooks": hooks.measure,
    "rows": rows.measure,
    "pages": pages.measure,
}
