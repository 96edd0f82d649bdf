"""How often one number may be written to: a loop of ours, or of somebody else's, must end at somebody's phone."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection

from messaging.models import Attempt, Purpose

WINDOW = timedelta(hours=1)
CROWD_PAUSE = timedelta(minutes=10)  # until those too many are looked at again
MOST_EQUAL, MOST_OF_ALL = 20, 100
_OFTEN = """
    SELECT phone_index FROM messaging_message WHERE phone_index = ANY(%s)
    GROUP BY phone_index HAVING count(*) >= %s
"""
_LEFT = """
    SELECT m.phone_index, m.body_sha256, count(DISTINCT m.id)
    FROM messaging_message m JOIN messaging_attempt a ON a.message_id = m.id
        JOIN messaging_dispatch d ON d.id = a.dispatch_id
    WHERE m.phone_index = ANY(%s) AND d.submitted_at > %s GROUP BY 1, 2
"""


def crowded(legs: Sequence[Attempt], at: datetime) -> set[int]:
    """The places of the legs that would be too many for their number within the hour. Emergencies are never."""
    phones = [bytes(leg.message.phone_index) for leg in legs]
    equal, every = _left_lately(set(phones), at)
    found = set()
    for place, (leg, phone) in enumerate(zip(legs, phones, strict=True)):
        body = phone, bytes(leg.message.body_sha256)
        is_following = leg.ordinal > 1  # the same message by another way
        if leg.message.purpose == Purpose.EMERGENCY or is_following:
            continue
        if equal[body] >= MOST_EQUAL or every[phone] >= MOST_OF_ALL:
            found.add(place)
        else:
            equal[body] += 1
            every[phone] += 1
    return found


def _left_lately(phones: set[bytes], at: datetime) -> tuple[Counter[tuple[bytes, bytes]], Counter[bytes]]:
    """What left for these numbers within the window; only numbers with many messages at all are looked at closely."""
    equal: Counter[tuple[bytes, bytes]] = Counter()
    every: Counter[bytes] = Counter()
    with connection.cursor() as cursor:
        cursor.execute(_OFTEN, [list(phones), MOST_EQUAL])
        often = [bytes(phone) for (phone,) in cursor.fetchall()]
        if often:
            cursor.execute(_LEFT, [often, at - WINDOW])
            for phone, body, count in cursor.fetchall():
                equal[bytes(phone), bytes(body)] += count
                every[bytes(phone)] += count
    return equal, every
