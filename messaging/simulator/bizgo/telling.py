"""What this vendor tells about messages: reports, states in look-ups, and replies; and how it signs its webhooks."""

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from typing import Any, Final

from messaging.simulator.bizgo.envelope import SUCCESS, seconds
from messaging.simulator.bizgo.sending import UNCERTAIN
from messaging.simulator.bizgo.shelf import Sent
from messaging.simulator.dialects import Taken, Webhook
from messaging.simulator.truth import Event

DELIVERED: Final = "10000"
TELECOM: Final = "10003"
# how the exchange says a message ended → report code and words, for texts and for AlimTalk
TEXT_ENDS: Final[Mapping[str, tuple[str, str]]] = {
    "1000": (DELIVERED, "성공"),
    "3103": ("13003", "결번"),
    "3104": ("12003", "단말기 전원 꺼짐"),
}
ALIMTALK_ENDS: Final[Mapping[str, tuple[str, str]]] = {
    "1000": (DELIVERED, "성공"),
    "3101": ("3019", "톡 유저가 아님"),
    "3102": ("3020", "알림톡 수신 차단"),
    "3103": ("3008", "전화번호 오류"),
    "3104": ("3018", "메시지를 전송할 수 없음"),
    "3016": ("3016", "메시지 내용이 템플릿과 일치하지 않음"),
    UNCERTAIN: (UNCERTAIN, "성공 불확실"),
}
KINDS: Final = {"sms": ("SMS", "SM"), "lms": ("MMS", "LM"), "mms": ("MMS", "MM"), "alimtalk": ("ALIMTALK", "AT")}
MOST_TRIES: Final = 3
LANES: Final = 8
NAMELESS: Final = "-"  # begins our name for a recipient the customer gave none


def message_key(ref: str) -> str:
    """All messages of one recipient share the key of the first."""
    return ref.partition("/")[0]


class Teller:
    """Words every event as this vendor would."""

    def __init__(self, accepted: Mapping[str, Event], sent: Mapping[str, Sent]) -> None:
        self._accepted = accepted
        self._sent = sent

    def report(self, receipt: Event) -> dict[str, Any]:
        """One report. Its `ref` is the recipient's, else the call's."""
        accept = self._accepted.get(receipt["ref"])
        channel = accept["channel"] if accept else "sms"
        code, words = (ALIMTALK_ENDS if channel == "alimtalk" else TEXT_ENDS).get(receipt["code"], ("99999", "기타"))
        service, kind = KINDS[channel]
        found = {
            "msgKey": message_key(receipt["ref"]),
            "serviceType": service,
            "msgType": kind,
            "sendTime": seconds(accept["time"] if accept else receipt["at"]),
            "reportTime": seconds(receipt["at"]),
            "reportType": "0",
            "reportCode": code,
            "reportText": words,
        }
        if channel != "alimtalk":
            found["carrier"] = TELECOM
        return {**found, **self._ref(receipt)}

    def _ref(self, event: Event) -> dict[str, str]:
        """What the customer called this recipient, or the whole call; nothing for neither."""
        leg = str(event["leg"])
        if not leg.startswith(NAMELESS):
            return {"ref": leg.partition("+")[0]}
        sent = self._sent.get(message_key(event["ref"])[:-3])
        return {"ref": sent.reference} if sent and sent.reference else {}

    def state(self, event: Event, receipt: Event | None, *, has_more: bool) -> dict[str, Any]:
        """One message as the look-ups show it: its acceptance, and its report once there is one."""
        service, kind = KINDS[event["channel"]]
        is_taken = event["event"] == "accept"
        found = {
            "msgKey": message_key(event["ref"]),
            "serviceType": service,
            "msgType": kind,
            "to": event["number"],
            "fallback": "Y" if has_more else "N",
            "responseCode": SUCCESS if is_taken else event["code"],
            "responseText": "요청 성공" if is_taken else "요청 실패",
            "requestTime": seconds(event["time"]),
            **self._ref(event),
        }
        return {**found, **self.report(receipt)} if receipt is not None else found


def reply(event: Event) -> dict[str, Any]:
    """A citizen's text. `from` is what they typed as their number, `originator` the telephone it came from."""
    return {
        "msgKey": event["id"],
        "serviceType": "MO",
        "msgType": "SM",
        "to": event["to"],
        "from": event.get("shown", event["number"]),
        "carrier": TELECOM,
        "originator": event["number"],
        "content": event["text"],
        "occurredTime": seconds(event["at"]),
    }


def signed(body: bytes, secret: str, at: int) -> dict[str, str]:
    """The vendor's signature covers the time alone, in milliseconds; not a byte of the body."""
    stamp = str(at * 1000)
    digest = hmac.new(secret.encode(), stamp.encode(), hashlib.sha256).hexdigest()
    return {"x-ib-timestamp": stamp, "x-ib-signature": digest}


def is_taken(taken: Taken, events: Sequence[Event]) -> bool:
    """Only the key of the very message, said back, counts."""
    event = events[0]
    wanted = event["id"] if event["event"] == "reply" else message_key(event["ref"])
    return taken.is_success and isinstance(taken.document, dict) and taken.document.get("msgKey") == wanted


def webhooks(teller: Teller, *, is_polled: bool) -> tuple[Webhook, ...]:
    """One event a call, three times at most; reports only where the customer does not fetch them."""

    def encode_report(events: Sequence[Event]) -> bytes:
        return json.dumps(teller.report(events[0]), ensure_ascii=False).encode()

    def encode_reply(events: Sequence[Event]) -> bytes:
        return json.dumps(reply(events[0]), ensure_ascii=False).encode()

    replies = Webhook("reply", "replies", encode_reply, signed, is_taken=is_taken, tries=MOST_TRIES, lanes=LANES)
    reports = Webhook("receipt", "receipts", encode_report, signed, is_taken=is_taken, tries=MOST_TRIES, lanes=LANES)
    return (replies,) if is_polled else (reports, replies)
