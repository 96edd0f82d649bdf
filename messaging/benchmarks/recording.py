"""Recording: the answer of a call written down while the planner still believes that every leg is queued."""

from typing import Any

from messaging.benchmarks import stage
from messaging.carriers import registry
from messaging.carriers.base import Accepted
from messaging.claiming import Claim, claim
from messaging.delivery import record
from messaging.models import Stream
from portal.core import clock

BATCHES = 5
STREAM = "bench:recording"


def measure(size: int) -> dict[str, Any]:
    """A mass of legs, all queued when the statistics were taken; some batches recorded before and after new ones."""
    stage.open_office()
    with stage.stub():
        stage.queue(STREAM, size)
        stage.analyze()
        capabilities = registry.carrier("main").capabilities
        taken = [one for one in (claim("main", capabilities) for _ in range(2 * BATCHES)) if one is not None]
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


def _record(claims: list[Claim]) -> float:
    """Seconds per claim."""
    with stage.watched() as spent:
        for one in claims:
            record(one, {leg.id: Accepted(f"B{leg.id}") for leg in one.legs})
    return spent.seconds / len(claims)
