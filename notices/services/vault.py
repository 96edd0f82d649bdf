"""Where a campaign's files lie sealed, and how they are opened for a moment in memory. Their names say nothing."""

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import partial
from pathlib import Path
from uuid import uuid4

from django.conf import settings

from notices import storage
from notices.models import Asset, Campaign, PaperBatch, SourceDocument
from notices.services.steps import DATA_KEY_PURPOSE
from portal.accounts.services import data_key

_SHELF = "sotong-notices-"


def key_of(campaign: Campaign, *, now: datetime) -> bytes:
    """The campaign's own key: destroying it destroys all of this."""
    return data_key(purpose=DATA_KEY_PURPOSE, object_ref=campaign.number, now=now)


def full_path(stored_as: str) -> Path:
    """Where a file lies."""
    return Path(settings.MEDIA_DIR) / stored_as


def place_for(campaign: Campaign, kind: str) -> str:
    """A fresh name under the campaign's folder, spread over 256 folders."""
    name = uuid4().hex
    return f"notices/{campaign.pk}/{kind}/{name[:2]}/{name}.sealed"


class Shelf:
    """A folder for the pictures of one batch: their places, the key, and one flush of the folder for all of them."""

    def __init__(self, campaign: Campaign, kind: str, *, now: datetime) -> None:
        self.key = key_of(campaign, now=now)
        self.kept: list[str] = []
        self._folder = place_for(campaign, kind).rpartition("/")[0]

    def put(self, content: bytes, *, aad: str) -> tuple[str, storage.Stored]:
        """Seal one file; its place, and what was written. It is durable only after `sync`."""
        place = f"{self._folder}/{uuid4().hex}.sealed"
        self.kept.append(place)
        return place, storage.write_sealed(full_path(place), content, key=self.key, aad=aad, syncs_folder=False)

    def sync(self) -> None:
        """Make the names of the files durable, too."""
        if self.kept:
            storage.sync_folder(full_path(self._folder))


def folder_of(campaign_id: int) -> Path:
    """Everything a campaign keeps lies under this."""
    return full_path(f"notices/{campaign_id}")


def files_of(campaign: Campaign) -> list[Path]:
    """Every file a campaign keeps."""
    return [path for path in folder_of(campaign.pk).rglob("*") if path.is_file()]


def sweep_pictures(campaign: Campaign) -> int:
    """Remove pictures nobody refers to, which a worker killed before its commit left; returns how many."""
    folder = folder_of(campaign.pk) / "pictures"
    names = Asset.objects.filter(recipient__campaign=campaign).values_list("stored_as", flat=True)
    kept = {full_path(name) for name in names}
    orphans = [path for path in folder.rglob("*") if path.is_file() and path not in kept]
    for path in orphans:
        path.unlink(missing_ok=True)
    return len(orphans)


def keep_file(campaign: Campaign, file: Path, kind: str, *, now: datetime) -> tuple[str, storage.Stored]:
    """Seal a file, block by block, under a fresh name of the campaign; where it lies, and what it was."""
    place = place_for(campaign, kind)
    key, aad = key_of(campaign, now=now), aad_of_document(campaign, place)
    with file.open("rb") as opened:
        blocks = iter(partial(opened.read, storage.BLOCK), b"")
        return place, storage.write_sealed_stream(full_path(place), blocks, key=key, aad=aad)


def aad_of_document(document: SourceDocument | Campaign, stored_as: str) -> str:
    """What a sealed document is: its campaign and its place."""
    campaign_id = document.campaign_id if isinstance(document, SourceDocument) else document.pk
    return f"{campaign_id}:document:{stored_as}"


def aad_of_picture(campaign_id: int, recipient_id: int, profile: str, part: int) -> str:
    """What a sealed picture is: whose, for which profile, which part."""
    return f"{campaign_id}:{recipient_id}:{profile}:{part}"


def aad_of_paper(batch: PaperBatch, kind: str) -> str:
    """What a sealed list is."""
    return f"{batch.campaign_id}:paper:{batch.number}:{kind}"


def read_picture(asset: Asset, *, now: datetime) -> bytes:
    """
    The bytes of one picture.

    :raises Tampered: if they are not what was sealed for this citizen and part
    """
    campaign = asset.recipient.campaign
    aad = aad_of_picture(campaign.pk, asset.recipient_id, asset.profile, asset.part)
    return storage.read_sealed(full_path(asset.stored_as), key=key_of(campaign, now=now), aad=aad)


@contextmanager
def opened(document: SourceDocument, *, now: datetime) -> Iterator[Path]:
    """The plain PDF, in memory, for as long as somebody works on it."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_SHELF}{os.getpid()}-", dir=memory()))
    try:
        target = folder / "document.pdf"
        storage.open_into(
            full_path(document.stored_as),
            target,
            key=key_of(document.campaign, now=now),
            aad=aad_of_document(document, document.stored_as),
        )
        yield target
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def opened_files(campaign: Campaign, stored: Mapping[str, str], *, now: datetime) -> Iterator[list[Path]]:
    """Plain copies, in memory, of sealed files of a campaign: what each shall be called and where it is stored."""
    with folder_in_memory() as folder:
        key = key_of(campaign, now=now)
        for name, place in stored.items():
            storage.open_into(full_path(place), folder / name, key=key, aad=aad_of_document(campaign, place))
        yield [folder / name for name in stored]


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A private folder for what is plain for a moment; `sweep_shelf` finds it if we are killed."""
    folder = Path(tempfile.mkdtemp(prefix=f"{_SHELF}{os.getpid()}-", dir=memory()))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def sweep_shelf() -> None:
    """Remove what a killed worker left open in memory."""
    for folder in Path(memory() or tempfile.gettempdir()).glob(f"{_SHELF}*"):
        owner = folder.name.removeprefix(_SHELF).partition("-")[0]
        if owner.isdigit() and not _is_alive(int(owner)):
            shutil.rmtree(folder, ignore_errors=True)


def forget(stored: list[str]) -> None:
    """Unlink files nobody refers to any more."""
    for name in stored:
        with suppress(FileNotFoundError):
            full_path(name).unlink()


def memory() -> str | None:
    """A folder in memory, if the machine has one: what is open for a moment never reaches a disk."""
    shm = Path("/dev/shm")  # noqa: S108  (the folder in it is private and random)
    return str(shm) if shm.is_dir() and os.access(shm, os.W_OK) else None


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True
