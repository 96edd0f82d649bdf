"""Recording: the answer of a call written down while the planner still believes that every leg is queued."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Any

from messaging.benchmarks import stage
from messaging.carriers import registry
from messaging.carriers.base import Accepted, Capabilities
from messaging.claiming import Claim, NothingDue, claim
from messaging.delivery import record
from messaging.models import Stream
from portal.core import clock

BATCHES = 5
LEGS = 40  # so that a small run, too, has a batch for either side
STREAM = "bench:recording"


def measure(size: int) -> dict[str, Any]:
    """A mass of legs, all queued when the statistics were taken; some batches recorded before and after new ones."""
    stage.open_office()
    with stage.stub():
        stage.queue(STREAM, size)
        stage.analyze()
        capabilities = registry.carrier("main").capabilities
        taken = list(islice(_claims(capabilities), 2 * BATCHES))
        stage.say(f"응답 기록 {len(taken)}묶음")
        stale = _record(taken[::2])
        stage.analyze()
        fresh = _record(taken[1::2])
        # what is left must not disturb the next part
        Stream.objects.filter(name=STREAM).update(paused_at=clock.now(), pause_reason="성능 측정 끝")
    return {
        "legs_in_table": size,
        "stale_ms_per_batch": round(stale * 1000, 1),
        "fresh_ms_per_batch": round(fresh * 1000, 1),
        "recording_stale_over_fresh": round(stale / fresh, 2),
    }


def _claims(capabilities: Capabilities) -> Iterator[Claim]:
    """Batches as long as there are any; a small run has fewer than it is asked for."""
    capabilities = replace(capabilities, batch_sizes=dict.fromkeys(capabilities.batch_sizes, LEGS))
    while True:
        try:
            taken = claim("main", capabilities)
        except NothingDue:
            return
        if taken is not None:
            yield taken


def _record(claims: list[Claim]) -> float:
    """Seconds per claim."""
    with stage.watched() as spent:
        for one in claims:
            record(one, {leg.id: Accepted(f"B{leg.id}") for leg in one.legs})
    return spent.seconds / len(claims)
