"""The ledger: every leg its carrier bills is booked once, at the price it left with, and summed as differences."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from messaging.models import BilledOn, LedgerCount, LegStatus

# A carrier that reports on a leg at all took it, even where the report overtook its answer.
_TAKEN = [LegStatus.ACCEPTED.value, LegStatus.EXPIRED.value, LegStatus.UNDELIVERED.value, LegStatus.DELIVERED.value]
_BOOK = """
    WITH owed AS (
        SELECT a.id, a.cost_won, a.carrier, a.channel, m.topic, m.department_id
            FROM messaging_attempt a JOIN messaging_message m ON m.id = a.message_id
            WHERE a.id = ANY(%(ids)s) AND NOT m.is_test
              AND (a.status = %(delivered)s OR a.billed_on = %(accepted)s AND a.status = ANY(%(taken)s))
    ), booked AS (
        INSERT INTO messaging_ledgerentry (attempt_id, won, booked_on)
            SELECT id, cost_won, %(day)s FROM owed ON CONFLICT DO NOTHING RETURNING attempt_id, won
    )
    INSERT INTO messaging_ledgercount (month, department_id, carrier, channel, topic, leg_count, won)
        SELECT %(month)s, o.department_id, o.carrier, o.channel, o.topic, count(*), sum(b.won)
            FROM booked b JOIN owed o ON o.id = b.attempt_id GROUP BY 2, 3, 4, 5
"""


def book(legs: Collection[UUID], *, day: date) -> None:
    """Book those of the legs that their carrier may now bill; a leg booked before stays as it is."""
    if not legs:
        return
    parameters: dict[str, Any] = {
        "ids": list(legs),
        "accepted": BilledOn.ACCEPTED.value,
        "delivered": LegStatus.DELIVERED.value,
        "taken": _TAKEN,
        "day": day,
        "month": day.replace(day=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BOOK, parameters)


@transaction.atomic
def squash() -> None:
    """Replace the appended differences of each line by their sum."""
    rows = LedgerCount.objects.select_for_update(skip_locked=True)
    names = ("month", "department_id", "carrier", "channel", "topic")
    taken = list(rows)
    sums: dict[tuple[object, ...], LedgerCount] = {}
    for row in taken:
        line = tuple(getattr(row, name) for name in names)
        if line in sums:
            sums[line].leg_count += row.leg_count
            sums[line].won += row.won
        else:
            values = dict(zip(names, line, strict=True))
            sums[line] = LedgerCount(**values, leg_count=row.leg_count, won=row.won)
    if len(sums) == len(taken):
        return
    LedgerCount.objects.filter(pk__in=[row.pk for row in taken]).delete()
    LedgerCount.objects.bulk_create(sums.values())
