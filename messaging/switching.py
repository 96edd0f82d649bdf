"""Switching: what waits for a carrier out of service goes on with the next one. Never what may have left already."""

import structlog
from django.db import connection, transaction

from messaging.carriers import registry
from messaging.health import is_out_of_service
from messaging.models import CarrierState, Channel
from messaging.queries import database_clock

_log = structlog.get_logger(__name__)
BATCH = 1000
# Only queued legs: one that is submitting, unknown or unresolved may be on a handset already.
_MOVE = """
    WITH moved AS (
        UPDATE messaging_attempt SET carrier = %(after)s, awaits_upload = %(awaits_upload)s WHERE id IN (
            SELECT id FROM messaging_attempt
            WHERE carrier = %(before)s AND status = 'queued' AND awaits_upload = %(awaited_upload)s
              AND channel = %(channel)s AND due_at <= clock_timestamp()
            ORDER BY stream_id, lane, due_at, message_id LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED)
        RETURNING id
    )
    INSERT INTO messaging_deliveryevent (attempt_id, before, after, cause, at)
        SELECT id, 'queued', 'queued', %(cause)s, clock_timestamp() FROM moved
"""


def switch() -> int:
    """Move the due legs of every carrier out of service, or no longer in the settings; how many there were."""
    at = database_clock()
    states = {state.alias: state for state in CarrierState.objects.all()}
    aliases = registry.aliases()
    out = [alias for alias, state in states.items() if alias not in aliases or is_out_of_service(state, at)]
    resting = {alias for alias, state in states.items() if state.breaker_since is not None}
    count = 0
    for before in out:
        for channel in Channel.values:
            fit = [one for one in registry.carrying(channel) if one not in out and one not in resting]
            if fit:
                count += _move_all(before, fit[0], channel)
    return count


def _move_all(before: str, after: str, channel: str) -> int:
    count = 0
    for awaited_upload in (False, True):  # each has an index of its own
        while moved := _move(before, after, channel, awaited_upload=awaited_upload):
            count += moved
    if count:
        _log.warning("legs_switched", before=before, after=after, channel=channel, legs=count)
    return count


@transaction.atomic
def _move(before: str, after: str, channel: str, *, awaited_upload: bool) -> int:
    values: dict[str, str | int] = {
        "before": before,
        "after": after,
        "channel": channel,
        "awaited_upload": awaited_upload,
        "awaits_upload": registry.wants_uploads(after, channel),
        "cause": f"switched {before} → {after}",
        "batch": BATCH,
    }
    with connection.cursor() as cursor:
        cursor.execute(_MOVE, values)
        return int(cursor.rowcount)
