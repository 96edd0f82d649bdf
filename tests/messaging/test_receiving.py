"""Receipts: stored once, folded in any order, matched when they can be."""

from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from messaging import delivery, receiving, services, topics
from messaging.models import Attempt, DeliveryEvent, LegStatus, Message, Receipt
from messaging.settling import Change, settle
from portal.core import clock
from tests.messaging.making import leg_of, make_template, outgoing, phone_of, queue, receipt, status_of, unfolded_count

pytestmark = pytest.mark.usefixtures("office", "daytime")


def _sent(key: str = "one", route: str = "text") -> Attempt:
    if route:
        make_template(route=route)
    message = queue(key, to=phone_of(key))
    delivery.drain(seconds=5)
    return leg_of(message)


def _receive(*events: object, carrier: str = "main") -> None:
    services.record_receipts(carrier=carrier, events=events, now=clock.now())  # type: ignore[arg-type]
    receiving.handle_pending(now=clock.now())


@pytest.mark.parametrize("by_reference", [True, False])
def test_a_receipt_delivers_by_either_reference(by_reference: bool) -> None:
    leg = _sent()

    _receive(receipt(leg, by_reference=by_reference))

    leg.refresh_from_db()
    message = Message.objects.get()
    assert (leg.status, leg.evidence, message.status) == ("delivered", "carrier_receipt", "delivered")
    assert message.delivered_at is not None
    assert Receipt.objects.get().attempt == leg


def test_a_kakao_receipt_is_no_proof_of_a_handset() -> None:
    leg = _sent(route="alimtalk_then_text")

    _receive(receipt(leg))

    leg.refresh_from_db()
    assert leg.evidence == "kakao_push"


def test_the_same_event_twice_is_one_receipt() -> None:
    leg = _sent()

    _receive(receipt(leg, "same"))
    _receive(receipt(leg, "same"), receipt(leg, "same"))

    assert Receipt.objects.count() == 1


def test_an_undelivered_text_fails_and_a_late_receipt_corrects_it() -> None:
    leg = _sent()

    _receive(receipt(leg, "1", outcome="undelivered", kind="unreachable"))
    assert status_of(leg.message) == "failed"
    _receive(receipt(leg, "2"))

    assert status_of(leg.message) == "delivered"


def test_nothing_takes_a_delivery_back() -> None:
    leg = _sent()

    _receive(receipt(leg, "1"))
    _receive(receipt(leg, "2", outcome="undelivered", kind="carrier"))

    assert status_of(leg.message) == "delivered"


_NEWS = (LegStatus.ACCEPTED, LegStatus.UNDELIVERED, LegStatus.DELIVERED, LegStatus.UNKNOWN, LegStatus.EXPIRED)


def test_news_in_any_order_ends_the_same() -> None:
    leg = _sent()
    make_template()
    for number, order in enumerate(permutations(_NEWS[:4])):
        leg = _sent(f"order {number}", route="")
        for status in order:
            settle([Change(leg.pk, status)], cause="test")
        assert status_of(leg.message) == "delivered"


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(_NEWS), min_size=1, max_size=8), st.integers(1, 8))
def test_any_news_any_number_of_times_in_any_batches_gives_the_highest_rank(news: list[LegStatus], batch: int) -> None:
    make_template()
    leg = _sent(f"hypothesis {Message.objects.count()}", route="")
    ranks = {LegStatus.ACCEPTED: 40, LegStatus.EXPIRED: 45, LegStatus.UNDELIVERED: 50, LegStatus.DELIVERED: 60}

    for start in range(0, len(news), batch):
        settle([Change(leg.pk, status) for status in news[start : start + batch]], cause="test")

    leg.refresh_from_db()
    assert ranks[LegStatus(leg.status)] == max(40, *(ranks.get(status, 0) for status in news))
    events = list(DeliveryEvent.objects.filter(attempt=leg).order_by("pk"))
    assert [event.before for event in events[1:]] == [event.after for event in events[:-1]]


def test_a_receipt_of_another_carrier_never_matches() -> None:
    leg = _sent()

    _receive(receipt(leg, "1"), receipt(leg, "2", by_reference=True), carrier="spare")

    assert status_of(leg.message) == "sent"
    assert unfolded_count() == 2


def test_a_receipt_before_the_answer_waits_for_its_leg() -> None:
    leg = _sent()
    Attempt.objects.update(vendor_ref="")
    leg.vendor_ref = "comes later"
    _receive(receipt(leg, by_reference=True))
    assert unfolded_count() == 1

    Attempt.objects.update(vendor_ref="comes later")
    receiving.handle_pending(now=clock.now() + timedelta(minutes=2))

    assert status_of(leg.message) == "delivered"


def test_a_receipt_for_nobody_is_tried_for_three_days_and_then_left_for_a_person() -> None:
    leg = _sent()
    leg.vendor_ref = "nobody's"
    _receive(receipt(leg, by_reference=True))

    receiving.handle_pending(now=clock.now() + timedelta(hours=71))
    assert unfolded_count() == 1
    receiving.handle_pending(now=clock.now() + timedelta(hours=80))

    assert unfolded_count() == 0
    assert Receipt.objects.get().attempt is None


def test_unmatched_receipts_do_not_hold_up_the_others() -> None:
    leg = _sent()
    stranger = leg_of(leg.message)
    stranger.vendor_ref = "nobody's"
    strangers = [receipt(stranger, f"s{number}", by_reference=True) for number in range(receiving.BATCH + 5)]

    _receive(*strangers, receipt(leg, "ours"))

    assert status_of(leg.message) == "delivered"


def test_folding_a_batch_takes_a_constant_number_of_queries(
    django_assert_max_num_queries: DjangoAssertNumQueries,
) -> None:
    make_template()
    services.send_many((outgoing(f"k{number}") for number in range(300)), by=None, now=clock.now())
    delivery.drain(seconds=10)
    events = [receipt(leg, str(leg.pk)) for leg in Attempt.objects.all()]
    services.record_receipts(carrier="main", events=events, now=clock.now())

    with django_assert_max_num_queries(18):
        receiving.fold_receipts(now=clock.now())

    assert Message.objects.filter(status="delivered").count() == 300


@pytest.mark.usefixtures("handlers")
def test_outcomes_are_told_once_in_a_batch_and_again_when_they_change() -> None:
    told: list[list[str]] = []

    @topics.on_outcome("portal.test")
    def heard(*, messages: object, now: object) -> None:
        told.append([message.status for message in messages])  # type: ignore[attr-defined]

    first, second = _sent("one"), _sent("two", route="")
    _receive(receipt(first, "1"), receipt(second, "2", outcome="undelivered", kind="carrier"))
    receiving.handle_pending(now=clock.now())
    _receive(receipt(second, "3"))

    assert told == [["delivered", "failed"], ["delivered"]]


@pytest.mark.usefixtures("handlers")
def test_a_broken_outcome_handler_hears_again_and_silences_nobody() -> None:
    told: list[int] = []
    is_broken = True

    @topics.on_outcome("complaints.stage")
    def broken(*, messages: object, now: object) -> None:
        if is_broken:
            raise RuntimeError
        told.append(1)

    @topics.on_outcome("portal.test")
    def heard(*, messages: object, now: object) -> None:
        told.append(2)

    leg = _sent()
    other = queue("other", topic="complaints.stage")
    delivery.drain(seconds=5)
    _receive(receipt(leg, "1"), receipt(leg_of(other), "2"))
    is_broken = False
    receiving.handle_pending(now=clock.now())

    assert told == [2, 1]


def test_topics_without_a_listener_leave_nothing_to_tell() -> None:
    leg = _sent()

    _receive(receipt(leg))

    assert Message.objects.get().outcome_told_at is not None
