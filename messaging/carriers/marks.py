"""What of ours a webhook carries: the secret part of its address, and the reference of a leg."""

import hashlib
from collections.abc import Sequence
from typing import Any
from uuid import UUID


def path_secrets(*secrets: str) -> Sequence[str]:
    """The parts of the webhook's address that only the carrier and we know; '' stands for none."""
    return tuple(hashlib.sha256(secret.encode()).hexdigest()[:16] for secret in secrets if secret)


def leg_of(value: Any) -> UUID | None:
    """Our reference, if that is what the carrier says back."""
    try:
        return UUID(value)
    except (ValueError, TypeError, AttributeError):
        return None
