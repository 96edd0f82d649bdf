"""Cleaned pictures to look at, documents to save, and nothing else. Whoever calls has checked who asks."""

from django.http import Http404, HttpResponse

from complaints import attachments
from complaints.models import Attachment, Complaint


def picture(complaint: Complaint, ordinal: int, copy: str) -> HttpResponse:
    """The `view` or the `thumbnail` of a picture that is ready; the original never leaves the quarantine."""
    row = complaint.attachments.filter(ordinal=ordinal, state=Attachment.State.READY).first()
    if row is None:
        raise Http404
    if row.purpose == Attachment.Purpose.DOCUMENT:
        return document(complaint, ordinal)
    try:
        content = attachments.read(row, "thumbnail" if copy == "thumbnail" else "view")
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type=attachments.VIEW_TYPE)
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response.headers["Content-Disposition"] = f'inline; filename="{complaint.number}-{ordinal}.webp"'
    return response


def document(complaint: Complaint, ordinal: int) -> HttpResponse:
    """A document as it was sent: never shown in a page, and named without what its sender called it."""
    row = complaint.attachments.filter(
        ordinal=ordinal, state=Attachment.State.READY, purpose=Attachment.Purpose.DOCUMENT
    ).first()
    if row is None:
        raise Http404
    try:
        content = attachments.read(row, "original")
    except FileNotFoundError as error:
        raise Http404 from error
    response = HttpResponse(content, content_type="application/octet-stream")
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
    name = f"{complaint.number}-{ordinal}.{attachments.DOCUMENTS[row.media_type]}"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
