"""Who goes first, who waits for whom, and what stops a stream: lanes, weights, canaries and one number's patience."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from messaging import delivery, reconciling, services
from messaging.carriers.base import Leg, NotSent, Outcome, OutcomeUnknown, Rejected
from messaging.claiming import NothingDue, claim
from messaging.models import Attempt, Dispatch, LegStatus, Message, Stream
from messaging.settling import Change, settle
from portal.core import clock
from tests.messaging.making import (
    PHONE,
    age,
    every_channel,
    leg_of,
    make_template,
    outgoing,
    phone_of,
    queue,
    raising,
    rejecting,
    status_of,
    told,
)

pytestmark = pytest.mark.usefixtures("office", "daytime")


def _campaign(name: str, count: int) -> Stream:
    rows = (outgoing(f"{name}{n}", topic="notices.notice", stream=f"campaign:{name}") for n in range(count))
    sent = services.send_many(rows, by=None, now=clock.now())
    assert sent.queued_count == count
    return Stream.objects.get(name=f"campaign:{name}")


def _drain() -> int:
    return delivery.drain(seconds=5)


def _turns(count: int, *, batch: int) -> Counter[str]:
    able = replace(told().capabilities, batch_sizes=every_channel(batch))
    taken = [claim("main", able) for _ in range(count)]
    return Counter(Dispatch.objects.get(pk=one.dispatch).stream.name for one in taken if one is not None)


def test_streams_share_by_weight() -> None:
    make_template()
    for name in ("a", "b"):
        _campaign(name, 60)
    Stream.objects.update(released_at=clock.now())
    Stream.objects.filter(name="campaign:a").update(weight=3)

    turns = _turns(16, batch=2)

    assert 11 <= turns["campaign:a"] <= 13


def test_a_stage_message_overtakes_a_campaign_within_one_batch() -> None:
    make_template()
    stream = _campaign("big", 500)
    Stream.objects.filter(pk=stream.pk).update(released_at=clock.now())
    claim("main", told().capabilities)
    single = queue("single", topic="complaints.stage")

    taken = claim("main", told().capabilities)

    assert taken is not None
    assert [leg.id for leg in taken.legs] == [leg_of(single).pk]


def test_a_stream_that_waits_for_its_time_does_not_block_the_others() -> None:
    make_template()
    queue("later", topic="complaints.stage", due_at=clock.now() + timedelta(hours=1))
    queue("now", to=phone_of("now"), topic="notices.notice")

    assert _drain() == 1


def test_a_campaign_sends_its_first_legs_and_goes_on_when_they_are_accepted() -> None:
    make_template()
    stream = _campaign("a", 130)
    assert stream.canary_count == 50

    assert _drain() == 130

    assert told().calls[0] == 50
    stream.refresh_from_db()
    assert stream.released_at is not None
    assert stream.served_count == 130


def test_an_ordinary_stream_has_no_canary() -> None:
    make_template()

    assert Stream.objects.get(pk=queue().stream_id).canary_count == 0


def _some_rejected(share: int, kind: Any) -> Any:
    """Every `share`-th leg is refused."""

    def submit(legs: Sequence[Leg], key: UUID) -> Mapping[UUID, Outcome]:
        accepted = told().take(legs)
        return accepted | {leg.id: Rejected("1", kind, True, "거절") for leg in legs[::share]}

    return submit


def test_a_campaign_whose_first_legs_fail_is_stopped_and_says_why() -> None:
    make_template()
    stream = _campaign("a", 130)
    told().next_calls = [_some_rejected(10, "carrier")]

    assert _drain() == 50

    stream.refresh_from_db()
    assert stream.paused_at is not None
    assert "50건 가운데 45건" in stream.pause_reason
    services.resume(stream=stream.name, by=None, now=clock.now())
    assert _drain() == 80


def test_people_who_cannot_be_reached_say_nothing_about_the_campaign() -> None:
    make_template(route="alimtalk_then_text")
    stream = _campaign("a", 130)
    told().next_calls = [_some_rejected(2, "not_on_kakao")]

    assert _drain() == 130 + 25

    stream.refresh_from_db()
    assert stream.paused_at is None


def test_while_the_first_legs_are_unknown_the_others_wait_or_an_official_releases_them() -> None:
    make_template()
    stream = _campaign("a", 130)
    told().next_calls = [raising(OutcomeUnknown("reset"), after_taking=True)]

    assert _drain() == 50
    stream.refresh_from_db()
    assert stream.is_trying
    services.release(stream=stream.name, by=None, now=clock.now())

    assert _drain() == 80


def test_a_look_up_that_finds_the_first_legs_releases_the_others() -> None:
    make_template()
    stream = _campaign("a", 60)
    told().next_calls = [raising(OutcomeUnknown("reset"), after_taking=True)]
    _drain()
    age(Dispatch.objects.all(), timedelta(minutes=1))

    reconciling.reconcile()

    stream.refresh_from_db()
    assert stream.released_at is not None
    assert _drain() == 10


def test_first_legs_that_came_back_unsent_go_first_again() -> None:
    make_template()
    stream = _campaign("a", 130)
    told().next_calls = [raising(NotSent("ConnectError"))]
    _drain()
    stream.refresh_from_db()
    assert (stream.served_count, stream.is_trying) == (0, False)
    Attempt.objects.update(due_at=clock.now() - timedelta(seconds=1))

    assert _drain() == 130


def test_twenty_template_failures_stop_a_stream() -> None:
    make_template()
    rows = (outgoing(f"k{n}", stream="flow") for n in range(300))
    services.send_many(rows, by=None, now=clock.now())
    told().capabilities = replace(told().capabilities, batch_sizes=every_channel(10), in_flight=1)
    told().next_calls = [rejecting("template")] * 30

    _drain()

    stream = Stream.objects.get(name="flow")
    assert "20건이 우리 쪽 까닭" in stream.pause_reason
    assert Attempt.objects.filter(status="rejected").count() == 20


def test_more_than_three_percent_of_the_last_two_hundred_stop_a_stream() -> None:
    make_template()
    rows = (outgoing(f"k{n}", stream="flow") for n in range(400))
    services.send_many(rows, by=None, now=clock.now())
    told().capabilities = replace(told().capabilities, batch_sizes=every_channel(100), in_flight=1)
    told().next_calls = [_some_rejected(20, "content"), _some_rejected(50, "content")]

    _drain()

    assert Stream.objects.get(name="flow").paused_at is not None
    assert Attempt.objects.filter(status="rejected").count() == 7


@pytest.mark.parametrize("kind", ["not_on_kakao", "no_such_number", "unreachable", "carrier"])
def test_what_is_not_our_fault_stops_nothing(kind: str) -> None:
    make_template()
    rows = (outgoing(f"k{n}", stream="flow") for n in range(60))
    services.send_many(rows, by=None, now=clock.now())
    told().next_calls = [rejecting(kind)]

    _drain()

    assert Stream.objects.get(name="flow").paused_at is None


def test_old_failures_do_not_stop_a_stream_that_was_resumed() -> None:
    make_template()
    services.send_many((outgoing(f"k{n}", stream="flow") for n in range(25)), by=None, now=clock.now())
    told().next_calls = [rejecting("template")]
    _drain()
    assert Stream.objects.get(name="flow").paused_at is not None
    services.resume(stream="flow", by=None, now=clock.now())
    services.send_many((outgoing(f"again{n}", stream="flow") for n in range(5)), by=None, now=clock.now())
    told().next_calls = [_some_rejected(5, "template")]

    _drain()

    assert Stream.objects.get(name="flow").paused_at is None


def _late_failures(legs: Sequence[Attempt]) -> None:
    settle([Change(leg.pk, LegStatus.UNDELIVERED, reason_kind="content") for leg in legs], cause="receipt")


def test_failures_that_only_receipts_tell_stop_a_stream_too() -> None:
    make_template()
    services.send_many((outgoing(f"k{n}", stream="flow") for n in range(40)), by=None, now=clock.now())
    _drain()

    _late_failures(list(Attempt.objects.all()[:20]))

    assert Stream.objects.get(name="flow").paused_at is not None


def _to_one_phone(count: int, *, body: str = "[#{기관}] #{이름}") -> list[Message]:
    make_template(body=body)
    return [queue(f"{body}{n}", context={"이름": f"{n}" if "이름" in body else ""}) for n in range(count)]


def test_the_same_words_go_to_one_number_twenty_times_an_hour_and_the_rest_is_held() -> None:
    make_template()
    for number in range(24):
        queue(str(number))

    _drain()
    _drain()

    assert len(told().taken) == 20
    held = Message.objects.filter(status="held")
    assert {message.hold_reason for message in held} == {"number_cap"}
    assert held.count() == 4
    assert not Attempt.objects.filter(status__in=("cancelled", "rejected")).exists()


def test_after_the_hour_what_was_held_goes_on() -> None:
    make_template()
    for number in range(22):
        queue(str(number))
    _drain()
    age(Dispatch.objects.all(), timedelta(hours=1))
    Attempt.objects.filter(status="queued").update(due_at=clock.now() - timedelta(seconds=1))

    _drain()

    assert len(told().taken) == 22


def test_a_hundred_different_texts_an_hour_are_enough_for_one_number() -> None:
    make_template()
    rows = [outgoing(f"k{n}", to=PHONE, context={"이름": f"김{n}"}) for n in range(105)]
    services.send_many(rows, by=None, now=clock.now())

    _drain()

    assert len(told().taken) == 100


def test_others_are_not_held_because_one_number_is() -> None:
    make_template()
    for number in range(21):
        queue(str(number))
    other = queue("other", to="01099998888")

    _drain()

    assert status_of(other) == "sent"


def test_a_channel_no_carrier_has_falls_to_the_next_step() -> None:
    able = {"sms": 200, "lms": 200}
    told().capabilities = replace(told().capabilities, batch_sizes=able)
    make_template(route="alimtalk_then_text")
    message = queue()

    _drain()

    assert (leg_of(message).status, leg_of(message, 2).status) == ("rejected", "accepted")
    assert told().taken[0].channel == "sms"


def test_nothing_is_due_when_everything_waits_or_is_paused() -> None:
    make_template()
    queue("paused", stream="flow")
    queue("later", due_at=clock.now() + timedelta(hours=1))
    services.pause(stream="flow", reason="점검", by=None, now=clock.now())

    with pytest.raises(NothingDue):
        claim("main", told().capabilities)
