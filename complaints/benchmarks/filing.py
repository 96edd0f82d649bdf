"""Filing among a million: the service, and the form of the web page on the real server."""

import re
from itertools import count
from typing import Any
from uuid import uuid4

import httpx

from complaints import services
from complaints.benchmarks.population import training_texts
from complaints.benchmarks.stage import milliseconds, timed, town
from complaints.models import Channel
from messaging.benchmarks import web
from messaging.benchmarks.stage import percentile
from portal.core import clock

FILINGS = 200
POSTS = 50  # one address may send 60 an hour
_HIDDEN = re.compile(r'name="(csrfmiddlewaretoken|intake_key)" value="([^"]+)"')


def measure(size: int) -> dict[str, Any]:
    """Received, sent to a department, given to an officer, and three texts queued: everything a citizen waits for."""
    town(size)
    texts = training_texts()
    numbers = count()

    def file() -> object:
        number = next(numbers)
        filing = services.Filing(
            channel=Channel.WEB, body=texts[number % len(texts)], phone=f"+8210{70_000_000 + number}", name="김하늘"
        )
        return services.file(filing=filing, by=None, intake_key=uuid4(), now=clock.now())

    seconds = timed(file, FILINGS)
    with web.serving() as server:
        posts = _posted(server.address, texts)
    return {
        "service_p95_ms": milliseconds(percentile(seconds, 0.95)),
        "p95_ms": milliseconds(percentile(posts, 0.95)),
        "posts": len(posts),
    }


def _posted(address: str, texts: list[str]) -> list[float]:
    """Seconds from the press of the button to the answer that leads to the receipt."""
    seconds = []
    with httpx.Client(base_url=address, trust_env=False, timeout=60, headers={"host": "localhost"}) as client:
        for number in range(POSTS):
            page = client.get("/complaints/new/")
            hidden = dict(_HIDDEN.findall(page.text))
            client.cookies.update(page.cookies)
            values = {**hidden, "body": texts[-number - 1], "place": "", "phone": f"0106{number:07d}", "name": "김하늘"}
            answer = client.post("/complaints/new/", data=values, headers={"origin": "http://localhost:8000"})
            if answer.status_code != httpx.codes.SEE_OTHER:
                raise RuntimeError(f"the form was answered with {answer.status_code}")
            seconds.append(answer.elapsed.total_seconds())
    return seconds
