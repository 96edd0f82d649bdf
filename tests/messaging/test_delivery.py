"""Calls and what they bring: every answer a carrier can give, and every way it can fail to."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings
from pytest_django import Settings

from messaging import delivery, services
from messaging.carriers.base import (
    Accepted,
    Carrier,
    CarrierError,
    Leg,
    Misconfigured,
    NotSent,
    Outcome,
    OutcomeUnknown,
    RateLimited,
)
from messaging.claiming import Claim, claim
from messaging.models import Attempt, DeliveryEvent, Dispatch, LegStatus, Message
from messaging.queries import database_clock, tally_of
from messaging.settling import Change, settle
from portal.core import clock
from tests.messaging.making import leg_of, make_template, outgoing, queue, raising, rejecting, status_of, told

pytestmark = pytest.mark.usefixtures("office", "daytime")
HAND_OVER = delivery.hand_over


def _drain() -> int:
    return delivery.drain(seconds=5)


def _dispatch() -> Dispatch:
    return Dispatch.objects.get()


def test_an_accepted_leg_remembers_the_carriers_reference() -> None:
    make_template()
    message = queue()

    assert _drain() == 1

    leg = leg_of(message)
    assert (leg.status, leg.vendor_ref) == ("accepted", f"ref-{leg.pk}")
    assert leg.accepted_at is not None
    assert status_of(message) == "sent"
    assert _dispatch().status == "answered"


def test_what_leaves_is_what_was_approved() -> None:
    button = {"label": "보기", "url": "#{주소}"}
    make_template(route="alimtalk_then_text", buttons=[button])
    message = queue(buttons_context={"주소": "https://localhost/c/x/"})

    _drain()

    leg = told().taken[0]
    assert (leg.channel, leg.to, leg.sender, leg.text) == ("alimtalk", "01012345678", "021200000", message.body)
    assert leg.template_code == "portal.test.1"
    assert [(one.label, one.url) for one in leg.buttons] == [("보기", "https://localhost/c/x/")]


def test_a_long_text_carries_its_title_and_a_short_one_does_not() -> None:
    make_template(body="[#{기관}] #{이름} " + "가" * 60)
    queue("long")
    make_template()
    queue("short")

    _drain()

    assert {(leg.channel, leg.title) for leg in told().taken} == {("lms", "안내"), ("sms", "")}


def test_a_refused_leg_fails_with_the_carriers_reason() -> None:
    make_template()
    message = queue()
    told().next_calls = [rejecting("content", code="2101")]

    _drain()

    leg = leg_of(message)
    assert (leg.status, leg.code, leg.reason_kind, leg.reason) == ("rejected", "2101", "content", "거절")
    assert status_of(message) == "failed"
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("kind", ["not_on_kakao", "blocked_by_user", "unreachable", "carrier"])
def test_whoever_is_not_on_kakao_gets_a_text(kind: str) -> None:
    make_template(route="alimtalk_then_text", fallback_body="[#{기관}] #{이름}님 문자 안내")
    message = queue()
    told().next_calls = [rejecting(kind)]

    _drain()

    second = leg_of(message, 2)
    assert (leg_of(message).status, second.status, second.channel) == ("rejected", "accepted", "sms")
    assert told().taken[0].text == "[새빛구] 김하늘님 문자 안내"
    assert status_of(message) == "sent"


@pytest.mark.parametrize("kind", ["template", "sender", "content", "account", "no_such_number"])
def test_our_own_mistakes_do_not_fall_back(kind: str) -> None:
    make_template(route="alimtalk_then_text")
    message = queue()
    told().next_calls = [rejecting(kind)]

    _drain()

    assert message.attempts.count() == 1
    assert status_of(message) == "failed"


def test_an_undelivered_alimtalk_falls_back_too() -> None:
    make_template(route="alimtalk_then_text")
    message = queue()
    _drain()
    settle([Change(leg_of(message).pk, LegStatus.UNDELIVERED, reason_kind="unreachable")], cause="receipt")

    assert status_of(message) == "sending"
    _drain()

    assert leg_of(message, 2).status == "accepted"
    assert status_of(message) == "sent"


def test_a_receipt_after_the_fallback_was_queued_calls_it_back() -> None:
    make_template(route="alimtalk_then_text")
    message = queue()
    _drain()
    settle([Change(leg_of(message).pk, LegStatus.UNDELIVERED, reason_kind="unreachable")], cause="receipt")
    settle([Change(leg_of(message).pk, LegStatus.DELIVERED)], cause="receipt")

    _drain()

    assert leg_of(message, 2).status == "cancelled"
    assert status_of(message) == "delivered"
    assert len(told().taken) == 1


def test_an_unknown_alimtalk_holds_the_text_back() -> None:
    make_template(route="alimtalk_then_text")
    message = queue()
    told().next_calls = [raising(OutcomeUnknown("ReadTimeout"))]

    _drain()
    _drain()

    assert message.attempts.count() == 1
    assert leg_of(message).status == "unknown"
    assert status_of(message) == "sending"


@pytest.mark.parametrize("error", [OutcomeUnknown("HTTP 500"), RuntimeError("a bug in the adapter")])
def test_a_lost_answer_is_unknown_and_never_sent_again(error: Exception) -> None:
    make_template()
    message = queue()
    told().next_calls = [raising(error, after_taking=True)]

    _drain()
    _drain()

    assert leg_of(message).status == "unknown"
    assert _dispatch().status == "unknown"
    assert _dispatch().next_check_at is not None
    assert len(told().taken) == 1


def test_a_leg_the_answer_leaves_out_is_unknown() -> None:
    make_template()
    services.send_many([outgoing("1"), outgoing("2")], by=None, now=clock.now())

    def partly(legs: Sequence[Leg], key: UUID) -> Mapping[UUID, Outcome]:
        return {legs[0].id: Accepted("first")}

    told().next_calls = [partly]

    _drain()

    assert sorted(Attempt.objects.values_list("status", flat=True)) == ["accepted", "unknown"]
    assert (_dispatch().status, _dispatch().error_kind) == ("unknown", "leg_missing")


@pytest.mark.parametrize(
    ("error", "waits"),
    [(NotSent("ConnectError"), 5), (Misconfigured("HTTP 401"), 5), (RateLimited(90), 90)],
)
def test_a_certain_no_puts_the_legs_back_for_later(error: CarrierError, waits: int) -> None:
    make_template()
    message = queue()
    told().next_calls = [raising(error)]

    _drain()

    leg = leg_of(message)
    assert (leg.status, leg.dispatch_id, leg.not_sent_count) == ("queued", None, 1)
    assert timedelta(seconds=waits - 2) < leg.due_at - database_clock() < timedelta(seconds=waits + 1)
    assert _dispatch().status == "not_sent"
    assert status_of(message) == "queued"


def test_a_carrier_that_says_no_is_left_alone_for_the_rest_of_the_run(settings: Settings) -> None:
    settings.MESSAGING_CARRIERS = {
        "main": {"BACKEND": "tests.messaging.making.Told", "OPTIONS": {"batch_size": 1}},
    }
    make_template()
    services.send_many((outgoing(str(number)) for number in range(20)), by=None, now=clock.now())
    told().next_calls = [raising(NotSent("ConnectError"))] * 20

    _drain()

    assert len(told().calls) <= told().capabilities.in_flight


def test_a_leg_that_keeps_coming_back_travels_alone() -> None:
    make_template()
    services.send_many((outgoing(str(number)) for number in range(5)), by=None, now=clock.now())
    Attempt.objects.update(not_sent_count=3)

    _drain()

    assert told().calls == [1] * 5


def test_a_batch_that_is_too_much_for_its_lease_gets_on_leg_by_leg(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivery, "hand_over", _only_one_in_time)
    make_template()
    services.send_many((outgoing(str(number)) for number in range(5)), by=None, now=clock.now())

    for _ in range(4):
        _drain()

    assert told().calls == [1] * 5
    assert set(Attempt.objects.values_list("status", flat=True)) == {"accepted"}


def _only_one_in_time(carrier: Carrier, taken: Claim) -> delivery.Answer:
    late = settings.MESSAGING_LEASE_SECONDS if len(taken.legs) > 1 else 0
    return HAND_OVER(carrier, replace(taken, claimed_at=taken.claimed_at - late))


def test_a_process_that_slept_past_its_lease_does_not_send(settings: Settings) -> None:
    make_template()
    message = queue()
    taken = claim("main", told().capabilities)
    assert taken is not None
    slept = replace(taken, claimed_at=time.monotonic() - settings.MESSAGING_LEASE_SECONDS)

    answer = delivery.hand_over(told(), slept)
    delivery.record(slept, answer)

    assert told().calls == []
    assert leg_of(message).status == "queued"
    assert leg_of(message).due_at <= database_clock()


def _claimed() -> Any:
    make_template()
    queue()
    return claim("main", told().capabilities)


def test_an_answer_after_somebody_else_settled_the_call_is_dropped() -> None:
    taken = _claimed()
    Dispatch.objects.update(status="reconciled")

    delivery.record(taken, NotSent("late"))

    assert Attempt.objects.get().status == "submitting"
    assert _dispatch().status == "reconciled"


def test_an_answer_under_somebody_elses_lease_is_dropped() -> None:
    taken = _claimed()
    Dispatch.objects.update(lease_by=UUID(int=7))

    delivery.record(taken, NotSent("not mine"))

    assert _dispatch().status == "submitting"


def test_an_answer_after_the_lease_ran_out_still_counts_while_nobody_knows_better() -> None:
    taken = _claimed()
    Dispatch.objects.update(status="unknown", next_check_at=clock.now())
    Attempt.objects.update(status="unknown")

    delivery.record(taken, {taken.legs[0].id: Accepted("late but true")})

    assert Attempt.objects.get().status == "accepted"
    assert _dispatch().status == "answered"


def test_a_receipt_before_the_answer_is_not_taken_back_by_it() -> None:
    taken = _claimed()
    leg = Attempt.objects.get()
    settle([Change(leg.pk, LegStatus.DELIVERED, evidence="carrier_receipt")], cause="receipt")

    delivery.record(taken, {leg.pk: Accepted("reference")})

    leg.refresh_from_db()
    assert (leg.status, leg.vendor_ref) == ("delivered", "reference")
    assert Message.objects.get().status == "delivered"


def test_everything_due_leaves_in_one_run() -> None:
    make_template()
    services.send_many((outgoing(f"k{number}") for number in range(950)), by=None, now=clock.now())

    assert _drain() == 950

    assert len({leg.id for leg in told().taken}) == 950
    assert tally_of("portal.test")["sent"] == 950
    assert DeliveryEvent.objects.count() == 3 * 950


def test_a_run_without_time_claims_nothing() -> None:
    make_template()
    queue()

    assert delivery.drain(seconds=0) == 0
    assert not Dispatch.objects.exists()


def test_a_reference_that_names_two_legs_stops_nobody_and_names_none() -> None:
    make_template()
    first = queue("first")
    told().next_calls = [lambda legs, key: {leg.id: Accepted("1") for leg in legs}]
    _drain()
    others = [queue(key) for key in ("one", "two", "three")]
    told().next_calls = [
        lambda legs, key: dict(zip([leg.id for leg in legs], map(Accepted, ("1", "2", "2")), strict=True))
    ]

    assert _drain() == 3

    assert {status_of(message) for message in (first, *others)} == {"sent"}
    assert [leg_of(message).vendor_ref for message in (first, *others)] == ["1", "", "", ""]


def test_receipts_under_a_reference_of_another_leg_are_folded_all_the_same() -> None:
    make_template()
    messages = [queue(key) for key in ("one", "two")]
    legs = [leg_of(message) for message in messages]
    _drain()
    taken = leg_of(messages[0]).vendor_ref

    settle([Change(leg.pk, LegStatus.DELIVERED, vendor_ref=taken) for leg in legs], cause="receipt")

    assert [status_of(message) for message in messages] == ["delivered", "delivered"]
