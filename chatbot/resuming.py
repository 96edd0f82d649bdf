"""The secrets of a half-filled form, its address and its intake key: derived, so that they stand nowhere."""

import hashlib
from uuid import UUID

from django.utils.crypto import salted_hmac

from chatbot.models import Draft
from portal.core import sealing

OPEN = (Draft.State.FILLING, Draft.State.CONFIRMING, Draft.State.IDENTIFYING)
_SALT = "chatbot.resume"


def token_of(draft: Draft) -> str:
    """The secret part of the address."""
    return salted_hmac(_SALT, draft.public_id.hex, algorithm="sha256").hexdigest()


def hash_of(token: str) -> bytes:
    """What is stored of it; without that the address leads nowhere."""
    return hashlib.sha256(token.encode()).digest()


def intake_key_of(draft: Draft) -> UUID:
    """
    Its complaint's, and that of the files kept for it: confirmed twice, filed once.

    Keyed, because whoever can tell it is shown the case by the form, and the public id stands in every button.
    """
    return UUID(bytes=sealing.blind(draft.public_id.hex, context="chatbot.draft.intake"))
