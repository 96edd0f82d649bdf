"""Files of a form that is not sent yet, kept for a day under the form's key: a file input cannot be filled in again."""

import json
import os
import shutil
import struct
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

from django.conf import settings

from complaints.attachments import MOST_FILES, Photo
from portal.core import sealing

KEPT_FOR = timedelta(hours=24)
NAME_KEPT = 120
_CONTEXT = "complaints.pending"


@dataclass(frozen=True, slots=True)
class Kept:
    """One file as it is kept. `facts` is what its header said, if somebody looked."""

    number: int
    photo: Photo
    facts: dict[str, Any]


def keep(key: UUID, photos: Iterable[Photo], *, now: datetime, facts: dict[str, Any] | None = None) -> None:
    """Add files to what is kept under the key, up to the most a complaint may have; what is older than a day goes."""
    forget_old(now=now)
    folder = _folder(key)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    first = max((number for number, _ in sizes(key)), default=0) + 1
    for number, photo in enumerate(photos, start=first):
        if len(sizes(key)) < MOST_FILES:
            about = {
                "name": photo.name[-NAME_KEPT:],
                "received_at": (photo.received_at or now).isoformat(),
                "facts": facts or {},
            }
            head = json.dumps(about).encode()
            whole = struct.pack(">I", len(head)) + head + photo.content
            (folder / str(number)).write_bytes(sealing.seal(whole, context=_CONTEXT, row=key))


def hold(key: UUID, *, until: datetime) -> None:
    """Files of a form that may be gone on with for longer than a day stay until then."""
    if _folder(key).exists():
        last = (until - KEPT_FOR).timestamp()
        os.utime(_folder(key), (last, last))


def sizes(key: UUID) -> list[tuple[int, int]]:
    """Number and size in bytes of each file kept, in order."""
    files = _folder(key).glob("[0-9]*")
    return sorted((int(file.name), file.stat().st_size) for file in files)


def kept(key: UUID) -> list[Kept]:
    """What is kept under the key, each with the moment it reached us."""
    return [_opened(key, number) for number, _ in sizes(key)]


def photos(key: UUID) -> list[Photo]:
    """The files alone."""
    return [one.photo for one in kept(key)]


def _opened(key: UUID, number: int) -> Kept:
    whole = sealing.open_sealed((_folder(key) / str(number)).read_bytes(), context=_CONTEXT, row=key)
    (length,) = struct.unpack_from(">I", whole)
    about = json.loads(whole[4 : 4 + length])
    received_at = datetime.fromisoformat(about["received_at"])
    return Kept(number, Photo(about["name"], whole[4 + length :], received_at), about["facts"])


def remove(key: UUID, numbers: Iterable[int]) -> None:
    """Forget some of them."""
    for number in numbers:
        (_folder(key) / str(number)).unlink(missing_ok=True)


def discard(key: UUID) -> None:
    """Forget all of them: the complaint has its files now."""
    shutil.rmtree(_folder(key), ignore_errors=True)


def forget_old(*, now: datetime) -> None:
    """Remove every folder nobody has touched for a day."""
    for folder in _root().glob("*"):
        try:
            is_old = folder.stat().st_mtime < (now - KEPT_FOR).timestamp()
        except FileNotFoundError:  # another request was quicker
            continue
        if is_old:
            shutil.rmtree(folder, ignore_errors=True)


def _root() -> Path:
    media: Path = settings.MEDIA_DIR
    return media / "complaints" / "pending"


def _folder(key: UUID) -> Path:
    return _root() / key.hex
