"""What NHN Cloud tells: webhooks of both services, lists of results, the 080 list. Pure."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from messaging.carriers.base import HookUnreadable, ReceiptEvent, UnsubscribeEvent
from messaging.carriers.marks import leg_of
from messaging.carriers.nhn.codes import DELIVERED, SMS_RESULTS, TALK_RESULTS, UNCERTAIN, UNKNOWN
from messaging.carriers.nhn.service import moment, reference_of

RESULTS: Final = "MESSAGE_RESULT_UPDATE"
UNSUBSCRIBED: Final = "UNSUBSCRIBE"


def hooks(body: bytes, event: str) -> Sequence[Mapping[str, Any]]:
    """
    The hooks of one webhook call about this kind of event; none if it is about another that is of no use to us.

    :raises HookUnreadable: for another shape, or for an event that belongs to another of our addresses
    """
    try:
        document = json.loads(body)
        told, rows = document["event"], document["hooks"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise HookUnreadable("not in the documented shape") from error
    if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
        raise HookUnreadable("hooks are not a list")
    if told != event and told in (RESULTS, UNSUBSCRIBED):
        raise HookUnreadable(f"{told} belongs to another address")
    return rows if told == event else ()


def receipts(rows: Sequence[Mapping[str, Any]]) -> list[ReceiptEvent]:
    """
    What became of messages; one that is still on its way, or not known to have arrived, is left out.

    :raises ValueError: for a row in another shape
    """
    found = (receipt(row) for row in rows)
    return [event for event in found if event is not None]


def receipt(row: Mapping[str, Any]) -> ReceiptEvent | None:
    """
    One message's end. The key is the same whether it was told, told again, or asked for.

    :raises ValueError: for another shape
    """
    code = row.get("resultCode")
    if code in (None, ""):
        return None
    reported = row.get("receiveDate") or row.get("resultDate")
    if not isinstance(code, str) or not reported:
        raise ValueError("resultCode")
    is_talk = "kakaoMessageType" in row or "resendStatus" in row
    if is_talk and code == UNCERTAIN:
        return None
    reference = reference_of(row)
    kind, _, _ = (TALK_RESULTS if is_talk else SMS_RESULTS).get(code, UNKNOWN)
    return ReceiptEvent(
        event_key=f"{reference}:{code}",
        vendor_ref=reference,
        leg=leg_of(row.get("recipientGroupingKey")),
        outcome="delivered" if code == DELIVERED else "undelivered",
        code=code,
        reason_kind="" if code == DELIVERED else kind,
        occurred_at=moment(reported),
        raw=json.dumps(row, ensure_ascii=False),
    )


def unsubscribe(row: Mapping[str, Any], *, secret: str) -> UnsubscribeEvent:
    """
    One call to the free 080 line. Its key says nothing about the number, yet is the same in webhook and list.

    :raises ValueError: for another shape
    """
    number, line = row.get("recipientNo"), row.get("unsubscribeNo")
    if not isinstance(number, str) or not number or not isinstance(line, str):
        raise ValueError("recipientNo")
    at = moment(row.get("createdDateTime") or row.get("requestDate"))
    told = f"{line}/{number}/{int(at.timestamp())}"  # the list knows whole seconds only
    key = hmac.new(secret.encode(), told.encode(), hashlib.sha256).hexdigest()[:32]
    return UnsubscribeEvent(event_key=f"080:{key}", from_number=number, to_number=line, occurred_at=at)
