"""What every part needs: the shipped answers in the database with an index at work, and the questions asked of them."""

import statistics
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from pathlib import Path

from django.core.management import call_command

from chatbot.catalogue import Name, names
from chatbot.services import gating
from messaging.benchmarks.stage import say


@lru_cache(maxsize=1)
def town() -> None:
    """Made once for all parts: what a new installation has."""
    say("기준 자료 넣기")
    call_command("setup", verbosity=0)


@lru_cache(maxsize=1)
def questions() -> tuple[gating.Asked, ...]:
    """The gold questions."""
    town()
    return tuple(gating.gold())


@lru_cache(maxsize=1)
def slugs() -> dict[int, Name]:
    """The answers by their keys."""
    return names()


def cpu_milliseconds(ask: Callable[[str], object], texts: Sequence[str]) -> list[float]:
    """Processor time of each question; the first twenty are asked before, to load dictionaries and caches."""
    for text in texts[:20]:
        ask(text)
    spent = []
    for text in texts:
        began = time.process_time()
        ask(text)
        spent.append((time.process_time() - began) * 1000)
    return spent


def spread(values: Sequence[float]) -> dict[str, float]:
    """Middle and tail."""
    cuts = statistics.quantiles(values, n=100, method="inclusive")
    return {"p50": round(cuts[49], 2), "p95": round(cuts[94], 2), "p99": round(cuts[98], 2)}


def megabytes(pid: int | str = "self") -> dict[str, float]:
    """What a process has for itself, and what is resident with the files it shares with others (dictionary, model)."""
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    told = dict(line.split(":", 1) for line in lines)
    own, resident = (int(told[name].split()[0]) / 1024 for name in ("RssAnon", "VmRSS"))
    return {"own": round(own, 1), "resident": round(resident, 1)}
