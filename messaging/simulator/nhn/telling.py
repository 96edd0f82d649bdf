"""This vendor's webhooks. Their X-Toast-Webhook-Signature is the string typed at set-up, not a signature."""

import json
from collections.abc import Callable, Sequence
from typing import Any, Final
from uuid import uuid4

from messaging.simulator.dialects import Webhook
from messaging.simulator.nhn.codes import kakao_code, operator_code
from messaging.simulator.nhn.envelope import SMS, TALK
from messaging.simulator.nhn.ledger import Addressee, Ledger, Sending
from messaging.simulator.truth import Event

UNSUBSCRIBE_NO: Final = "08012341234"  # the free line of this customer
_SENDER_TYPES: Final = {"sms": "NORMAL_SMS", "mms": "NORMAL_MMS", "auth/sms": "AUTH_SMS"}


def webhooks(ledger: Ledger, app_key: str) -> Sequence[Webhook]:
    """What is told to the customer, one event a call."""

    def told(event: str, product: str, hook: dict[str, Any]) -> bytes:
        document = {
            "hooksId": uuid4().hex,
            "webhookConfigId": "district",
            "productName": product,
            "appKey": app_key,
            "event": event,
            "hooks": [hook],
        }
        return json.dumps(document, ensure_ascii=False).encode()

    def receipt(events: Sequence[Event]) -> bytes:
        sending, addressee = _meant(ledger, events[0])
        if sending is not None and sending.kind not in _SENDER_TYPES:
            return told("MESSAGE_RESULT_UPDATE", TALK.name, _card(events[0], sending, addressee))
        return told("MESSAGE_RESULT_UPDATE", SMS.name, _text(events[0], sending, addressee))

    def unsubscribe(events: Sequence[Event]) -> bytes:
        return told("UNSUBSCRIBE", SMS.name, _refusal(events[0]))

    return [_webhook("receipt", "receipts", receipt), _webhook("unsubscribe", "unsubscribes", unsubscribe)]


def _webhook(kind: str, page: str, encode: Callable[[Sequence[Event]], bytes]) -> Webhook:
    return Webhook(kind, page, encode, lambda body, secret, at: {"x-toast-webhook-signature": secret})


def _meant(ledger: Ledger, event: Event) -> tuple[Sending | None, Addressee | None]:
    """The message an event is about; None for a text sent in its place, and for strangers of the fault script."""
    request_id, _, seq = event["ref"].rpartition(":")
    sending = ledger.sendings.get(request_id)
    found = next((one for one in sending.addressees if str(one.seq) == seq), None) if sending is not None else None
    return (None, None) if found is None else (sending, found)


def _common(event: Event, sending: Sending | None, addressee: Addressee | None) -> dict[str, Any]:
    made = sending.at.isoformat(timespec="seconds")[:19] if sending is not None else event["at"][:19]
    return {
        "hookId": event["id"],
        "requestId": sending.id if sending is not None else event["ref"],
        "recipientSeq": addressee.seq if addressee is not None else 1,
        "requestDate": made,
        "receiveDate": event["at"][:19],
        "recipientNo": event["number"],
        "senderGroupingKey": sending.group if sending is not None else "",
        "recipientGroupingKey": addressee.group if addressee is not None else event["leg"],
    }


def _text(event: Event, sending: Sending | None, addressee: Addressee | None) -> dict[str, Any]:
    code = operator_code(event["code"])
    return {
        **_common(event, sending, addressee),
        "senderType": _SENDER_TYPES[sending.kind if sending is not None else "sms"],
        "messageStatus": "COMPLETED" if code == "1000" else "FAILED",
        "resultCode": code,
        "messageCount": 1,
    }


def _card(event: Event, sending: Sending, addressee: Addressee | None) -> dict[str, Any]:
    return {
        **_common(event, sending, addressee),
        "kakaoMessageType": "ALIMTALK_NORMAL",
        "createDate": sending.at.isoformat(timespec="seconds")[:19],
        "resultCode": kakao_code(event["code"]),
        "isAddedChannel": None,
    }


def _refusal(event: Event) -> dict[str, Any]:
    return {
        "hookId": event["id"],
        "recipientNo": event["number"],
        "unsubscribeNo": UNSUBSCRIBE_NO,
        "enterpriseName": "새빛구",
        "createdDateTime": event["at"],
    }
