"""A holiday is declared while 15,000 cases are open: each is counted again, and those it moves are told."""

from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction

from complaints.benchmarks.stage import town
from complaints.services.recalculating import Recalculation, recalculate_all
from messaging.benchmarks.stage import say, watched
from portal.accounts.models import CalendarDay
from portal.core.clock import day_in_korea


def measure(size: int) -> dict[str, Any]:
    """Nothing is kept: the same cases are there for both runs."""
    place = town(size)
    say("임시공휴일")
    with watched() as silent:
        found = _declare(place.now, tells=False)
    with watched() as telling:
        told = _declare(place.now, tells=True)
    return {
        "looked_at": found.looked_at_count,
        "moved": len(found.moves),
        "seconds": round(silent.seconds, 2),
        "told": told.told_count,
        "seconds_with_texts": round(telling.seconds, 2),
    }


def _declare(now: datetime, *, tells: bool) -> Recalculation:
    with transaction.atomic():
        day = CalendarDay.objects.filter(on__gt=day_in_korea(now) + timedelta(days=1), counts=True).order_by("on")[0]
        CalendarDay.objects.filter(pk=day.pk).update(counts=False, is_open=False, name="임시공휴일")
        found = recalculate_all(reason="임시공휴일 지정", by=None, now=now, tells=tells)
        connection.check_constraints()  # what a commit would wait for
        transaction.set_rollback(True)
    return found
