"""Doorbells of this room: beat rings them, services ring them after a commit, and cron does the same work."""

from typing import Any

from celery import shared_task

from notices import services
from notices.services import paying, relaying
from portal.core import clock


@shared_task
def render(**_: Any) -> None:
    """Examine, read and draw what was uploaded."""
    services.work_on_files(now=clock.now())


@shared_task
def run_campaigns(**_: Any) -> None:
    """Do what is due in every running campaign."""
    services.run_campaigns(now=clock.now())


@shared_task
def work_relay(**_: Any) -> None:
    """Hand notices to the relay, and ask it about those it never answered for."""
    relaying.work_relay(now=clock.now())


@shared_task
def reconcile_payments(**_: Any) -> None:
    """Ask providers about payments whose end we do not know, and give back what is owed."""
    paying.reconcile_payments(now=clock.now())


@shared_task
def index_codes(**_: Any) -> None:
    """Make the numbers of new notices findable for 진위확인."""
    services.index_codes()


@shared_task
def make_ahead(**_: Any) -> None:
    """Draw what links will show before anybody looks."""
    services.make_ahead(now=clock.now())
