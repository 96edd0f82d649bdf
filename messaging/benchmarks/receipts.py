"""Receipts: a whole campaign reported in one burst, stored and folded."""

from typing import Any

from messaging import delivery, receiving
from messaging.benchmarks import stage
from messaging.carriers.base import ReceiptEvent
from messaging.models import Attempt, Message
from messaging.services import record_receipts
from portal.core import clock

BATCH = 500


def measure(size: int) -> dict[str, Any]:
    """So many legs accepted, every one reported delivered once."""
    stage.open_office()
    with stage.stub():
        stage.queue("bench:receipts", size)
        stage.analyze()
        while Message.objects.filter(stream__name="bench:receipts", status="queued").exists():
            delivery.drain(seconds=30)
    legs = list(Attempt.objects.filter(message__stream__name="bench:receipts").values_list("pk", "vendor_ref"))
    events = [
        ReceiptEvent(f"bench:{leg}", reference, leg, "delivered", "1000", "", clock.now(), "{}")
        for leg, reference in legs
    ]
    stage.say(f"결과 보고 {size:,}건")
    with stage.watched() as stored:
        for start in range(0, len(events), BATCH):
            record_receipts(carrier="main", events=events[start : start + BATCH], now=clock.now())
    with stage.watched() as folded:
        while receiving.fold_receipts(now=clock.now()):
            pass
    return {
        "receipts": len(events),
        "stored_per_second": round(len(events) / stored.seconds),
        "folded_seconds": round(folded.seconds, 2),
        "folded_per_second": round(len(events) / folded.seconds),
        "fold_over_bare_insert": round(stored.seconds / folded.seconds, 2),
    }
