"""
Sealed files: documents and pictures at rest, under the key of their campaign. Destroying that key destroys them all.

    file  = magic(4) | prefix(7) | blocks          block = ciphertext | tag(16), 512 KB of plaintext each but the last
    nonce = prefix | number of the block(4) | 1 in the last block, else 0

Blocks cannot be swapped, cut off or moved to another file, and a long document is never in memory whole. The `aad` says
what the file is (`campaign:recipient:profile:part`): a file put in another one's place does not open.
"""

import hashlib
import io
import os
import struct
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO
from uuid import uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from portal.core.sealing import Tampered

BLOCK = 512 * 1024
_MAGIC = b"STF1"
_PREFIX, _TAG = 7, 16


@dataclass(frozen=True, slots=True)
class Stored:
    """What was written, by its plaintext."""

    byte_count: int
    sha256: str


def write_sealed(path: Path, data: bytes, *, key: bytes, aad: str, syncs_folder: bool = True) -> Stored:
    """Seal `data` into `path`, whole or not at all; folders are made."""
    return write_sealed_stream(path, [data], key=key, aad=aad, syncs_folder=syncs_folder)


def write_sealed_stream(
    path: Path, chunks: Iterable[bytes], *, key: bytes, aad: str, syncs_folder: bool = True
) -> Stored:
    """
    Seal chunks of any size, as an upload brings them, into `path`: whole or not at all.

    :param syncs_folder: False where many files go into one folder, and `sync_folder` follows
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    temporary = path.with_name(f".{uuid4().hex}.part")
    digest, byte_count = hashlib.sha256(), 0
    try:
        with temporary.open("xb") as file:
            os.fchmod(file.fileno(), 0o600)
            prefix = os.urandom(_PREFIX)
            file.write(_MAGIC + prefix)
            cipher = AESGCM(key)
            for number, (block, is_last) in enumerate(_blocks(chunks)):
                digest.update(block)
                byte_count += len(block)
                file.write(cipher.encrypt(_nonce(prefix, number, is_last), block, aad.encode()))
            file.flush()
            os.fsync(file.fileno())
        temporary.rename(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    if syncs_folder:
        sync_folder(path.parent)
    return Stored(byte_count, digest.hexdigest())


def read_sealed(path: Path, *, key: bytes, aad: str) -> bytes:
    """
    Open a sealed file.

    :raises FileNotFoundError: if it is gone
    :raises portal.core.sealing.Tampered: if a bit was changed, or it is another file than `aad` says
    """
    out = io.BytesIO()
    for block in read_sealed_blocks(path, key=key, aad=aad):
        out.write(block)
    return out.getvalue()


def read_sealed_blocks(path: Path, *, key: bytes, aad: str) -> Iterator[bytes]:
    """Open a sealed file block by block. What came before an error was genuine, but the file as a whole is not."""
    cipher = AESGCM(key)
    with path.open("rb") as file:
        head = file.read(len(_MAGIC) + _PREFIX)
        if len(head) < len(_MAGIC) + _PREFIX or not head.startswith(_MAGIC):
            raise Tampered("not a sealed file")
        for number, (block, is_last) in enumerate(_blocks(_chunks_of(file), size=BLOCK + _TAG)):
            try:
                yield cipher.decrypt(_nonce(head[len(_MAGIC) :], number, is_last), block, aad.encode())
            except InvalidTag:
                raise Tampered("the sealed file does not belong here") from None


def open_into(path: Path, target: Path, *, key: bytes, aad: str) -> None:
    """Open a sealed file into a plain one that only we can read; `target` belongs on a file system in memory."""
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for block in read_sealed_blocks(path, key=key, aad=aad):
                file.write(block)
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def _nonce(prefix: bytes, number: int, is_last: bool) -> bytes:
    return prefix + struct.pack(">I?", number, is_last)


def _chunks_of(file: IO[bytes]) -> Iterator[bytes]:
    while chunk := file.read(BLOCK):
        yield chunk


def _blocks(chunks: Iterable[bytes], *, size: int = BLOCK) -> Iterator[tuple[bytes, bool]]:
    """The same bytes in blocks of one size, and whether each is the last; nothing at all is one empty block."""
    pending = bytearray()
    for chunk in chunks:
        pending += chunk
        while len(pending) > size:
            yield bytes(pending[:size]), False
            del pending[:size]
    yield bytes(pending), True


def sync_folder(folder: Path) -> None:
    """A rename is durable only when its folder is."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
