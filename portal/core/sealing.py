"""
Personal data at rest: AES-256-GCM values that cannot be moved to another row, and keyed blind indexes.

    blob  = algorithm(1) | key id(1) | nonce(12) | ciphertext | tag(16)
    key   = HKDF-SHA256(master[key id], info=context)         context is "table.column"
    aad   = context ":" row                                   row is a UUID fixed before the insert
    index = HMAC-SHA256(PII_INDEX_KEY, context | 0x00 | value)[:16]
"""

import base64
import binascii
import hashlib
import hmac
import os
from collections.abc import Mapping
from functools import lru_cache
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

AES_256_GCM = 1  # 2 is reserved for a KCMVP-validated provider
_HEADER = 14


class SealingError(Exception):
    """A sealed value cannot be opened. Never caught to show the raw value."""


class Tampered(SealingError):
    """The bytes, the row or the column are not those the value was sealed for."""


class UnknownKey(SealingError):
    """The key that sealed the value is not in PII_KEYS any more."""


def read_keys(text: str) -> dict[int, bytes]:
    """
    Parse `PII_KEYS`: `2:base64,1:base64`, the current key first.

    :raises ValueError: if a key id is not 1..255 or a key is not 32 bytes
    """
    keys: dict[int, bytes] = {}
    for part in filter(None, (piece.strip() for piece in text.split(","))):
        identifier, _, encoded = part.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except binascii.Error as error:
            raise ValueError("a key is not base64") from error
        if not identifier.isdigit() or not 1 <= int(identifier) <= 255 or len(key) != 32:
            raise ValueError("each key is <1..255>:<base64 of 32 bytes>")
        keys[int(identifier)] = key
    if not keys:
        raise ValueError("no key")
    return keys


@lru_cache(maxsize=512)
def _cipher(master: bytes, context: str) -> AESGCM:
    derived = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=context.encode()).derive(master)
    return AESGCM(derived)


def _masters() -> Mapping[int, bytes]:
    keys: Mapping[int, bytes] = settings.PII_KEYS
    return keys


def current_key_id() -> int:
    """The id of the key that new values are sealed with: the first in PII_KEYS."""
    return next(iter(_masters()))


def key_id_of(blob: bytes) -> int:
    """Which key sealed this value."""
    return blob[1]


def seal(value: bytes, *, context: str, row: UUID) -> bytes:
    """Seal `value` for one column (`context` is "table.column") of one row."""
    key_id, master = next(iter(_masters().items()))
    nonce = os.urandom(12)
    aad = f"{context}:{row}".encode()
    return bytes((AES_256_GCM, key_id)) + nonce + _cipher(master, context).encrypt(nonce, value, aad)


def open_sealed(blob: bytes, *, context: str, row: UUID) -> bytes:
    """
    Open a value sealed by `seal` for the same column and row.

    :raises Tampered: if a bit was changed, or the value belongs to another row or column
    :raises UnknownKey: if its key is no longer configured
    """
    if len(blob) < _HEADER + 16 or blob[0] != AES_256_GCM:
        raise Tampered("not a sealed value")
    master = _masters().get(blob[1])
    if master is None:
        raise UnknownKey(f"key {blob[1]} is not in PII_KEYS")
    try:
        return _cipher(master, context).decrypt(blob[2:_HEADER], blob[_HEADER:], f"{context}:{row}".encode())
    except InvalidTag:
        raise Tampered("the sealed value does not belong here") from None


def blind(value: str, *, context: str) -> bytes:
    """
    A 16-byte keyed index, so that an exact value can be looked up without opening anything.

    The context is `phone` (E.164) in every table, because opt-outs are joined inside the claim; else "table.column".
    """
    key: bytes = settings.PII_INDEX_KEY
    return hmac.digest(key, context.encode() + b"\0" + value.encode(), hashlib.sha256)[:16]


def blind_phone(phone: str) -> bytes:
    """The index of an E.164 phone number, the same in every table."""
    return blind(phone, context="phone")
