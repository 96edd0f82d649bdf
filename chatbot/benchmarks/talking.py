"""A whole turn over HTTP: the real web server, the question stored with its candidates, the page drawn again."""

import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx

from chatbot.benchmarks.stage import megabytes, questions, spread, town
from messaging.benchmarks.web import Web, serving

TURNS = 120
_FIELD = {name: re.compile(rf'name="{name}" value="([^"]+)"') for name in ("csrfmiddlewaretoken", "request_key")}
TURNS_A_PERSON = 12  # nobody may ask more than twenty a minute


def measure(size: int) -> dict[str, Any]:
    """One question after another, as people who have just come."""
    town()
    with serving() as web:
        list(_turns(web, 4 * TURNS_A_PERSON))
        spent = web.cpu_seconds()
        seconds = list(_turns(web, TURNS))
        spent = web.cpu_seconds() - spent
        memory = [megabytes(pid) for pid in _workers(web)]
    return {
        "turns": len(seconds),
        "ms": spread([one * 1000 for one in seconds]),
        "mean_ms": round(statistics.mean(seconds) * 1000, 1),
        "cpu_ms": round(spent * 1000 / len(seconds), 1),
        "megabytes_per_process": memory,
    }


def _turns(web: Web, count: int) -> Iterator[float]:
    """The box of the chat: a question sent, one turn stored, the thread drawn."""
    texts = [one.text for one in questions()]
    for begin in range(0, count, TURNS_A_PERSON):
        with httpx.Client(base_url=web.address, trust_env=False, headers={"host": "localhost"}) as person:
            opened = person.get("/chat/").text
            form = {name: _FIELD[name].findall(opened)[0] for name in _FIELD}
            for text in texts[begin : begin + TURNS_A_PERSON]:
                began = time.perf_counter()
                page = person.post("/chat/turns/", data={**form, "text": text}, follow_redirects=True)
                yield time.perf_counter() - began
                page.raise_for_status()


def _workers(web: Web) -> list[int]:
    """The processes that answer; the one above them only watches."""
    return [
        int(child)
        for path in Path(f"/proc/{web.pid}/task").glob("*/children")
        for child in path.read_text("ascii").split()
    ]
