"""A taken port is noticed, also one whose owner would share it."""

import os
import socket

import pytest

from portal.stack import ports
from portal.stack.errors import StackError


def _listening(*, shared: bool = False) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if shared:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
    listener.bind(("127.0.0.1", 0))
    listener.listen()
    return listener


@pytest.mark.parametrize("shared", [False, True])
def test_taken_port_is_named_with_its_owner_and_a_way_out(shared: bool) -> None:
    with _listening(shared=shared) as listener:
        port = listener.getsockname()[1]

        with pytest.raises(StackError) as refusal:
            ports.check_free({port: "시민 화면"})

    assert refusal.value.exit_code == 2
    assert f"{port}번 포트(시민 화면)" in refusal.value.sentence
    assert "./run --port 8080" in refusal.value.sentence
    if os.path.exists("/proc/net/tcp"):
        assert f"pid {os.getpid()}" in refusal.value.sentence


def test_port_is_free_again_once_its_owner_is_gone() -> None:
    with _listening() as listener:
        port = listener.getsockname()[1]
        with socket.create_connection(("127.0.0.1", port)) as client, listener.accept()[0] as served:
            served.sendall(b"bye")  # the side that closes first lingers in TIME_WAIT
            served.close()
            client.recv(3)

    assert ports.is_free(port)
    ports.check_free({port: "시민 화면"})
