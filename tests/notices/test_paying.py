"""Paying: ten taps, two tabs, replayed, late, forged and missing news are one paid bill, and money never vanishes."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from messaging.carriers.base import HookRefused
from notices.models import Bill, BillChange, Payment, PaymentEvent
from notices.services import billing, paying
from notices.services.paying import NotPayable, ProviderAway
from tests.notices.other_ends import OtherEnd
from tests.notices.payers import due, news, only, start, tell
from tests.notices.world import World

P = Payment.Status


def test_paying_takes_a_tap_and_the_provider_s_word(provider: OtherEnd, world: World, bill: Bill) -> None:
    place = start(bill)
    provider.press(place, "confirm")

    tell(news(only(bill), "paid"))

    bill.refresh_from_db()
    assert (bill.status, only(bill).status) == ("paid", P.PAID)
    assert bill.paid_at is not None
    assert BillChange.objects.get(bill=bill).cause == "paid"


def test_ten_taps_are_one_payment(provider: OtherEnd, world: World, bill: Bill) -> None:
    places = {start(bill) for _ in range(10)}

    assert len(places) == 1
    assert Payment.objects.count() == 1


def test_replayed_news_changes_nothing(provider: OtherEnd, world: World, bill: Bill) -> None:
    start(bill)
    event = news(only(bill), "paid")

    keys = [tell(event) for _ in range(3)]

    assert keys == [[event["event"]]] * 3, "acknowledged every time, or it comes for ever"
    assert PaymentEvent.objects.count() == 1
    assert BillChange.objects.filter(bill=bill).count() == 1


def test_forged_news_is_refused(provider: OtherEnd, world: World, bill: Bill) -> None:
    start(bill)

    with pytest.raises(HookRefused):
        tell(news(only(bill), "paid"), secret="somebody else's")

    bill.refresh_from_db()
    assert bill.status == Bill.Status.OPEN
    assert not PaymentEvent.objects.exists()


def test_news_of_a_payment_nobody_knows_is_kept(provider: OtherEnd, world: World, bill: Bill) -> None:
    stranger = Payment(pk=0, idempotency_key=uuid4(), amount_won=5, provider_reference="P99999999")

    tell(news(stranger, "paid"))

    assert PaymentEvent.objects.get().payment is None


def test_a_refusal_after_the_payment_is_too_late(provider: OtherEnd, world: World, bill: Bill) -> None:
    start(bill)
    tell(news(only(bill), "paid"))

    tell(news(only(bill), "refused"))

    assert only(bill).status == P.PAID


def test_after_a_refusal_she_may_try_again(provider: OtherEnd, world: World, bill: Bill) -> None:
    first = start(bill)
    provider.press(first, "refuse")
    tell(news(only(bill), "refused"))

    second = start(bill)

    assert first != second
    assert sorted(Payment.objects.values_list("status", flat=True)) == ["failed", "started"]


def test_money_that_comes_after_a_refusal_still_pays(provider: OtherEnd, world: World, bill: Bill) -> None:
    start(bill)
    tell(news(only(bill), "refused"))

    tell(news(only(bill), "paid"))

    bill.refresh_from_db()
    assert bill.status == Bill.Status.PAID


def test_a_refund_told_before_the_payment_leaves_the_bill_open(provider: OtherEnd, world: World, bill: Bill) -> None:
    start(bill)

    tell(news(only(bill), "refunded"))
    tell(news(only(bill), "paid"))

    bill.refresh_from_db()
    assert (bill.status, only(bill).status) == ("open", P.REFUNDED)


def test_a_second_payment_of_one_bill_goes_back(provider: OtherEnd, world: World, bill: Bill) -> None:
    provider.press(start(bill), "refuse")
    first = only(bill)
    tell(news(first, "refused"))
    provider.press(start(bill), "confirm")
    second = Payment.objects.exclude(pk=first.pk).get()
    tell(news(second, "paid"))

    tell(news(first, "paid"))

    assert list(Payment.objects.order_by("pk").values_list("status", "reason")) == [
        ("owed", "paid_twice"),
        ("paid", ""),
    ]


@pytest.mark.parametrize("amount", [31_999, 32_001])
def test_another_amount_pays_nothing_and_goes_back(provider: OtherEnd, world: World, bill: Bill, amount: int) -> None:
    start(bill)

    tell(news(only(bill), "paid", amount=amount))

    bill.refresh_from_db()
    assert (bill.status, only(bill).status, only(bill).reason) == ("open", P.OWED, "amount_differs")
    assert only(bill).amount_won == amount, "what came in is what goes back"


def test_a_bill_cancelled_after_the_link_went_out_gives_the_money_back(
    provider: OtherEnd, world: World, bill: Bill
) -> None:
    provider.press(start(bill), "confirm")
    billing.cancel_bill(bill, reason="잘못 부과", by=world.drafter, now=world.now)
    tell(news(only(bill), "paid"))
    assert only(bill).status == P.OWED

    paying.reconcile_payments(now=datetime.now(UTC))

    bill.refresh_from_db()
    assert (only(bill).status, bill.status) == (P.REFUNDED, "cancelled")
    assert [one["status"] for one in provider.truth("moved") if one["key"] == str(only(bill).idempotency_key)] == [
        "paid",
        "refunded",
    ]


@pytest.mark.parametrize("status", ["paid", "cancelled", "disputed"])
def test_what_is_not_open_cannot_be_paid(provider: OtherEnd, world: World, bill: Bill, status: str) -> None:
    Bill.objects.filter(pk=bill.pk).update(status=status, paid_at=world.now if status == "paid" else None)

    with pytest.raises(NotPayable):
        start(bill)

    assert not Payment.objects.exists()


def test_a_counter_opens_no_payment(provider: OtherEnd, world: World, bill: Bill) -> None:
    for alias in ("accounts", "nobody"):
        with pytest.raises(NotPayable):
            paying.start_payment(bill, provider=alias, now=world.now)

    assert not Payment.objects.exists()


def test_an_objection_while_paying_does_not_lose_the_money(provider: OtherEnd, world: World, bill: Bill) -> None:
    start(bill)
    billing.record_objection(bill, reason="전화", by=world.drafter, now=world.now)

    tell(news(only(bill), "paid"))

    bill.refresh_from_db()
    assert bill.status == Bill.Status.PAID


@pytest.mark.parametrize("fault", ["hang_after", "reset_after", "error_after", "garbage"])
def test_an_answer_that_was_lost_is_asked_for_under_the_same_key(
    provider: OtherEnd, world: World, bill: Bill, fault: str
) -> None:
    provider.faults({"fault": fault, "path": "/orders", "times": 1})
    with pytest.raises(ProviderAway):
        start(bill)

    start(bill)

    orders = [one for one in provider.truth("order") if one["asked"]["key"] == str(only(bill).idempotency_key)]
    assert len(orders) == 1


# --- nobody told us ---------------------------------------------------------------------------------------------------


def test_after_half_an_hour_we_ask(provider: OtherEnd, world: World, bill: Bill) -> None:
    provider.press(start(bill), "time_out")
    assert paying.reconcile_payments(now=datetime.now(UTC)) == 0, "not yet"
    due(only(bill))

    assert paying.reconcile_payments(now=datetime.now(UTC)) == 1

    bill.refresh_from_db()
    assert (bill.status, only(bill).status) == ("paid", P.PAID)


def test_while_the_provider_is_silent_nothing_is_decided(provider: OtherEnd, world: World, bill: Bill) -> None:
    provider.press(start(bill), "time_out")
    due(only(bill))
    provider.faults({"fault": "error_before", "path": "/orders", "method": "GET"})

    paying.reconcile_payments(now=datetime.now(UTC))

    assert only(bill).status == P.UNKNOWN
    with pytest.raises(ProviderAway):
        start(bill)
    assert Payment.objects.count() == 1, "never charged again blind"


def test_asking_again_waits_longer_each_time(provider: OtherEnd, world: World, bill: Bill) -> None:
    start(bill)
    provider.faults({"fault": "error_before", "path": "/orders", "method": "GET"})
    waits = []
    for _ in range(4):
        due(only(bill))
        paying.reconcile_payments(now=datetime.now(UTC))
        waits.append((only(bill).next_check_at or datetime.now(UTC)) - datetime.now(UTC))

    assert waits == sorted(waits)
    assert waits[-1] > timedelta(hours=2)


def test_a_payment_the_provider_never_saw_is_believed_the_second_time(
    provider: OtherEnd, world: World, bill: Bill
) -> None:
    provider.faults({"fault": "reset_before", "path": "/orders", "times": 1})
    with pytest.raises(ProviderAway):
        start(bill)
    statuses = []
    for _ in range(2):
        due(only(bill))
        paying.reconcile_payments(now=datetime.now(UTC))
        statuses.append(only(bill).status)

    assert statuses == [P.UNKNOWN, P.FAILED]


def test_a_tap_on_an_unknown_payment_asks_before_it_opens_anything(
    provider: OtherEnd, world: World, bill: Bill
) -> None:
    provider.press(start(bill), "time_out")
    Payment.objects.update(status=P.UNKNOWN)

    with pytest.raises(NotPayable, match="이미 납부"):
        start(bill)

    bill.refresh_from_db()
    assert bill.status == Bill.Status.PAID
    assert Payment.objects.count() == 1


def test_a_tap_on_an_unknown_payment_that_still_waits_goes_on_with_it(
    provider: OtherEnd, world: World, bill: Bill
) -> None:
    first = start(bill)
    Payment.objects.update(status=P.UNKNOWN)

    assert start(bill) == first


def test_a_refund_whose_answer_was_lost_is_given_once(provider: OtherEnd, world: World, bill: Bill) -> None:
    provider.press(start(bill), "confirm")
    tell(news(only(bill), "paid"))
    billing.refund(bill, reason="착오 납부", by=world.drafter, now=world.now)
    Payment.objects.update(next_check_at=datetime.now(UTC) - timedelta(minutes=1))
    provider.faults({"fault": "reset_after", "path": "/orders/", "times": 1})
    paying.reconcile_payments(now=datetime.now(UTC))
    assert only(bill).status == P.OWED

    Payment.objects.update(next_check_at=datetime.now(UTC) - timedelta(minutes=1))
    paying.reconcile_payments(now=datetime.now(UTC))

    bill.refresh_from_db()
    assert (only(bill).status, bill.status, bill.paid_at) == (P.REFUNDED, "open", None)
    mine = [one for one in provider.truth("moved") if one["key"] == str(only(bill).idempotency_key)]
    assert [one["status"] for one in mine] == ["paid", "refunded"]


def test_a_provider_taken_out_of_the_settings_decides_nothing(
    provider: OtherEnd, world: World, bill: Bill, settings: Settings
) -> None:
    start(bill)
    due(only(bill))
    settings.PAYMENT_PROVIDERS = {}

    paying.reconcile_payments(now=datetime.now(UTC))

    assert only(bill).status == P.UNKNOWN


def test_the_database_itself_refuses_a_second_paid(world: World, bill: Bill) -> None:
    values = {"bill": bill, "provider": "card", "amount_won": 1, "status": "paid", "started_at": world.now}
    Payment.objects.create(**values, paid_at=world.now)

    with pytest.raises(IntegrityError, match="a_bill_is_paid_once"), transaction.atomic():
        Payment.objects.create(**values, paid_at=world.now)


def test_nothing_personal_goes_to_the_provider(provider: OtherEnd, world: World, bill: Bill) -> None:
    start(bill)

    asked = provider.truth("order")[-1]["asked"]
    assert set(asked) == {"key", "amount_won", "title", "return_url", "expires_at"}
    assert "김하늘" not in json.dumps(asked, ensure_ascii=False)
    assert bill.electronic_payment_number not in json.dumps(asked)


def test_where_the_books_lie(provider: OtherEnd) -> None:
    assert isinstance(provider.log, Path)
    assert provider.log.stat().st_mode & 0o777 == 0o600
