"""Money under pressure: everything at once, from several threads with connections of their own."""

from datetime import UTC, datetime

import pytest

from notices.models import Bill, BillChange, Payment, PaymentEvent
from notices.payments.base import PaymentFacts
from notices.services import billing, paying
from tests.notices.other_ends import OtherEnd
from tests.notices.payers import due, news, only, start, tell, together
from tests.notices.world import World

P = Payment.Status


@pytest.mark.django_db(transaction=True)
def test_ten_taps_at_once_are_one_payment(provider: OtherEnd, world: World, bill: Bill) -> None:
    places = together(*[lambda: start(bill)] * 10)

    assert len(set(places)) == 1
    assert isinstance(places[0], str)
    assert Payment.objects.count() == 1
    mine = [one for one in provider.truth("order") if one["asked"]["key"] == str(only(bill).idempotency_key)]
    assert len(mine) == 1


@pytest.mark.django_db(transaction=True)
def test_news_look_up_and_replay_at_once_pay_once(provider: OtherEnd, world: World, bill: Bill) -> None:
    provider.press(start(bill), "time_out")
    payment = only(bill)
    event = news(payment, "paid")

    results = together(
        lambda: tell(event),
        lambda: tell(event),
        lambda: paying.check_payment(payment, now=world.now),
        lambda: paying.check_payment(payment, now=world.now),
    )

    assert not [one for one in results if isinstance(one, Exception)]
    bill.refresh_from_db()
    assert bill.status == Bill.Status.PAID
    assert BillChange.objects.filter(bill=bill).count() == 1
    assert PaymentEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_payments_confirmed_at_once_pay_once_and_owe_once(provider: OtherEnd, world: World, bill: Bill) -> None:
    started = datetime.now(UTC)
    first, second = (
        Payment.objects.create(
            bill=bill, provider="card", amount_won=bill.amount_won, status="failed", started_at=started
        )
        for _ in range(2)
    )
    facts = [PaymentFacts(f"P-{one.pk}", "paid", bill.amount_won, started) for one in (first, second)]

    together(
        *(
            lambda one=one, said=said: paying.record_facts(one, said, now=started)
            for one, said in zip((first, second), facts, strict=True)
        )
    )

    assert sorted(Payment.objects.values_list("status", flat=True)) == ["owed", "paid"]


@pytest.mark.django_db(transaction=True)
def test_cancelling_and_paying_at_once_never_keeps_the_money(provider: OtherEnd, world: World, bill: Bill) -> None:
    start(bill)
    payment = only(bill)
    event = news(payment, "paid")

    together(
        lambda: tell(event),
        lambda: billing.cancel_bill(bill, reason="잘못 부과", by=world.drafter, now=world.now),
    )

    bill.refresh_from_db()
    assert (bill.status, only(bill).status) == ("cancelled", P.OWED)


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_ask_once(provider: OtherEnd, world: World, bill: Bill) -> None:
    start(bill)
    due(only(bill))

    asked = together(*[lambda: paying.reconcile_payments(now=world.now)] * 3)

    assert sorted(str(one) for one in asked) == ["0", "0", "1"]
