"""How much a carrier gets: its rate for all workers together, its cap, its breaker, its papers."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import Settings

from messaging import delivery, services
from messaging.carriers.base import CarrierError, Misconfigured, NotSent, OutcomeUnknown, RateLimited
from messaging.claiming import Claim, NothingDue, claim
from messaging.health import CarrierClosed, note_call
from messaging.models import Attempt, CarrierState
from messaging.permissions import NotAllowed
from messaging.queries import database_clock
from portal.core import clock
from tests.messaging.making import (
    TOLD,
    leg_of,
    make_official,
    make_template,
    outgoing,
    queue,
    raising,
    status_of,
    told,
)

pytestmark = pytest.mark.usefixtures("office", "daytime")


@pytest.fixture(autouse=True)
def _two_hundred_a_second(settings: Settings) -> Iterator[None]:
    settings.MESSAGING_LEASE_SECONDS = 60
    made = told()
    before = made.capabilities
    made.capabilities = replace(before, tps=200.0)
    yield
    made.capabilities = before


def _many(count: int, *, topic: str = "notices.notice", stream: str = "flow:a") -> None:
    rows = (outgoing(f"{stream}{n}", topic=topic, stream=stream) for n in range(count))
    services.send_many(rows, by=None, now=clock.now())


def _state() -> CarrierState:
    return CarrierState.objects.get(alias="main")


def _claim() -> Claim:
    taken = claim("main", told().capabilities)
    assert taken is not None
    return taken


def _refill(by: timedelta) -> None:
    """Let the bucket fill as if so much time had passed."""
    state = _state()
    assert state.tokens_at is not None
    CarrierState.objects.filter(pk=state.pk).update(tokens_at=state.tokens_at - by)


def test_a_tenth_of_the_rate_is_kept_for_single_messages() -> None:
    make_template()
    _many(400)

    assert len(_claim().legs) == 180
    CarrierState.objects.filter(alias="main").update(tokens_at=database_clock())  # however slow this machine is
    with pytest.raises(CarrierClosed):
        claim("main", told().capabilities)
    queue("single", topic="complaints.stage")

    assert len(_claim().legs) == 1


def test_the_bucket_refills_with_time_and_holds_one_second() -> None:
    make_template()
    _many(600)
    _claim()

    CarrierState.objects.filter(alias="main").update(tokens_at=database_clock() - timedelta(seconds=0.25))
    half = len(_claim().legs)
    _refill(timedelta(minutes=5))

    assert 40 <= half < 180
    assert len(_claim().legs) == 180


def test_the_cost_is_the_recipients_whoever_claims() -> None:
    make_template()
    _many(30, stream="flow:a")
    _many(30, stream="flow:b")

    _claim()
    _claim()

    state = _state()
    assert 140 <= state.tokens < 200
    assert state.sent_count == 60


def test_being_told_to_wait_empties_the_bucket_until_then() -> None:
    make_template()
    _many(10)
    note_call("main", RateLimited(30), legs=0, is_probe=False)

    with pytest.raises(CarrierClosed) as closed:
        claim("main", told().capabilities)

    assert 25 < closed.value.seconds < 32
    _refill(timedelta(seconds=31))
    assert len(_claim().legs) == 10


def test_the_drain_waits_for_tokens_within_its_time() -> None:
    make_template()
    _many(260)

    assert delivery.drain(seconds=60) == 260


def test_legs_a_busy_carrier_sent_back_still_travel_together() -> None:
    make_template()
    _many(5)
    for _ in range(4):
        told().next_calls = [raising(RateLimited(0))]
        delivery.record(_claim(), RateLimited(0))
        Attempt.objects.update(due_at=clock.now() - timedelta(seconds=1))

    assert len(_claim().legs) == 5


def test_a_daily_cap_ends_at_midnight_in_korea() -> None:
    make_template()
    _many(10)
    today = clock.day_in_korea(clock.now())
    CarrierState.objects.filter(alias="main").update(daily_cap=4, sent_on=today, sent_count=1)

    assert len(_claim().legs) == 3
    with pytest.raises(CarrierClosed) as closed:
        claim("main", told().capabilities)
    assert 0 < closed.value.seconds <= 24 * 3600
    CarrierState.objects.filter(alias="main").update(sent_on=today - timedelta(days=1))

    assert len(_claim().legs) == 4


def test_what_was_not_sent_does_not_count_towards_the_cap() -> None:
    make_template()
    _many(10)

    delivery.record(_claim(), NotSent("ConnectError"))
    note_call("main", NotSent("ConnectError"), legs=10, is_probe=False)

    assert _state().sent_count == 0


def test_five_refusals_in_a_row_open_the_breaker_for_half_a_minute() -> None:
    for _ in range(4):
        note_call("main", NotSent("ConnectError"), legs=1, is_probe=False)
    assert _state().breaker_until is None

    note_call("main", NotSent("ConnectError"), legs=1, is_probe=False)

    until = _state().breaker_until
    assert until is not None
    assert timedelta(seconds=28) < until - database_clock() <= timedelta(seconds=30)


def test_half_of_the_last_twenty_calls_unknown_open_the_breaker() -> None:
    for number in range(18):
        note_call("main", OutcomeUnknown("reset") if number % 2 else {}, legs=1, is_probe=False)
    assert _state().breaker_until is None

    note_call("main", OutcomeUnknown("reset"), legs=1, is_probe=False)

    assert _state().breaker_until is not None


def _open_breaker() -> None:
    for _ in range(5):
        note_call("main", NotSent("ConnectError"), legs=1, is_probe=False)


def _end_break() -> None:
    CarrierState.objects.filter(alias="main").update(breaker_until=database_clock() - timedelta(seconds=1))


def test_after_the_break_one_leg_tries_and_the_others_wait_for_it() -> None:
    make_template()
    _many(10)
    _open_breaker()
    with pytest.raises(CarrierClosed):
        claim("main", told().capabilities)
    _end_break()

    probe = _claim()

    assert (len(probe.legs), probe.is_probe) == (1, True)
    with pytest.raises(CarrierClosed):
        claim("main", told().capabilities)


def test_a_probe_that_is_answered_closes_the_breaker() -> None:
    make_template()
    _many(10)
    _open_breaker()
    _end_break()

    assert delivery.drain(seconds=5) == 10

    assert (_state().breaker_since, _state().breaker_count) == (None, 0)


def test_probes_that_fail_make_the_break_longer_up_to_five_minutes() -> None:
    _open_breaker()
    since = _state().breaker_since
    breaks = []
    for error in [OutcomeUnknown("reset"), NotSent("dns"), OutcomeUnknown("500"), OutcomeUnknown("500")]:
        note_call("main", error, legs=1, is_probe=True)
        until = _state().breaker_until
        assert until is not None
        breaks.append(round((until - database_clock()).total_seconds()))

    assert breaks == [60, 120, 240, 300]
    assert _state().breaker_since == since


@pytest.mark.parametrize("error", [RateLimited(1)])
def test_a_busy_carrier_is_not_a_dead_one(error: CarrierError) -> None:
    for _ in range(8):
        note_call("main", error, legs=1, is_probe=False)

    assert _state().breaker_since is None


def test_a_refused_account_pauses_the_carrier_until_an_official_resumes_it() -> None:
    make_template()
    message = queue()
    told().next_calls = [raising(Misconfigured("HTTP 401"))]
    official = make_official("official", "sender")

    delivery.drain(seconds=2)
    assert "HTTP 401" in _state().pause_reason
    Attempt.objects.update(due_at=clock.now() - timedelta(minutes=1))
    assert delivery.drain(seconds=1) == 0
    services.resume_carrier(alias="main", by=official, now=clock.now())
    delivery.drain(seconds=2)

    assert status_of(message) == "sent"


def test_an_official_pauses_a_carrier_with_a_reason() -> None:
    make_template()
    queue()
    official = make_official("official", "sender")
    with pytest.raises(services.ReasonMissing):
        services.pause_carrier(alias="main", reason=" ", by=official, now=clock.now())

    services.pause_carrier(alias="main", reason="계약 변경", by=official, now=clock.now())

    assert delivery.drain(seconds=1) == 0
    assert (_state().pause_reason, _state().paused_by) == ("계약 변경", official)


def test_a_carrier_is_nobodys_business_without_the_role() -> None:
    clerk = make_official("clerk", "officer")

    with pytest.raises(NotAllowed):
        services.pause_carrier(alias="main", reason="궁금해서", by=clerk, now=clock.now())
    with pytest.raises(NotAllowed):
        services.resume_carrier(alias="main", by=clerk, now=clock.now())
    with pytest.raises(services.UnknownCarrier):
        services.pause_carrier(alias="nobody", reason="오타", by=make_official("official", "sender"), now=clock.now())


@pytest.mark.parametrize("days", [None, -1])
def test_without_an_unexpired_certificate_nothing_leaves(days: int | None) -> None:
    make_template()
    message = queue()
    today = clock.day_in_korea(clock.now())
    until = None if days is None else today + timedelta(days=days)
    CarrierState.objects.update(certificate_number="KISA-1" if until else "", certificate_until=until)

    assert delivery.drain(seconds=1) == 0

    assert leg_of(message).status == "queued"
    services.equip_carrier(
        alias="main",
        daily_cap=None,
        certificate_number="KISA-2",
        certificate_until=today,
        by=make_official("official", "sender"),
    )
    assert delivery.drain(seconds=1) == 1


def test_the_simulator_needs_no_certificate(settings: Settings) -> None:
    capabilities = told().capabilities
    CarrierState.objects.update(certificate_number="", certificate_until=None)
    settings.MESSAGING_ALLOW_SIMULATOR = True
    settings.MESSAGING_CARRIERS = {"main": {"BACKEND": TOLD, "OPTIONS": {"base_url": "http://127.0.0.1:8100"}}}

    with pytest.raises(NothingDue):
        claim("main", capabilities)


def test_the_line_of_a_process_of_its_own_is_left_to_it() -> None:
    make_template()
    queue()
    told().capabilities = replace(told().capabilities, is_linked=True)

    assert delivery.drain(seconds=1) == 0
    assert delivery.drain(seconds=1, only="main") == 1
