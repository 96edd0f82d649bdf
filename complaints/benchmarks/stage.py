"""What every part needs: the town with its complaints, and how long a question takes with and without an index."""

import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from complaints.benchmarks import people, population
from complaints.models import Complaint
from messaging import services as messaging
from messaging.benchmarks.stage import percentile, say
from portal.accounts.models import User
from portal.core import clock

LOOKS = 200
SCANS = 3
_EXPLAIN = "EXPLAIN (ANALYZE, TIMING OFF, FORMAT JSON) "
_NO_INDEX = "SET LOCAL enable_indexscan = off; SET LOCAL enable_indexonlyscan = off; SET LOCAL enable_bitmapscan = off"


@dataclass(frozen=True, slots=True)
class Town:
    """A district with so many complaints."""

    size: int
    word: str
    head: User
    citizen: User
    now: datetime

    def sample(self, number: int) -> Complaint:
        """One of the open cases with a number and a phone."""
        return Complaint.objects.filter(is_open=True, number__startswith="M").order_by("pk")[number]


@lru_cache(maxsize=1)
def town(size: int) -> Town:
    """Made once for all parts."""
    say(f"민원 {size:,}건 만들기")
    now = clock.now()
    messaging.load_reference(now=now)
    posts, citizen = people.staff(), people.citizen()
    began = time.perf_counter()
    word = population.populate(size, posts, citizen, now=now)
    say(f"{time.perf_counter() - began:.0f}초 걸렸습니다")
    head = _head_of_most()
    return Town(size, word, head, citizen, now)


def _head_of_most() -> User:
    """The head of the department with the most open cases: the worst worklist."""
    counts: dict[int, int] = {}
    for department in Complaint.objects.filter(is_open=True).values_list("department", flat=True):
        counts[department] = counts.get(department, 0) + 1
    return User.objects.select_related("official").get(username=f"bench-head-{max(counts, key=counts.__getitem__)}")


def compared(ask: Callable[[], object]) -> dict[str, Any]:
    """
    A question as the room asks it, and its statements inside the database with their indexes and by reading the tables.

    The ratio is of the medians inside the database, the same statements in both cases.
    """
    whole = timed(ask, LOOKS)
    with CaptureQueriesContext(connection) as captured:
        ask()
    asked = [query["sql"] for query in captured.captured_queries if "complaints_complaint" in query["sql"]]
    with_index = [_in_database(asked) for _ in range(LOOKS)]
    with _scanning():
        scans = [_in_database(asked) for _ in range(SCANS)]
    ours, theirs = statistics.median(with_index), statistics.median(scans)
    return {
        "p95_ms": milliseconds(percentile(whole, 0.95)),
        "database_p95_ms": round(percentile(with_index, 0.95), 3),
        "scan_ms": round(theirs, 1),
        "scan_over_index": round(theirs / max(ours, 0.001)),
        "queries": len(captured.captured_queries),
    }


def timed(ask: Callable[[], object], times: int) -> list[float]:
    """Seconds of each call; the first, which fills caches, is not counted."""
    ask()
    seconds = []
    for _ in range(times):
        began = time.perf_counter()
        ask()
        seconds.append(time.perf_counter() - began)
    return seconds


def _in_database(statements: Sequence[str]) -> float:
    """Milliseconds of planning and running, added up."""
    total = 0.0
    with connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(_EXPLAIN + statement)
            (found,) = cursor.fetchone()[0]
            total += found["Planning Time"] + found["Execution Time"]
    return total


@contextmanager
def _scanning() -> Iterator[None]:
    """As if there were no index at all."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_NO_INDEX)
        yield


def milliseconds(seconds: float) -> float:
    """For the report."""
    return round(seconds * 1000, 2)
