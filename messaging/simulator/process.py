"""The running carrier: one event loop that takes orders, shows handsets and delivers what happened."""

import asyncio
import signal
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx

from messaging.simulator.bizgo import BizgoDialect
from messaging.simulator.crowd import Crowd, Mix, People
from messaging.simulator.desk import Desk
from messaging.simulator.dialects import Dialect, Office
from messaging.simulator.exchange import Exchange
from messaging.simulator.faults import Faults
from messaging.simulator.handsets import Handsets
from messaging.simulator.hooks import Postman, PostOffice, alias_of
from messaging.simulator.nhn.dialect import NhnDialect
from messaging.simulator.own import OwnDialect
from messaging.simulator.solapi.dialect import SolapiDialect
from messaging.simulator.wire import Answer, Request, Server, json_answer

EARLY_PATIENCE = 5.0
DIALECTS: Mapping[str, Callable[[Office], Dialect]] = {
    "own": OwnDialect,
    "bizgo": BizgoDialect,
    "nhn": NhnDialect,
    "solapi": SolapiDialect,
}


@dataclass(frozen=True, slots=True)
class Setup:
    """
    Everything the process is started with.

    `aliases`: dialect → the customer's name for that carrier, '' for all others. `polled`: dialects whose receipts are
    fetched by the customer instead of being told.
    """

    port: int
    hooks: str
    aliases: Mapping[str, str]
    polled: frozenset[str]
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
    crowd = Crowd(exchange, people, size=setup.crowd, mix=setup.mix, seed=setup.seed)
    handsets = Handsets(exchange, Desk(exchange, crowd), name_of=people.name_of)
    async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
        post_office = PostOffice(exchange)
        dialects = _dialects(setup, exchange, post_office, client)
        server = Server(Reception(exchange, dialects, handsets).answer)
        try:
            port = await server.start(setup.port)
        except OSError as error:
            print(f"포트 {setup.port}에서 시작할 수 없습니다: {error.strerror}", file=sys.stderr)
            return 1
        print(f"listening on http://127.0.0.1:{port}", flush=True)
        await _until(stop, post_office)
        await server.stop()
    exchange.close()
    return 0


class Reception:
    """Sends each request to the right desk."""

    def __init__(self, exchange: Exchange, dialects: Mapping[str, Dialect], handsets: Handsets) -> None:
        self._exchange = exchange
        self._dialects = dialects
        self._handsets = handsets

    async def answer(self, request: Request) -> Answer:
        """Any request at all."""
        if request.path == "/healthz":
            return json_answer({"status": "ok", "accepted": self._exchange.world.accepted_count})
        if dialect := self._dialects.get(request.path.split("/")[1]):
            return await dialect.answer(request)
        return self._handsets.answer(request)


def _dialects(
    setup: Setup, exchange: Exchange, post_office: PostOffice, client: httpx.AsyncClient
) -> Mapping[str, Dialect]:
    """Every dialect by the first part of its addresses, its news on the way to the customer."""
    office = Office(
        exchange,
        key=setup.key,
        hook_secret=setup.hook_secret,
        wait_posted=lambda ids: post_office.wait_posted(ids, seconds=EARLY_PATIENCE),
        polled=setup.polled,
    )
    dialects = {name: build(office) for name, build in DIALECTS.items()}
    for name, dialect in dialects.items():
        alias = alias_of(name, setup.aliases)
        postman = Postman(client, hooks=setup.hooks, alias=alias, secret=setup.hook_secret)
        post_office.open(name, dialect, postman.post)
    return dialects


def _stop_signal() -> asyncio.Event:
    stop = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stop.set)
    return stop


async def _until(stop: asyncio.Event, post_office: PostOffice) -> None:
    """Deliver until the signal comes; an outbox that breaks ends the process loudly."""
    runs = [outbox.run() for outbox in post_office.outboxes for _ in range(outbox.lanes)]
    delivering = [asyncio.create_task(run) for run in runs]
    stopped = asyncio.create_task(stop.wait())
    await asyncio.wait([stopped, *delivering], return_when=asyncio.FIRST_COMPLETED)
    for task in delivering:
        if task.done():
            await task
        task.cancel()
