"""Doorbells of this room."""

from typing import Any

from celery import shared_task

from complaints.services import counting, erasing, photos, processing, sweeping, training
from portal.core.clock import now


@shared_task
def process_photos(**_: Any) -> None:
    """Decode what lies in quarantine."""
    processing.process_photos(now=now())


@shared_task
def sweep(**_: Any) -> None:
    """Look for what time has brought."""
    sweeping.sweep(now=now())


@shared_task(soft_time_limit=1800, time_limit=1860)
def erase(**_: Any) -> None:
    """Forget what has been kept long enough."""
    erasing.erase_old_cases(now=now())


@shared_task
def forget_originals(**_: Any) -> None:
    """Destroy originals whose time is over."""
    photos.forget_originals(now=now())


@shared_task(soft_time_limit=1800, time_limit=1860)
def train_router(**_: Any) -> None:
    """Learn from the day's corrections."""
    training.train_router(now=now())


@shared_task(soft_time_limit=1800, time_limit=1860)
def roll_up(**_: Any) -> None:
    """Keep the figures of the days on which something happened."""
    counting.roll_up(now=now())
