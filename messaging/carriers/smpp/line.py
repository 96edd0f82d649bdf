"""
The line to an SMSC: one bound connection, who asked what, and what was told to us.

smpplib knits and reads the PDUs; which answer belongs to which question is kept here, because it keeps no such book.
"""

import queue
import select
import socket
import ssl
import struct
import threading
import time
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, Final

import structlog
from smpplib import exceptions, smpp
from smpplib.client import Client
from smpplib.consts import SMPP_CLIENT_STATE_BOUND_TRX, SMPP_CLIENT_STATE_OPEN, STATE_SETTERS

from messaging.carriers.base import CarrierError, Misconfigured, NotSent, OutcomeUnknown
from messaging.carriers.smpp.codes import BAD_ACCOUNT, NOT_UNDERSTOOD, TAKEN

_log = structlog.get_logger(__name__)
CONNECT: Final = 3.0
TICK: Final = 0.5
LARGEST_PDU: Final = 64 * 1024
_HEADER: Final = struct.Struct(">LLLL")
_DELIVER_SM, _IS_ANSWER = 0x00000005, 0x80000000
# whatever smpplib raises over octets that are no PDU of the kind they claim to be
_UNREADABLE = (exceptions.UnknownCommandError, exceptions.PDUError, struct.error, ValueError, IndexError, TypeError)


@dataclass(frozen=True, slots=True)
class Account:
    """Where the SMSC is, and as whom we bind."""

    host: str
    port: int
    system_id: str
    password: str
    system_type: str
    is_encrypted: bool
    timeout: float
    enquire_seconds: float


@dataclass(frozen=True, slots=True)
class Heard:
    """One deliver_sm to be stored and then answered on the wire it came by; `pdu` is None where it cannot be read."""

    wire: Any
    sequence: int
    pdu: Any
    octets: bytes


class _Wire(Client):
    """smpplib's client on a socket that speaks IPv6 and TLS, never waits for company, and reads whole PDUs."""

    def connect(self) -> None:
        plain = socket.create_connection((self.host, self.port), CONNECT)
        plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        encrypt = self._ssl_context
        self._socket = encrypt.wrap_socket(plain, server_hostname=self.host) if encrypt else plain
        self._socket.settimeout(self.timeout)
        self.state = SMPP_CLIENT_STATE_OPEN

    def read_pdu(self) -> Any:
        """The answer to our bind: smpplib's own would believe any length and make room for it."""
        octets = self.next_octets(self.timeout)
        if octets is None:
            raise exceptions.ConnectionError("silent")
        answer = smpp.parse_pdu(octets, client=self, allow_unknown_opt_params=True)
        if not answer.is_error():
            self.state = STATE_SETTERS.get(answer.command, self.state)
        return answer

    def next_octets(self, wait: float) -> bytes | None:
        """One whole PDU; None if none begins within `wait`."""
        has_more = isinstance(self._socket, ssl.SSLSocket) and self._socket.pending()
        if not has_more and not select.select([self._socket], [], [], wait)[0]:
            return None
        head: bytes = self._recv_exact(_HEADER.size)
        size = _HEADER.unpack(head)[0]
        if not _HEADER.size <= size <= LARGEST_PDU:
            raise exceptions.ConnectionError("not a PDU")
        body: bytes = self._recv_exact(size - _HEADER.size)
        return head + body


class Line:
    """Bound or not, one at a time. `ask` from any thread; `next_heard` for whoever stores."""

    def __init__(self, account: Account) -> None:
        self._heard: queue.SimpleQueue[Heard] = queue.SimpleQueue()
        self._account = account
        self._wire: _Wire | None = None
        self._asked: dict[int, Future[Any]] = {}
        self._lock = threading.Lock()
        self._reader: threading.Thread | None = None
        self._heard_at = self._enquired_at = 0.0

    @property
    def is_open(self) -> bool:
        """Whether texts may be handed over."""
        return self._wire is not None

    def open(self) -> None:
        """
        Connect and bind.

        :raises NotSent: if nobody answers, or not now
        :raises Misconfigured: if the SMSC refuses our name or password
        """
        account = self._account
        wire = _Wire(
            account.host,
            account.port,
            timeout=account.timeout,
            logger_name="smpplib",
            ssl_context=ssl.create_default_context() if account.is_encrypted else None,
            allow_unknown_opt_params=True,
        )
        try:
            wire.connect()
            wire.bind_transceiver(
                system_id=account.system_id, password=account.password, system_type=account.system_type
            )
            if wire.state != SMPP_CLIENT_STATE_BOUND_TRX:
                raise exceptions.ConnectionError("another answer than to a bind")
        except (exceptions.ConnectionError, OSError, *_UNREADABLE) as error:
            wire.disconnect()
            raise _refusal(error) from error
        self._heard_at = self._enquired_at = time.monotonic()
        self._wire = wire
        self._reader = threading.Thread(target=self._read, args=(wire,), name="smpp-reader", daemon=True)
        self._reader.start()

    def ask(self, command: str, **fields: Any) -> Future[Any]:
        """
        Send one question; the future brings its answer, or OutcomeUnknown when the line drops first.

        :raises NotSent: if the line is not open
        :raises OutcomeUnknown: if it dropped while the question was being written
        """
        with self._lock:
            wire = self._wire
            if wire is None:
                raise NotSent("line is down")
            pdu = smpp.make_pdu(command, client=wire, **fields)
            answer: Future[Any] = Future()
            self._asked[pdu.sequence] = answer
            try:
                wire.send_pdu(pdu)
            except (exceptions.ConnectionError, exceptions.PDUError, OSError, AttributeError) as error:
                self._asked.pop(pdu.sequence, None)
                raise OutcomeUnknown("line dropped while sending") from error
        return answer

    def next_heard(self, wait: float, *, most: int) -> list[Heard]:
        """What was told and nobody took yet; empty if nothing comes within `wait`."""
        found: list[Heard] = []
        try:
            found.append(self._heard.get(timeout=wait))
            while len(found) < most:
                found.append(self._heard.get_nowait())
        except queue.Empty:
            return found
        return found

    def acknowledge(self, heard: Heard, status: int = TAKEN) -> None:
        """Answer a deliver_sm. If the line is gone the SMSC tells it again, and storing it twice changes nothing."""
        self._answer(heard.wire, "deliver_sm_resp", heard.sequence, status)

    def close(self) -> None:
        """Unbind in good form where the SMSC lets us; in any case the line is down afterwards."""
        wire = self._wire
        if wire is None:
            return
        try:
            self.ask("unbind").result(timeout=min(2.0, self._account.timeout))
        except (NotSent, OutcomeUnknown, TimeoutError):  # the peer may close first
            _log.info("smpp_unbind_unanswered")
        self._drop(wire, "closed")
        if self._reader is not None:
            self._reader.join(2 * TICK)

    def _answer(self, wire: _Wire, command: str, sequence: int, status: int) -> None:
        """Numbers begin again with each connection: an answer never goes out on another than it was asked for on."""
        with self._lock:
            if wire is not self._wire:
                return
            pdu = smpp.make_pdu(command, client=wire, status=status)
            pdu.sequence = sequence
            try:
                wire.send_pdu(pdu)
            except (exceptions.ConnectionError, exceptions.PDUError, OSError, AttributeError):
                _log.info("smpp_answer_unsent", command=command)

    def _read(self, wire: _Wire) -> None:
        """The reader's thread: until the line drops."""
        try:
            while self._wire is wire:
                octets = wire.next_octets(TICK)
                if octets is not None:
                    self._heard_at = time.monotonic()
                    self._take(wire, octets)
                self._keep_alive()
        except (exceptions.ConnectionError, CarrierError, OSError, ValueError, AttributeError) as error:
            self._drop(wire, type(error).__name__)

    def _take(self, wire: _Wire, octets: bytes) -> None:
        _, command, _, sequence = _HEADER.unpack(octets[: _HEADER.size])
        try:
            pdu = smpp.parse_pdu(octets, client=wire, allow_unknown_opt_params=True)
        except _UNREADABLE:
            self._take_unreadable(wire, command, sequence, octets)
            return
        if command & _IS_ANSWER:
            asked = self._pop(wire, sequence)
            if asked is not None:
                asked.set_result(pdu)
        elif pdu.command == "deliver_sm":
            self._heard.put(Heard(wire, sequence, pdu, octets))
        elif pdu.command == "enquire_link":
            self._answer(wire, "enquire_link_resp", sequence, TAKEN)
        elif pdu.command == "unbind":
            self._answer(wire, "unbind_resp", sequence, TAKEN)
            self._drop(wire, "unbound by the SMSC")
        else:
            self._answer(wire, "generic_nack", sequence, NOT_UNDERSTOOD)

    def _take_unreadable(self, wire: _Wire, command: int, sequence: int, octets: bytes) -> None:
        """A text is kept for a person, an answer stays unknown, anything else is refused."""
        if command == _DELIVER_SM:
            self._heard.put(Heard(wire, sequence, None, octets))
        elif command & _IS_ANSWER:
            asked = self._pop(wire, sequence)
            if asked is not None:
                asked.set_exception(OutcomeUnknown("answer cannot be read"))
        else:
            self._answer(wire, "generic_nack", sequence, NOT_UNDERSTOOD)

    def _pop(self, wire: _Wire, sequence: int) -> Future[Any] | None:
        with self._lock:
            return self._asked.pop(sequence, None) if wire is self._wire else None

    def _keep_alive(self) -> None:
        """Ask every now and then whether somebody is there; a line that stays silent to that is dead."""
        now, account = time.monotonic(), self._account
        if self._heard_at < self._enquired_at and now > self._enquired_at + account.timeout:
            raise exceptions.ConnectionError("silent")
        if now > self._enquired_at + account.enquire_seconds:
            self._enquired_at = now
            self.ask("enquire_link")

    def _drop(self, wire: _Wire, why: str) -> None:
        with self._lock:
            if self._wire is not wire:
                return
            self._wire = None
            asked, self._asked = self._asked, {}
        wire.disconnect()
        _log.warning("smpp_line_down", why=why, unanswered=len(asked))
        for answer in asked.values():
            answer.set_exception(OutcomeUnknown("line dropped"))


def _refusal(error: Exception) -> NotSent:
    status = error.args[1] if isinstance(error, exceptions.PDUError) and len(error.args) > 1 else None
    if status in BAD_ACCOUNT:
        return Misconfigured(f"bind refused 0x{status:02X}")
    return NotSent("line is down" if status is None else f"bind refused 0x{status:02X}")
