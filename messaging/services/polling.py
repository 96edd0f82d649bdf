"""Asking carriers for their news: stored and committed first, confirmed to them afterwards."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from messaging.carriers import registry
from messaging.carriers.base import CarrierError, HookUnreadable, News, Polled
from messaging.models import PollCursor
from messaging.services.hooks import Event, check_event, keep_unreadable, store_events

_log = structlog.get_logger(__name__)
AGAIN_AFTER = timedelta(seconds=4)  # beat rings every 5 s; a second bell, cron or button in between changes nothing
MOST_PAGES = 50


def poll_carriers(*, now: datetime) -> None:
    """Fetch what every carrier that is asked for its news has to tell. One that fails keeps no other waiting."""
    for alias in _polled():
        cursor = _claim(alias, now)
        if cursor is not None:
            _fetch(alias, cursor, now, keeps_place=True)


def sync_opt_outs(*, now: datetime) -> dict[str, int]:
    """
    Read the carriers' news from their very beginning: who is on their lists of refusals and not yet on ours.

    Everything is stored once, so that what we know already changes nothing. Alias → how many events were told.
    """
    return {alias: _fetch(alias, "", now, keeps_place=False) for alias in _polled()}


def _polled() -> Sequence[str]:
    return [alias for alias in registry.aliases() if isinstance(registry.carrier(alias), Polled)]


@transaction.atomic
def _claim(alias: str, now: datetime) -> str | None:
    """Where to go on reading, or None if somebody has just asked or is about to."""
    row, is_new = PollCursor.objects.get_or_create(carrier=alias, defaults={"polled_at": now})
    if is_new:
        return row.cursor
    due = PollCursor.objects.select_for_update(no_key=True, skip_locked=True).filter(
        pk=row.pk, polled_at__lte=now - AGAIN_AFTER
    )
    claimed = due.first()
    if claimed is None:
        return None
    PollCursor.objects.filter(pk=claimed.pk).update(polled_at=now)
    return claimed.cursor


def _fetch(alias: str, cursor: str, now: datetime, *, keeps_place: bool) -> int:
    """Page after page until nothing new comes; how many events there were. No transaction is open while we ask."""
    carrier = registry.carrier(alias)
    count = 0
    if not isinstance(carrier, Polled):
        return count
    for _ in range(MOST_PAGES):
        try:
            news = carrier.poll(cursor)
            _store(alias, news, now, after=cursor if keeps_place else None)
            news.confirm()
        except CarrierError as error:
            _log.warning("poll_failed", carrier=alias, error=type(error).__name__)
            return count
        count += len(news.events)
        if not news.events or news.cursor == cursor:
            return count
        cursor = news.cursor
    return count


@transaction.atomic
def _store(alias: str, news: News, now: datetime, *, after: str | None) -> None:
    """One page of news, and the place behind it, unless another poller has read on from there already."""
    readable = [event for event in news.events if _is_readable(alias, event, now)]
    store_events(alias=alias, events=readable, now=now)
    if after is not None:
        PollCursor.objects.filter(carrier=alias, cursor=after).update(cursor=news.cursor)


def _is_readable(alias: str, event: Event, now: datetime) -> bool:
    try:
        check_event(event, now=now)
    except HookUnreadable as error:
        keep_unreadable(alias=alias, kind="news", body=getattr(event, "raw", ""), reason=str(error), now=now)
        return False
    return True
