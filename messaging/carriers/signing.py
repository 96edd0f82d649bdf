"""Webhooks signed as our simulators and several vendors sign: time and HMAC-SHA256 over time and body."""

import hashlib
import hmac

from messaging.carriers.base import HookRefused, HookRequest

CLOCK_SKEW = 300


def verified(request: HookRequest, *, secret: str) -> bytes:
    """
    The body of a webhook whose X-Signature is `t=<unix time>,v1=<hex>`.

    :raises HookRefused: if it is forged, unsigned or older than five minutes
    """
    given = dict(part.partition("=")[::2] for part in request.headers.get("x-signature", "").split(","))
    at, digest = given.get("t", ""), given.get("v1", "")
    expected = hmac.new(secret.encode(), f"{at}.".encode() + request.body, hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), digest.encode()):
        raise HookRefused("signature does not match")
    if not at.isdecimal() or abs(request.received_at.timestamp() - int(at)) > CLOCK_SKEW:
        raise HookRefused("signature is stale")
    return request.body
