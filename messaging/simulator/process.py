"""The running carrier: one event loop that takes orders, shows handsets and delivers what happened."""

import asyncio
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import httpx

from messaging.simulator.crowd import Crowd, Mix, People
from messaging.simulator.exchange import Exchange
from messaging.simulator.faults import Faults
from messaging.simulator.handsets import Handsets
from messaging.simulator.hooks import Outbox, address
from messaging.simulator.own import OwnDialect
from messaging.simulator.wire import Answer, Request, Server, json_answer

EARLY_PATIENCE = 5.0


@dataclass(frozen=True, slots=True)
class Setup:
    """Everything the process is started with."""

    port: int
    hooks: str
    alias: str
    log: Path
    key: str
    hook_secret: str
    faults: Faults
    seed: int
    receipt_delay: float
    senders: frozenset[str]
    crowd: int
    mix: Mix
    people: Path | None


async def serve(setup: Setup) -> int:
    """Run until SIGTERM or SIGINT; the exit code."""
    stop = _stop_signal()
    exchange = Exchange(setup.log, setup.faults, receipt_delay=setup.receipt_delay, senders=setup.senders)
    people = People(setup.people)
    Crowd(exchange, people, size=setup.crowd, mix=setup.mix, seed=setup.seed)
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        receipts = _outbox(setup, exchange, client, kind="receipt", page="receipts")
        replies = _outbox(setup, exchange, client, kind="reply", page="replies")
        dialect = OwnDialect(
            exchange, key=setup.key, wait_posted=lambda ids: receipts.wait_posted(ids, seconds=EARLY_PATIENCE)
        )
        server = Server(Reception(exchange, dialect, Handsets(exchange, name_of=people.name_of)).answer)
        try:
            port = await server.start(setup.port)
        except OSError as error:
            print(f"포트 {setup.port}에서 시작할 수 없습니다: {error.strerror}", file=sys.stderr)
            return 1
        print(f"listening on http://127.0.0.1:{port}", flush=True)
        await _until(stop, receipts, replies)
        await server.stop()
    exchange.close()
    return 0


class Reception:
    """Sends each request to the right desk."""

    def __init__(self, exchange: Exchange, dialect: OwnDialect, handsets: Handsets) -> None:
        self._exchange = exchange
        self._dialect = dialect
        self._handsets = handsets

    async def answer(self, request: Request) -> Answer:
        """Any request at all."""
        if request.path == "/healthz":
            return json_answer({"status": "ok", "accepted": self._exchange.world.accepted_count})
        if request.path.startswith("/own/"):
            return await self._dialect.answer(request)
        return self._handsets.answer(request)


def _outbox(setup: Setup, exchange: Exchange, client: httpx.AsyncClient, *, kind: str, page: str) -> Outbox:
    place = address(setup.hooks, alias=setup.alias, secret=setup.hook_secret, kind=page)
    return Outbox(exchange, kind=kind, address=place, secret=setup.hook_secret, client=client)


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def _until(stop: asyncio.Event, *outboxes: Outbox) -> None:
    """Deliver until the signal comes; an outbox that breaks ends the process loudly."""
    delivering = [asyncio.create_task(outbox.run()) for outbox in outboxes]
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([stopped, *delivering], return_when=asyncio.FIRST_COMPLETED)
    for task in delivering:
        if task.done():
            await task
        task.cancel()
