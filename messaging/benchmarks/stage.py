"""What every part needs: an office that may send, a stub that answers after 100 ms, and a stop-watch."""

import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings
from django.db import connection, transaction

from messaging import services
from messaging.models import SenderNumber, Stream, Template, TemplateVersion
from portal.core import clock

TEMPLATE = "bench.notice"
BODY = "[#{기관}] #{이름}님, #{해}년도 건강검진 안내입니다. 1 동의 2 미동의로 답장해 주세요. 문의 #{전화}"
STUB_SECONDS = 0.1


@dataclass(slots=True)
class Spent:
    """Wall-clock and own CPU seconds of a block."""

    seconds: float = 0.0
    cpu_seconds: float = 0.0


@contextmanager
def watched() -> Iterator[Spent]:
    """Time a block."""
    spent = Spent()
    began, cpu = time.perf_counter(), time.process_time()
    try:
        yield spent
    finally:
        spent.seconds = max(time.perf_counter() - began, 1e-9)
        spent.cpu_seconds = time.process_time() - cpu


def say(words: str) -> None:
    """Progress, on the other channel: standard output ends with the JSON."""
    print(words, file=sys.stderr, flush=True)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share of the values lies."""
    return statistics.quantiles(values, n=100, method="inclusive")[round(share * 100) - 1]


def open_office() -> TemplateVersion:
    """An approved wording and a registered number; the same again if they are there."""
    services.load_reference(now=clock.now())
    today = clock.day_in_korea(clock.now())
    SenderNumber.objects.update(
        status=SenderNumber.Status.REGISTERED,
        evidence="성능 측정용",
        registered_on=today,
        expires_on=today + timedelta(days=365),
    )
    template, _ = Template.objects.get_or_create(code=TEMPLATE)
    found = template.versions.first()
    return found or TemplateVersion.objects.create(
        template=template,
        number=1,
        title="건강검진",
        purpose="answer",
        route="text",
        body=BODY,
        review_state=TemplateVersion.ReviewState.APPROVED,
        approved_at=clock.now(),
        created_at=clock.now(),
    )


def outgoing(stream: str, count: int) -> Iterator[services.Outgoing]:
    """So many different people."""
    for number in range(count):
        yield services.Outgoing(
            to=f"010{20_000_000 + number}",
            template=TEMPLATE,
            context={"이름": f"김{number % 1000}", "해": "2026", "전화": "02-120-0000"},
            topic="portal.test",
            reference="BENCH",
            key=f"{stream}:{number}",
            stream=stream,
        )


def queue(stream: str, count: int) -> None:
    """Materialise a stream; it need not prove itself first."""
    with transaction.atomic():
        services.send_many(outgoing(stream, count), by=None, now=clock.now())
    Stream.objects.filter(name=stream).update(released_at=clock.now())


def analyze() -> None:
    """Fresh statistics for the planner."""
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE messaging_attempt, messaging_message, messaging_dispatch")


@contextmanager
def stub() -> Iterator[str]:
    """A carrier that accepts everything after 100 ms, in a process of its own; its address."""
    command = [sys.executable, "-m", "messaging.benchmarks.stub", str(STUB_SECONDS)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603 — our own module
        try:
            address = process.stdout.readline().strip() if process.stdout else ""
            _connect(address)
            yield address
        finally:
            process.kill()


def _connect(address: str) -> None:
    options = {**settings.MESSAGING_CARRIERS["main"]["OPTIONS"], "base_url": address, "tps": 1_000_000}
    settings.MESSAGING_CARRIERS = {"main": {**settings.MESSAGING_CARRIERS["main"], "OPTIONS": options}}
