"""The plug for the carrier simulator: its own dialect under /own. docs/carriers.md describes the wire."""

import base64
import hashlib
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, Final, TypeVar
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import (
    Accepted,
    Call,
    Capabilities,
    Found,
    HookRequest,
    HookResponse,
    HookUnreadable,
    Leg,
    MmsProfile,
    NotFound,
    Outcome,
    OutcomeUnknown,
    ReasonKind,
    ReceiptEvent,
    Rejected,
    Remember,
    ReplyEvent,
    StillUnknown,
    nothing_to_remember,
)
from messaging.carriers.http import LOOPBACK, Line
from messaging.carriers.marks import leg_of, path_secrets
from messaging.carriers.signing import verified

Event = TypeVar("Event")

CAPABILITIES: Final = Capabilities(
    batch_sizes={"sms": 200, "lms": 200, "mms": 200, "alimtalk": 200},
    outcome="reference",
    receipts="push",
    replies=True,
    mms=MmsProfile(max_bytes=200_000, max_width=1000, max_height=1000, max_images=3),
    knows_legs=True,
)
DELIVERED: Final = "1000"
# their code → (reason_kind, is it pointless to try again?, what the official reads)
CODES: Final[Mapping[str, tuple[ReasonKind, bool, str]]] = {
    "2001": ("no_such_number", True, "수신번호가 휴대전화 번호가 아닙니다."),
    "2002": ("sender", True, "등록되지 않은 발신번호입니다."),
    "2101": ("content", True, "본문이 비어 있습니다."),
    "2102": ("content", True, "본문이 길이 제한을 넘었습니다."),
    "2103": ("content", True, "제목이 길이 제한을 넘었거나 단문에 제목이 있습니다."),
    "2104": ("content", True, "문자로 보낼 수 없는 글자가 있습니다."),
    "2105": ("content", True, "그림은 그림문자에만, 한 장 이상 넣어야 합니다."),
    "2106": ("content", True, "그림이 기본형 JPEG가 아닙니다."),
    "2107": ("content", True, "그림 용량이 제한을 넘었습니다."),
    "2108": ("content", True, "그림 크기가 제한을 넘었습니다."),
    "2109": ("content", True, "그림이 너무 많습니다."),
    "2110": ("content", True, "그림이 전송 중에 달라졌습니다."),
    "2201": ("template", True, "알림톡 템플릿 코드가 없습니다."),
    "2202": ("template", True, "알림톡 본문이 길이 제한을 넘었습니다."),
    "2203": ("template", True, "알림톡 버튼이 올바르지 않습니다."),
    "3101": ("not_on_kakao", True, "카카오톡을 쓰지 않는 번호입니다."),
    "3102": ("blocked_by_user", True, "받는 사람이 채널을 차단했습니다."),
    "3103": ("no_such_number", True, "없는 번호입니다."),
    "3104": ("unreachable", False, "휴대전화가 꺼져 있습니다."),
    "9001": ("carrier", False, "통신사 일시 장애입니다."),
}
MESSAGES: Final = "/own/messages"


class Simulator:
    """The plug. Repeating a key is harmless, and a call can be asked about by its key or by our references."""

    def __init__(
        self, *, base_url: str, key: str, hook_secret: str, timeout: float = 15.0, tps: float = CAPABILITIES.tps
    ) -> None:
        if urlsplit(base_url).hostname not in LOOPBACK:
            raise ImproperlyConfigured("통신사 모의기는 이 컴퓨터(127.0.0.1)에서만 쓸 수 있습니다.")
        if not key or not hook_secret:
            raise ImproperlyConfigured("통신사 모의기에는 key와 hook_secret이 필요합니다.")
        self.capabilities = replace(CAPABILITIES, tps=tps)
        self.hook_path_secrets = path_secrets(hook_secret)
        self._hook_secret = hook_secret
        self._line = Line(base_url=base_url, headers={"authorization": f"Bearer {key}"}, timeout=timeout)

    def submit(
        self, legs: Sequence[Leg], *, key: UUID, remember: Remember = nothing_to_remember
    ) -> Mapping[UUID, Outcome]:
        """Hand over a batch under one key; the same key again gets the first answers."""
        order = {"key": str(key), "legs": [_wire_leg(leg) for leg in legs]}
        rows = _rows(self._line.call("POST", MESSAGES, document=order).document)
        return {leg.id: _outcome(_row(rows, leg.id)) for leg in legs}

    def look_up(self, call: Call) -> Mapping[UUID, Found]:
        """Ask what became of the legs; a leg the answer does not mention stays unknown."""
        asked = {"key": str(call.key), "id": [str(leg) for leg in call.legs]}
        rows = _rows(self._line.call("GET", MESSAGES, params=asked).document)
        return {leg: _found(rows[str(leg)]) if str(leg) in rows else StillUnknown() for leg in call.legs}

    def read_receipts(self, request: HookRequest) -> Sequence[ReceiptEvent]:
        """Delivered or not, for legs accepted earlier."""
        return _events(verified(request, secret=self._hook_secret), _receipt)

    def read_replies(self, request: HookRequest) -> Sequence[ReplyEvent]:
        """What citizens texted to our numbers."""
        return _events(verified(request, secret=self._hook_secret), _reply)

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        """Any 2xx ends the repetition; the keys are for whoever reads the traffic."""
        return HookResponse(200, json.dumps({"received": list(event_keys)}).encode())


def _wire_leg(leg: Leg) -> dict[str, Any]:
    return {
        "id": str(leg.id),
        "channel": leg.channel,
        "to": leg.to,
        "from": leg.sender,
        "text": leg.text,
        "title": leg.title,
        "template": leg.template_code,
        "buttons": [{"label": button.label, "url": button.url} for button in leg.buttons],
        "images": [_wire_image(image.content) for image in leg.images],
    }


def _wire_image(image: bytes) -> dict[str, str]:
    # Named by content: carriers re-use an earlier upload of the same name, which would be another citizen's page.
    sha256 = hashlib.sha256(image).hexdigest()
    return {"name": f"{sha256[:32]}.jpg", "sha256": sha256, "base64": base64.b64encode(image).decode()}


def _rows(document: Any) -> dict[str, dict[str, Any]]:
    """The answer's rows by leg id; anything but the documented shape proves nothing."""
    try:
        rows = document["legs"]
        found = {row["id"]: row for row in rows}
    except (KeyError, TypeError) as error:
        raise OutcomeUnknown("answer is not in the documented shape") from error
    if len(found) != len(rows) or not all(isinstance(leg, str) for leg in found):
        raise OutcomeUnknown("answer is not in the documented shape")
    return found


def _row(rows: Mapping[str, dict[str, Any]], leg: UUID) -> dict[str, Any]:
    try:
        return rows[str(leg)]
    except KeyError as error:
        raise OutcomeUnknown("answer leaves out a leg") from error


def _outcome(row: Mapping[str, Any]) -> Outcome:
    match row:
        case {"accepted": True, "ref": str(ref)} if ref:
            return Accepted(ref)
        case {"accepted": False, "code": str(code)}:
            return _rejected(code)
    raise OutcomeUnknown("answer is not in the documented shape")


def _found(row: Mapping[str, Any]) -> Found:
    match row:
        case {"status": "accepted", "ref": str(ref)} if ref:
            return Accepted(ref)
        case {"status": "refused", "code": str(code)}:
            return _rejected(code)
        case {"status": "not_found"}:
            return NotFound()
    return StillUnknown()


def _rejected(code: str) -> Rejected:
    kind, is_permanent, reason = CODES.get(code, ("carrier", False, "통신사가 알 수 없는 사유로 거절했습니다."))
    return Rejected(code=code, reason_kind=kind, is_permanent=is_permanent, reason=reason)


def _events(body: bytes, read: Callable[[Mapping[str, Any]], Event]) -> list[Event]:
    try:
        return [read(row) for row in json.loads(body)["events"]]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise HookUnreadable("not in the documented shape") from error


def _receipt(row: Mapping[str, Any]) -> ReceiptEvent:
    code = _text(row, "code")
    outcome = _text(row, "outcome")
    if outcome not in ("delivered", "undelivered"):
        raise ValueError("outcome")
    return ReceiptEvent(
        event_key=_text(row, "event"),
        vendor_ref=_text(row, "ref"),
        leg=leg_of(row.get("id")),
        outcome="delivered" if outcome == "delivered" else "undelivered",
        code=code,
        reason_kind="" if outcome == "delivered" else _rejected(code).reason_kind,
        occurred_at=_moment(row),
        raw=json.dumps(row, ensure_ascii=False),
    )


def _reply(row: Mapping[str, Any]) -> ReplyEvent:
    return ReplyEvent(
        event_key=_text(row, "event"),
        to_number=_text(row, "to"),
        from_number=_text(row, "from"),
        text=_text(row, "text", may_be_empty=True),
        occurred_at=_moment(row),
        raw=json.dumps(row, ensure_ascii=False),
    )


def _text(row: Mapping[str, Any], name: str, *, may_be_empty: bool = False) -> str:
    value = row[name]
    if not isinstance(value, str) or not (value or may_be_empty):
        raise ValueError(name)
    return value


def _moment(row: Mapping[str, Any]) -> datetime:
    moment = datetime.fromisoformat(_text(row, "at"))
    if moment.tzinfo is None:
        raise ValueError("at")
    return moment
