"""The papers that prove a sender number is ours: kept sealed, opened only for a named official."""

from datetime import datetime

from django.db import transaction

from messaging.models import SenderDocument, SenderNumber
from portal.accounts.models import User
from portal.core import sealing
from portal.core.errors import Refused
from portal.core.fields import context_of

MOST_BYTES = 10_000_000
_KINDS = ((b"%PDF-", "application/pdf"), (b"\xff\xd8\xff", "image/jpeg"), (b"\x89PNG\r\n\x1a\n", "image/png"))


class DocumentRefused(Refused):
    """No paper, or one nobody could read."""

    field = "document"


@transaction.atomic
def keep_document(*, sender: SenderNumber, name: str, content: bytes, by: User, now: datetime) -> SenderDocument:
    """
    Keep a PDF or a picture; what it is, its first bytes say and not its name.

    :raises DocumentRefused:
    """
    kind = check_document(content)
    document = SenderDocument(
        sender=sender,
        name=name[-120:],
        media_type=kind,
        byte_count=len(content),
        uploaded_at=now,
        uploaded_by=by,
    )
    document.content_sealed = sealing.seal(content, context=_context(), row=document.sealed_id)
    document.save()
    return document


def check_document(content: bytes) -> str:
    """
    The media type of a paper.

    :raises DocumentRefused:
    """
    if len(content) > MOST_BYTES:
        raise DocumentRefused(f"파일은 {MOST_BYTES // 1_000_000}MB까지 올릴 수 있습니다.")
    kind = next((kind for start, kind in _KINDS if content.startswith(start)), "")
    if not kind:
        raise DocumentRefused("PDF, JPEG 또는 PNG 파일을 올려 주세요.")
    return kind


def open_document(*, document: SenderDocument) -> bytes:
    """The paper as it was uploaded."""
    return sealing.open_sealed(bytes(document.content_sealed), context=_context(), row=document.sealed_id)


def _context() -> str:
    return context_of(SenderDocument, "content_sealed")
