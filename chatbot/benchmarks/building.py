"""How long an index takes: cold, after one edit, to load, and from an official's click until it answers."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction

from chatbot import shelf
from chatbot.benchmarks.stage import town
from chatbot.engine import reading
from chatbot.engine.text import key_of
from chatbot.models import Faq, IndexBuild, Phrasing
from chatbot.services import building
from messaging.benchmarks.stage import Spent, say, watched
from portal.core.clock import now

EDITS = 5
PATIENCE = 60.0
_MEMORY = """
import json, django
django.setup()
from chatbot import shelf
from chatbot.benchmarks.stage import megabytes
from chatbot.services.gating import gold
found = {"before": megabytes()}
shelf.warm()
found["warm"] = megabytes()
for one in gold():
    shelf.current().decide(one.text)
print(json.dumps({**found, "after_all_questions": megabytes()}))
"""


def measure(size: int) -> dict[str, Any]:
    """Everything but the waiting."""
    town()
    active = IndexBuild.objects.get(state=IndexBuild.State.ACTIVE)
    blob = bytes(active.blob or b"")
    reading.read.cache_clear()
    with watched() as cold:
        _say_something("첫 번째")
        building.build_index(now=now())
    with watched() as warm:
        _say_something("두 번째")
        building.build_index(now=now())
    with watched() as loading:
        shelf.read_blob(blob, sha256=bytes(active.blob_sha256 or b""))
    last = IndexBuild.objects.order_by("-pk").defer("blob")[0]
    command = [sys.executable, "-c", _MEMORY]
    done = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603 — our own program
    return {
        "faqs": active.faq_count,
        "blob_megabytes": round(len(blob) / 1e6, 1),
        "one_phrasing_cold_process": _told(cold),
        "one_phrasing": _told(warm),
        "state": last.state,
        "load": _told(loading),
        "megabytes": json.loads(done.stdout.splitlines()[-1]),
    }


def measure_edit(size: int) -> dict[str, Any]:
    """
    An official approves a phrasing; a real worker builds; this process looks and answers as a web process does.

    The first edit finds a worker that is just starting and has read nothing; in the portal a sweep has come before.
    """
    town()
    shelf.current()
    with _worker():
        seconds = [_until_live(number) for number in range(EDITS)]
    say(f"고친 뒤 {seconds}초")
    return {"seconds": seconds, "first": seconds[0], "worst_of_the_others": max(seconds[1:])}


def _told(spent: Spent) -> dict[str, float]:
    return {"seconds": round(spent.seconds, 2), "cpu_seconds": round(spent.cpu_seconds, 2)}


def _say_something(words: str) -> str:
    """An official approves a phrasing."""
    faq = Faq.objects.filter(status=Faq.Status.PUBLISHED).order_by("pk")[0]
    text = f"{words} 벤치마크에서만 하는 말 {time.monotonic_ns()}"
    with transaction.atomic():
        Phrasing.objects.create(
            faq=faq, text=text, text_key=key_of(text), state=Phrasing.State.APPROVED, changed_at=now()
        )
        building.nudge_index()
    return text


def _until_live(number: int) -> float:
    text = _say_something(f"{number}번째")
    began = time.monotonic()
    while time.monotonic() - began < PATIENCE:
        index = shelf.current().index
        if index is not None and key_of(text) in index.exact:
            return round(time.monotonic() - began, 2)
        time.sleep(0.05)
    raise TimeoutError("the edit is not live")


@contextmanager
def _worker() -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "-q", "-A", "portal", "worker", "-Q", "chatbot", "-c", "1"]
    command += ["--loglevel", "error", "--without-gossip", "--without-mingle", "--without-heartbeat"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as process:  # noqa: S603 — our own worker
        try:
            yield
        finally:
            process.terminate()
