"""Ties a picture to one message: neither a swapped file nor a swapped row passes the check at the claim."""

import hashlib
import hmac

from django.conf import settings


def binding(key: str, sha256: bytes) -> bytes:
    """HMAC(message key ‖ picture digest)."""
    return hmac.digest(settings.PII_INDEX_KEY, b"messaging.image\0" + key.encode() + b"\0" + sha256, hashlib.sha256)
