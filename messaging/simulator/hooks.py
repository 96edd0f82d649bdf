"""Delivers receipts and replies to the customer's webhooks, again and again until they are taken."""

import asyncio
import heapq
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from itertools import count
from time import time

import httpx

from messaging.simulator.exchange import Exchange
from messaging.simulator.signing import path_secret, signature
from messaging.simulator.truth import Event

BATCH = {"receipt": 500, "reply": 100}
BODY_BYTES = {"receipt": 1_000_000, "reply": 60_000}  # docs/carriers.md promises 2 MB and 64 KB
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
COPY_GAP = 0.2
STALE_SECONDS = 3600


class Outbox:
    """What the customer has yet to hear, by due time. One runs for receipts, one for replies."""

    def __init__(self, exchange: Exchange, *, kind: str, address: str, secret: str, client: httpx.AsyncClient) -> None:
        self._exchange = exchange
        self._kind = kind
        self._address = address
        self._secret = secret
        self._client = client
        self._heap: list[tuple[float, int, Event]] = []
        self._order = count()
        self._wake = asyncio.Event()
        self._posted = asyncio.Condition()
        exchange.listeners.append(self.heard)
        for event in list(exchange.world.unposted.values()):
            self.heard(event)

    def heard(self, event: Event) -> None:
        """Something happened at the exchange; ours is kept until it is due."""
        if event["event"] != self._kind:
            return
        due = datetime.fromisoformat(event["due"]).timestamp()
        for copy in range(event["copies"]):
            heapq.heappush(self._heap, (due + copy * COPY_GAP, next(self._order), event))
        self._wake.set()

    async def wait_posted(self, ids: Sequence[str], *, seconds: float) -> None:
        """Until the customer has taken these events, or patience ends."""
        unposted = self._exchange.world.unposted
        try:
            async with asyncio.timeout(seconds), self._posted:
                await self._posted.wait_for(lambda: not any(one in unposted for one in ids))
        except TimeoutError:
            return

    async def run(self) -> None:
        """Deliver for ever."""
        while True:
            batch = self._due()
            if batch:
                await self._deliver(batch)
                continue
            self._wake.clear()
            pause = self._heap[0][0] - time() if self._heap else None
            try:
                await asyncio.wait_for(self._wake.wait(), pause)
            except TimeoutError:
                continue

    def _due(self) -> list[Event]:
        """What is due now: up to a batch of honest events, or one dishonest one on its own; never one event twice."""
        batch: dict[str, Event] = {}
        room = BODY_BYTES[self._kind]
        while self._heap and self._heap[0][0] <= time() and len(batch) < BATCH[self._kind]:
            event = self._heap[0][2]
            room -= len(_encoded([event]))
            if event["id"] in batch or (batch and (event["mark"] or room < 0)):
                break
            heapq.heappop(self._heap)
            batch[event["id"]] = event
            if event["mark"]:
                break
        return list(batch.values())

    async def _deliver(self, batch: list[Event]) -> None:
        body = _encoded(batch)
        mark, pause = batch[0]["mark"], FIRST_PAUSE
        while True:
            failure = await self._post(body, mark)
            if not failure or mark:
                break
            if pause == FIRST_PAUSE:
                print(f"{self._kind}: {failure}; trying again until it is taken", file=sys.stderr, flush=True)
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE)
        self._exchange.write([{"event": "posted", "ids": [event["id"] for event in batch]}])
        async with self._posted:
            self._posted.notify_all()

    async def _post(self, body: bytes, mark: str) -> str:
        """One attempt; '' or why it failed. Forged and stale ones are meant to be refused."""
        secret = "somebody else's secret" if mark == "forged" else self._secret
        at = int(time()) - (STALE_SECONDS if mark == "stale" else 0)
        headers = {"content-type": "application/json", "x-signature": signature(body, secret=secret, at=at)}
        try:
            answer = await self._client.post(self._address, content=body, headers=headers)
        except httpx.HTTPError as error:
            return type(error).__name__
        return "" if answer.is_success else f"HTTP {answer.status_code}"


def _encoded(events: Sequence[Event]) -> bytes:
    return json.dumps({"events": [_public(event) for event in events]}, ensure_ascii=False).encode()


def _public(event: Event) -> Event:
    """The event as the customer sees it."""
    if event["event"] == "reply":
        return {
            "event": event["id"],
            "to": event["to"],
            "from": event["number"],
            "text": event["text"],
            "at": event["at"],
        }
    return {
        "event": event["id"],
        "ref": event["ref"],
        "id": event["leg"],
        "outcome": event["outcome"],
        "code": event["code"],
        "at": event["at"],
    }


def address(hooks: str, *, alias: str, secret: str, kind: str) -> str:
    """Where the customer listens for events of one kind."""
    return f"{hooks.rstrip('/')}/hooks/messaging/{alias}/{path_secret(secret)}/{kind}/"
