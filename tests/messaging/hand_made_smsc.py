"""An SMSC of our own making, for what no well-behaved library does: octets by hand, and every answer chosen by the test."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

BIND, SUBMIT, DELIVER, ENQUIRE, UNBIND = 0x09, 0x04, 0x05, 0x15, 0x06
ANSWER, NACK = 0x80000000, 0x80000000
Answering = Callable[[int, int, bytes], bytes]


def pdu(command: int, sequence: int, body: bytes = b"", status: int = 0) -> bytes:
    """One PDU."""
    return struct.pack(">LLLL", 16 + len(body), command, status, sequence) + body


def usual(command: int, sequence: int, body: bytes) -> bytes:
    """What any SMSC answers."""
    name = {BIND: b"smsc\0", SUBMIT: b"id-1\0"}.get(command, b"")
    return b"" if command & ANSWER else pdu(command | ANSWER, sequence, name)


@dataclass
class HandMade:
    """One line after another; `answering` decides what each PDU gets, `heard` is what came."""

    port: int
    answering: Answering = usual
    heard: list[tuple[int, int, int]] = field(default_factory=list)  # command, status, sequence
    lines: list[socket.socket] = field(default_factory=list)

    def say(self, octets: bytes) -> None:
        """Put octets on the latest line."""
        self.lines[-1].sendall(octets)

    def commands(self) -> list[int]:
        """The commands that came, in order."""
        return [command for command, _, _ in self.heard]

    def serve(self, line: socket.socket) -> None:
        """Until the line ends."""
        self.lines.append(line)
        with line, line.makefile("rb") as stream:
            while len(head := stream.read(16)) == 16:
                size, command, status, sequence = struct.unpack(">LLLL", head)
                body = stream.read(size - 16)
                answer = self.answering(command, sequence, body)
                self.heard.append((command, status, sequence))
                if answer:
                    line.sendall(answer)


@contextmanager
def hand_made_smsc(answering: Answering = usual) -> Iterator[HandMade]:
    """On a port of its own, until the test is over."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        smsc = HandMade(server.getsockname()[1], answering)

        def accept() -> None:
            while True:
                try:
                    line, _ = server.accept()
                except OSError:
                    return
                threading.Thread(target=_quietly, args=(smsc, line), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()
        yield smsc
        server.shutdown(socket.SHUT_RDWR)


def _quietly(smsc: HandMade, line: socket.socket) -> None:
    try:
        smsc.serve(line)
    except OSError:
        return  # cut by the other side
