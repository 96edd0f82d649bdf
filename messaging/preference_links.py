"""
The address of 알림 설정 behind an AlimTalk button: signed, opened without signing in, and it names nobody.

It holds the encrypted key of the message it came with (AES-SIV: the same key always gives the same address, and one
changed character makes it no address at all). The message knows whose phone it went to and when, so the link ends by
itself.
"""

import base64
import binascii
from datetime import datetime, timedelta
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers.aead import AESSIV
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

from messaging.models import Message

VARIABLE = "설정주소"  # a template asks for the address by this name; nobody else may fill it
VALID_FOR = timedelta(days=90)
_LONGEST_TOKEN = 400


def address_for(key: str) -> str:
    """The address that goes out with the message of this key."""
    return f"{settings.SITE_URL}/alerts/{token_for(key)}/"


def token_for(key: str) -> str:
    """The part of the address that says which message it came with."""
    sealed = _cipher(settings.SECRET_KEY).encrypt(key.encode(), None)
    return base64.urlsafe_b64encode(sealed).rstrip(b"=").decode()


def message_of(token: str, *, now: datetime) -> Message | None:
    """The message an address came with; None if it was tampered with, is too old, or the message is gone."""
    key = _key_of(token)
    found = Message.objects.filter(key=key, created_at__gt=now - VALID_FOR).first() if key else None
    return found if found is not None and found.phone_sealed else None


def _key_of(token: str) -> str:
    if len(token) > _LONGEST_TOKEN:
        return ""
    try:
        sealed = base64.b64decode(token + "=" * (-len(token) % 4), altchars=b"-_", validate=True)
        key = _cipher(settings.SECRET_KEY).decrypt(sealed, None).decode()
    except (binascii.Error, ValueError, InvalidTag):
        return ""
    return key if token_for(key) == token else ""  # base64 can say the same in more than one way


@cache
def _cipher(secret: str) -> AESSIV:
    derived = HKDF(algorithm=hashes.SHA256(), length=64, salt=None, info=b"messaging.preferences").derive
    return AESSIV(derived(secret.encode()))
