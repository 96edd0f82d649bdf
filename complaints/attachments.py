"""Photos and documents on disk: what is accepted, where it lies, and how a sealed file is read again."""

import os
import tempfile
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Literal
from uuid import UUID

import filetype
from django.conf import settings
from django.utils.translation import gettext as _

from complaints.models import Attachment
from portal.core import sealing
from portal.core.errors import Refused

MOST_FILES = 10
MOST_BYTES = 20 * 1024 * 1024
NAME_SHOWN = 40

Copy = Literal["original", "view", "thumbnail"]
COPIES: tuple[Copy, ...] = ("original", "view", "thumbnail")
VIEW_TYPE = "image/webp"

# Documents are handed out for download only, never shown: type by content → ending of the file's name.
DOCUMENTS = {"application/pdf": "pdf", "application/x-hwp": "hwp", "application/hwp+zip": "hwpx"}
ACCEPTED = "image/*,.heic,.heif,.pdf,.hwp,.hwpx"  # for the file picker: a kindness, not a check

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HWP = b"HWP Document File"  # the header of a 한글 document; Word and Excel files are OLE too, and may carry macros
_HWPX = b"mimetypeapplication/hwp+zip"  # the first entry of the archive, stored without compression
_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


class PhotoRefused(Refused):
    """The file is neither a photo nor a document that we take. Its sentence names it: the rest is kept."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A file as it was uploaded. A photo's name is only shown back to its sender; a document keeps it, sealed."""

    name: str
    content: bytes
    received_at: datetime | None = None  # when it reached us, if that was before the report


def media_type_of(photo: Photo) -> str:
    """
    The type by content; names and declared types prove nothing.

    :raises PhotoRefused: if it is empty, too large, or neither JPEG, PNG, WebP, HEIC nor PDF, HWP, HWPX
    """
    shown = {"shown": f"‘{photo.name[-NAME_SHOWN:]}’"}
    if not photo.content:
        raise PhotoRefused(_("%(shown)s 파일은 빈 파일이라 보낼 수 없습니다.") % shown)
    if len(photo.content) > MOST_BYTES:
        raise PhotoRefused(_("%(shown)s 파일은 20MB보다 커서 보낼 수 없습니다. 더 작은 파일을 골라 주세요.") % shown)
    found = _sniffed(photo.content)
    if not found:
        sentence = _(
            "%(shown)s 파일은 보낼 수 없는 형식입니다. "
            "사진(JPG, PNG, WebP, HEIC)이나 문서(PDF, HWP, HWPX)를 골라 주세요."
        )
        raise PhotoRefused(sentence % shown)
    return found


def _sniffed(content: bytes) -> str:
    head = content[:64]
    if head.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "image/webp"
    if head[4:8] == b"ftyp" and (head[8:12] in _HEIC_BRANDS or filetype.guess_mime(content[:512]) == "image/heic"):
        return "image/heic"
    return _document(content)


def _document(content: bytes) -> str:
    if content.startswith(b"%PDF-"):
        return "application/pdf"
    if content.startswith(_HWP) or (content.startswith(_OLE) and _HWP in content):
        return "application/x-hwp"
    if content.startswith(b"PK\x03\x04") and content[30:].startswith(_HWPX):
        return "application/hwp+zip"
    return ""


def store(sealed_id: UUID, copy: Copy, content: bytes) -> None:
    """Seal bytes and put them in their place: whole or not at all."""
    target = path_of(sealed_id, copy)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    sealed = sealing.seal(content, context=f"complaints.{copy}", row=sealed_id)
    descriptor, temporary = tempfile.mkstemp(dir=target.parent, prefix=".new-")
    with os.fdopen(descriptor, "wb") as file:
        file.write(sealed)
        file.flush()
        os.fsync(file.fileno())
    Path(temporary).replace(target)


def read(attachment: Attachment, copy: Copy) -> bytes:
    """
    The opened bytes of a copy. Pages ask for `view` and `thumbnail` only; the original stays in quarantine.

    :raises FileNotFoundError: if there is none (not processed, or erased)
    """
    sealed = path_of(attachment.sealed_id, copy).read_bytes()
    return sealing.open_sealed(sealed, context=f"complaints.{copy}", row=attachment.sealed_id)


def discard(sealed_id: UUID, copy: Copy) -> None:
    """Destroy a copy, if it is there."""
    path_of(sealed_id, copy).unlink(missing_ok=True)


def path_of(sealed_id: UUID, copy: Copy) -> Path:
    """Where a copy lies; the folders are split by the first two digits."""
    root: Path = settings.MEDIA_DIR
    return root / "complaints" / copy / sealed_id.hex[:2] / sealed_id.hex
