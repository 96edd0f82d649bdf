"""The usual design for comparison: one Celery task per message that reads, calls and writes, on a real worker."""

import os
import subprocess
import sys
import time
from functools import cache
from typing import Any

import httpx
from celery import Celery
from django.conf import settings
from django.db import connection

from messaging.benchmarks import stage

THREADS = 20
MOST = 1000  # it would take minutes
PATIENCE = 300.0

# Not the current one: whatever the other rooms ring for in the same process is for the portal's own workers.
app = Celery("naive", broker=settings.CELERY_BROKER_URL, set_as_current=False)
app.conf.update(
    task_ignore_result=True,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    broker_transport_options={"global_keyprefix": "naive:"},
    broker_connection_retry_on_startup=True,
)


@app.task(shared=False)  # of no other application in this process
def send_one(number: int, address: str) -> None:
    """Read the row's status, call the carrier, write the outcome."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT status FROM bench_naive WHERE id = %s", [number])
        if cursor.fetchone() != ("queued",):
            return
        legs = [{"id": str(number), "channel": "sms", "to": "01020000000", "from": "021200000", "text": stage.BODY}]
        _client().post(f"{address}/own/messages", json={"key": str(number), "legs": legs})
        cursor.execute("UPDATE bench_naive SET status = 'sent' WHERE id = %s", [number])


@cache
def _client() -> httpx.Client:
    return httpx.Client(trust_env=False, limits=httpx.Limits(max_connections=THREADS))


def measure(size: int) -> dict[str, Any]:
    """So many messages through twenty threads of one worker."""
    count = min(size, MOST)
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE IF NOT EXISTS bench_naive (id int PRIMARY KEY, status text)")
        cursor.execute("TRUNCATE bench_naive")
        cursor.execute("INSERT INTO bench_naive SELECT n, 'queued' FROM generate_series(1, %s) n", [count])
    with stage.stub() as address, _worker():
        stage.say(f"한 건에 작업 하나: {count:,}건")
        send_one.delay(number=0, address=address)  # a row that is not there: when it is read, the worker works
        with stage.watched() as spent:
            for number in range(1, count + 1):
                send_one.delay(number=number, address=address)
            _wait_until_sent(count)
    return {"messages": count, "threads": THREADS, "messages_per_second": round(count / spent.seconds)}


def _worker() -> "subprocess.Popen[bytes]":
    command = [sys.executable, "-m", "celery", "-q", "-A", "messaging.benchmarks.worker", "worker", "-P", "threads"]
    command += ["-c", str(THREADS), "--loglevel", "error", "--without-gossip", "--without-mingle"]
    return _Stopped(command, env={**os.environ, "DB_POOL": "0"}, stdout=subprocess.DEVNULL)


class _Stopped(subprocess.Popen[bytes]):
    """A process that ends with its block."""

    def __exit__(self, *details: Any) -> None:
        self.kill()
        super().__exit__(*details)


def _wait_until_sent(count: int) -> None:
    limit = time.monotonic() + PATIENCE
    while time.monotonic() < limit:
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM bench_naive WHERE status = 'sent'")
            (sent,) = cursor.fetchone()
        if sent == count:
            return
        time.sleep(0.1)
    raise TimeoutError("the worker did not finish")
