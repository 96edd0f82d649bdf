"""The database refuses what no form should let through. Raw SQL, because a form is only kindness."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum

from messaging.models import Attempt, DeliveryEvent, LegStatus, Message, MessageStatus, Stream, StreamCount
from messaging.settling import Change, settle
from portal.core.sealing import Tampered
from tests.messaging.making import leg_of, make_template, queue

pytestmark = pytest.mark.usefixtures("office")


@contextmanager
def _refused() -> Iterator[None]:
    with pytest.raises(DatabaseError), transaction.atomic():
        yield


def _sql(statement: str, *parameters: object) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE messaging_message SET status = 'posted'",
        "UPDATE messaging_message SET purpose = 'advertisement'",
        "UPDATE messaging_message SET lane = 4",
        "UPDATE messaging_message SET expires_at = due_at",
        "UPDATE messaging_message SET purpose = 'emergency'",
        "UPDATE messaging_message SET status = 'held'",
        "UPDATE messaging_attempt SET status = 'sent'",
        "UPDATE messaging_attempt SET channel = 'fax'",
        "UPDATE messaging_attempt SET status = 'submitting'",
        "UPDATE messaging_attempt SET status = 'accepted'",
        "UPDATE messaging_attempt SET status = 'delivered'",
        "UPDATE messaging_attempt SET final_at = now()",
        "UPDATE messaging_sendernumber SET number = '01012345678'",
        "UPDATE messaging_sendernumber SET evidence = ''",
        "UPDATE messaging_stream SET paused_at = now()",
        "UPDATE messaging_templateversion SET review_state = 'fine'",
        "UPDATE messaging_templateversion SET body = 'somebody else''s'",
        "UPDATE messaging_templateversion SET approved_at = NULL",
        "UPDATE messaging_deliveryevent SET cause = 'nothing'",
        "DELETE FROM messaging_deliveryevent",
        "DELETE FROM messaging_attempt",
    ],
)
def test_the_database_refuses(statement: str) -> None:
    make_template()
    queue()

    with _refused():
        _sql(statement)
        _sql("SET CONSTRAINTS ALL IMMEDIATE")


def test_a_message_never_has_two_live_legs() -> None:
    make_template()
    message = queue()
    leg = leg_of(message)

    with _refused():
        leg.pk, leg.ordinal, leg._state.adding = None, 2, True
        leg.save()


def test_two_messages_never_share_a_key() -> None:
    make_template()
    queue("one")
    second = queue("two")

    with _refused():
        Message.objects.filter(pk=second.pk).update(key="one")


def test_one_carrier_reference_names_one_leg_of_a_channel() -> None:
    make_template()
    first, second = leg_of(queue("one")), leg_of(queue("two"))
    Attempt.objects.filter(pk=first.pk).update(vendor_ref="same")

    with _refused():
        Attempt.objects.filter(pk=second.pk).update(vendor_ref="same")


def test_history_has_no_gap_and_ends_where_the_leg_is() -> None:
    make_template()
    leg = leg_of(queue())
    for status in (LegStatus.ACCEPTED, LegStatus.UNDELIVERED, LegStatus.DELIVERED):
        settle([Change(leg.pk, status)], cause="test")

    events = list(DeliveryEvent.objects.filter(attempt=leg).order_by("pk"))

    assert [event.before for event in events[1:]] == [event.after for event in events[:-1]]
    assert events[0].before == ""
    assert events[-1].after == "delivered"
    assert all(event.cause == "test" for event in events[1:])


def test_counters_equal_rows_at_rest() -> None:
    make_template()
    messages = [queue(str(number)) for number in range(6)]
    for message, after in zip(messages, (LegStatus.DELIVERED, LegStatus.REJECTED, LegStatus.CANCELLED), strict=False):
        settle([Change(leg_of(message).pk, after)], cause="test")

    for stream in Stream.objects.all():
        for status in MessageStatus.values:
            rows = Message.objects.filter(stream=stream, status=status).count()
            counted = StreamCount.objects.filter(stream=stream, metric=status).aggregate(total=Sum("delta"))["total"]
            assert rows == (counted or 0)


def test_sealed_columns_do_not_open_in_another_row() -> None:
    make_template()
    first, second = queue("one"), queue("two", to="01099998888")
    Message.objects.filter(pk=second.pk).update(phone_sealed=first.phone_sealed)
    second.refresh_from_db()

    with pytest.raises(Tampered):
        _ = second.phone
