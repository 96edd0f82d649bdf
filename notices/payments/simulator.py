"""The plug for the payment simulator. docs/sockets.md describes the wire."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast
from urllib.parse import urlsplit
from uuid import UUID

from django.core.exceptions import ImproperlyConfigured

from messaging.carriers.base import HookRequest, HookResponse, HookUnreadable, NotFound, OutcomeUnknown
from messaging.carriers.http import LOOPBACK, Line
from messaging.carriers.marks import leg_of, path_secrets
from messaging.carriers.signing import verified
from notices.payments.base import Opened, Order, PaymentFacts, PaymentNews, PaymentStatus

ORDERS: Final = "/orders"
# their word → ours
STATUSES: Final[Mapping[str, PaymentStatus]] = {
    "waiting": "waiting",
    "paid": "paid",
    "refused": "failed",
    "left": "failed",
    "expired": "failed",
    "refunded": "refunded",
}


class Simulator:
    """The plug. Repeating a key is harmless, and every payment can be asked about by it."""

    is_counter = False

    def __init__(
        self,
        *,
        base_url: str,
        key: str,
        hook_secret: str,
        timeout: float = 5.0,
        label: str = "카드·계좌로 바로 내기 (시험용)",
    ) -> None:
        if urlsplit(base_url).hostname not in LOOPBACK:
            raise ImproperlyConfigured("결제 모의기는 이 컴퓨터(127.0.0.1)에서만 쓸 수 있습니다.")
        if not key or not hook_secret:
            raise ImproperlyConfigured("결제 모의기에는 key와 hook_secret이 필요합니다.")
        self.label = label
        parts = urlsplit(base_url)
        self.origins: Sequence[str] = tuple(f"{parts.scheme}://{host}:{parts.port}" for host in LOOPBACK[:2])
        self.hook_path_secrets = path_secrets(hook_secret)
        self._hook_secret = hook_secret
        self._line = Line(base_url=base_url, headers={"authorization": f"Bearer {key}"}, timeout=timeout)

    def start(self, order: Order) -> Opened:
        """Open a payment under its key."""
        document = {
            "key": str(order.key),
            "amount_won": order.amount_won,
            "title": order.title,
            "return_url": order.return_url,
            "expires_at": order.expires_at.isoformat(),
        }
        match self._line.call("POST", ORDERS, document=document).document:
            case {"reference": str(reference), "pay_url": str(pay_url)} if reference and self._is_ours(pay_url):
                return Opened(reference, pay_url)
        raise OutcomeUnknown("answer is not in the documented shape")

    def look_up(self, key: UUID) -> PaymentFacts | NotFound:
        """Ask what became of a payment."""
        answer = self._line.call("GET", ORDERS, params={"key": str(key)}, also_ok=(404,))
        if answer.status == 404 and isinstance(answer.document, dict) and answer.document.get("code") == "no_order":
            return NotFound()
        return _facts_or_unknown(answer.document)

    def refund(self, reference: str, *, key: UUID, amount_won: int) -> PaymentFacts:
        """Give the money back."""
        asked = {"key": str(key), "amount_won": amount_won}
        return _facts_or_unknown(self._line.call("POST", f"{ORDERS}/{reference}/refund", document=asked).document)

    def read_events(self, request: HookRequest) -> Sequence[PaymentNews]:
        """What happened to payments."""
        body = verified(request, secret=self._hook_secret)
        try:
            return [_news(row) for row in json.loads(body)["events"]]
        except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            raise HookUnreadable("not in the documented shape") from error

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse:
        """Any 2xx ends the repetition."""
        return HookResponse(200, json.dumps({"received": list(event_keys)}).encode())

    def _is_ours(self, pay_url: str) -> bool:
        """Nobody is sent to a site the pay page does not name."""
        return pay_url.startswith(tuple(f"{origin}/" for origin in self.origins))


def _facts_or_unknown(document: Any) -> PaymentFacts:
    try:
        return _facts(document)
    except (ValueError, KeyError, TypeError) as error:
        raise OutcomeUnknown("answer is not in the documented shape") from error


def _facts(row: Mapping[str, Any]) -> PaymentFacts:
    amount, reference = row["amount_won"], row["reference"]
    if not isinstance(amount, int) or not isinstance(reference, str) or not reference:
        raise ValueError("amount_won")
    at = datetime.fromisoformat(row["at"]) if row.get("at") else None
    return PaymentFacts(reference, STATUSES[cast(str, row["status"])], amount, at)


def _news(row: Mapping[str, Any]) -> PaymentNews:
    occurred_at = datetime.fromisoformat(row["at"])
    if occurred_at.tzinfo is None or not isinstance(row["event"], str):
        raise ValueError("at")
    return PaymentNews(row["event"][:80], leg_of(row.get("key")), _facts(row), occurred_at)
