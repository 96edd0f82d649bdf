"""What Bizgo tells by itself or when asked: reports and citizens' texts. The signature covers the time alone."""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from messaging.carriers.base import HookRefused, HookRequest, HookUnreadable, ReceiptEvent, ReplyEvent
from messaging.carriers.bizgo import codes
from messaging.carriers.marks import leg_of

TOLERANCE: Final = timedelta(seconds=300)


def check_signature(request: HookRequest, secrets: Sequence[str]) -> None:
    """
    X-IB-Signature over X-IB-Timestamp, in hex or base64 (their documents leave it open), in seconds or milliseconds.

    :raises HookRefused: if no present secret made it, or it is too old
    """
    stamp, given = request.headers.get("x-ib-timestamp", ""), request.headers.get("x-ib-signature", "").strip()
    digests = [hmac.new(secret.encode(), stamp.encode(), hashlib.sha256).digest() for secret in secrets]
    fits = [hmac.compare_digest(_decoded(given), digest) for digest in digests]
    if not any(fits):
        raise HookRefused("signature does not match")
    if not (stamp.isascii() and stamp.isdecimal()) or len(stamp) > 16:
        raise HookRefused("time is unreadable")
    at = int(stamp) / 1000 if len(stamp) >= 13 else int(stamp)
    if abs(request.received_at.timestamp() - at) > TOLERANCE.total_seconds():
        raise HookRefused("signature is stale")


def _decoded(signature: str) -> bytes:
    try:
        return bytes.fromhex(signature) if len(signature) == 64 else base64.b64decode(signature, validate=True)
    except (binascii.Error, ValueError):
        return b""


def document(body: bytes) -> Mapping[str, Any]:
    """
    The JSON object of a webhook.

    :raises HookUnreadable:
    """
    try:
        found = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise HookUnreadable("not JSON") from error
    if not isinstance(found, dict):
        raise HookUnreadable("not an object")
    return found


def receipt(row: Mapping[str, Any]) -> ReceiptEvent | None:
    """
    One report; None for "taken, but nobody knows": the leg stays accepted.

    :raises HookUnreadable:
    """
    code, key = _word(row, "reportCode"), _word(row, "msgKey")
    service, kind = _word(row, "serviceType"), row.get("msgType")
    if code == codes.UNCERTAIN:
        return None
    is_delivered = code in codes.DELIVERED
    reason_kind, _, _ = codes.REPORTS.get(code, codes.STRANGE)
    return ReceiptEvent(
        # All steps of one recipient share the message's key: what tells reports apart is the rest.
        event_key=f"{key}/{service}/{kind}/{code}",
        vendor_ref=key,
        leg=leg_of(row.get("ref")),
        outcome="delivered" if is_delivered else "undelivered",
        code=code,
        reason_kind="" if is_delivered else reason_kind,
        occurred_at=_moment(row, "reportTime"),
        raw=json.dumps(row, ensure_ascii=False),
    )


def reply(row: Mapping[str, Any]) -> ReplyEvent:
    """
    One text of a citizen. Who wrote it is the telephone (`originator`): `from` can be typed by the sender.

    :raises HookUnreadable:
    """
    key = _word(row, "msgKey")
    return ReplyEvent(
        event_key=f"{key}/MO",
        to_number=_word(row, "to"),
        from_number=_word(row, "originator"),
        text=_word(row, "content", may_be_empty=True),
        occurred_at=_moment(row, "occurredTime"),
        raw=json.dumps(row, ensure_ascii=False),
    )


def acknowledgement(event_keys: Sequence[str]) -> bytes:
    """What ends the repetition: the very key of the message."""
    keys = [key.partition("/")[0] for key in event_keys]
    return json.dumps({"msgKey": keys[0]} if keys else {}).encode()


def _word(row: Mapping[str, Any], name: str, *, may_be_empty: bool = False) -> str:
    value = row.get(name)
    if not isinstance(value, str) or not (value or may_be_empty):
        raise HookUnreadable(f"{name} is missing")
    return value


def _moment(row: Mapping[str, Any], name: str) -> datetime:
    try:
        moment = datetime.fromisoformat(_word(row, name))
    except ValueError as error:
        raise HookUnreadable(f"{name} is not a time") from error
    if moment.tzinfo is None:
        raise HookUnreadable(f"{name} has no offset")
    return moment
