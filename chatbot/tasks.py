"""Doorbells of the chat: each tells a worker to look for waiting rows. Cron runs the same functions."""

from typing import Any

from celery import shared_task

from chatbot import services
from chatbot.services import building, nightly, nights
from portal.core import clock


@shared_task
def send_kakao_callbacks(**_: Any) -> None:
    """Send KakaoTalk the answers that came too late for its own call."""
    services.send_callbacks(now=clock.now())


@shared_task
def keep_promises(**_: Any) -> None:
    """Forget forms whose week is over; tell of calls that were promised and not made, and of who waits unanswered."""
    services.expire_drafts(now=clock.now())
    services.escalate_promises(now=clock.now())
    services.tell_of_waiting(now=clock.now())


@shared_task
def build_index(**_: Any) -> None:
    """Bring the index in line with what officials wrote."""
    building.build_index(now=clock.now())


@shared_task
def sweep_index(**_: Any) -> None:
    """Find a nudge that was lost."""
    building.sweep_index(now=clock.now(), stays=True)


@shared_task(soft_time_limit=1800, time_limit=1860)
def judge_index(**_: Any) -> None:
    """Ask the index at work everything that is known."""
    nightly.judge_index()


@shared_task(soft_time_limit=1800, time_limit=1860)
def work_night(**_: Any) -> None:
    """Bundle what went unanswered, count, and forget what is old."""
    nights.work_night(now=clock.now())
