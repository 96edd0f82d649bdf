"""Doorbells of this room."""

from typing import Any

from celery import shared_task

from complaints.services import processing, sweeping
from portal.core.clock import now


@shared_task
def process_photos(**_: Any) -> None:
    """Decode what lies in quarantine."""
    processing.process_photos(now=now())


@shared_task
def sweep(**_: Any) -> None:
    """Look for what time has brought."""
    sweeping.sweep(now=now())
