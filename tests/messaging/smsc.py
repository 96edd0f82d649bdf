"""An SMSC by other people (the library smpp34), in a thread of the test, with a log of what it took."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

import smpp34

T = TypeVar("T")
SECRETS = {"host": "127.0.0.1", "system_id": "sotong", "password": "secret12"}


@dataclass(frozen=True)
class Submitted:
    """One submit_sm as the SMSC saw it; `id` is what it called it, '' while it took nothing."""

    to: str
    sender: str
    coding: int
    esm_class: int
    registered: int
    octets: bytes
    id: str


Behaviour = Callable[["Smsc", Any, str], Coroutine[Any, Any, bool]]


async def take(smsc: "Smsc", event: Any, message_id: str) -> bool:
    """Take it and say so."""
    event.accept(message_id)
    return True


@dataclass
class Smsc:
    """
    Started and stopped at will on one port. `behaviours`: what happens to the next submits; then all are taken.

    The library keeps lines open when its server stops, so a cable of ours lies in front of it that can be cut.
    """

    port: int
    behind: int
    submitted: list[Submitted] = field(default_factory=list)
    behaviours: list[Behaviour] = field(default_factory=list)
    esme: Any = None
    binds: int = 0
    lag: float = 0.0
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _cable: asyncio.Server | None = None
    _ends: list[asyncio.StreamWriter] = field(default_factory=list)
    _count: int = 0

    def start(self) -> None:
        """Listen."""
        self.run(self._start())

    def stop(self) -> None:
        """Close the port and cut every line."""
        self.run(self._stop())

    def boot(self) -> None:
        """Start the library's server behind the cable."""
        self.run(self._boot())

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Do something in the SMSC's own thread."""
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def tell(self, octets: bytes, **fields: Any) -> int:
        """A deliver_sm to whoever is bound; the status it was answered with."""
        fields = {"source_addr": "01048271935", "destination_addr": "0212000000", **fields}
        return self.run(self._tell(octets, fields))

    def report(self, message_id: str, stat: str = "DELIVRD", *, done: str = "2611220305", **fields: Any) -> int:
        """A receipt in the usual words."""
        return self.tell(receipt(message_id, stat, done=done), esm_class=4, **fields)

    @property
    def taken(self) -> list[Submitted]:
        """What it took."""
        return [one for one in self.submitted if one.id]

    async def _tell(self, octets: bytes, fields: dict[str, Any]) -> int:
        answer = await self.esme.deliver_sm(short_message=octets, **fields)
        return int(answer.command_status)

    async def _boot(self) -> None:
        server = smpp34.Server("127.0.0.1", self.behind, system_id="smsc", inbound_capacity=256)
        await server.start()
        asyncio.ensure_future(self._serve(server))  # noqa: RUF006

    async def _start(self) -> None:
        self._cable = await asyncio.start_server(self._lay, "127.0.0.1", self.port)

    async def _stop(self) -> None:
        if self._cable is not None:
            self._cable.close()
        self.cut()

    def cut(self) -> None:
        """Every line breaks, as when a cable does."""
        for end in self._ends:
            end.transport.abort()
        self._ends.clear()

    async def _lay(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self.behind)
        self._ends += [writer, far_writer]
        await asyncio.gather(_carry(reader, far_writer), _carry(far_reader, writer))

    async def _serve(self, server: Any) -> None:
        while True:
            event = await server.next()
            if isinstance(event, smpp34.Esme):
                self.esme, self.binds = event, self.binds + 1
            elif isinstance(event, smpp34.SubmitSmEvent):
                self._count += 1
                behaviour = self.behaviours.pop(0) if self.behaviours else take
                asyncio.ensure_future(self._answer(event, behaviour, f"m{self.port}-{self._count}"))  # noqa: RUF006

    async def _answer(self, event: Any, behaviour: Behaviour, message_id: str) -> None:
        if self.lag:
            await asyncio.sleep(self.lag)
        number = len(self.submitted)
        self.submitted.append(_seen(event, message_id))  # written before the answer leaves
        if not await behaviour(self, event, message_id):
            self.submitted[number] = _seen(event, "")


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while octets := await reader.read(65536):
            writer.write(octets)
    except OSError:
        pass
    writer.transport.abort()


def _seen(event: Any, message_id: str) -> Submitted:
    return Submitted(
        to=event.destination_addr,
        sender=event.source_addr,
        coding=event.data_coding,
        esm_class=event.esm_class,
        registered=event.registered_delivery,
        octets=bytes(event.short_message),
        id=message_id,
    )


def receipt(message_id: str, stat: str, *, done: str) -> bytes:
    """The words of a receipt."""
    words = f"id:{message_id} sub:001 dlvrd:001 submit date:2611220300 done date:{done} stat:{stat} err:000 text:"
    return words.encode()


def refusing(status: int) -> Behaviour:
    """Refuse the next submit with a status."""

    async def refuse(smsc: Smsc, event: Any, message_id: str) -> bool:
        event.reject(status)
        return False

    return refuse


def calling_it(name: str) -> Behaviour:
    """Take the next submit under a name of the test's choosing."""

    async def call(smsc: Smsc, event: Any, message_id: str) -> bool:
        event.accept(name)
        return True

    return call


async def take_and_hang_up(smsc: Smsc, event: Any, message_id: str) -> bool:
    """Take it, and drop every line before the answer."""
    smsc.cut()
    return True


async def report_first(smsc: Smsc, event: Any, message_id: str) -> bool:
    """The receipt overtakes the answer."""
    words = receipt(message_id, "DELIVRD", done="2611220305")
    await smsc.esme.deliver_sm(
        source_addr=event.destination_addr, destination_addr=event.source_addr, esm_class=4, short_message=words
    )
    event.accept(message_id)
    return True


@contextmanager
def running_smsc() -> Iterator[Smsc]:
    """An SMSC on a port of its own."""
    smsc = Smsc(port=_free_port(), behind=_free_port())
    thread = threading.Thread(target=smsc._loop.run_forever, daemon=True)
    thread.start()
    try:
        smsc.boot()
        smsc.start()
        yield smsc
    finally:
        smsc.stop()
        smsc._loop.call_soon_threadsafe(smsc._loop.stop)
        thread.join(5)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def eventually(look: Callable[[], T], *, seconds: float = 60.0) -> T:
    """The first true value of `look`."""
    until = time.monotonic() + seconds
    while not (found := look()):
        assert time.monotonic() < until, f"still {found!r} after {seconds} s"
        time.sleep(0.03)
    return found
