"""Photos of a refused form, kept for a day under the form's key: a file input cannot be filled in again."""

import shutil
from collections.abc import Iterable
from datetime import datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.conf import settings

from complaints.attachments import MOST_FILES, Photo
from portal.core import sealing

KEPT_FOR = timedelta(hours=24)
_CONTEXT = "complaints.pending"


def keep(key: UUID, photos: Iterable[Photo], *, now: datetime) -> None:
    """Add photos to what is kept under the key, up to the most a complaint may have; what is older than a day goes."""
    forget_old(now=now)
    folder = _folder(key)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    first = max((number for number, _ in sizes(key)), default=0) + 1
    for number, photo in enumerate(photos, start=first):
        if len(sizes(key)) < MOST_FILES:
            (folder / str(number)).write_bytes(sealing.seal(photo.content, context=_CONTEXT, row=key))


def sizes(key: UUID) -> list[tuple[int, int]]:
    """Number and size in bytes of each photo kept, in order."""
    files = _folder(key).glob("[0-9]*")
    return sorted((int(file.name), file.stat().st_size) for file in files)


def photos(key: UUID) -> list[Photo]:
    """What is kept under the key."""
    return [
        Photo(
            f"사진 {number}", sealing.open_sealed((_folder(key) / str(number)).read_bytes(), context=_CONTEXT, row=key)
        )
        for number, _ in sizes(key)
    ]


def remove(key: UUID, numbers: Iterable[int]) -> None:
    """Forget some of them."""
    for number in numbers:
        (_folder(key) / str(number)).unlink(missing_ok=True)


def discard(key: UUID) -> None:
    """Forget all of them: the complaint has its photos now."""
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
