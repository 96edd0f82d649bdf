"""
Doorbells: after the commit a worker is told to look; if the broker is down, the next sweep looks anyway.

A bell says no more than "look", so many within a moment are one: the first rings at once, the others together at the
end of the moment. Whatever was committed before a ring is found by it.
"""

import os
import threading
import time
from functools import partial
from typing import Any

import structlog
from django.db import transaction
from kombu.exceptions import OperationalError

_log = structlog.get_logger(__name__)
MOMENT = 0.2  # seconds
_lock = threading.Lock()
_quiet_until: dict[tuple[int, str], float] = {}  # (process, task): a fork must not believe its parent's timer


def ring(task: Any, **ids: int | str) -> None:
    """Ring for a Celery task once the present transaction has committed. Carries ids only, never data."""
    transaction.on_commit(partial(_publish, task, ids) if ids else partial(_ring, task))


def _ring(task: Any) -> None:
    """Now, or once at the end of the moment that another ring began."""
    bell = (os.getpid(), task.name)
    with _lock:
        wait = _quiet_until.get(bell, 0.0) - time.monotonic()
        if wait > MOMENT:
            return  # somebody already waits for the end of this moment
        _quiet_until[bell] = time.monotonic() + max(wait, 0.0) + MOMENT
    if wait <= 0:
        _publish(task, {})
        return
    timer = threading.Timer(wait, _publish, (task, {}))
    timer.daemon = True  # a process that ends now leaves the look to the sweep
    timer.start()


def _publish(task: Any, ids: dict[str, int | str]) -> None:
    try:
        task.apply_async(kwargs=ids, expires=30, retry=False)
    except (OperationalError, OSError) as error:
        _log.warning("bell_unheard", task=task.name, error=type(error).__name__)
