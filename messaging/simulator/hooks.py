"""Delivers the news of every dialect to the customer's webhooks, again and again until it is taken."""

import asyncio
import heapq
import json
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import count
from time import time
from typing import Any

import httpx

from messaging.simulator.dialects import Dialect, Taken, Webhook
from messaging.simulator.exchange import Exchange
from messaging.simulator.signing import path_secret
from messaging.simulator.truth import Event

FIRST_PAUSE, LONGEST_PAUSE = 0.25, 30.0
COPY_GAP = 0.2
STALE_SECONDS = 3600
FORGER = "somebody else's secret"

Post = Callable[[Webhook, bytes, str], Awaitable[Taken | str]]


class PostOffice:
    """An outbox for every webhook of every dialect."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self._posted = asyncio.Condition()
        self.outboxes: list[Outbox] = []

    def open(self, name: str, dialect: Dialect, post: Post) -> None:
        """Begin to deliver what this dialect tells."""
        for webhook in dialect.webhooks:
            self.outboxes.append(Outbox(self._exchange, name, webhook, post=post, posted=self._posted))

    async def wait_posted(self, ids: Sequence[str], *, seconds: float) -> None:
        """Until the customer has taken these events, or patience ends."""
        unposted = self._exchange.world.unposted
        try:
            async with asyncio.timeout(seconds), self._posted:
                await self._posted.wait_for(lambda: not any(one in unposted for one in ids))
        except TimeoutError:
            return


class Outbox:
    """What the customer has yet to hear of one kind in one dialect, by due time."""

    def __init__(
        self, exchange: Exchange, dialect: str, webhook: Webhook, *, post: Post, posted: asyncio.Condition
    ) -> None:
        self._exchange = exchange
        self._dialect = dialect
        self._webhook = webhook
        self._post = post
        self._posted = posted
        self._heap: list[tuple[float, int, Event]] = []
        self._order = count()
        self._wake = asyncio.Event()
        exchange.listeners.append(self.heard)
        for event in list(exchange.world.unposted.values()):
            self.heard(event)

    def heard(self, event: Event) -> None:
        """Something happened at the exchange; ours is kept until it is due."""
        if event["event"] != self._webhook.kind or event.get("dialect", "own") != self._dialect:
            return
        due = datetime.fromisoformat(event["due"]).timestamp()
        for copy in range(event["copies"]):
            heapq.heappush(self._heap, (due + copy * COPY_GAP, next(self._order), event))
        self._wake.set()

    @property
    def lanes(self) -> int:
        """How many may `run` side by side."""
        return self._webhook.lanes

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
        room = self._webhook.body_bytes
        while self._heap and self._heap[0][0] <= time() and len(batch) < self._webhook.batch:
            event = self._heap[0][2]
            room -= len(self._webhook.encode([event]))
            if event["id"] in batch or (batch and (event["mark"] or room < 0)):
                break
            heapq.heappop(self._heap)
            batch[event["id"]] = event
            if event["mark"]:
                break
        return list(batch.values())

    async def _deliver(self, batch: list[Event]) -> None:
        """Tell it as often as the vendor does; forged and stale news is told once and meant to be refused."""
        body, mark = self._webhook.encode(batch), batch[0]["mark"]
        for tried, pause in enumerate(_pauses(), start=1):
            taken = await self._post(self._webhook, body, mark)
            failure = taken if isinstance(taken, str) else f"HTTP {taken.status}"
            is_taken = isinstance(taken, Taken) and self._webhook.is_taken(taken, batch)
            if is_taken or mark or tried == self._webhook.tries:
                break
            if tried == 1:
                print(f"{self._webhook.kind}: {failure}; trying again", file=sys.stderr, flush=True)
            await asyncio.sleep(pause)
        self._exchange.posted([event["id"] for event in batch])
        async with self._posted:
            self._posted.notify_all()


def _pauses() -> Iterator[float]:
    pause = FIRST_PAUSE
    while True:
        yield pause
        pause = min(pause * 2, LONGEST_PAUSE)


class Postman:
    """Carries one body to the customer's page; signs it as the webhook says, or badly where the fault wants it."""

    def __init__(self, client: httpx.AsyncClient, *, hooks: str, alias: str, secret: str) -> None:
        self._client = client
        self._hooks = hooks
        self._alias = alias
        self._secret = secret

    async def post(self, webhook: Webhook, body: bytes, mark: str) -> Taken | str:
        """One attempt: what the customer answered, or why there was no answer."""
        secret = FORGER if mark == "forged" else self._secret
        at = int(time()) - (STALE_SECONDS if mark == "stale" else 0)
        place = secret if webhook.is_forged_by_path else self._secret
        headers = {"content-type": "application/json", **webhook.headers(body, secret, at)}
        try:
            answer = await self._client.post(
                address(self._hooks, alias=self._alias, secret=place, kind=webhook.page), content=body, headers=headers
            )
        except httpx.HTTPError as error:
            return type(error).__name__
        return Taken(answer.status_code, _document(answer.content))


def _document(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None


def address(hooks: str, *, alias: str, secret: str, kind: str) -> str:
    """Where the customer listens for events of one kind."""
    return f"{hooks.rstrip('/')}/hooks/messaging/{alias}/{path_secret(secret)}/{kind}/"


def alias_of(dialect: str, aliases: Mapping[str, str]) -> str:
    """The customer's name for the carrier that speaks this dialect; '' is for all that are not named."""
    return aliases.get(dialect, aliases[""])
