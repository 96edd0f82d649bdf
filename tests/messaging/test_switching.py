"""Another carrier takes over what waits, and never what may have left."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from pytest_django import Settings

from messaging import delivery, reconciling, services
from messaging.carriers import registry
from messaging.carriers.base import OutcomeUnknown
from messaging.claiming import claim
from messaging.models import Attempt, CarrierState, DeliveryEvent, Dispatch
from messaging.queries import database_clock
from portal.core import clock
from tests.messaging.making import (
    TOLD,
    Told,
    age,
    leg_of,
    make_official,
    make_template,
    outgoing,
    queue,
    raising,
    told,
)

pytestmark = pytest.mark.usefixtures("office", "daytime")
LEASE = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _two_carriers(settings: Settings) -> Iterator[None]:
    settings.MESSAGING_LEASE_SECONDS = 60
    settings.MESSAGING_CARRIERS = {
        "main": {"BACKEND": TOLD, "OPTIONS": {}},
        "spare": {"BACKEND": TOLD, "OPTIONS": {"batch_size": 100}},
    }
    yield
    registry._built.cache_clear()


def _spare() -> Told:
    return told("spare")


def _break(alias: str, *, since: timedelta) -> None:
    at = database_clock()
    CarrierState.objects.filter(alias=alias).update(breaker_since=at - since, breaker_until=at + LEASE)


def _many(count: int) -> None:
    make_template()
    services.send_many((outgoing(f"k{n}") for n in range(count)), by=None, now=clock.now())


def test_after_a_minute_of_failure_what_waits_goes_by_the_next_carrier() -> None:
    _many(30)
    _break("main", since=LEASE)

    assert delivery.drain(seconds=5) == 30

    assert (len(told().taken), len(_spare().taken)) == (0, 30)
    causes = DeliveryEvent.objects.filter(before="queued", after="queued").values_list("cause", flat=True)
    assert set(causes) == {"switched main → spare"}
    assert len(causes) == 30


def test_before_the_minute_is_over_everybody_waits() -> None:
    _many(3)
    _break("main", since=LEASE / 2)

    assert delivery.drain(seconds=1) == 0

    assert _spare().taken == []


def test_a_paused_carriers_legs_go_on_with_the_next_at_once() -> None:
    _many(3)
    official = make_official("official", "sender")

    services.pause_carrier(alias="main", reason="점검", by=official, now=clock.now())

    assert delivery.drain(seconds=5) == 3
    assert len(_spare().taken) == 3


def test_what_may_have_left_never_changes_its_carrier() -> None:
    _many(4)
    able = replace(told().capabilities, batch_sizes={"sms": 1})
    told().capabilities = replace(able, in_flight=1)
    told().next_calls = [raising(OutcomeUnknown("reset"), after_taking=True)]
    delivery.record(claim("main", able), delivery.hand_over(told(), claim("main", able)))  # type: ignore[arg-type]
    unknown = set(Attempt.objects.exclude(status="queued").values_list("pk", flat=True))
    assert unknown
    _break("main", since=LEASE)

    delivery.drain(seconds=5)

    assert {leg.id for leg in _spare().taken}.isdisjoint(unknown)
    assert set(Attempt.objects.filter(pk__in=unknown).values_list("carrier", flat=True)) == {"main"}
    assert len(_spare().taken) == 4 - len(unknown)


def test_what_was_proved_absent_may_go_by_the_other() -> None:
    make_template()
    message = queue()
    told().next_calls = [raising(OutcomeUnknown("reset"))]
    delivery.drain(seconds=5)
    for _ in range(3):
        age(Dispatch.objects.all(), LEASE * 2)
        reconciling.reconcile()
    assert leg_of(message).status == "queued"
    _break("main", since=LEASE)

    delivery.drain(seconds=5)

    assert (leg_of(message).carrier, leg_of(message).status) == ("spare", "accepted")
    assert told().taken == []


def test_only_a_carrier_that_has_the_channel_takes_over() -> None:
    _many(2)
    _spare().capabilities = replace(_spare().capabilities, batch_sizes={"alimtalk": 10})
    _break("main", since=LEASE)

    assert delivery.drain(seconds=1) == 0
    assert set(Attempt.objects.values_list("carrier", flat=True)) == {"main"}


def test_a_carrier_that_fails_itself_takes_nothing_over() -> None:
    _many(2)
    _break("main", since=LEASE)
    _break("spare", since=timedelta(seconds=5))

    assert delivery.drain(seconds=1) == 0
    assert set(Attempt.objects.values_list("carrier", flat=True)) == {"main"}


def test_what_is_due_later_waits_where_it_is() -> None:
    make_template()
    message = queue(due_at=clock.now() + timedelta(hours=1))
    _break("main", since=LEASE)

    delivery.drain(seconds=1)

    assert leg_of(message).carrier == "main"


def test_a_leg_starts_at_the_first_carrier_that_has_its_channel() -> None:
    told().capabilities = replace(told().capabilities, batch_sizes={"alimtalk": 10})
    make_template(route="alimtalk_then_text")
    first = queue("kakao")
    make_template()
    second = queue("text", to="01022223333")

    assert (leg_of(first).carrier, leg_of(second).carrier) == ("main", "spare")


def test_legs_of_a_carrier_no_longer_in_the_settings_go_on(settings: Settings) -> None:
    _many(3)
    settings.MESSAGING_CARRIERS = {"spare": settings.MESSAGING_CARRIERS["spare"]}

    assert delivery.drain(seconds=5) == 3


def test_two_carriers_work_at_the_same_time() -> None:
    told().capabilities = replace(told().capabilities, batch_sizes={"alimtalk": 10})
    make_template("portal.test", route="alimtalk_then_text")
    queue("kakao")
    make_template("portal.test")
    queue("text", to="01022223333")

    assert delivery.drain(seconds=5) == 2

    assert (len(told().taken), len(_spare().taken)) == (1, 1)
