"""How long the router thinks about a text; no database is asked."""

from typing import Any

from complaints.benchmarks.population import training_texts
from complaints.benchmarks.stage import milliseconds, timed
from complaints.routing_queries import router
from messaging.benchmarks.stage import percentile

TEXTS = 500


def measure(size: int) -> dict[str, Any]:
    """One text after another."""
    texts = iter(training_texts()[: TEXTS + 1])
    known = router()
    seconds = timed(lambda: known.decide(next(texts)), TEXTS)
    return {
        "texts": len(seconds),
        "ms": milliseconds(sum(seconds) / len(seconds)),
        "p95_ms": milliseconds(percentile(seconds, 0.95)),
    }
