"""The vendor's own fake and its signatures, as our plug meets them."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
from bizgo.testing import FAKE_API_KEY, FakeTransport, sign_webhook

from messaging.carriers.base import HookRequest
from messaging.carriers.bizgo import Bizgo
from tests.messaging.legs import OFFICE, PHONE
from tests.messaging.simulator_process import HOOK_SECRET

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


class Streamed(httpx.BaseTransport):
    """Their fake, whose answers can be read piece by piece as ours are."""

    def __init__(self, fake: FakeTransport) -> None:
        self._fake = fake

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        answer = self._fake.handle_request(request)
        return httpx.Response(answer.status_code, headers=answer.headers, stream=httpx.ByteStream(answer.content))


def plug_over(fake: FakeTransport, **options: Any) -> Bizgo:
    given = {"hook_ips": ["203.0.113.7"], "sender_key": "S" * 40, **options}
    base_url = "https://sandbox-mars.ibapi.kr"
    return Bizgo(base_url=base_url, api_key=FAKE_API_KEY, hook_secret=HOOK_SECRET, transport=Streamed(fake), **given)


def hook(payload: Any, *, secret: str = HOOK_SECRET, at: datetime = NOW, encoding: Any = "hex") -> HookRequest:
    """What Bizgo would post, signed by its own library."""
    signed = sign_webhook(secret, payload, timestamp=int(at.timestamp() * 1000), encoding=encoding)
    headers = {name.lower(): value for name, value in signed.headers.items()}
    return HookRequest(headers=headers, body=signed.body, received_at=NOW, address="203.0.113.7")


def report(leg: UUID | str = "", **changes: Any) -> dict[str, Any]:
    return {
        "msgKey": "20260424104234546POM101182450001",
        "serviceType": "SMS",
        "msgType": "SM",
        "reportTime": "2026-11-22T18:59:00.123+09:00",
        "reportType": "0",
        "reportCode": "10000",
        "ref": str(leg),
        **changes,
    }


def text(**changes: Any) -> dict[str, Any]:
    return {
        "msgKey": "MO1",
        "serviceType": "MO",
        "msgType": "SM",
        "to": OFFICE,
        "from": "01099999999",
        "carrier": "10003",
        "originator": PHONE,
        "content": "1 동의",
        "occurredTime": "2026-11-22T18:59:00+09:00",
        **changes,
    }
