"""Paying a bill: opened once however often it is tapped, settled by signed news or by asking, never charged twice."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext, gettext_noop

from messaging.carriers.base import CarrierError, HookRequest, NotFound
from messaging.queries import database_clock
from notices.models import Bill, Payment, PaymentEvent
from notices.payments import registry
from notices.payments.base import Order, PaymentFacts, PaymentNews
from notices.services.billing import bill_path, change
from portal.core.errors import Refused

UNKNOWN_AFTER = timedelta(minutes=30)  # a page left open that long is asked about
ASK_AGAIN = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3))
CALL_LEASE = timedelta(seconds=60)
MISSES_NEEDED = 2
MOST_AT_ONCE = 50
S = Payment.Status
_FOLDED = (
    *("status", "reason", "amount_won", "paid_at", "provider_reference"),
    *("next_check_at", "checked_count", "missed_count"),
)
_log = structlog.get_logger(__name__)


class NotPayable(Refused):
    """Paid, cancelled or objected to: there is nothing to pay."""

    sentence = gettext_noop("지금은 낼 것이 없는 고지서입니다.")


class ProviderAway(Refused):
    """The provider did not open its page. Nothing was taken, and tapping again is harmless."""

    sentence = gettext_noop("결제 창을 열지 못했습니다. 잠시 뒤에 다시 눌러 주세요. 여러 번 눌러도 한 번만 결제됩니다.")


# --- the citizen taps -------------------------------------------------------------------------------------------------


def start_payment(bill: Bill, *, provider: str, now: datetime) -> str:
    """
    Where the citizen pays. Ten taps and two tabs are one payment under one key.

    :raises NotPayable: if the bill is not open, or its money is already on the way
    :raises ProviderAway: if the provider did not answer, or the earlier payment cannot be asked about
    """
    payment = _payment_under_way(bill, provider, now)
    if payment.status == S.UNKNOWN and not _is_still_waiting(payment, now=now):
        payment = _payment_under_way(bill, provider, now)
    order = Order(
        key=payment.idempotency_key,
        amount_won=payment.amount_won,
        title=bill.title,
        return_url=f"{settings.SITE_URL}{bill_path(bill)}return/",
        expires_at=payment.started_at + UNKNOWN_AFTER,
    )
    try:
        opened = registry.provider(payment.provider).start(order)
    except CarrierError as error:
        _log.warning("payment_not_opened", payment=payment.pk, error=type(error).__name__)
        raise ProviderAway from error
    Payment.objects.filter(pk=payment.pk, provider_reference="").update(provider_reference=opened.reference)
    return opened.pay_url


@transaction.atomic
def _payment_under_way(bill: Bill, provider: str, now: datetime) -> Payment:
    """The one payment of this bill that is not decided yet, or a new one."""
    row = Bill.objects.select_for_update(no_key=True).get(pk=bill.pk)
    if row.status != Bill.Status.OPEN:
        raise NotPayable
    current = Payment.objects.filter(bill=row, status__in=[S.STARTED, S.UNKNOWN]).first()
    if current is not None:
        return current
    if provider not in registry.online():
        raise NotPayable(gettext("이 방법으로는 낼 수 없습니다. 다른 방법을 골라 주세요."))
    return Payment.objects.create(
        bill=row,
        provider=provider,
        amount_won=row.amount_won,
        started_at=now,
        next_check_at=database_clock() + UNKNOWN_AFTER,
    )


def _is_still_waiting(payment: Payment, *, now: datetime) -> bool:
    """
    Ask about a payment we lost sight of before anything else is opened: whether its page may be shown again.

    :raises NotPayable: if it was paid after all
    """
    after = check_payment(payment, now=now)
    if after.status == S.PAID:
        raise NotPayable(gettext("이미 납부되었습니다."))
    if after.status == S.UNKNOWN and after.reason != "waiting":
        raise ProviderAway(gettext("앞서 시작한 결제의 결과를 확인하고 있습니다. 잠시 뒤에 다시 눌러 주세요."))
    return after.status == S.UNKNOWN


def check_payment(payment: Payment, *, now: datetime) -> Payment:
    """Ask the provider where a payment stands, and write down what it says. An unclear answer changes nothing."""
    try:
        found = registry.provider(payment.provider).look_up(payment.idempotency_key)
    except (CarrierError, KeyError) as error:  # KeyError: the provider was taken out of the settings
        _log.warning("payment_still_unknown", payment=payment.pk, error=type(error).__name__)
        return payment
    if isinstance(found, NotFound):
        return _apply(payment.pk, lambda row: _miss(row, now))
    return record_facts(payment, found, now=now)


def _miss(payment: Payment, now: datetime) -> None:
    """The provider does not know the key. Believed when it says so a second time, long after the start."""
    if not payment.is_under_way or now < payment.started_at + UNKNOWN_AFTER:
        return
    payment.missed_count += 1
    if payment.missed_count >= MISSES_NEEDED:
        payment.status, payment.reason = S.FAILED, "not_found"


# --- what the provider says -------------------------------------------------------------------------------------------


def record_provider_events(*, alias: str, call: HookRequest, now: datetime) -> list[str]:
    """
    Take a webhook: every event once, in whatever order; returns their keys for the acknowledgement.

    :raises HookRefused: if it is forged, unsigned or stale
    :raises HookUnreadable: if it is authentic but not in the documented shape
    """
    news = registry.provider(alias).read_events(call)
    for event in news:
        _take(alias, event, now)
    return [event.event_key for event in news]


@transaction.atomic
def _take(alias: str, event: PaymentNews, now: datetime) -> None:
    found = Payment.objects.filter(provider=alias)
    payment = found.filter(idempotency_key=event.key).first() if event.key else None
    payment = payment or found.filter(provider_reference=event.facts.reference).first()
    if payment is None:
        _log.error("payment_event_without_payment", provider=alias, news=event.event_key)
    else:
        payment = record_facts(payment, event.facts, now=now)
    kept = PaymentEvent(
        provider=alias,
        event_key=event.event_key,
        payment=payment,
        kind=event.facts.status,
        amount_won=max(0, event.facts.amount_won),
        occurred_at=event.occurred_at,
        received_at=now,
    )
    PaymentEvent.objects.bulk_create([kept], ignore_conflicts=True)


def record_facts(payment: Payment, facts: PaymentFacts, *, now: datetime) -> Payment:
    """Fold what the provider says into the payment and its bill. The same facts again change nothing."""
    return _apply(payment.pk, lambda row: _fold(row, facts, now))


def _apply(payment_id: int, fold: Callable[[Payment], None]) -> Payment:
    """Change one payment with its bill locked: bill first, so that two payments of one bill cannot both be paid."""
    with transaction.atomic():
        bill_id = Payment.objects.values_list("bill_id", flat=True).get(pk=payment_id)
        bill = Bill.objects.select_for_update(no_key=True).get(pk=bill_id)
        payment = Payment.objects.select_for_update(no_key=True).get(pk=payment_id)
        payment.bill = bill
        fold(payment)
        payment.save(update_fields=_FOLDED)
    return payment


def _fold(payment: Payment, facts: PaymentFacts, now: datetime) -> None:
    payment.provider_reference = payment.provider_reference or facts.reference
    if facts.status == "paid" and payment.status in (S.STARTED, S.UNKNOWN, S.FAILED):
        _take_money(payment, facts, now)
    elif facts.status == "refunded" and payment.status != S.REFUNDED:
        payment.paid_at = payment.paid_at or facts.at or now  # the refund may be told before the payment
        _give_back(payment, now)
    elif facts.status == "failed" and payment.is_under_way:
        payment.status, payment.reason = S.FAILED, "refused"
    elif facts.status == "waiting" and payment.status == S.UNKNOWN:
        payment.reason = "waiting"


def _take_money(payment: Payment, facts: PaymentFacts, now: datetime) -> None:
    """Money came in: it pays the bill, or it has to go back."""
    bill = payment.bill
    payment.paid_at = facts.at or now
    if facts.amount_won != payment.amount_won or payment.amount_won != bill.amount_won:
        payment.amount_won = facts.amount_won if facts.amount_won > 0 else payment.amount_won  # it all goes back
        _owe(payment, "amount_differs")
    elif bill.status == Bill.Status.CANCELLED:
        _owe(payment, "bill_cancelled")
    elif bill.status == Bill.Status.PAID:
        _owe(payment, "paid_twice")
    else:
        payment.status, payment.reason = S.PAID, ""
        change(bill, Bill.Status.PAID, cause="paid", note=payment.provider, now=payment.paid_at)


def _owe(payment: Payment, reason: str) -> None:
    payment.status, payment.reason = S.OWED, reason
    payment.next_check_at, payment.checked_count = database_clock(), 0
    _log.error("payment_owed", payment=payment.pk, reason=reason)


def _give_back(payment: Payment, now: datetime) -> None:
    """The money went back: if it had paid the bill, that is open again."""
    had_paid = payment.status == S.PAID or payment.reason == "official"
    payment.status = S.REFUNDED
    if had_paid and payment.bill.status == Bill.Status.PAID:
        change(payment.bill, Bill.Status.OPEN, cause="refunded", now=now)


# --- the sweep --------------------------------------------------------------------------------------------------------


def reconcile_payments(*, now: datetime) -> int:
    """Ask about payments whose end we do not know, and give back what is owed; how many were asked about."""
    counters = [alias for alias in registry.aliases() if registry.provider(alias).is_counter]
    asked = 0
    while (payment := _claim(counters)) is not None and asked < MOST_AT_ONCE:
        asked += 1
        if payment.status == S.OWED:
            _refund_at_provider(payment, now=now)
        else:
            check_payment(payment, now=now)
    return asked


@transaction.atomic
def _claim(counters: Sequence[str]) -> Payment | None:
    """One payment whose turn it is; its next turn is moved ahead, so that no other worker asks meanwhile."""
    at = database_clock()
    due = Q(status__in=[S.STARTED, S.UNKNOWN]) | Q(status=S.OWED) & ~Q(provider__in=counters)
    waiting = Payment.objects.select_for_update(no_key=True, skip_locked=True).filter(due, next_check_at__lte=at)
    payment = waiting.order_by("next_check_at").first()
    if payment is None:
        return None
    if payment.status == S.STARTED:
        payment.status = S.UNKNOWN
    pause = ASK_AGAIN[min(payment.checked_count, len(ASK_AGAIN) - 1)]
    payment.next_check_at = at + max(pause, CALL_LEASE)
    payment.checked_count += 1
    payment.save(update_fields=["status", "next_check_at", "checked_count"])
    return payment


def _refund_at_provider(payment: Payment, *, now: datetime) -> None:
    """Repeating the key is harmless, so an answer that was lost is asked for again."""
    try:
        facts = registry.provider(payment.provider).refund(
            payment.provider_reference, key=payment.idempotency_key, amount_won=payment.amount_won
        )
    except (CarrierError, KeyError) as error:
        _log.warning("refund_not_confirmed", payment=payment.pk, error=type(error).__name__)
        return
    record_facts(payment, facts, now=now)
