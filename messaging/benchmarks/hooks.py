"""Webhooks: one reply a call through the real web server, as fast as it can and at the rate of a campaign's peak."""

import json
import subprocess
import sys
from typing import Any

from django.conf import settings

from messaging.benchmarks import stage, web
from messaging.carriers import registry
from messaging.models import Reply

PEAK = 425.0  # a second: 51,000 people, half of whom answer within a minute
CONNECTIONS = 16
MOST = 10_000


def measure(size: int) -> dict[str, Any]:
    """A third of the calls to find the pace, the rest at the peak's."""
    stage.open_office()
    count = max(CONNECTIONS, min(size, MOST) // 3)
    with web.serving() as server:
        secret = registry.carrier("main").hook_path_secrets[0]
        url = f"{server.address}/hooks/messaging/main/{secret}/replies/"
        _load(url, CONNECTIONS * 4, rate=0)
        before, cpu = Reply.objects.count(), server.cpu_seconds()
        stage.say(f"웹훅 {count:,}건")
        fast = _load(url, count, rate=0)
        cpu = server.cpu_seconds() - cpu
        stage.say(f"웹훅 초당 {PEAK:.0f}건")
        steady = _load(url, 2 * count, rate=PEAK)
        stored = Reply.objects.count() - before
    return {
        "requests": 3 * count,
        "stored": stored,
        "failed": fast["failures"] + steady["failures"],
        "requests_per_second": round(count / fast["took"]),
        "cpu_ms_each": round(cpu * 1000 / count, 2),
        "p99_ms_at_425_per_second": round(stage.percentile(steady["seconds"], 0.99) * 1000, 1),
        "reached_per_second": round(2 * count / steady["took"]),
    }


def _load(url: str, count: int, *, rate: float) -> dict[str, Any]:
    secret = settings.MESSAGING_CARRIERS["main"]["OPTIONS"]["hook_secret"]
    command = [sys.executable, "-m", "messaging.benchmarks.load", url, secret, str(count), str(CONNECTIONS), str(rate)]
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)  # noqa: S603 — our own module
    found: dict[str, Any] = json.loads(done.stdout)
    return found
