"""
Receiving: what stored events mean, later and once.

The sweep folds receipts, joins parts, hands replies to whoever asked, and tells outcomes.
"""

import math
import time
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction

from messaging import answering, storing, topics
from messaging.models import MESSAGE_FINAL, Attempt, Channel, LegStatus, Message, Receipt, Reply
from messaging.services import triage
from messaging.settling import Change, settle

_log = structlog.get_logger(__name__)
BATCH = 500
AT_ONCE = 100  # replies that share their look-ups: few enough that nothing they rest on is old
MATCH_FOR = timedelta(hours=72)  # a receipt may come before the answer to the call that caused it, or for nobody
MATCH_AGAIN = timedelta(minutes=1)
_FOLDED = """
    UPDATE messaging_receipt r SET attempt_id = u.attempt, folded_at = %s
    FROM unnest(%s::bigint[], %s::uuid[]) AS u (id, attempt) WHERE r.id = u.id
"""
PARKED = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1))


def handle_pending(*, now: datetime, seconds: float = math.inf) -> None:
    """
    Fold receipts, join parts, handle replies and tell outcomes until nothing is waiting, or the time is up.

    Each gets its share of the time: fifty thousand receipts must not keep the replies waiting, nor these the outcomes.
    """
    share = seconds / 3
    until = time.monotonic() + share
    while fold_receipts(now=now) and time.monotonic() < until:
        pass
    storing.join_stale_parts(now=now)
    handle_replies(now=now, seconds=share)
    triage.tell_decisions(now=now)
    tell_outcomes(now=now, seconds=share)


@transaction.atomic
def fold_receipts(*, now: datetime) -> int:
    """Raise the ranks of the legs a batch of receipts is about; how many receipts were looked at."""
    waiting = Receipt.objects.select_for_update(no_key=True, skip_locked=True).filter(folded_at=None, fold_at__lte=now)
    batch = list(waiting.order_by("fold_at", "pk")[:BATCH])
    legs = _legs_of(batch)
    settle([_change(receipt, legs[receipt.pk]) for receipt in batch if receipt.pk in legs], cause="receipt")
    with connection.cursor() as cursor:
        cursor.execute(_FOLDED, [now, list(legs), [leg.pk for leg in legs.values()]])
    _match_later([receipt.pk for receipt in batch if receipt.pk not in legs], now)
    return len(batch)


def _legs_of(receipts: Sequence[Receipt]) -> dict[int, Attempt]:
    """Receipt → leg, by our reference or by the carrier's; another carrier's receipts never match."""
    by_id = Attempt.objects.in_bulk([receipt.leg for receipt in receipts if receipt.leg])
    references = {receipt.vendor_ref for receipt in receipts if receipt.vendor_ref}
    by_reference = {(leg.carrier, leg.vendor_ref): leg for leg in Attempt.objects.filter(vendor_ref__in=references)}
    found = {}
    for receipt in receipts:
        leg = by_id.get(receipt.leg) if receipt.leg else by_reference.get((receipt.carrier, receipt.vendor_ref))
        if leg is not None and leg.carrier == receipt.carrier:
            found[receipt.pk] = leg
    return found


def _change(receipt: Receipt, leg: Attempt) -> Change:
    if receipt.outcome == "undelivered":
        return Change(leg.pk, LegStatus.UNDELIVERED, code=receipt.code, reason_kind=receipt.reason_kind)
    evidence = "kakao_push" if leg.channel == Channel.ALIMTALK else "carrier_receipt"
    return Change(leg.pk, LegStatus.DELIVERED, code=receipt.code, evidence=evidence, vendor_ref=receipt.vendor_ref)


def _match_later(receipts: Sequence[int], now: datetime) -> None:
    """A receipt nobody is waiting for is tried again for three days, then left for a person to read."""
    unmatched = Receipt.objects.filter(pk__in=receipts)
    unmatched.update(fold_at=now + MATCH_AGAIN)
    unmatched.filter(received_at__lte=now - MATCH_FOR).update(folded_at=now)


def handle_replies(*, now: datetime, seconds: float = math.inf) -> None:
    """Hand every waiting reply to whoever asked; one that raises is parked, and the next one goes on."""
    until = time.monotonic() + seconds
    waiting = Reply.objects.filter(handled_at=None, try_at__lte=now)
    while time.monotonic() < until and (batch := list(waiting.order_by("try_at", "pk")[:AT_ONCE])):
        around = answering.surroundings_of(batch)
        handled = [_handle(reply.pk, now, around) for reply in batch]
        if not any(handled):
            return  # other workers hold them all


def _handle(reply: int, now: datetime, around: answering.Surroundings) -> bool:
    try:
        return answering.handle(reply=reply, now=now, around=around)
    except SoftTimeLimitExceeded:
        raise  # nothing is wrong with the reply: it waits for the next worker
    except Exception as error:  # noqa: BLE001 — the loop's edge: the next citizen must not wait for a broken handler
        _log.exception("reply_parked", reply=reply)
        park(reply=reply, error=type(error).__name__, now=now)
        return True


@transaction.atomic
def park(*, reply: int, error: str, now: datetime) -> None:
    """Try a reply again later. `error` names the exception only: its text may hold what the citizen wrote."""
    row = Reply.objects.select_for_update(no_key=True).get(pk=reply)
    row.try_at = now + PARKED[min(row.tries_count, len(PARKED) - 1)]
    row.tries_count += 1
    row.error = error[:200]
    row.save(update_fields=["try_at", "tries_count", "error"])


def tell_outcomes(*, now: datetime, seconds: float = math.inf) -> None:
    """Tell each topic's owner which messages became final. A handler that raises hears of them again next time."""
    until = time.monotonic() + seconds
    for topic, handler in topics.outcome_handlers().items():
        try:
            while _tell(topic, handler, now) and time.monotonic() < until:
                pass
        except SoftTimeLimitExceeded:
            raise
        except Exception:  # noqa: BLE001 — the loop's edge: one room's broken handler must not silence the others
            _log.exception("outcome_untold", topic=topic)


@transaction.atomic
def _tell(topic: str, handler: topics.OutcomeHandler, now: datetime) -> bool:
    waiting = Message.objects.select_for_update(no_key=True, skip_locked=True).filter(
        topic=topic, outcome_told_at=None, status__in=MESSAGE_FINAL
    )
    messages = list(waiting.order_by("pk")[:BATCH])
    if messages:
        handler(messages=messages, now=now)
        Message.objects.filter(pk__in=[message.pk for message in messages]).update(outcome_told_at=now)
    return bool(messages)
