"""Doorbells: after the commit a worker is told to look; if the broker is down, the next sweep looks anyway."""

from functools import partial
from typing import Any

import structlog
from django.db import transaction
from kombu.exceptions import OperationalError

_log = structlog.get_logger(__name__)


def ring(task: Any, **ids: int | str) -> None:
    """Ring for a Celery task once the present transaction has committed. Carries ids only, never data."""
    transaction.on_commit(partial(_ring, task, ids))


def _ring(task: Any, ids: dict[str, int | str]) -> None:
    try:
        task.apply_async(kwargs=ids, expires=30, retry=False)
    except (OperationalError, OSError) as error:
        _log.warning("bell_unheard", task=task.name, error=type(error).__name__)
