"""Whether our ports are free. The web server shares a busy port silently, so we must ask first."""

import errno
import socket
from contextlib import suppress
from pathlib import Path

from portal.stack.errors import StackError


def check_free(ports: dict[int, str]) -> None:
    """
    Make sure nobody listens on the ports (number → what we want it for).

    :raises StackError: naming the port, the other program when visible, and the way out
    """
    for port, purpose in ports.items():
        if not is_free(port):
            other = listener(port)
            who = f"다른 프로그램({other})" if other else "다른 프로그램"
            raise StackError(f"{port}번 포트({purpose})를 {who}이 쓰고 있습니다. ./run --port 8080", exit_code=2)


def is_free(port: int) -> bool:
    """Whether we could listen there, in both address families that localhost may mean."""
    return all(
        _can_listen(family, host, port) for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1"))
    )


def _can_listen(family: socket.AddressFamily, host: str, port: int) -> bool:
    try:
        probe = socket.socket(family)
    except OSError:
        return True  # no such family here
    with probe:
        # without SO_REUSEPORT a listener is noticed; with SO_REUSEADDR connections that linger are not
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
            probe.listen()
        except OSError as error:
            return family == socket.AF_INET6 and error.errno != errno.EADDRINUSE  # no ::1 here
    return True


def listener(port: int) -> str:
    """`name, pid 123` of the program listening on the port, where the system lets us see it; else empty."""
    inodes = set()
    for table in ("/proc/net/tcp", "/proc/net/tcp6"):
        with suppress(OSError):
            for line in Path(table).read_text().splitlines()[1:]:
                columns = line.split()
                if int(columns[1].rpartition(":")[2], 16) == port and columns[3] == "0A":  # LISTEN
                    inodes.add(f"socket:[{columns[9]}]")
    if not inodes:
        return ""
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):
            if any(str(link.readlink()) in inodes for link in (process / "fd").iterdir()):
                return f"{(process / 'comm').read_text().strip()}, pid {process.name}"
    return ""
