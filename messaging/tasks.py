"""Doorbells: each tells a worker to look for waiting rows. Beat rings them too, and cron runs the same functions."""

from typing import Any

from celery import shared_task

from messaging import delivery, receiving, reconciling, services
from portal.core import clock

DRAIN_SECONDS = 15  # what else waits in the queue of senders has its turn in between, callbacks of KakaoTalk too
RECEIVE_SECONDS = 60  # far below the time limit of a task, which would interrupt it anywhere


@shared_task
def drain(**_: Any) -> None:
    """Hand waiting legs to the carriers."""
    delivery.drain(seconds=DRAIN_SECONDS)


@shared_task
def receive(**_: Any) -> None:
    """Fold receipts, handle replies, tell outcomes."""
    receiving.handle_pending(now=clock.now(), seconds=RECEIVE_SECONDS)


@shared_task
def reconcile(**_: Any) -> None:
    """Ask carriers about calls whose answer never came."""
    reconciling.reconcile()


@shared_task
def poll(**_: Any) -> None:
    """Fetch the news of carriers that do not call us."""
    services.poll_carriers(now=clock.now())


@shared_task
def sync_templates(**_: Any) -> None:
    """Hand in wordings for review and read where the reviews stand."""
    services.sync_templates(now=clock.now())


@shared_task
def keep_house(**_: Any) -> None:
    """The lists of refusals once a day, the forgetting once a night."""
    services.keep_house(now=clock.now())
