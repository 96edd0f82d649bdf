"""
Uploading: pictures that a carrier wants before the message that shows them, ahead of the claim and at its rate.

A row of Upload without a reference is a short lease: two processes never upload one picture at once, and one that died
is followed by another.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

import structlog
from django.conf import settings
from django.db import connection, transaction

from messaging.carriers.base import Capabilities, CarrierError, Uploads
from messaging.models import CarrierState, MessageImage, Upload
from messaging.pictures import WrongPicture, verified
from messaging.queries import database_clock

_log = structlog.get_logger(__name__)
AHEAD = timedelta(hours=12)
SAFETY = 0.9  # of the time the carrier keeps a picture
BATCH = 40
_WANTED = """
    SELECT i.id, a.id FROM messaging_attempt a
        JOIN messaging_stream s ON s.id = a.stream_id AND s.paused_at IS NULL
        JOIN messaging_messageimage i ON i.message_id = a.message_id
        LEFT JOIN messaging_upload u ON u.carrier = a.carrier AND u.sha256 = i.sha256
            AND u.expires_at > clock_timestamp()
    WHERE a.carrier = %s AND a.status = 'queued' AND a.awaits_upload AND a.due_at < %s AND u.id IS NULL
    ORDER BY a.due_at, a.id, i.ordinal LIMIT %s
"""
_TAKE = """
    INSERT INTO messaging_upload AS u (carrier, sha256, file_ref, expires_at)
        VALUES (%(carrier)s, %(sha256)s, '', clock_timestamp() + make_interval(secs => %(lease)s))
    ON CONFLICT (carrier, sha256) DO UPDATE SET file_ref = '', expires_at = excluded.expires_at
        WHERE u.expires_at <= clock_timestamp()
    RETURNING id
"""
_READY = """
    UPDATE messaging_attempt SET awaits_upload = false WHERE id IN (
        SELECT id FROM messaging_attempt a
        WHERE a.carrier = %(carrier)s AND a.status = 'queued' AND a.awaits_upload AND (NOT EXISTS (
            SELECT 1 FROM messaging_messageimage i LEFT JOIN messaging_upload u
                ON u.carrier = a.carrier AND u.sha256 = i.sha256 AND u.file_ref <> ''
                AND u.expires_at > clock_timestamp()
            WHERE i.message_id = a.message_id AND u.id IS NULL)
          OR EXISTS (SELECT 1 FROM messaging_message m WHERE m.id = a.message_id AND m.expires_at <= clock_timestamp()))
        ORDER BY a.due_at, a.id LIMIT %(batch)s FOR NO KEY UPDATE SKIP LOCKED)
"""
_SLOT = """
    UPDATE messaging_carrierstate SET next_upload_at =
        greatest(coalesce(next_upload_at, clock_timestamp()), clock_timestamp()) + make_interval(secs => %(gap)s)
    WHERE alias = %(carrier)s RETURNING extract(epoch FROM next_upload_at - clock_timestamp()) - %(gap)s
"""


@dataclass(frozen=True, slots=True)
class _Job:
    """One picture to hand over, taken by this process."""

    upload: int
    content: bytes


def upload_ahead(alias: str, carrier: Uploads, capabilities: Capabilities, *, until: float) -> int:
    """Upload what waiting legs need, until nothing is left or `until` (time.monotonic()); how many pictures."""
    CarrierState.objects.get_or_create(alias=alias)
    count = 0
    while time.monotonic() < until and (wanted := _wanted(alias)):
        before = count
        for image in wanted:
            if not _wait_for_slot(alias, capabilities.uploads_per_second, until):
                return count
            job = _take(alias, image)
            if job is not None:
                if not _hand_over(alias, carrier, job, capabilities.upload_lasts * SAFETY):
                    _let_go(alias)
                    return count
                count += 1
        _let_go(alias)
        if count == before:
            return count  # other processes have them
    _let_go(alias)
    return count


def _wanted(alias: str) -> Sequence[MessageImage]:
    with connection.cursor() as cursor:
        cursor.execute(_WANTED, [alias, database_clock() + AHEAD, BATCH])
        images = [image for image, _ in cursor.fetchall()]
    rows = MessageImage.objects.select_related("message").in_bulk(images)
    return [rows[image] for image in images]


def _wait_for_slot(alias: str, per_second: float, until: float) -> bool:
    """One rate for all processes: each takes the next moment at which a picture may go, and waits for it."""
    with connection.cursor() as cursor:
        cursor.execute(_SLOT, {"carrier": alias, "gap": 1 / per_second})
        seconds = max(0.0, float(cursor.fetchone()[0]))
    if time.monotonic() + seconds > until:
        return False
    time.sleep(seconds)
    return True


def _take(alias: str, image: MessageImage) -> _Job | None:
    """The picture, if it is still wanted and nobody else has it. A wrong one is left to the claim, which stops it."""
    with connection.cursor() as cursor:
        lease = settings.MESSAGING_LEASE_SECONDS
        cursor.execute(_TAKE, {"carrier": alias, "sha256": bytes(image.sha256), "lease": lease})
        row = cursor.fetchone()
    if row is None:
        return None
    try:
        return _Job(row[0], verified(image, image.message))
    except WrongPicture:
        image.message.attempts.filter(carrier=alias, awaits_upload=True).update(awaits_upload=False)
        return None


def _hand_over(alias: str, carrier: Uploads, job: _Job, lasts: timedelta) -> bool:
    try:
        found = carrier.upload(job.content, sha256=sha256(job.content).hexdigest())
    except CarrierError as error:  # its lease keeps everybody from trying again at once; repeating it is harmless
        _log.warning("upload_failed", carrier=alias, error=str(error))
        return False
    Upload.objects.filter(pk=job.upload).update(file_ref=found.value, expires_at=database_clock() + lasts)
    return True


@transaction.atomic
def _let_go(alias: str) -> None:
    """Legs whose pictures are all with the carrier may be claimed; so may those whose time is over, to be cancelled."""
    with connection.cursor() as cursor:
        cursor.execute(_READY, {"carrier": alias, "batch": BATCH * 10})
