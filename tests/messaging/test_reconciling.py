"""A call whose answer never came: asked about, weighed, and never blindly sent again."""

from collections.abc import Mapping
from datetime import timedelta
from uuid import UUID

import pytest
from pytest_django import Settings

from messaging import delivery, reconciling, services
from messaging.carriers.base import (
    Accepted,
    Call,
    Found,
    NotFound,
    OutcomeUnknown,
    Rejected,
    StillUnknown,
)
from messaging.claiming import claim
from messaging.models import Attempt, Dispatch, LegStatus, Stream, StreamCount
from messaging.permissions import NotAllowed
from messaging.queries import tally_of
from messaging.settling import Change, settle
from portal.core import clock
from tests.messaging.making import (
    TOLD,
    age,
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
LEASE = timedelta(seconds=60)


@pytest.fixture(autouse=True)
def _lease(settings: Settings) -> None:
    settings.MESSAGING_LEASE_SECONDS = 60


def _dispatch() -> Dispatch:
    return Dispatch.objects.order_by("submitted_at")[0]


def _later(by: timedelta) -> None:
    """Let time pass for every call, then reconcile."""
    age(Dispatch.objects.all(), by)
    reconciling.reconcile()


def _lost(*, after_taking: bool) -> Attempt:
    """A message whose call ended without an answer."""
    make_template()
    message = queue()
    told().next_calls = [raising(OutcomeUnknown("ReadTimeout"), after_taking=after_taking)]
    delivery.drain(seconds=5)
    return leg_of(message)


def test_a_lease_that_ran_out_makes_the_call_unknown_not_queued() -> None:
    make_template()
    message = queue()
    claim("main", told().capabilities)
    age(Dispatch.objects.all(), LEASE)

    reconciling.lapse_leases()

    assert leg_of(message).status == "unknown"
    assert (_dispatch().status, _dispatch().error_kind) == ("unknown", "lease_lapsed")
    assert status_of(message) == "sending"
    assert delivery.drain(seconds=1) == 0


def test_a_running_lease_is_left_alone() -> None:
    make_template()
    queue()
    claim("main", told().capabilities)

    reconciling.reconcile()

    assert _dispatch().status == "submitting"


def test_what_the_carrier_has_is_accepted_and_not_sent_again() -> None:
    leg = _lost(after_taking=True)

    _later(LEASE)
    delivery.drain(seconds=1)

    leg.refresh_from_db()
    assert (leg.status, leg.vendor_ref) == ("accepted", f"ref-{leg.pk}")
    assert _dispatch().status == "reconciled"
    assert len(told().taken) == 1


def test_what_the_carrier_refused_is_rejected() -> None:
    leg = _lost(after_taking=False)
    told().known[leg.pk] = Rejected("3103", "no_such_number", True, "없는 번호")

    _later(LEASE)

    leg.refresh_from_db()
    assert (leg.status, leg.reason_kind) == ("rejected", "no_such_number")


def test_absence_counts_only_late_enough_twice_and_apart() -> None:
    leg = _lost(after_taking=False)

    _later(LEASE)  # within lease + grace: the bytes of a dead worker may still be under way
    assert _dispatch().first_missing_at is None
    _later(LEASE)
    assert _dispatch().first_missing_at is not None
    assert Attempt.objects.get().status == "unknown"
    reconciling.reconcile()  # at once again: not apart
    assert Attempt.objects.get().status == "unknown"

    _later(LEASE + timedelta(seconds=1))

    leg.refresh_from_db()
    assert leg.status == "queued"
    assert _dispatch().status == "reconciled"
    delivery.drain(seconds=5)
    leg.refresh_from_db()
    assert leg.status == "accepted"
    assert len(told().taken) == 1


def test_a_look_up_that_finds_it_the_second_time_ends_the_doubt() -> None:
    leg = _lost(after_taking=False)
    _later(LEASE * 2)
    assert _dispatch().first_missing_at is not None
    told().known[leg.pk] = Accepted("lagging")

    _later(LEASE * 2)

    leg.refresh_from_db()
    assert leg.status == "accepted"


def test_not_found_once_then_unsure_starts_the_proof_anew() -> None:
    leg = _lost(after_taking=False)
    _later(LEASE * 2)
    told().known[leg.pk] = StillUnknown()
    _later(LEASE * 2)
    assert _dispatch().first_missing_at is None
    told().known[leg.pk] = NotFound()

    _later(LEASE * 5)

    assert _dispatch().first_missing_at is not None
    assert Attempt.objects.get().status == "unknown"


def test_one_leg_still_unsure_keeps_the_others_from_being_sent_again() -> None:
    make_template()
    services.send_many([outgoing("1"), outgoing("2")], by=None, now=clock.now())
    told().next_calls = [raising(OutcomeUnknown("reset"))]
    delivery.drain(seconds=5)
    first = Attempt.objects.order_by("pk")[0]
    told().known[first.pk] = StillUnknown()

    for _ in range(4):
        _later(LEASE * 10)

    assert set(Attempt.objects.values_list("status", flat=True)) == {"unknown"}


def test_legs_found_and_legs_proved_absent_part_ways() -> None:
    make_template()
    services.send_many([outgoing("1"), outgoing("2")], by=None, now=clock.now())
    told().next_calls = [raising(OutcomeUnknown("reset"))]
    delivery.drain(seconds=5)
    first, second = Attempt.objects.order_by("pk")
    told().known[first.pk] = Accepted("taken")

    for _ in range(3):
        _later(LEASE * 3)

    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("accepted", "queued")


def test_a_look_up_that_fails_is_tried_again_later_and_more_slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    _lost(after_taking=True)
    asked: list[UUID] = []

    def broken(call: Call) -> Mapping[UUID, Found]:
        asked.append(call.key)
        raise OutcomeUnknown("HTTP 503")

    monkeypatch.setattr(told(), "look_up", broken)
    pauses = []
    for _ in range(4):
        before = Dispatch.objects.get()
        age([before], LEASE * 20)
        reconciling.reconcile()
        after = Dispatch.objects.get()
        assert after.next_check_at is not None
        pauses.append(after.next_check_at - clock.now())

    assert len(asked) == 4
    assert pauses == sorted(pauses)
    assert Attempt.objects.get().status == "unknown"


def test_two_reconcilers_do_not_ask_at_once() -> None:
    _lost(after_taking=True)
    age(Dispatch.objects.all(), LEASE)
    pk = _dispatch().pk

    reconciling.check(pk)
    reconciling.check(pk)

    assert told().asked == [pk]


def test_without_proof_in_three_days_a_person_decides() -> None:
    leg = _lost(after_taking=False)
    told().known[leg.pk] = StillUnknown()

    _later(timedelta(hours=71))
    assert Attempt.objects.get().status == "unknown"
    _later(timedelta(hours=2))

    leg.refresh_from_db()
    assert leg.status == "unresolved"
    assert _dispatch().status == "held"
    assert status_of(leg.message) == "unresolved"
    assert delivery.drain(seconds=1) == 0


def test_a_carrier_that_cannot_be_asked_is_not_asked_and_a_person_decides_sooner(settings: Settings) -> None:
    settings.MESSAGING_CARRIERS = {"main": {"BACKEND": TOLD, "OPTIONS": {"outcome": "none"}}}
    leg = _lost(after_taking=False)

    _later(timedelta(minutes=29))
    assert Attempt.objects.get().status == "unknown"
    _later(timedelta(minutes=2))

    leg.refresh_from_db()
    assert leg.status == "unresolved"
    assert told().asked == []


def test_a_late_receipt_settles_even_an_unresolved_leg() -> None:
    leg = _lost(after_taking=False)
    told().known[leg.pk] = StillUnknown()
    _later(timedelta(hours=73))

    settle([Change(leg.pk, LegStatus.DELIVERED, evidence="carrier_receipt")], cause="receipt")

    assert status_of(leg.message) == "delivered"
    assert _dispatch().status == "reconciled"


def test_a_receipt_closes_the_question_before_the_look_up() -> None:
    leg = _lost(after_taking=True)
    settle([Change(leg.pk, LegStatus.DELIVERED, evidence="carrier_receipt")], cause="receipt")

    _later(LEASE)

    assert _dispatch().status == "reconciled"
    assert told().asked == []


def test_an_accepted_leg_without_a_receipt_expires_and_a_later_receipt_still_counts() -> None:
    make_template()
    message = queue()
    delivery.drain(seconds=5)
    Attempt.objects.update(accepted_at=clock.now() - timedelta(hours=73))

    reconciling.reconcile()

    assert leg_of(message).status == "expired"
    assert status_of(message) == "sent"
    settle([Change(leg_of(message).pk, LegStatus.DELIVERED)], cause="receipt")
    assert status_of(message) == "delivered"


def test_counts_are_squashed_to_their_sums() -> None:
    make_template()
    for number in range(4):
        queue(str(number))
    delivery.drain(seconds=5)
    before = tally_of("portal.test")

    reconciling.squash_counts()

    assert tally_of("portal.test") == before
    stream = Stream.objects.get(name="portal.test")
    assert list(StreamCount.objects.filter(stream=stream).values_list("metric", "delta")) == [("sent", 4)]


def _unresolved() -> Attempt:
    leg = _lost(after_taking=False)
    told().known[leg.pk] = StillUnknown()
    _later(timedelta(hours=73))
    leg.refresh_from_db()
    return leg


def test_an_official_may_send_an_unresolved_leg_again_and_says_why() -> None:
    leg = _unresolved()
    official = make_official("official", "sender")

    services.settle_unresolved(
        attempt=leg, send_again=True, reason="통신사 전화 확인: 접수 기록 없음", by=official, now=clock.now()
    )
    delivery.drain(seconds=5)

    leg.refresh_from_db()
    assert leg.status == "accepted"
    assert (_dispatch().status, _dispatch().closed_by) == ("closed", official)
    assert leg.events.filter(before="unresolved", cause__contains="통신사 전화 확인").exists()


def test_an_official_may_count_it_as_accepted() -> None:
    leg = _unresolved()
    official = make_official("official", "sender")

    services.settle_unresolved(attempt=leg, send_again=False, reason="시민이 받았다고 함", by=official, now=clock.now())

    leg.refresh_from_db()
    assert (leg.status, leg.evidence) == ("accepted", "official")
    assert _dispatch().status == "closed"
    assert delivery.drain(seconds=1) == 0


def test_an_official_without_the_role_decides_nothing() -> None:
    leg = _unresolved()
    official = make_official("officer", "officer")

    with pytest.raises(NotAllowed):
        services.settle_unresolved(attempt=leg, send_again=True, reason="확인", by=official, now=clock.now())


def test_an_official_decides_only_with_a_reason_and_only_once() -> None:
    leg = _unresolved()
    official = make_official("official", "sender")

    with pytest.raises(services.ReasonMissing):
        services.settle_unresolved(attempt=leg, send_again=True, reason="  ", by=official, now=clock.now())
    services.settle_unresolved(attempt=leg, send_again=False, reason="확인", by=official, now=clock.now())
    with pytest.raises(services.NotUnresolved):
        services.settle_unresolved(attempt=leg, send_again=True, reason="다시", by=official, now=clock.now())


def test_a_plug_that_breaks_over_one_call_keeps_nobody_else_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = _lost(after_taking=True)
    other = queue("other")
    told().next_calls = [raising(OutcomeUnknown("ReadTimeout"), after_taking=True)]
    delivery.drain(seconds=1)
    look_up = told().look_up

    def look(call: Call) -> Mapping[UUID, Found]:
        if broken.pk in call.legs:
            raise KeyError("results")
        return look_up(call)

    monkeypatch.setattr(told(), "look_up", look)

    _later(LEASE)

    assert leg_of(other).status == LegStatus.ACCEPTED
    broken.refresh_from_db()
    assert broken.status == LegStatus.UNKNOWN


def test_a_text_that_returns_unsent_after_the_alimtalk_was_delivered_stays() -> None:
    make_template(route="alimtalk_then_text")
    message = queue()
    delivery.drain(seconds=1)
    alimtalk = leg_of(message)
    settle([Change(alimtalk.pk, LegStatus.UNDELIVERED, reason_kind="unreachable")], cause="receipt")
    told().next_calls = [raising(OutcomeUnknown("ReadTimeout"))]
    delivery.drain(seconds=1)
    settle([Change(alimtalk.pk, LegStatus.DELIVERED)], cause="late receipt")

    for _ in range(2):
        _later(3 * LEASE)  # the carrier never had the text
    assert leg_of(message, 2).status == LegStatus.QUEUED
    delivery.drain(seconds=1)

    assert [leg.channel for leg in told().taken] == ["alimtalk"]
    assert leg_of(message, 2).status == LegStatus.CANCELLED
    assert status_of(message) == "delivered"
