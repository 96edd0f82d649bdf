"""Judges a truth log: was each leg taken exactly once? Knows nothing of anybody's database."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from messaging.simulator import truth


def verdict(log: Path, expected: Path | None) -> dict[str, Any]:
    """
    `accepted` counts deliveries taken; the three lists name legs (our references) that break the promise.

    `doubled` legs were taken more than once; with `expected` (one reference a line), `missing` ones were never taken
    and `extra` ones were taken though nobody expected them.
    """
    taken = Counter(event["leg"] for event in truth.read(log) if event["event"] == "accept")
    wanted = None if expected is None else set(expected.read_text("utf-8").split())
    return {
        "accepted": taken.total(),
        "doubled": sorted(leg for leg, count in taken.items() if count > 1),
        "missing": sorted((wanted or set()) - set(taken)),
        "extra": sorted(set(taken) - wanted) if wanted is not None else [],
    }


def run(log: Path, expected: Path | None) -> int:
    """Print the verdict as JSON; 1 if anything is doubled, missing or extra."""
    found = verdict(log, expected)
    print(json.dumps(found))
    return 1 if found["doubled"] or found["missing"] or found["extra"] else 0
