"""The embedded Valkey: broker and cache on a private socket. Losing all of it loses nothing but warmth."""

import os
import socket
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from portal.stack import identity
from portal.stack.binaries import valkey_bin


@dataclass(frozen=True)
class Broker:
    """One Valkey on a unix socket."""

    data: Path
    sockets: Path
    is_kept: bool = True

    @property
    def socket(self) -> Path:
        """Its only address."""
        return self.sockets / "valkey.sock"

    @property
    def url(self) -> str:
        """Address in kombu's spelling."""
        return f"redis+socket://{self.socket}"

    def command(self) -> list[str]:
        """What to run."""
        self.data.mkdir(parents=True, exist_ok=True)
        options = {
            "port": "0",
            "unixsocket": str(self.socket),
            "unixsocketperm": "700",
            "dir": str(self.data),
            "appendonly": "yes" if self.is_kept else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "daemonize": "no",
        }
        flags = [part for name, value in options.items() for part in (f"--{name}", value)]
        return [*identity.death_signal("TERM"), str(valkey_bin()), *flags]

    def answers(self) -> bool:
        """Whether it accepts connections now and has loaded its data."""
        return answers(self.url)


def answers(url: str) -> bool:
    """Whether the server at a redis:// or redis+socket:// address answers PING (needing a password counts)."""
    parts = urlsplit(url)
    try:
        with _connected(url) as connection:
            connection.sendall(b"PING\r\n")
            reply = connection.recv(64)
    except OSError:
        return False
    return reply.startswith((b"+PONG", b"-NOAUTH")) or (parts.scheme == "rediss" and bool(reply))


def _connected(url: str) -> socket.socket:
    parts = urlsplit(url)
    if parts.scheme == "redis+socket":
        connection = socket.socket(socket.AF_UNIX)
        connection.settimeout(3)
        try:
            connection.connect(os.fsencode(parts.path))
        except OSError:
            connection.close()
            raise
        return connection
    return socket.create_connection((parts.hostname or "localhost", parts.port or 6379), timeout=3)
