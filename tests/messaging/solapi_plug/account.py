"""An account at Solapi, and what a test wants of it."""

import json
from datetime import UTC, datetime
from typing import Any

from messaging.carriers.base import HookRequest, Leg
from messaging.carriers.solapi import Solapi
from tests.messaging.simulator_process import HOOK_SECRET, KEY, NOWHERE, RunningSimulator

CHANNEL = "KA01PF260101000000000simulator"


def made(url: str = NOWHERE, **options: Any) -> Solapi:
    given: dict[str, Any] = {
        "api_key": KEY,
        "api_secret": KEY,
        "hook_secret": HOOK_SECRET,
        "channel_id": CHANNEL,
        "timeout": 2.0,
    }
    return Solapi(base_url=f"{url}/solapi", **given | options)


class Memory:
    """What the plug asked us to keep."""

    def __init__(self) -> None:
        self.group = ""

    def __call__(self, reference: str) -> None:
        self.group = reference


def taken(simulator: RunningSimulator, leg: Leg) -> int:
    return sum(event["leg"] == str(leg.id) for event in simulator.truth())


def hook(document: Any, address: str = "") -> HookRequest:
    return HookRequest(headers={}, body=json.dumps(document).encode(), received_at=datetime.now(UTC), address=address)


def report(**data: Any) -> list[dict[str, Any]]:
    whole = {"messageId": "M1", "statusCode": "4000", "dateReported": "2026-11-22T01:02:03Z", **data}
    return [{"eventDataId": "E1", "data": whole, "retryCount": 0}]
