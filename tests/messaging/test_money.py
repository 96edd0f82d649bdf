"""Prices by date, one ledger line per billed leg, and budgets that hold campaigns back."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse

from messaging import delivery, ledger, pricing, services, settling
from messaging.carriers.base import NotSent
from messaging.models import (
    Attempt,
    Budget,
    BudgetDay,
    LedgerCount,
    LedgerEntry,
    LegStatus,
    Message,
    Price,
)
from messaging.settling import Change, settle
from portal.accounts.models import Department
from portal.core import clock
from tests.messaging.making import (
    leg_of,
    make_official,
    make_template,
    outgoing,
    queue,
    raising,
    rejecting,
    status_of,
    told,
)

pytestmark = [pytest.mark.usefixtures("office", "daytime"), pytest.mark.django_db]


def _drain() -> None:
    delivery.drain(seconds=5)


def _settle(message: Message, status: LegStatus) -> None:
    settle([Change(leg_of(message).pk, status)], cause="receipt")


def _today() -> date:
    return clock.day_in_korea(clock.now())


def test_without_a_contract_the_published_price_is_in_force() -> None:
    assert pricing.tariff_on(_today()).rate("sms").won == Decimal("12.00")


def test_a_price_counts_from_its_day_and_a_carriers_own_goes_first() -> None:
    today = _today()
    Price.objects.create(channel="sms", won="11", valid_from=today - timedelta(days=9))
    Price.objects.create(channel="sms", won="10", valid_from=today)
    Price.objects.create(channel="sms", won="8", carrier="spare", valid_from=today - timedelta(days=3))
    Price.objects.create(channel="sms", won="1", valid_from=today + timedelta(days=1))

    tariff = pricing.tariff_on(today)

    assert (tariff.rate("sms", "main").won, tariff.rate("sms", "spare").won) == (Decimal(10), Decimal(8))
    assert pricing.tariff_on(today - timedelta(days=1)).rate("sms").won == Decimal(11)


def test_a_leg_costs_what_it_costs_on_the_day_it_leaves() -> None:
    make_template()
    message = queue()
    Price.objects.create(channel="sms", won="15", valid_from=_today())

    _drain()

    assert leg_of(message).cost_won == Decimal(15)
    assert LedgerEntry.objects.get().won == Decimal(15)


def test_a_text_is_billed_once_when_taken_whatever_is_reported_later() -> None:
    make_template()
    message = queue()
    _drain()

    for status in (LegStatus.UNDELIVERED, LegStatus.DELIVERED):
        _settle(message, status)

    assert LedgerEntry.objects.get().attempt == leg_of(message)


def test_an_alimtalk_is_billed_when_delivered_and_its_failure_costs_nothing() -> None:
    make_template(route="alimtalk_then_text")
    reached, missed = queue(key="a"), queue(key="b")
    _drain()
    assert not LedgerEntry.objects.exists()

    _settle(reached, LegStatus.DELIVERED)
    settle([Change(leg_of(missed).pk, LegStatus.UNDELIVERED, reason_kind="unreachable")], cause="receipt")
    _drain()  # the text that follows the failed AlimTalk

    channels = dict(LedgerEntry.objects.values_list("attempt__channel", "won"))
    assert channels == {"alimtalk": Decimal(9), "sms": Decimal(12)}


def test_what_the_carrier_refused_is_not_billed() -> None:
    make_template()
    told().next_calls.append(rejecting("content"))
    queue()

    _drain()

    assert not LedgerEntry.objects.exists()


def test_the_months_sums_equal_the_ledger_before_and_after_squashing() -> None:
    make_template()
    for number in range(3):
        queue(key=str(number))
        _drain()
    before = _sums()

    ledger.squash()

    assert before == _sums() == (3, Decimal(36))
    assert LedgerCount.objects.count() == 1
    assert sum(LedgerEntry.objects.values_list("won", flat=True)) == Decimal(36)


def _sums() -> tuple[int, Decimal]:
    rows = LedgerCount.objects.all()
    return sum(row.leg_count for row in rows), sum((row.won for row in rows), Decimal(0))


def test_the_ledger_cannot_be_edited() -> None:
    make_template()
    queue()
    _drain()

    with pytest.raises(ProgrammingError), transaction.atomic():
        LedgerEntry.objects.update(won=0)
    with pytest.raises(ProgrammingError), transaction.atomic():
        LedgerEntry.objects.all().delete()


def test_a_price_cannot_be_negative() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Price.objects.create(channel="sms", won="-1", valid_from=_today())


# --- budgets ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def department(db: None) -> Department:
    return Department.objects.create(code="roads", name="도로과")


def _campaign(department: Department, count: int, *, topic: str = "notices.notice") -> list[Message]:
    rows = [outgoing(f"b{number}", topic=topic, stream="campaign:b") for number in range(count)]
    with transaction.atomic():
        services.send_many(rows, by=None, now=clock.now(), department=department)
    return list(Message.objects.filter(stream__name="campaign:b").order_by("pk"))


def test_a_campaign_stops_at_its_departments_daily_cap_and_goes_on_next_morning(department: Department) -> None:
    make_template()
    Budget.objects.create(department=department, daily_won=30)  # two texts of 12 won

    messages = _campaign(department, 4)
    _drain()

    assert [status_of(one) for one in messages] == ["sent", "sent", "held", "held"]
    held = Message.objects.get(pk=messages[2].pk)
    assert held.hold_reason == "budget"
    assert leg_of(held).due_at.astimezone(clock.KST).date() == _today() + timedelta(days=1)
    assert BudgetDay.objects.get().used_won == Decimal(24)


def test_the_page_of_a_held_message_says_why_it_waits(department: Department, client: Client) -> None:
    make_template()
    Budget.objects.create(department=department, daily_won=0)
    message = _campaign(department, 1)[0]
    _drain()
    client.force_login(make_official("head", "head"))

    shown = client.get(reverse("admin:messaging_message_change", args=[message.pk])).content.decode()

    assert "부서의 하루 예산을 다 썼습니다" in shown


def test_a_single_message_goes_whatever_the_budget(department: Department) -> None:
    make_template()
    Budget.objects.create(department=department, daily_won=0)

    message = _campaign(department, 1, topic="complaints.stage")[0]
    _drain()

    assert status_of(message) == "sent"


def test_what_came_back_unsent_is_not_booked_twice(department: Department) -> None:

    make_template()
    Budget.objects.create(department=department, daily_won=12)
    told().next_calls.append(raising(NotSent("refused")))
    message = _campaign(department, 1)[0]

    _drain()
    with connection.cursor() as cursor:
        cursor.execute("UPDATE messaging_attempt SET due_at = now() - interval '1 minute'")
    _drain()

    assert status_of(message) == "sent"
    assert BudgetDay.objects.get().used_won == Decimal(12)


def test_no_leg_has_a_price_the_tariff_does_not_know() -> None:
    make_template()
    message = queue()
    settling.fold([message.pk])

    assert Attempt.objects.get().cost_won == pricing.tariff_on(_today()).rate("sms", "main").won
