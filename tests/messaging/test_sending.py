"""Queueing: in the transaction of its cause, once per key, and nothing that cannot be sent."""

import json
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries, Settings

from messaging import services, text, topics
from messaging.models import Attempt, DeliveryEvent, Message, OptOut, StreamCount
from messaging.queries import tally_of
from messaging.services.preparing import ImagesRefused, SecondOfficialNeeded
from portal.accounts.models import User
from portal.core import clock
from portal.core.phones import PhoneRefused
from tests.messaging.making import PHONE, leg_of, make_official, make_template, outgoing, queue

pytestmark = pytest.mark.usefixtures("office")


def test_a_message_is_queued_with_its_first_leg_and_its_history() -> None:
    make_template()

    message = queue()

    leg = leg_of(message)
    assert (message.status, leg.status, leg.channel, leg.carrier) == ("queued", "queued", "sms", "main")
    assert message.body == "[새빛구] 김하늘님, 안내드립니다."
    assert message.phone == PHONE
    assert leg.body_bytes == text.count_bytes(message.body)
    assert leg.cost_won > 0
    event = DeliveryEvent.objects.get()
    assert (event.before, event.after, event.cause) == ("", "queued", "send")


@pytest.mark.django_db(transaction=True)
def test_sending_outside_a_transaction_is_refused() -> None:
    services.load_reference(now=clock.now())
    make_template()

    with pytest.raises(services.NotInTransaction):
        queue()
    with pytest.raises(services.NotInTransaction):
        services.send_many([outgoing("one")], by=None, now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_a_rolled_back_cause_leaves_no_message() -> None:
    services.load_reference(now=clock.now())
    make_template()

    with transaction.atomic():
        queue()
        transaction.set_rollback(True)

    assert not Message.objects.exists()
    assert not StreamCount.objects.exists()


def test_the_same_key_with_the_same_content_is_the_first_message() -> None:
    make_template()
    first = queue("one")

    assert queue("one") == first
    assert Attempt.objects.count() == 1


@pytest.mark.parametrize("change", [{"context": {"이름": "박바다"}}, {"to": "010-9999-8888"}])
def test_the_same_key_with_other_content_is_refused(change: dict[str, object]) -> None:
    make_template()
    queue("one")

    with pytest.raises(services.KeyReused):
        queue("one", **change)


def test_a_new_wording_does_not_touch_what_is_queued() -> None:
    make_template(body="[#{기관}] #{이름} 처음")
    first = queue("one")
    make_template(body="[#{기관}] #{이름} 다음")

    second = queue("two")

    first.refresh_from_db()
    assert (first.body, second.body) == ("[새빛구] 김하늘 처음", "[새빛구] 김하늘 다음")


def test_an_unapproved_wording_is_not_sent() -> None:
    version = make_template()
    type(version).objects.filter(pk=version.pk).update(review_state="submitted")

    with pytest.raises(services.TemplateNotApproved):
        queue()


def test_a_missing_variable_is_refused() -> None:
    make_template()

    with pytest.raises(text.VariableMissing):
        queue(context={})


def test_a_landline_is_refused() -> None:
    make_template()

    with pytest.raises(PhoneRefused):
        queue(to="02-123-4567")


def test_an_unknown_topic_is_refused() -> None:
    make_template()

    with pytest.raises(topics.UnknownTopic):
        queue(topic="nobody.asked")


def test_an_alimtalk_may_say_what_its_fallback_text_may_not() -> None:
    make_template(route="alimtalk_then_text", body="[#{기관}] 😀 #{이름}", fallback_body="[#{기관}] #{이름}")

    message = queue()

    assert message.body == "[새빛구] 😀 김하늘"
    assert leg_of(message).channel == "alimtalk"


def test_a_name_the_fallback_text_cannot_carry_is_refused() -> None:
    make_template(route="alimtalk_then_text", body="[#{기관}] #{이름}")

    with pytest.raises(text.Unencodable):
        queue(context={"이름": "Nguyễn"})


def test_a_button_leads_to_a_web_address_only() -> None:
    button = {"label": "보기", "url": "#{주소}"}
    make_template(route="alimtalk_then_text", body="[#{기관}] 안내", buttons=[button])

    queue("fine", buttons_context={"주소": "https://localhost/c/abc/"})

    with pytest.raises(text.ForbiddenValue):
        queue("bad", buttons_context={"주소": "javascript:alert(1)"})


def test_an_emergency_needs_a_second_official() -> None:
    make_template(purpose="emergency")
    author = User.objects.create(username="author")
    second = User.objects.create(username="second")

    with pytest.raises(SecondOfficialNeeded):
        queue(by=author)
    with pytest.raises(SecondOfficialNeeded):
        queue(by=author, approved_by=author)

    assert queue(by=author, approved_by=second).approved_by == second


def test_pictures_belong_to_the_picture_route() -> None:
    make_template()
    image = services.ImageRef("notices:1", "ab" * 32, 100, 100, 1000)

    with pytest.raises(ImagesRefused):
        queue(images=[image])

    make_template(route="mms")
    with pytest.raises(ImagesRefused):
        queue(images=[])
    with pytest.raises(ImagesRefused):
        queue(images=[image] * 4)

    assert queue(images=[image]).images.count() == 1


def test_without_a_default_sender_number_nothing_is_queued() -> None:
    make_template()
    message = queue("one")
    type(message.sender_number).objects.update(is_default=False)

    with pytest.raises(services.NoSenderNumber):
        queue("two")


def test_one_bad_row_never_stops_the_others() -> None:
    make_template()
    rows = [
        outgoing("1"),
        outgoing("2", to="02-123-4567"),
        outgoing("3", context={}),
        outgoing("4", context={"이름": "😀"}),
        outgoing("5"),
    ]

    sent = services.send_many(rows, by=None, now=clock.now())

    assert sent.queued_count == 2
    assert [(refusal.row, refusal.field) for refusal in sent.refusals] == [
        (2, "to"),
        (3, "context.이름"),
        (4, "context.이름"),
    ]
    assert all(refusal.sentence for refusal in sent.refusals)


def test_a_row_queued_before_is_left_alone_and_a_changed_one_is_refused() -> None:
    make_template()
    services.send_many([outgoing("1"), outgoing("2")], by=None, now=clock.now())

    again = services.send_many(
        [outgoing("1"), outgoing("2", context={"이름": "박바다"}), outgoing("3"), outgoing("3")],
        by=None,
        now=clock.now(),
    )

    assert again.queued_count == 1
    assert [(refusal.row, refusal.field) for refusal in again.refusals] == [(2, "key")]
    assert Message.objects.count() == Attempt.objects.count() == 3


def test_many_rows_are_counted_without_counting_rows() -> None:
    make_template()

    services.send_many((outgoing(f"k{n}") for n in range(2500)), by=None, now=clock.now())

    assert tally_of("portal.test")["queued"] == 2500
    assert StreamCount.objects.count() == 2  # one difference a batch


def test_opted_out_recipients_are_counted_for_the_sender() -> None:
    make_template()
    services.opt_out(phone=PHONE, scope=OptOut.Scope.ALL, source=OptOut.Source.OFFICIAL, by=None, now=clock.now())

    sent = services.send_many([outgoing("1", to=PHONE), outgoing("2")], by=None, now=clock.now())

    assert (sent.queued_count, sent.opted_out_count) == (2, 1)


def test_a_bulk_send_takes_a_constant_number_of_queries(django_assert_max_num_queries: DjangoAssertNumQueries) -> None:
    make_template()
    queue("warm")

    with django_assert_max_num_queries(20):
        services.send_many([outgoing(f"k{n}") for n in range(300)], by=None, now=clock.now())


def test_a_later_message_waits_and_its_question_stays_open_from_then_on() -> None:
    make_template()
    due_at = clock.now() + timedelta(days=2)

    message = queue(due_at=due_at, reply_for=timedelta(days=3))

    assert leg_of(message).due_at == due_at
    assert message.reply_until == due_at + timedelta(days=3)
    assert message.expires_at > due_at


def test_codes_travel_in_the_first_lane_and_soon_lose_their_worth() -> None:
    make_template(purpose="code")

    message = queue()

    assert message.lane == 0
    assert message.expires_at - message.due_at == timedelta(minutes=3)


def test_the_district_is_named_from_the_settings(settings: Settings) -> None:
    settings.DISTRICT_NAME = "달빛구"
    make_template()

    assert queue().body.startswith("[달빛구]")


def test_nothing_personal_is_readable_in_the_row() -> None:
    make_template()
    message = queue()

    row = Message.objects.filter(pk=message.pk).values().get()

    stored = b"".join(bytes(value) for value in row.values() if isinstance(value, bytes | memoryview))
    assert "김하늘".encode() not in stored
    assert b"12345678" not in stored
    assert "김하늘" not in str({name: value for name, value in row.items() if isinstance(value, str)})


def test_a_copied_batch_keeps_its_words_and_leaves_taken_keys_alone() -> None:
    make_template()
    first = queue("k0", context={"이름": "먼저"})
    odd = "탭\\N 역사선\\ 따옴표' 물음?"
    rows = [outgoing(f"k{n}", context={"이름": odd}) for n in range(300)]

    sent = services.send_many(rows, by=None, now=clock.now())

    assert sent.queued_count == 299
    assert [(one.row, one.field) for one in sent.refusals] == [(1, "key")]
    assert odd in Message.objects.get(key="k299").body
    assert "먼저" in Message.objects.get(pk=first.pk).body
    assert Attempt.objects.count() == 300


def test_one_official_alone_cannot_write_to_more_than_a_thousand() -> None:
    make_template()
    official, second = make_official("one"), make_official("two")
    many = [outgoing(f"k{n}") for n in range(1001)]

    with pytest.raises(services.ApprovalNeeded):
        services.send_many(many, by=official, approved_by=official, now=clock.now())
    with transaction.atomic():
        sent = services.send_many(many, by=official, approved_by=second, now=clock.now())

    assert sent.queued_count == 1001


def test_a_wording_that_is_missing_is_looked_for_once_not_for_everybody() -> None:
    rows = [outgoing(f"k{number}", template="nobody.approved") for number in range(30)]

    with CaptureQueriesContext(connection) as seen, transaction.atomic():
        sent = services.send_many(rows, by=None, now=clock.now())

    assert [refusal.field for refusal in sent.refusals] == ["template"] * 30
    assert sum('FROM "messaging_templateversion"' in one["sql"] for one in seen) == 1


def test_people_who_are_told_different_things_are_told_their_own() -> None:
    make_template()
    contexts = [{"이름": name} for name in ("김하늘", "김하늘", "박바다", "김하늘")]

    with transaction.atomic():
        rows = [outgoing(f"k{n}", context=context) for n, context in enumerate(contexts)]
        services.send_many(rows, by=None, now=clock.now())

    said = [(json.loads(one.variables)["이름"], one.body) for one in Message.objects.order_by("key")]
    assert [name for name, _ in said] == ["김하늘", "김하늘", "박바다", "김하늘"]
    assert all(name in body for name, body in said)
