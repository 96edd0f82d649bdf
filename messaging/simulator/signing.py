"""How this carrier signs its webhooks, and where it posts them. docs/carriers.md is the specification."""

import hashlib
import hmac


def signature(body: bytes, *, secret: str, at: int) -> str:
    """The value of X-Signature: the time and an HMAC over the time and the body."""
    digest = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={digest}"


def path_secret(secret: str) -> str:
    """The part of the webhook's address that only the two of us know."""
    return hashlib.sha256(secret.encode()).hexdigest()[:16]
