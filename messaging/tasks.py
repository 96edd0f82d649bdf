"""Doorbells: each tells a worker to look for waiting rows. Beat rings them too, and cron runs the same functions."""

from typing import Any

from celery import shared_task

from messaging import delivery, receiving, reconciling
from portal.core import clock

DRAIN_SECONDS = 45


@shared_task(queue="send")
def drain(**_: Any) -> None:
    """Hand waiting legs to the carriers."""
    delivery.drain(seconds=DRAIN_SECONDS)


@shared_task(queue="receive")
def receive(**_: Any) -> None:
    """Fold receipts, handle replies, tell outcomes."""
    receiving.handle_pending(now=clock.now())


@shared_task(queue="send")
def reconcile(**_: Any) -> None:
    """Ask carriers about calls whose answer never came."""
    reconciling.reconcile()
