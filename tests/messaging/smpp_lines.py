"""An SMPP line held in a thread of the test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection, transaction

from messaging.linking import Link, linked
from messaging.models import Attempt, Message
from tests.messaging.making import leg_of, queue
from tests.messaging.smsc import SECRETS, Smsc, eventually


def carriers(smsc: Smsc, **options: object) -> dict[str, object]:
    wanted = {**SECRETS, "port": smsc.port, "timeout": 10.0, "tps": 1000.0, "throttle_seconds": 0.1, **options}
    return {"main": {"BACKEND": "messaging.carriers.smpp.Smpp", "OPTIONS": wanted}}


@contextmanager
def holding(smsc: Smsc, *, bound: bool = True) -> Iterator[Link]:
    """The loop of the process, in a thread of the test."""
    link = Link("main", linked("main"), threading.Event())

    def hold() -> None:
        try:
            link.hold()
        finally:
            connection.close()

    thread = threading.Thread(target=hold)
    thread.start()
    try:
        if bound:
            eventually(lambda: smsc.esme)
        yield link
    finally:
        link.stopping.set()
        thread.join(20)
        assert not thread.is_alive()


def when_status(message: Message, status: str) -> Attempt:
    eventually(lambda: leg_of(message).status == status)
    return leg_of(message)


def a_message(key: str = "one") -> Message:
    with transaction.atomic():
        return queue(key)
