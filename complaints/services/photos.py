"""Photos come in: checked by content, sealed on disk, and rung for."""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from complaints import attachments, tasks
from complaints.attachments import Photo, PhotoRefused
from complaints.models import Attachment, Complaint
from portal.core.bells import ring


def keep_photos(complaint: Complaint, photos: Sequence[Photo], *, now: datetime) -> list[Attachment]:
    """Write down every photo of a filing; one that cannot be taken says why, and the others stay."""
    kept: list[Attachment] = []
    seen: set[bytes] = set()
    for photo in photos:
        digest = hashlib.sha256(photo.content).digest()
        if digest not in seen:  # the same photo chosen twice
            seen.add(digest)
            kept.append(_kept(complaint, photo, digest, ordinal=len(seen), now=now))
    if kept:
        ring(tasks.process_photos)
    return kept


def _kept(complaint: Complaint, photo: Photo, digest: bytes, *, ordinal: int, now: datetime) -> Attachment:
    row = Attachment(
        complaint=complaint, ordinal=ordinal, byte_count=len(photo.content), sha256=digest, uploaded_at=now
    )
    try:
        row.media_type = attachments.media_type_of(photo)
    except PhotoRefused as refusal:
        row.state, row.reason = Attachment.State.REFUSED, refusal.sentence
    else:
        attachments.store(row.sealed_id, "original", photo.content)
    row.save(force_insert=True)
    return row
