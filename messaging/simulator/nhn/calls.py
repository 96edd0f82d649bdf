"""One call as both services read it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from messaging.simulator.nhn.envelope import BAD_FIELD, Refusal
from messaging.simulator.wire import Request

BAD_CONTENT = -9996


@dataclass(frozen=True, slots=True)
class Call:
    """Its method, what follows the app key in its address, its parameters, its document and its idempotency key."""

    method: str
    place: str
    query: Mapping[str, str]
    document: Any
    idempotency_key: str

    @property
    def key(self) -> str:
        """By which the customer knows the call."""
        given = self.document.get("senderGroupingKey") if isinstance(self.document, dict) else None
        return self.idempotency_key or str(given or self.query.get("senderGroupingKey", ""))

    @property
    def numbers(self) -> Sequence[str]:
        """Whom it would reach."""
        rows = self.document.get("recipientList") if isinstance(self.document, dict) else None
        rows = rows if isinstance(rows, list) else []
        return [str(row.get("recipientNo")) for row in rows if isinstance(row, dict)]


def read_call(request: Request, place: str) -> Call:
    """
    The call in a request.

    :raises Refusal: for a body that is not JSON
    """
    document = None
    if request.method in ("POST", "PUT"):
        if not request.headers.get("content-type", "").startswith("application/json"):
            raise Refusal(BAD_CONTENT)
        try:
            document = json.loads(request.body)
        except ValueError as error:
            raise Refusal(BAD_FIELD) from error
    query = {name: values[0] for name, values in request.query.items()}
    key = request.headers.get("x-nc-api-idempotency-key", "")
    return Call(request.method, place, query, document, key)
