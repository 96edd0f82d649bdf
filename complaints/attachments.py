"""Photos on disk: what is accepted, where it lies, and how a sealed file is read again."""

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID

import filetype
from django.conf import settings

from complaints.models import Attachment
from portal.core import sealing
from portal.core.errors import Refused
from portal.core.hangul import josa

MOST_FILES = 10
MOST_BYTES = 20 * 1024 * 1024
NAME_SHOWN = 40

Copy = Literal["original", "view", "thumbnail"]
COPIES: tuple[Copy, ...] = ("original", "view", "thumbnail")
VIEW_TYPE = "image/webp"

_HEIC_BRANDS = (b"heic", b"heix", b"hevc", b"heim", b"heis", b"mif1", b"msf1")


class PhotoRefused(Refused):
    """The file is not a photo we take. The sentence names it, so that the rest can be kept and this one replaced."""


@dataclass(frozen=True, slots=True)
class Photo:
    """A file as it was uploaded. The name is shown back to the sender and never stored."""

    name: str
    content: bytes


def media_type_of(photo: Photo) -> str:
    """
    The type by content; names and declared types prove nothing.

    :raises PhotoRefused: if it is empty, too large, or not a JPEG, PNG, WebP or HEIC
    """
    name = f"‘{photo.name[-NAME_SHOWN:]}’"
    if not photo.content:
        raise PhotoRefused(f"{josa(name, '은/는')} 빈 파일입니다.")
    if len(photo.content) > MOST_BYTES:
        raise PhotoRefused(f"{josa(name, '은/는')} 20MB보다 커서 보낼 수 없습니다.")
    found = _sniffed(photo.content)
    if not found:
        raise PhotoRefused(f"{josa(name, '은/는')} 사진이 아닙니다. JPG, PNG, WebP, HEIC 사진만 보낼 수 있습니다.")
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


def path_of(sealed_id: UUID, copy: Copy) -> Path:
    """Where a copy lies; the folders are split by the first two digits."""
    root: Path = settings.MEDIA_DIR
    return root / "complaints" / copy / sealed_id.hex[:2] / sealed_id.hex
