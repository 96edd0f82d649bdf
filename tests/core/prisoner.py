"""What test_cage puts into a cage: everything a decoder could do to us."""

import ctypes
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from portal.core.cage import given_file
from portal.core.errors import Refused

GET_NO_NEW_PRIVS = 39


class NotAPhoto(Refused):
    """An example of a refusal."""

    sentence = "사진이 아닙니다."


def main(payload: bytes) -> bytes:
    word, _, rest = payload.partition(b" ")
    if word == b"echo":
        return payload
    return DEEDS[word.decode()](rest.decode())


def refuse(_: str) -> bytes:
    raise NotAPhoto


def fail(_: str) -> bytes:
    raise ValueError("김하늘의 파일이 이상합니다")


def segfault(_: str) -> bytes:
    ctypes.string_at(0)
    return b""


def spin(_: str) -> bytes:
    while True:
        pass


def sleep(where: str) -> bytes:
    Path(where).with_name("own").write_text(str(os.getpid()))
    with subprocess.Popen(["sleep", "60"]) as grandchild:
        Path(where).write_text(str(grandchild.pid))
        time.sleep(60)
    return b""


def eat(_: str) -> bytes:
    return bytes(2 << 30)


def write(_: str) -> bytes:
    Path("big").write_bytes(bytes(4 << 20))
    return b""


def talk(_: str) -> bytes:
    return bytes(2000)


def environment(_: str) -> bytes:
    return f"{' '.join(os.environ)}\n{Path.cwd()}".encode()


def chatter(_: str) -> bytes:
    sys.stdout.write("noise")
    sys.stdout.flush()
    os.write(1, b"more noise")
    return b"clean"


def network(port: str) -> bytes:
    try:
        socket.create_connection(("127.0.0.1", int(port)), timeout=2).close()
    except OSError:
        return b"unreachable"
    return b"reached"


def rights(_: str) -> bytes:
    libc = ctypes.CDLL(None)
    return b"none" if libc.prctl(GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 else b"some"


def modules(_: str) -> bytes:
    return " ".join({"django", "celery"} & set(sys.modules)).encode()


def file(_: str) -> bytes:
    found = given_file(0)
    return f"{found.suffix} ".encode() + found.read_bytes()


def leave(how: str) -> bytes:
    if how == "link":
        Path("out.txt").symlink_to("/etc/hostname")
    else:
        Path("out.txt").write_text("left")
    return b""


DEEDS = {
    "refuse": refuse,
    "raise": fail,
    "segfault": segfault,
    "spin": spin,
    "sleep": sleep,
    "eat": eat,
    "write": write,
    "talk": talk,
    "environment": environment,
    "print": chatter,
    "network": network,
    "rights": rights,
    "modules": modules,
    "file": file,
    "leave": leave,
}


def lines(payload: bytes) -> Iterator[bytes]:
    how, _, rest = payload.decode().partition(" ")
    if how == "pid":
        Path(rest).write_text(str(os.getpid()))
        yield b"started"
        time.sleep(60)
    if how == "slow":
        yield b"first"
        time.sleep(60)
    if how == "who":
        yield str(os.getpid()).encode()
        return
    if how == "work":
        until = time.process_time() + float(rest)
        while time.process_time() < until:
            pass
        yield b"worked"
        return
    for number in range(int(how)):
        yield f"line {number}".encode()
    segfault("")
