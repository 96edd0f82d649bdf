"""
A load generator in a process of its own: signed webhooks, one reply each, over connections that stay open.

    python -m messaging.benchmarks.load URL SECRET COUNT CONNECTIONS RATE

RATE 0 sends as fast as the answers come; else so many a second, whatever the answers do. Prints one JSON object.
"""

import asyncio
import json
import sys
import time
from datetime import UTC, datetime
from itertools import count
from urllib.parse import urlsplit
from uuid import uuid4

from messaging.simulator.signing import signature


class Caller:
    """Sends requests over one connection at a time and notes how long each answer took."""

    def __init__(self, url: str, secret: str) -> None:
        self._parts = urlsplit(url)
        self._secret = secret
        self._run = uuid4().hex
        self._numbers = count()
        self.seconds: list[float] = []
        self.failures = 0

    async def closed(self, wanted: int, connections: int) -> None:
        """As fast as the answers come."""
        tickets = iter(range(wanted))

        async def line() -> None:
            reader, writer = await self._connect()
            for _ in tickets:
                await self._post(reader, writer, time.perf_counter())
            writer.close()

        await asyncio.gather(*(line() for _ in range(connections)))

    async def open(self, wanted: int, connections: int, rate: float) -> None:
        """At a fixed rate: waiting for a free connection counts as waiting for the answer."""
        due: asyncio.Queue[float] = asyncio.Queue()

        async def line() -> None:
            reader, writer = await self._connect()
            while (at := await due.get()) >= 0:
                await self._post(reader, writer, at)
            writer.close()

        lines = [asyncio.create_task(line()) for _ in range(connections)]
        began = time.perf_counter()
        for number in range(wanted):
            at = began + number / rate
            await asyncio.sleep(max(0.0, at - time.perf_counter()))
            due.put_nowait(at)
        for _ in lines:
            due.put_nowait(-1.0)
        await asyncio.gather(*lines)

    async def _connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection(self._parts.hostname, self._parts.port)

    async def _post(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, since: float) -> None:
        writer.write(self._request())
        head = await reader.readuntil(b"\r\n\r\n")
        length = next(int(line[15:]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
        await reader.readexactly(length)
        self.seconds.append(time.perf_counter() - since)
        self.failures += not head.startswith(b"HTTP/1.1 200")

    def _request(self) -> bytes:
        number = next(self._numbers)
        event = {
            "event": f"{self._run}-{number}",
            "to": "021200000",
            "from": f"010{20_000_000 + number}",
            "text": "1 동의합니다 김하늘 600503",
            "at": datetime.now(UTC).isoformat(),
        }
        body = json.dumps({"events": [event]}, ensure_ascii=False).encode()
        signed = signature(body, secret=self._secret, at=int(time.time()))
        head = (
            f"POST {self._parts.path} HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n"
            f"x-signature: {signed}\r\ncontent-length: {len(body)}\r\n\r\n"
        )
        return head.encode() + body


def main(url: str, secret: str, wanted: int, connections: int, rate: float) -> None:
    """Run and report."""
    caller = Caller(url, secret)
    began = time.perf_counter()
    asyncio.run(caller.open(wanted, connections, rate) if rate else caller.closed(wanted, connections))
    took = time.perf_counter() - began
    print(json.dumps({"took": took, "failures": caller.failures, "seconds": caller.seconds}))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), float(sys.argv[5]))
