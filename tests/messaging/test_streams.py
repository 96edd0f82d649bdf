"""Pausing, resuming and cancelling."""

import pytest
from django.db import transaction

from messaging import delivery, services
from messaging.models import Stream
from messaging.queries import messages_about, messages_with, pause_of, tally_of
from portal.accounts.models import User
from portal.core import clock
from tests.messaging.making import leg_of, make_template, outgoing, queue, status_of

pytestmark = pytest.mark.usefixtures("office", "daytime")


def test_a_waiting_message_can_be_taken_back() -> None:
    make_template()
    message = queue()
    official = User.objects.create(username="official")

    services.cancel(message=message, by=official, now=clock.now())

    assert status_of(message) == "cancelled"
    assert leg_of(message).events.filter(after="cancelled", cause=f"cancel by {official.pk}").exists()
    assert delivery.drain(seconds=1) == 0


def test_what_left_cannot_be_taken_back() -> None:
    make_template()
    message = queue()
    delivery.drain(seconds=5)

    with pytest.raises(services.AlreadyLeft), transaction.atomic():
        services.cancel(message=message, by=None, now=clock.now())

    assert status_of(message) == "sent"


def test_a_cancelled_stream_keeps_what_left() -> None:
    make_template()
    rows = [outgoing(f"k{number}", topic="notices.notice", stream="campaign:1") for number in range(5)]
    services.send_many(rows[:2], by=None, now=clock.now())
    delivery.drain(seconds=5)
    services.send_many(rows[2:], by=None, now=clock.now())

    assert services.cancel_stream(stream="campaign:1", by=None, now=clock.now()) == 3

    tally = tally_of("campaign:1")
    assert (tally["sent"], tally["cancelled"]) == (2, 3)


def test_a_second_pause_keeps_the_first_reason() -> None:
    official = User.objects.create(username="official")

    services.pause(stream="campaign:2", reason="문구 오류", by=official, now=clock.now())
    services.pause(stream="campaign:2", reason="점심", by=None, now=clock.now())

    assert pause_of("campaign:2") == "문구 오류"
    assert Stream.objects.get(name="campaign:2").paused_by == official


def test_resuming_forgets_the_reason() -> None:
    services.pause(stream="portal.test", reason="점검", by=None, now=clock.now())

    services.resume(stream="portal.test", by=None, now=clock.now())

    assert pause_of("portal.test") == ""


def test_messages_are_found_by_what_they_are_about_and_by_key() -> None:
    make_template()
    first, second = queue("one"), queue("two", reference="other")

    assert list(messages_about(first.reference)) == [first]
    assert messages_with(["one", "two", "three"]) == {"one": first, "two": second}
    assert tally_of("nobody's") == dict.fromkeys(tally_of("portal.test"), 0)
