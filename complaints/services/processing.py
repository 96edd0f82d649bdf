"""Files leave quarantine one at a time: scanned if there is a scanner, photos decoded in a cage."""

import json
import struct
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import Q

from complaints import attachments, places_queries
from complaints.geography import Point
from complaints.models import Attachment, Complaint, LocationSource
from complaints.scanner import ScannerAway, is_harmful
from portal.core.cage import IMAGE, CageError, run_caged

_log = structlog.get_logger(__name__)

BATCH = 20
LEASE = timedelta(minutes=5)
MOST_ATTEMPTS = 3
CLOCK_SLACK = timedelta(days=1)  # a camera's clock may be off; a photo from next week is not evidence of anything
CANNOT_OPEN = "사진을 열지 못했습니다. 다른 사진으로 다시 보내 주세요."
HARMFUL = "악성 코드가 의심되어 받지 않았습니다."
FROM_THE_FUTURE = "사진에 적힌 시각이 미래라 쓰지 않았습니다."
FROM_ELSEWHERE = "사진에 적힌 위치가 국내가 아니라 쓰지 않았습니다."


def process_photos(*, now: datetime) -> int:
    """Make clean pictures of what lies in quarantine, a batch at most. Returns how many rows were settled."""
    settled = 0
    for _ in range(BATCH):
        row = _claim(now=now)
        if row is None:
            break
        settled += _settle(row)
    return settled


@transaction.atomic
def _claim(*, now: datetime) -> Attachment | None:
    """One waiting row that nobody is working on; the lease lets another worker take over after a crash."""
    waiting = Attachment.objects.select_for_update(skip_locked=True).filter(
        Q(lease_until=None) | Q(lease_until__lte=now), state=Attachment.State.QUARANTINED
    )
    row = waiting.order_by("uploaded_at", "pk").first()
    if row is not None:
        row.lease_until, row.attempt_count = now + LEASE, row.attempt_count + 1
        row.save(update_fields=["lease_until", "attempt_count"])
    return row


def _settle(row: Attachment) -> bool:
    try:
        original = attachments.read(row, "original")
        if is_harmful(original):
            attachments.discard(row.sealed_id, "original")
            return _finish(row, state=Attachment.State.REFUSED, reason=HARMFUL, has_original=False)
    except FileNotFoundError:
        return _finish(row, state=Attachment.State.FAILED, reason=CANNOT_OPEN, has_original=False)
    except ScannerAway as away:
        _log.warning("scanner_away", attachment=row.pk, reason=str(away))
        return False  # again when the lease ends
    if row.purpose == Attachment.Purpose.DOCUMENT:
        return _finish(row, state=Attachment.State.READY)
    return _settle_photo(row, original)


def _settle_photo(row: Attachment, original: bytes) -> bool:
    try:
        answer = run_caged("complaints.photo_cage", original, limits=IMAGE)
    except CageError as error:
        _log.warning("photo_not_decoded", attachment=row.pk, reason=error.reason, attempt=row.attempt_count)
        if error.reason == "time_out" and row.attempt_count < MOST_ATTEMPTS:
            return False  # a busy machine: again when the lease ends
        sentence = error.message if error.reason == "refused" else CANNOT_OPEN
        return _finish(row, state=Attachment.State.FAILED, reason=sentence)
    facts, view, thumbnail = _unpacked(answer)
    attachments.store(row.sealed_id, "view", view)
    attachments.store(row.sealed_id, "thumbnail", thumbnail)
    is_mine = _finish(row, state=Attachment.State.READY, **_columns(facts, row))
    if is_mine and facts["lat"] is not None:
        _place(row.complaint, Point(facts["lat"], facts["lon"]))
    return is_mine


def _place(complaint: Complaint, point: Point) -> None:
    """A report without a position takes its first photo's. Whatever the citizen gave herself stays."""
    dong = places_queries.dong_of(point=point, text="")
    unplaced = Complaint.objects.filter(
        pk=complaint.pk, lat=None, is_open=True, location_source__in=(LocationSource.NONE, LocationSource.TEXT)
    )
    known: dict[str, Any] = {"dong": dong} if dong else {}
    unplaced.update(lat=point.lat, lon=point.lon, location_source=LocationSource.EXIF, **known)


def _unpacked(answer: bytes) -> tuple[dict[str, Any], bytes, bytes]:
    (length,) = struct.unpack_from(">I", answer)
    facts: dict[str, Any] = json.loads(answer[4 : 4 + length])
    begin = 4 + length
    middle = begin + int(facts["sizes"][0])
    return facts, answer[begin:middle], answer[middle:]


def _columns(facts: dict[str, Any], row: Attachment) -> dict[str, Any]:
    taken_at = datetime.fromisoformat(facts["taken_at"]) if facts["taken_at"] else None
    remarks = [FROM_ELSEWHERE] if facts.get("is_elsewhere") else []
    if taken_at is not None and taken_at > row.uploaded_at + CLOCK_SLACK:
        taken_at = None
        remarks.append(FROM_THE_FUTURE)
    return {
        "reason": " ".join(remarks),
        "width": facts["width"],
        "height": facts["height"],
        "taken_at": taken_at,
        "taken_offset_known": taken_at is not None and facts["offset_known"],
        "exif_lat": facts["lat"],
        "exif_lon": facts["lon"],
    }


def _finish(row: Attachment, **columns: Any) -> bool:
    """Only for whoever still holds the lease: a worker that slept past it must not overwrite the next one's result."""
    mine = Attachment.objects.filter(pk=row.pk, state=Attachment.State.QUARANTINED, lease_until=row.lease_until)
    return mine.update(**columns, lease_until=None) == 1
