"""The ledger: every leg its carrier bills is booked once, at the price it left with, and summed as differences."""

from collections.abc import Collection
from datetime import date
from typing import Any
from uuid import UUID

from django.db import connection

from messaging.models import BilledOn, LegStatus

# A carrier that reports on a leg at all took it, even where the report overtook its answer.
TAKEN = [LegStatus.ACCEPTED.value, LegStatus.EXPIRED.value, LegStatus.UNDELIVERED.value, LegStatus.DELIVERED.value]
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

_SQUASH = """
    WITH crowded AS (
        SELECT month, department_id, carrier, channel, topic FROM messaging_ledgercount
            GROUP BY 1, 2, 3, 4, 5 HAVING count(*) > 1
    ), mine AS (
        SELECT c.id FROM messaging_ledgercount c JOIN crowded x
            ON (c.month, c.carrier, c.channel, c.topic) = (x.month, x.carrier, x.channel, x.topic)
            AND c.department_id IS NOT DISTINCT FROM x.department_id
            FOR NO KEY UPDATE OF c SKIP LOCKED
    ), gone AS (
        DELETE FROM messaging_ledgercount WHERE id IN (SELECT id FROM mine) RETURNING *
    )
    INSERT INTO messaging_ledgercount (month, department_id, carrier, channel, topic, leg_count, won)
        SELECT month, department_id, carrier, channel, topic, sum(leg_count), sum(won) FROM gone GROUP BY 1, 2, 3, 4, 5
"""


def book(legs: Collection[UUID], *, day: date) -> None:
    """Book those of the legs that their carrier may now bill; a leg booked before stays as it is."""
    if not legs:
        return
    parameters: dict[str, Any] = {
        "ids": list(legs),
        "accepted": BilledOn.ACCEPTED.value,
        "delivered": LegStatus.DELIVERED.value,
        "taken": TAKEN,
        "day": day,
        "month": day.replace(day=1),
    }
    with connection.cursor() as cursor:
        cursor.execute(_BOOK, parameters)


def squash() -> None:
    """Replace the appended differences of each line by their sum; a line that has one row is left alone."""
    with connection.cursor() as cursor:
        cursor.execute(_SQUASH)
