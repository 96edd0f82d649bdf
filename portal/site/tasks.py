"""Bells of the top floor."""

from typing import Any

from celery import shared_task

from portal.accounts import services as accounts
from portal.core.clock import now
from portal.site import pairs, punctuality, pushing


@shared_task
def heartbeat(**_: Any) -> None:
    """A worker that can write this row can work: answering a ping proves nothing."""
    accounts.beat_heart(process="worker", now=now())


@shared_task
def count_days(**_: Any) -> None:
    """What the public page says of yesterday."""
    punctuality.count_days(now=now())


@shared_task
def forget_pairs(**_: Any) -> None:
    """Counts of the menu that are too old to be used."""
    pairs.forget_old(now=now())


@shared_task
def push_news(**_: Any) -> None:
    """Devices that asked for it hear that something is new."""
    pushing.push_news(now=now())
