"""The plug for the relay simulator. docs/sockets.md describes the wire."""

import base64
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import (
    HookRequest,
    HookResponse,
    HookUnreadable,
    NotFound,
    OutcomeUnknown,
    StillUnknown,
)
from messaging.carriers.http import LOOPBACK, Line
from messaging.carriers.marks import leg_of, path_secrets
from messaging.carriers.signing import verified
from notices.relay.base import (
    Refused,
    RelayEvent,
    RelayFacts,
    RelayIdentity,
    RelayKind,
    RelayRef,
)

DELIVERIES: Final = "/deliveries"
KINDS: Final = ("arrived", "opened", "expired")
# their code → what the official reads
CODES: Final[Mapping[str, str]] = {
    "unknown_ci": "이 중계자의 전자문서지갑이 없는 분입니다.",
    "bad_document": "문서가 넘기는 중에 달라졌습니다.",
    "too_late": "열람 기한이 이미 지났습니다.",
}


class Simulator:
    """The plug. Repeating a key is harmless, and every delivery can be asked about by it."""

    def __init__(
        self,
        *,
        base_url: str,
        key: str,
        hook_secret: str,
        timeout: float = 15.0,
        label: str = "전자문서지갑 (시험용)",
    ) -> None:
        if urlsplit(base_url).hostname not in LOOPBACK:
            raise ImproperlyConfigured("중계자 모의기는 이 컴퓨터(127.0.0.1)에서만 쓸 수 있습니다.")
        if not key or not hook_secret:
            raise ImproperlyConfigured("중계자 모의기에는 key와 hook_secret이 필요합니다.")
        self.label = label
        self.hook_path_secrets = path_secrets(hook_secret)
        self._hook_secret = hook_secret
        self._line = Line(base_url=base_url, headers={"authorization": f"Bearer {key}"}, timeout=timeout)

    def submit(
        self, document: bytes, *, sha256: str, recipient: RelayIdentity, key: UUID, opens_until: datetime
    ) -> RelayRef | Refused:
        """Hand over one PDF under its key."""
        order = {
            "key": str(key),
            "sha256": sha256,
            "ci_hmac": recipient.ci_hmac,
            "opens_until": opens_until.isoformat(),
            "document": base64.b64encode(document).decode(),
        }
        match self._line.call("POST", DELIVERIES, document=order, also_ok=(422,)).document:
            case {"ref": str(ref)} if ref:
                return RelayRef(ref)
            case {"code": str(code)} if code in CODES:
                return Refused(code, CODES[code])
        raise OutcomeUnknown("answer is not in the documented shape")

    def look_up(self, key: UUID) -> RelayFacts | Refused | NotFound | StillUnknown:
        """Ask what became of a delivery."""
        answer = self._line.call("GET", DELIVERIES, params={"key": str(key)}, also_ok=(404,))
        match answer.document:
            case {"code": "no_delivery"} if answer.status == 404:
                return NotFound()
            case {"code": str(code)} if code in CODES:
                return Refused(code, CODES[code])
            case {"ref": str(ref)} if ref:
                return _facts(ref, answer.document)
        return StillUnknown()

    def certificate(self, ref: RelayRef) -> bytes:
        """Fetch the 유통증명서."""
        match self._line.call("GET", f"{DELIVERIES}/{ref.value}/certificate").document:
            case {"certificate": str(encoded)}:
                try:
                    return base64.b64decode(encoded, validate=True)
                except ValueError as error:
                    raise OutcomeUnknown("certificate is not base64") from error
        raise OutcomeUnknown("answer is not in the documented shape")

    def read_events(self, request: HookRequest) -> Sequence[RelayEvent]:
        """What happened to deliveries."""
        body = verified(request, secret=self._hook_secret)
        try:
            return [_event(row) for row in json.loads(body)["events"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise HookUnreadable("not in the documented shape") from error

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        """Any 2xx ends the repetition."""
        return HookResponse(200, json.dumps({"received": list(event_keys)}).encode())


def _facts(ref: str, row: Mapping[str, Any]) -> RelayFacts | StillUnknown:
    try:
        moments = {name: _moment(row[name]) if row.get(name) else None for name in (f"{kind}_at" for kind in KINDS)}
    except (ValueError, TypeError):
        return StillUnknown()
    return RelayFacts(ref, **moments)


def _event(row: Mapping[str, Any]) -> RelayEvent:
    kind, event, ref = row["kind"], row["event"], row["ref"]
    if kind not in KINDS or not isinstance(event, str) or not isinstance(ref, str) or not ref:
        raise ValueError("kind")
    return RelayEvent(event[:80], leg_of(row.get("key")), ref, cast(RelayKind, kind), _moment(row["at"]))


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("without time zone")
    return moment
