"""Dispatch: the drain through a carrier that takes 100 ms, against a bare HTTP loop without any database."""

import asyncio
import json
from typing import Any
from uuid import uuid4

import httpx

from messaging import delivery
from messaging.benchmarks import stage
from messaging.carriers import registry
from messaging.models import Message

LEGS = 200


def measure(size: int) -> dict[str, Any]:
    """One drain process with the plug's own number of calls in flight, and as many in the bare loop."""
    stage.open_office()
    with stage.stub() as address:
        in_flight = registry.carrier("main").capabilities.in_flight
        stage.say(f"맨 HTTP {size:,}건, 동시에 {in_flight}호출")
        with stage.watched() as bare:
            asyncio.run(_bare(address, size, in_flight))
        stage.queue("bench:dispatch", size)
        stage.analyze()
        stage.say(f"발송 {size:,}건")
        with stage.watched() as drained:
            while Message.objects.filter(stream__name="bench:dispatch", status="queued").exists():
                delivery.drain(seconds=30)
    ours, theirs = size / drained.seconds, size / bare.seconds
    return {
        "messages": size,
        "in_flight": in_flight,
        "messages_per_second": round(ours),
        "cpu_ms_per_message": round(drained.cpu_seconds * 1000 / size, 3),
        "bare_loop_per_second": round(theirs),
        "dispatch_over_bare_loop": round(ours / theirs, 2),
    }


async def _bare(address: str, size: int, in_flight: int) -> None:
    """The same bodies in the same batches, without claiming, sealing or recording anything."""
    legs = [{"id": str(uuid4()), "channel": "lms", "to": "01020000000", "from": "021200000", "text": stage.BODY}] * LEGS
    body = json.dumps({"key": "bench", "legs": legs}, ensure_ascii=False).encode()
    waiting = iter(range((size + LEGS - 1) // LEGS))
    async with httpx.AsyncClient(base_url=address, timeout=30, trust_env=False) as client:

        async def caller() -> None:
            for _ in waiting:
                (await client.post("/own/messages", content=body)).raise_for_status().json()

        await asyncio.gather(*(caller() for _ in range(in_flight)))
