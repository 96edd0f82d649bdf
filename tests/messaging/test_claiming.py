"""What is judged at the claim, because it may have changed since the message was queued."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256

import pytest
from pytest_django import DjangoAssertNumQueries

from messaging import claiming, delivery, judging, services, topics, windows
from messaging.carriers.base import Capabilities, Picture
from messaging.models import (
    Attempt,
    ChangeSource,
    Dispatch,
    Message,
    MessageImage,
    OptOut,
    SenderNumber,
    Stream,
    TemplateVersion,
)
from messaging.preference_history import Origin
from portal.core import clock
from portal.core.phones import national
from tests.messaging.making import (
    PHONE,
    every_channel,
    leg_of,
    make_template,
    outgoing,
    phone_of,
    queue,
    status_of,
    told,
)

pytestmark = pytest.mark.usefixtures("office", "daytime")


def _drain() -> None:
    delivery.drain(seconds=5)


def _is_paused(stream: str = "portal.test") -> bool:
    return Stream.objects.get(name=stream).paused_at is not None


def test_an_opt_out_between_queue_and_claim_is_obeyed() -> None:
    make_template()
    message = queue()
    services.opt_out(phone=PHONE, scope=OptOut.Scope.ALL, source=OptOut.Source.OFFICIAL, by=None, now=clock.now())

    _drain()

    assert told().taken == []
    assert status_of(message) == "suppressed"


@pytest.mark.usefixtures("handlers")
def test_a_message_that_lost_its_point_between_queue_and_claim_stays_here() -> None:
    make_template()
    pointless, wanted = queue("pointless"), queue("wanted", to=phone_of("wanted"))
    asked: list[list[str]] = []

    @topics.on_leaving("portal.test")
    def leaving(*, messages: Sequence[Message]) -> set[int]:
        asked.append([message.key for message in messages])
        return {message.pk for message in messages if message.key == "pointless"}

    _drain()

    assert [leg.to for leg in told().taken] == [national(phone_of("wanted"))]
    assert (status_of(pointless), status_of(wanted)) == ("cancelled", "sent")
    assert sorted(asked[0]) == ["pointless", "wanted"]


def test_a_message_queued_after_an_opt_out_is_suppressed_at_the_claim() -> None:
    make_template()
    services.opt_out(phone=PHONE, scope=OptOut.Scope.ALL, source=OptOut.Source.OFFICIAL, by=None, now=clock.now())
    message = queue()

    assert status_of(message) == "queued"
    _drain()

    assert told().taken == []
    assert status_of(message) == "suppressed"


def test_a_lifted_opt_out_no_longer_counts() -> None:
    make_template()
    wish = services.opt_out(
        phone=PHONE, scope=OptOut.Scope.ALL, source=OptOut.Source.OFFICIAL, by=None, now=clock.now()
    )
    services.lift_opt_out(wish=wish, now=clock.now(), origin=Origin(ChangeSource.LINK))
    message = queue()

    _drain()

    assert status_of(message) == "sent"


@pytest.mark.parametrize(
    ("purpose", "scope", "value", "is_sent"),
    [
        ("administrative", "all", "", False),
        ("administrative", "purpose", "administrative", False),
        ("administrative", "topic", "portal.test", False),
        ("administrative", "stream", "portal.test", False),
        ("administrative", "topic", "complaints.stage", True),
        ("answer", "all", "", False),
        ("answer", "purpose", "administrative", True),
        ("answer", "topic", "portal.test", True),
        ("code", "all", "", True),
    ],
)
def test_an_opt_out_reaches_as_far_as_its_scope(purpose: str, scope: str, value: str, is_sent: bool) -> None:
    make_template(purpose=purpose)
    message = queue()
    services.opt_out(
        phone=PHONE,
        scope=OptOut.Scope(scope),
        value=value,
        source=OptOut.Source.OFFICIAL,
        by=None,
        now=clock.now(),
    )

    _drain()

    assert status_of(message) == ("sent" if is_sent else "suppressed")


def test_somebody_elses_opt_out_is_not_ours() -> None:
    make_template()
    message = queue()
    services.opt_out(
        phone="+821099998888", scope=OptOut.Scope.ALL, source=OptOut.Source.OFFICIAL, by=None, now=clock.now()
    )

    _drain()

    assert status_of(message) == "sent"


def test_what_is_no_longer_worth_sending_is_cancelled() -> None:
    make_template()
    message = queue()
    long_ago = clock.now() - timedelta(days=30)
    Message.objects.filter(pk=message.pk).update(due_at=long_ago, expires_at=long_ago + timedelta(days=1))

    _drain()

    assert told().taken == []
    assert status_of(message) == "cancelled"


def test_nothing_leaves_before_it_is_due() -> None:
    make_template()
    queue(due_at=clock.now() + timedelta(hours=1))

    _drain()

    assert told().taken == []


@pytest.mark.parametrize(
    "change",
    [
        {"status": "suspended"},
        {"status": "draft"},
        {"expires_on": datetime(2020, 1, 1, tzinfo=UTC).date()},
        {"registered_on": datetime(2099, 1, 1, tzinfo=UTC).date()},
    ],
)
def test_an_unregistered_sender_number_stops_the_stream_after_one_leg(change: dict[str, object]) -> None:
    make_template()
    first, second = queue("one"), queue("two")
    SenderNumber.objects.update(**change)

    _drain()

    assert told().taken == []
    assert {status_of(first), status_of(second)} == {"failed", "queued"}
    assert Attempt.objects.get(status="rejected").reason_kind == "sender"
    assert _is_paused()


def test_a_wording_blocked_since_does_not_leave() -> None:
    version = make_template()
    queue()
    TemplateVersion.objects.filter(pk=version.pk).update(review_state="blocked")

    _drain()

    assert told().taken == []
    assert Attempt.objects.get().reason_kind == "template"
    assert _is_paused()


def test_content_changed_behind_our_back_does_not_leave() -> None:
    make_template()
    message = queue()
    message.variables = message.variables.replace("김하늘", "박바다")
    Message.objects.filter(pk=message.pk).update(variables_sealed=message.variables_sealed)

    _drain()

    assert told().taken == []
    assert leg_of(message).reason_kind == "content"
    assert _is_paused()


def _picture_message(content: bytes) -> Message:
    make_template(route="mms")
    image = services.ImageRef("test:1", sha256(content).hexdigest(), 10, 10, len(content))
    return queue(images=[image])


@pytest.mark.usefixtures("handlers")
def test_the_approved_picture_leaves() -> None:
    topics.image_source("test")(lambda handle, message: b"picture")
    message = _picture_message(b"picture")

    _drain()

    assert told().taken[0].images == (Picture(b"picture"),)
    assert status_of(message) == "sent"


@pytest.mark.usefixtures("handlers")
def test_a_swapped_picture_is_caught_and_stops_the_stream() -> None:
    topics.image_source("test")(lambda handle, message: b"somebody else's notice")
    message = _picture_message(b"picture")

    _drain()

    assert told().taken == []
    assert leg_of(message).reason_kind == "wrong_image"
    assert _is_paused()


@pytest.mark.usefixtures("handlers")
def test_a_picture_row_moved_to_another_message_is_caught() -> None:
    topics.image_source("test")(lambda handle, message: b"picture" if handle == "test:1" else b"other")
    _picture_message(b"picture")
    other = services.ImageRef("test:2", sha256(b"other").hexdigest(), 10, 10, 5)
    second = queue("two", images=[other])
    first_image = MessageImage.objects.get(handle="test:1")
    MessageImage.objects.filter(message=second).update(
        handle="test:1", sha256=first_image.sha256, bound=first_image.bound
    )

    _drain()

    assert leg_of(second).status == "rejected"


@pytest.mark.usefixtures("handlers")
def test_a_picture_nobody_can_load_is_a_wrong_picture() -> None:
    message = _picture_message(b"picture")

    _drain()

    assert leg_of(message).reason_kind == "wrong_image"


def test_a_message_whose_seal_is_broken_stops_its_stream_and_no_other() -> None:
    make_template()
    broken, other = queue("broken"), queue("other", stream="other")
    Message.objects.filter(pk=broken.pk).update(phone_sealed=b"x" * 60)

    _drain()

    assert (status_of(broken), status_of(other)) == ("failed", "sent")
    assert _is_paused()
    assert not _is_paused("other")


def test_a_paused_stream_waits_and_goes_on_when_resumed() -> None:
    make_template()
    message = queue()
    services.pause(stream="portal.test", reason="점검", by=None, now=clock.now())

    _drain()
    assert told().taken == []

    services.resume(stream="portal.test", by=None, now=clock.now())
    _drain()
    assert status_of(message) == "sent"


def test_single_messages_overtake_a_campaign() -> None:
    make_template()
    campaign = [outgoing(f"c{n}", topic="notices.notice", stream="campaign:1") for n in range(5)]
    services.send_many(campaign, by=None, now=clock.now())
    single = queue("single", topic="complaints.stage")

    _drain()

    assert told().taken[0].id == leg_of(single).pk


def test_two_campaigns_take_turns() -> None:
    make_template()
    for name in ("a", "b"):
        rows = [outgoing(f"{name}{n}", topic="notices.notice", stream=f"campaign:{name}") for n in range(6)]
        services.send_many(rows, by=None, now=clock.now())

    taken = [claiming.claim("main", _capabilities(batch_sizes=every_channel(2))) for _ in range(4)]

    streams = [Dispatch.objects.get(pk=one.dispatch).stream.name for one in taken if one is not None]
    assert sorted(streams[:2]) == sorted(streams[2:]) == ["campaign:a", "campaign:b"]


def _capabilities(**changes: object) -> Capabilities:
    return replace(told().capabilities, **changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(("outcome", "size"), [("reference", 200), ("key", 200), ("time", 100), ("none", 1)])
def test_the_batch_follows_what_can_be_asked_afterwards(outcome: str, size: int) -> None:
    make_template()
    services.send_many((outgoing(f"k{n}") for n in range(250)), by=None, now=clock.now())

    taken = claiming.claim("main", _capabilities(outcome=outcome, batch_sizes=every_channel(1000)))

    assert taken is not None
    assert len(taken.legs) == size


def test_a_claim_commits_its_dispatch_before_anything_leaves() -> None:
    make_template()
    message = queue()

    taken = claiming.claim("main", told().capabilities)

    assert taken is not None
    dispatch = Dispatch.objects.get(pk=taken.dispatch)
    assert (dispatch.status, dispatch.size, dispatch.lease_by) == ("submitting", 1, taken.lease_by)
    assert dispatch.lease_until > dispatch.submitted_at
    assert leg_of(message).status == "submitting"
    assert status_of(message) == "sending"
    with pytest.raises(claiming.NothingDue):
        claiming.claim("main", told().capabilities)


def test_another_carriers_legs_are_not_ours() -> None:
    make_template()
    queue()

    with pytest.raises(claiming.NothingDue):
        claiming.claim("spare", told().capabilities)


def _at_night(purpose: str, moment: datetime) -> datetime | None:
    return moment + timedelta(hours=9) if purpose == "administrative" else None


def test_administrative_messages_wait_for_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "closed_until", _at_night)
    make_template()
    message = queue()

    _drain()

    message.refresh_from_db()
    assert told().taken == []
    assert (message.status, message.hold_reason) == ("held", "quiet_hours")
    assert leg_of(message).due_at > clock.now() + timedelta(hours=8)


def test_a_held_message_leaves_in_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    make_template()
    message = queue()
    with monkeypatch.context() as night:
        night.setattr(windows, "closed_until", _at_night)
        _drain()
    Attempt.objects.update(due_at=clock.now() - timedelta(minutes=1))

    _drain()

    message.refresh_from_db()
    assert (message.status, message.hold_reason) == ("sent", "")


def test_a_rehearsal_does_not_wait_for_the_morning(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "closed_until", _at_night)
    monkeypatch.setattr(judging, "is_rehearsal", lambda: True)
    make_template()
    message = queue()

    _drain()

    assert status_of(message) == "sent"


def test_a_batch_takes_a_constant_number_of_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    make_template()
    services.send_many((outgoing(f"k{n}") for n in range(400)), by=None, now=clock.now())
    claiming.claim("main", told().capabilities)

    with django_assert_max_num_queries(22):
        claiming.claim("main", told().capabilities)


def test_what_is_due_at_the_same_moment_leaves_in_the_order_it_was_told() -> None:
    make_template()
    messages = [queue(key=f"told:{number}") for number in range(12)]
    Attempt.objects.update(due_at=clock.now() - timedelta(seconds=1))

    _drain()

    assert [leg.id for leg in told().taken] == [leg_of(message).pk for message in messages]
