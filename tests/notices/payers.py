"""A payment provider at the other end, a bill to pay, and short ways to its news."""

import json
import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from django.db import connection

from messaging.carriers.base import HookRequest
from messaging.simulator.signing import signature
from notices.models import Bill, Payment
from notices.services import paying
from tests.notices.other_ends import HOOK_SECRET


def start(bill: Bill) -> str:
    """Tap 납부하기."""
    return paying.start_payment(bill, provider="card", now=datetime.now(UTC))


def only(bill: Bill) -> Payment:
    """The one payment of a bill."""
    return Payment.objects.get(bill=bill)


def news(payment: Payment, status: str, *, amount: int | None = None, event: str = "") -> dict[str, object]:
    return {
        "event": event or f"{payment.pk}-{status}",
        "key": str(payment.idempotency_key),
        "reference": payment.provider_reference or f"P{payment.pk}",
        "status": status,
        "amount_won": payment.amount_won if amount is None else amount,
        "at": datetime.now(UTC).isoformat(),
    }


def tell(*events: dict[str, object], secret: str = HOOK_SECRET) -> list[str]:
    body = json.dumps({"events": events}).encode()
    headers = {"x-signature": signature(body, secret=secret, at=int(time.time()))}
    now = datetime.now(UTC)
    return paying.record_provider_events(alias="card", call=HookRequest(headers, body, now), now=now)


def due(payment: Payment, *, minutes_ago: int = 40) -> None:
    """Its turn to be asked about has come."""
    long_ago = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    Payment.objects.filter(pk=payment.pk).update(next_check_at=long_ago, started_at=long_ago)


def together(*works: Callable[[], object]) -> list[object]:
    """Run all at once, each with a connection of its own; what each returned or raised."""
    ready = threading.Barrier(len(works))
    results: list[object] = [None] * len(works)

    def run(place: int, work: Callable[[], object]) -> None:
        ready.wait()
        try:
            results[place] = work()
        except Exception as error:  # noqa: BLE001 — the test looks at it
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(place, work)) for place, work in enumerate(works)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
