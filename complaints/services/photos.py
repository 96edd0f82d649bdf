"""Photos and documents come in: checked by content, sealed on disk, and rung for."""

import hashlib
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from complaints import attachments, tasks
from complaints.attachments import DOCUMENTS, MOST_FILES, Photo, PhotoRefused
from complaints.models import Attachment, Complaint
from complaints.services.hearing import write
from complaints.services.stepping import NotAllowed, TooMany
from complaints.workflow import step_named
from portal.accounts.models import User
from portal.core.bells import ring
from portal.core.languages import house_language

NAME_KEPT = 120
BATCH = 500


def keep_photos(complaint: Complaint, photos: Sequence[Photo], *, now: datetime) -> list[Attachment]:
    """Write down every file of a filing; one that cannot be taken says why, and the others stay."""
    kept: list[Attachment] = []
    if not photos:
        return kept
    rows = complaint.attachments.all()
    seen = {bytes(digest) for digest in rows.values_list("sha256", flat=True)}
    ordinal = rows.aggregate(last=Max("ordinal"))["last"] or 0
    for photo in photos:
        digest = hashlib.sha256(photo.content).digest()
        if digest not in seen:  # the same photo chosen twice
            seen.add(digest)
            ordinal += 1
            kept.append(_kept(complaint, photo, digest, ordinal=ordinal, now=now))
    if kept:
        ring(tasks.process_photos)
    return kept


@transaction.atomic
def add_photos(complaint: Complaint, photos: Sequence[Photo], *, by: User | None, now: datetime) -> list[Attachment]:
    """
    The citizen adds files to a case that is not over; the officer hears of it.

    :raises TooMany: if the case would have more than it may
    :raises NotAllowed: if the case is over
    """
    told = f"사진이나 파일 {len(photos)}개를 더 보냈습니다."
    write(complaint, text=told, by=by, now=now)  # first: it holds the case, so that two at once are counted together
    if not complaint.is_open:
        raise NotAllowed(step_named("correct"), complaint.stage, _("끝난 민원에는 사진을 더할 수 없습니다."))
    held = complaint.attachments.exclude(state=Attachment.State.REFUSED).count()
    if held + len(photos) > MOST_FILES:
        sentence = _("사진과 파일은 모두 %(most_files)s개까지 보낼 수 있습니다. 이미 %(held_count)s개를 보내셨습니다.")
        raise TooMany(sentence % {"most_files": MOST_FILES, "held_count": held})
    return keep_photos(complaint, photos, now=now)


def forget_originals(*, now: datetime) -> int:
    """
    Destroy the originals of cases that ended long ago. Returns how many.

    The cleaned pictures and the digests stay; a document has nothing but its original and stays with its case.
    """
    ended_before = now - timedelta(days=settings.COMPLAINTS_ORIGINAL_DAYS)
    rows = Attachment.objects.filter(
        has_original=True, complaint__ended_at__lt=ended_before, complaint__is_open=False
    ).exclude(purpose=Attachment.Purpose.DOCUMENT)
    found = list(rows.order_by("pk").values_list("pk", "sealed_id")[:BATCH])
    for _pk, sealed_id in found:
        attachments.discard(sealed_id, "original")
    return Attachment.objects.filter(pk__in=[pk for pk, _sealed_id in found]).update(has_original=False)


def _kept(complaint: Complaint, photo: Photo, digest: bytes, *, ordinal: int, now: datetime) -> Attachment:
    row = Attachment(
        complaint=complaint,
        ordinal=ordinal,
        byte_count=len(photo.content),
        sha256=digest,
        uploaded_at=photo.received_at or now,
    )
    try:
        with house_language():  # the reason is kept
            row.media_type = attachments.media_type_of(photo)
    except PhotoRefused as refusal:
        row.state, row.reason, row.has_original = Attachment.State.REFUSED, refusal.sentence, False
    else:
        if row.media_type in DOCUMENTS:
            row.purpose, row.name = Attachment.Purpose.DOCUMENT, photo.name[-NAME_KEPT:]
        attachments.store(row.sealed_id, "original", photo.content)
    row.save(force_insert=True)
    return row
