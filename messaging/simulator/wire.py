"""HTTP/1.1 by hand on h11, because a carrier must be able to stall, dribble and reset a socket."""

import asyncio
import json
import socket
import struct
import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import parse_qs, unquote, urlsplit

import h11

MAX_BODY = 96 * 1024 * 1024
_LINGER_ZERO = struct.pack("ii", 1, 0)


@dataclass(frozen=True, slots=True)
class Request:
    """One request, read whole."""

    method: str
    path: str
    query: Mapping[str, Sequence[str]]
    headers: Mapping[str, str]
    body: bytes

    def form(self) -> dict[str, str]:
        """The fields of a posted HTML form."""
        return {name: values[-1] for name, values in parse_qs(self.body.decode("utf-8", "replace")).items()}


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send back, and in what manner: a fault can stall, dribble or cut the line."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: tuple[tuple[str, str], ...] = ()
    manner: Literal["plain", "hang", "reset", "slow"] = "plain"
    seconds: float = 0.0


def json_answer(document: Any, status: int = 200) -> Answer:
    """A JSON document as an answer."""
    return Answer(status, json.dumps(document, ensure_ascii=False).encode())


class _TooLarge(Exception):
    pass


class Server:
    """Serves one handler on the loopback interface until closed."""

    def __init__(self, handle: Callable[[Request], Awaitable[Answer]]) -> None:
        self._handle = handle
        self._open: set[asyncio.Task[None]] = set()
        self._server: asyncio.Server | None = None

    async def start(self, port: int) -> int:
        """Listen; the port actually taken (0 asks for any)."""
        self._server = await asyncio.start_server(self._connected, "127.0.0.1", port, backlog=512)
        taken: int = self._server.sockets[0].getsockname()[1]
        return taken

    async def stop(self) -> None:
        """Stop listening and drop whatever is still open."""
        if self._server is not None:
            self._server.close()
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is None:
            return
        self._open.add(task)
        try:
            await self._converse(h11.Connection(h11.SERVER, max_incomplete_event_size=64 * 1024), reader, writer)
        except (ConnectionError, h11.RemoteProtocolError, asyncio.CancelledError):
            pass  # the customer went away, spoke something else, or we are closing
        finally:
            self._open.discard(task)
            writer.close()

    async def _converse(
        self, connection: h11.Connection, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        while True:
            try:
                request = await _read(connection, reader)
            except _TooLarge:
                await _send(connection, writer, Answer(413, b'{"reason":"body too large"}'))
                return
            if request is None:
                return
            answer = await self._answer(request)
            if answer.manner == "hang":
                await _hang(reader, answer.seconds)
                return
            if answer.manner == "reset":
                _reset(writer)
                return
            await _send(connection, writer, answer)
            if connection.our_state is not h11.DONE or connection.their_state is not h11.DONE:
                return
            connection.start_next_cycle()

    async def _answer(self, request: Request) -> Answer:
        try:
            return await self._handle(request)
        except Exception:  # noqa: BLE001 — one broken request must not end the carrier
            traceback.print_exc()
            return Answer(500, b'{"reason":"internal error"}')


async def _read(connection: h11.Connection, reader: asyncio.StreamReader) -> Request | None:
    head: h11.Request | None = None
    body = bytearray()
    while True:
        event = connection.next_event()
        if event is h11.NEED_DATA:
            connection.receive_data(await reader.read(256 * 1024))
        elif isinstance(event, h11.Request):
            head = event
        elif isinstance(event, h11.Data):
            body += event.data
            if len(body) > MAX_BODY:
                raise _TooLarge
        elif isinstance(event, h11.EndOfMessage) and head is not None:
            return _request(head, bytes(body))
        else:
            return None


def _request(head: h11.Request, body: bytes) -> Request:
    parts = urlsplit(head.target.decode("latin-1"))
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in head.headers}
    return Request(head.method.decode("latin-1"), unquote(parts.path), parse_qs(parts.query), headers, body)


async def _send(connection: h11.Connection, writer: asyncio.StreamWriter, answer: Answer) -> None:
    headers = [
        ("content-type", answer.content_type),
        ("content-length", str(len(answer.body))),
        *answer.headers,
    ]
    writer.write(connection.send(h11.Response(status_code=answer.status, headers=headers)) or b"")
    pieces = [answer.body] if answer.manner == "plain" else [bytes([one]) for one in answer.body]
    for piece in pieces:
        writer.write(connection.send(h11.Data(data=piece)) or b"")
        await writer.drain()
        if answer.manner == "slow":
            await asyncio.sleep(answer.seconds)
    writer.write(connection.send(h11.EndOfMessage()) or b"")
    await writer.drain()


async def _hang(reader: asyncio.StreamReader, seconds: float) -> None:
    """Say nothing until the customer hangs up."""
    try:
        await asyncio.wait_for(reader.read(1), seconds)
    except TimeoutError:
        return


def _reset(writer: asyncio.StreamWriter) -> None:
    line: socket.socket = writer.get_extra_info("socket")
    line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER_ZERO)
    writer.transport.abort()
