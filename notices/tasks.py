"""Doorbells of this room: beat rings them, services ring them after a commit, and cron does the same work."""

from typing import Any

from celery import shared_task

from notices import services
from portal.core import clock


@shared_task
def render(**_: Any) -> None:
    """Examine, read and draw what was uploaded."""
    services.work_on_files(now=clock.now())


@shared_task
def run_campaigns(**_: Any) -> None:
    """Do what is due in every running campaign."""
    services.run_campaigns(now=clock.now())
