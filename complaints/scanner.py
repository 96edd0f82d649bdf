"""An optional look at citizens' files by clamd (INSTREAM). Off unless COMPLAINTS_VIRUS_SCANNER names one."""

import socket
import struct
from urllib.parse import urlsplit

from django.conf import settings

SECONDS = 20.0
BLOCK = 256 * 1024


class ScannerAway(Exception):
    """No answer, or one that says neither yes nor no: the file waits."""


def is_harmful(content: bytes) -> bool:
    """
    Whether the scanner knows harm in the bytes. Without a scanner nothing is harmful.

    :raises ScannerAway: if there is one and it does not answer
    """
    address: str = settings.COMPLAINTS_VIRUS_SCANNER
    if not address:
        return False
    try:
        with _connected(address) as line:
            answer = _asked(line, content)
    except OSError as error:
        raise ScannerAway(type(error).__name__) from error
    if answer.endswith("OK"):
        return False
    if answer.endswith("FOUND"):
        return True
    raise ScannerAway("the answer was no verdict")


def _connected(address: str) -> socket.socket:
    parts = urlsplit(address)
    if parts.scheme == "unix":
        line = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        line.settimeout(SECONDS)
        line.connect(parts.path)
        return line
    return socket.create_connection((parts.hostname or "", parts.port or 3310), timeout=SECONDS)


def _asked(line: socket.socket, content: bytes) -> str:
    """z commands end with a zero byte; the stream is blocks with their length, and an empty one ends it."""
    line.sendall(b"zINSTREAM\0")
    for begin in range(0, len(content), BLOCK):
        block = content[begin : begin + BLOCK]
        line.sendall(struct.pack(">I", len(block)) + block)
    line.sendall(struct.pack(">I", 0))
    answer = b""
    while not answer.endswith(b"\0"):
        part = line.recv(4096)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0").decode("utf-8", "replace").strip()
