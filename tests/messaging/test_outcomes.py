"""Unknown outcomes by what a carrier offers: a group to look into, a key to repeat, or nothing at all."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from messaging import delivery, reconciling, services
from messaging.carriers.base import (
    Accepted,
    Call,
    Found,
    Leg,
    NotFound,
    NotSent,
    Outcome,
    OutcomeUnknown,
    Remember,
    StillUnknown,
)
from messaging.claiming import Claim, claim
from messaging.models import Attempt, Dispatch, LegStatus, OptOut
from messaging.settling import Change, settle
from portal.core import clock
from tests.messaging.making import TOLD, age, leg_of, make_template, outgoing, phone_of, queue, raising, told

pytestmark = pytest.mark.usefixtures("office", "daytime")
LEASE = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _lease(settings: Settings) -> None:
    settings.MESSAGING_LEASE_SECONDS = 60


def _speak(settings: Settings, outcome: str) -> None:
    settings.MESSAGING_CARRIERS = {"main": {"BACKEND": TOLD, "OPTIONS": {"outcome": outcome}}}


def _later(by: timedelta) -> None:
    age(Dispatch.objects.all(), by)
    reconciling.reconcile()


def _claimed() -> Claim:
    make_template()
    queue()
    taken = claim("main", told().capabilities)
    assert taken is not None
    return taken


def _in_groups(
    monkeypatch: pytest.MonkeyPatch, *, fails_at: str, calls: list[Call] | None = None, group: str = "group-1"
) -> None:
    """The carrier makes a group, is told its messages, then sends it; the answer is lost at one of these steps."""

    def submit(legs: Sequence[Leg], *, key: UUID, remember: Remember) -> Mapping[UUID, Outcome]:
        if fails_at == "making":
            raise OutcomeUnknown("reset")
        remember(group)
        if fails_at == "sending":
            told().take(legs)
            raise OutcomeUnknown("reset")
        return told().take(legs)

    def look_up(call: Call) -> Mapping[UUID, Found]:
        if calls is not None:
            calls.append(call)
        return {leg: told().known.get(leg, NotFound()) for leg in call.legs}

    monkeypatch.setattr(told(), "submit", submit)
    monkeypatch.setattr(told(), "look_up", look_up)


def test_a_group_that_was_never_written_down_was_never_sent(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _speak(settings, "group")
    taken = _claimed()
    with monkeypatch.context() as broken:
        _in_groups(broken, fails_at="making")
        delivery.record(taken, delivery.hand_over(told(), taken))
    assert Attempt.objects.get().status == "unknown"

    _later(LEASE / 2)

    assert Attempt.objects.get().status == "queued"
    assert Dispatch.objects.get().status == "reconciled"
    assert Attempt.objects.get().events.filter(cause="never_sent").exists()


def test_a_group_that_was_written_down_is_looked_into(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    _speak(settings, "group")
    taken = _claimed()
    calls: list[Call] = []
    _in_groups(monkeypatch, fails_at="sending", calls=calls)
    delivery.record(taken, delivery.hand_over(told(), taken))

    _later(LEASE)

    assert Attempt.objects.get().status == "accepted"
    assert [call.remembered for call in calls] == ["group-1"]


@pytest.mark.parametrize("change", [{"status": "unknown"}, {"lease_by": UUID(int=7)}])
def test_a_group_is_not_sent_once_somebody_else_has_the_call(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, change: dict[str, Any]
) -> None:
    _speak(settings, "group")
    taken = _claimed()
    _in_groups(monkeypatch, fails_at="")
    Dispatch.objects.update(next_check_at=clock.now(), **change)

    answer = delivery.hand_over(told(), taken)

    assert isinstance(answer, NotSent)
    assert told().taken == []
    assert Dispatch.objects.get().remembered == ""


@pytest.mark.django_db(transaction=True)
def test_a_group_is_committed_before_it_is_sent(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    _speak(settings, "group")
    with transaction.atomic():
        make_template()
        queue()
    seen: list[tuple[str, bool]] = []

    def submit(legs: Sequence[Leg], *, key: UUID, remember: Remember) -> Mapping[UUID, Outcome]:
        remember("group-1")
        seen.append((Dispatch.objects.get(pk=key).remembered, connection.in_atomic_block))
        return told().take(legs)

    monkeypatch.setattr(told(), "submit", submit)
    delivery.drain(seconds=5)

    assert seen == [("group-1", False)]
    assert Attempt.objects.get().status == "accepted"


def _keyed(settings: Settings, monkeypatch: pytest.MonkeyPatch, *, window: timedelta = timedelta(hours=1)) -> None:
    _speak(settings, "key")
    monkeypatch.setattr(told(), "capabilities", replace(told().capabilities, key_window=window))


def _silent(call: Call) -> Mapping[UUID, Found]:
    return {leg: StillUnknown() for leg in call.legs}


def _lost_batch(monkeypatch: pytest.MonkeyPatch, *, count: int = 3) -> tuple[list[Leg], UUID]:
    """A batch the carrier took, whose answer was lost; what it said and under which key."""
    make_template()
    services.send_many((outgoing(f"k{number}") for number in range(count)), by=None, now=clock.now())
    said: list[tuple[list[Leg], UUID]] = []

    def lose(legs: Sequence[Leg], key: UUID) -> Mapping[UUID, Outcome]:
        said.append((list(legs), key))
        raise OutcomeUnknown("ReadTimeout")

    told().next_calls = [lose]
    monkeypatch.setattr(told(), "look_up", _silent)
    delivery.drain(seconds=5)
    return said[0]


def _repeats(monkeypatch: pytest.MonkeyPatch) -> list[tuple[list[Leg], UUID]]:
    again: list[tuple[list[Leg], UUID]] = []

    def submit(legs: Sequence[Leg], *, key: UUID, **_: object) -> Mapping[UUID, Outcome]:
        again.append((list(legs), key))
        return {leg.id: Accepted(f"ref-{leg.id}") for leg in legs}

    monkeypatch.setattr(told(), "submit", submit)
    return again


def test_inside_its_window_the_identical_request_is_repeated_under_its_key(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _keyed(settings, monkeypatch)
    first = _lost_batch(monkeypatch)
    again = _repeats(monkeypatch)

    _later(LEASE)

    assert again == [first]
    assert set(Attempt.objects.values_list("status", flat=True)) == {"accepted"}
    assert Dispatch.objects.get().status == "reconciled"


def test_after_its_window_the_key_is_worth_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    _keyed(settings, monkeypatch, window=timedelta(minutes=10))
    _lost_batch(monkeypatch)
    again = _repeats(monkeypatch)

    _later(timedelta(minutes=10))

    assert again == []
    assert set(Attempt.objects.values_list("status", flat=True)) == {"unknown"}


def _opt_out() -> None:
    services.opt_out(phone=phone_of("k1"), scope=OptOut.Scope.ALL, source=OptOut.Source.REPLY, by=None, now=clock.now())


def _change_words() -> None:
    leg = Attempt.objects.select_related("message").earliest("pk")
    leg.message.variables = leg.message.variables.replace("김하늘", "박바다")
    leg.message.save(update_fields=["variables_sealed"])


@pytest.mark.parametrize("happens", [_opt_out, _change_words])
def test_a_request_that_is_no_longer_the_same_or_wanted_is_not_repeated(
    settings: Settings, monkeypatch: pytest.MonkeyPatch, happens: Callable[[], None]
) -> None:
    _keyed(settings, monkeypatch)
    _lost_batch(monkeypatch)
    again = _repeats(monkeypatch)
    happens()

    _later(LEASE)

    assert again == []
    assert set(Attempt.objects.values_list("status", flat=True)) == {"unknown"}


def test_a_receipt_for_one_of_them_does_not_change_the_request(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _keyed(settings, monkeypatch)
    first = _lost_batch(monkeypatch)
    settle([Change(first[0][1].id, LegStatus.DELIVERED)], cause="receipt")
    again = _repeats(monkeypatch)

    _later(LEASE)

    assert again == [first]
    assert sorted(Attempt.objects.values_list("status", flat=True)) == ["accepted", "accepted", "delivered"]


def test_a_repeat_whose_answer_is_lost_too_leaves_everything_as_it_was(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    _keyed(settings, monkeypatch)
    _lost_batch(monkeypatch)
    told().next_calls = [raising(OutcomeUnknown("HTTP 502"))]

    _later(LEASE)

    assert set(Attempt.objects.values_list("status", flat=True)) == {"unknown"}
    assert Dispatch.objects.get().next_check_at is not None


def test_a_carrier_taken_out_of_the_settings_cannot_be_asked(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_template()
    message = queue()
    told().next_calls = [raising(OutcomeUnknown("reset"))]
    delivery.drain(seconds=5)
    settings.MESSAGING_CARRIERS = {"spare": {"BACKEND": TOLD, "OPTIONS": {}}}

    _later(timedelta(minutes=20))
    assert leg_of(message).status == "unknown"
    _later(timedelta(minutes=11))

    assert leg_of(message).status == "unresolved"
