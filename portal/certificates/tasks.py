"""Bells of this room."""

from typing import Any

from celery import shared_task

from portal.certificates import services
from portal.core import clock


@shared_task
def make(**_: Any) -> None:
    """Certificates that a crash left unmade."""
    services.sweep(now=clock.now())


@shared_task
def erase(**_: Any) -> None:
    """What certificates said, a while after they stopped counting."""
    services.erase(now=clock.now())
