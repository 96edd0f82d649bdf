"""What a person chose is obeyed at the send and at the claim; what the law locks stays on; every change is kept."""

import threading
from datetime import UTC, datetime, time, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from messaging import delivery, receiving, services
from messaging.judging import judge
from messaging.models import (
    Attempt,
    ChangeSource,
    Channel,
    Means,
    Message,
    OptOut,
    PreferenceChange,
    Subscription,
)
from messaging.preference_history import Origin
from messaging.preferring import quiet_until, wishes_of
from messaging.pricing import tariff_on
from messaging.services import preferences
from messaging.windows import Window
from portal.core import clock
from portal.core.clock import KST
from portal.core.sealing import blind_phone
from tests.messaging.making import (
    PHONE,
    leg_of,
    make_official,
    make_template,
    preference_counts,
    queue,
    receipt,
    status_of,
    told,
)

pytestmark = pytest.mark.usefixtures("office", "daytime")

INDEX = blind_phone(PHONE)
HERE = Origin(ChangeSource.LINK, address="203.0.113.7")
KIND = "notices.reminder"


def _choose(*off: tuple[str, Means], first: Means = Means.ALIMTALK, quiet: Window | None = None) -> None:
    kinds = {(topic, means.value): False for topic, means in off}
    preferences.choose(
        phone_index=INDEX, choices=preferences.Choices(kinds, first, quiet), origin=HERE, now=clock.now()
    )


def _alimtalk(**changes: str) -> None:
    make_template(
        route="alimtalk_then_text",
        buttons=[{"label": "알림 설정", "url": "#{설정주소}"}],
        **changes,
    )


def test_a_kind_switched_off_between_send_and_claim_is_not_sent() -> None:
    make_template()
    message = queue(topic=KIND)
    _choose((KIND, Means.TEXT))

    delivery.drain(seconds=5)

    assert told().taken == []
    assert status_of(message) == "suppressed"
    assert leg_of(message).reason == "받지 않기로 하신 알림입니다."


def test_a_kind_switched_on_again_is_sent() -> None:
    make_template()
    message = queue(topic=KIND)
    _choose((KIND, Means.TEXT))
    preferences.switch_kind(phone_index=INDEX, topic=KIND, is_enabled=True, origin=HERE, now=clock.now())

    delivery.drain(seconds=5)

    assert status_of(message) == "sent"


def test_another_kind_and_another_phone_are_not_touched() -> None:
    make_template()
    _choose((KIND, Means.TEXT))
    other_kind = queue("other", topic="notices.consent")
    other_phone = queue("neighbour", topic=KIND, to="010-8765-4321")

    delivery.drain(seconds=5)

    assert [status_of(one) for one in (other_kind, other_phone)] == ["sent", "sent"]


def test_alimtalk_switched_off_after_the_send_becomes_a_text() -> None:
    _alimtalk()
    message = queue(topic=KIND)
    _choose((KIND, Means.ALIMTALK))

    delivery.drain(seconds=5)

    assert [leg.channel for leg in told().taken] == ["sms"]
    assert leg_of(message).status == "rejected"
    assert status_of(message) == "sent"


def test_text_switched_off_leaves_the_alimtalk_and_stops_its_fallback() -> None:
    _alimtalk()
    message = queue(topic=KIND)
    _choose((KIND, Means.TEXT))
    delivery.drain(seconds=5)
    assert [leg.channel for leg in told().taken] == ["alimtalk"]

    failed = receipt(leg_of(message), outcome="undelivered", kind="unreachable")
    services.record_receipts(carrier="main", events=[failed], now=clock.now())
    receiving.fold_receipts(now=clock.now())
    delivery.drain(seconds=5)

    assert [leg.channel for leg in told().taken] == ["alimtalk"]
    assert leg_of(message, 2).status == "suppressed"


def test_who_prefers_texts_gets_one_at_once() -> None:
    _choose(first=Means.TEXT)
    _alimtalk(fallback_body="[#{기관}] #{이름}님께 문자로 드립니다.")

    message = queue(topic=KIND)
    delivery.drain(seconds=5)

    assert [leg.channel for leg in told().taken] == ["sms"]
    assert leg_of(message).ordinal == 1
    assert "문자로 드립니다" in message.body


def test_preferring_texts_between_send_and_claim_is_obeyed() -> None:
    _alimtalk()
    queue(topic=KIND)
    _choose(first=Means.TEXT)

    delivery.drain(seconds=5)

    assert [leg.channel for leg in told().taken] == ["sms"]


def test_an_answer_to_her_own_act_comes_though_its_kind_is_off() -> None:
    make_template(purpose="answer")
    _choose((KIND, Means.TEXT))
    message = queue(topic=KIND)

    delivery.drain(seconds=5)

    assert status_of(message) == "sent"


@pytest.mark.parametrize(("scope", "value"), [("purpose", "administrative"), ("topic", "notices.notice")])
def test_what_the_law_locks_on_outlives_an_opt_out(scope: str, value: str) -> None:
    make_template()
    services.opt_out(
        phone=PHONE, scope=OptOut.Scope(scope), value=value, source=OptOut.Source.REPLY, by=None, now=clock.now()
    )
    message = queue(topic="notices.notice")

    delivery.drain(seconds=5)

    assert status_of(message) == "sent"


def test_the_law_does_not_outlive_an_opt_out_from_everything() -> None:
    make_template()
    services.opt_out(phone=PHONE, scope=OptOut.Scope.ALL, source=OptOut.Source.OFFICIAL, by=None, now=clock.now())
    message = queue(topic="notices.notice")

    delivery.drain(seconds=5)

    assert status_of(message) == "suppressed"


@pytest.mark.parametrize(
    ("hour", "until"), [(19, None), (20, (2, 10)), (23, (2, 10)), (5, (1, 10)), (9, (1, 10)), (10, None)]
)
def test_her_quiet_hours_hold_what_is_administrative(hour: int, until: tuple[int, int] | None) -> None:
    make_template()
    _choose(quiet=Window(time(20), time(10)))
    message = queue(topic=KIND)
    (wish,) = wishes_of([message])

    found = quiet_until(message, wish, datetime(2026, 12, 1, hour, tzinfo=KST))

    assert found == (datetime(2026, 12, until[0], until[1], tzinfo=KST) if until else None)


def test_quiet_hours_do_not_hold_an_answer() -> None:
    make_template(purpose="answer")
    _choose(quiet=Window(time(18), time(12)))
    message = queue(topic=KIND)
    (wish,) = wishes_of([message])

    assert quiet_until(message, wish, datetime(2026, 12, 1, 20, tzinfo=KST)) is None


def test_a_leg_in_her_quiet_hours_waits_until_their_end() -> None:
    make_template()
    _choose(quiet=Window(time(20), time(10)))
    leg = Attempt.objects.select_related("message__stream", "message__template_version__template").get(
        message=queue(topic=KIND)
    )
    at = datetime(2026, 12, 1, 20, 30, tzinfo=KST).astimezone(UTC)
    Message.objects.update(expires_at=at + timedelta(days=3))
    leg.message.refresh_from_db()

    verdict = judge([leg], at, tariff_on(at.date()).rate(Channel.SMS, "main"))

    assert verdict.held == {(datetime(2026, 12, 2, 10, tzinfo=KST), "quiet_hours"): [leg.pk]}


def test_choices_of_a_whole_batch_cost_two_queries(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    make_template()
    messages = [queue(f"k{number}", to=f"0101234{number:04d}") for number in range(20)]

    with django_assert_num_queries(2):
        wishes_of(messages)


def test_what_the_law_locks_cannot_be_switched_off() -> None:
    with pytest.raises(preferences.LockedByLaw):
        _choose(("notices.notice", Means.TEXT))

    assert preference_counts() == (0, 0, 0, 0)


def test_every_change_is_written_down_once_with_its_origin() -> None:
    _choose((KIND, Means.TEXT), first=Means.TEXT, quiet=Window(time(20), time(8)))
    _choose((KIND, Means.TEXT), first=Means.TEXT, quiet=Window(time(20), time(8)))

    lines = [(one.subject, one.before, one.after) for one in PreferenceChange.objects.order_by("pk")]
    assert lines == [
        ("notices.reminder:text", "on", "off"),
        ("first_means", "alimtalk", "text"),
        ("quiet_hours", "", "20:00-08:00"),
    ]
    assert set(PreferenceChange.objects.values_list("source", "address")) == {("link", "203.0.113.7")}


@pytest.mark.parametrize("statement", ["DELETE FROM", "UPDATE"])
def test_history_cannot_be_edited(statement: str) -> None:
    _choose((KIND, Means.TEXT))
    tail = " SET after = 'on'" if statement == "UPDATE" else ""

    with pytest.raises(Exception, match="Cannot update or delete"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"{statement} messaging_preferencechange{tail}")


def test_one_row_per_person_kind_and_way() -> None:
    row = {"phone_index": INDEX, "topic": KIND, "means": "text", "is_enabled": False, "source": "link"}
    Subscription.objects.create(**row, changed_at=clock.now())

    with pytest.raises(IntegrityError):
        Subscription.objects.create(**row, changed_at=clock.now())


def test_an_opt_out_by_reply_is_lifted_by_the_person_alone() -> None:
    wish = services.opt_out(phone=PHONE, scope=OptOut.Scope.ALL, source=OptOut.Source.REPLY, by=None, now=clock.now())
    official = Origin(ChangeSource.OFFICIAL, by=make_official())
    with pytest.raises(services.OnlyByHerself):
        services.lift_opt_out(wish=wish, now=clock.now(), origin=official)

    preferences.lift(phone_index=INDEX, opt_out=wish.pk, origin=HERE, now=clock.now())
    wish.refresh_from_db()
    assert wish.lifted_at is not None


def test_nobody_lifts_a_neighbours_opt_out() -> None:
    wish = services.opt_out(
        phone="010-8765-4321", scope=OptOut.Scope.ALL, source=OptOut.Source.REPLY, by=None, now=clock.now()
    )

    with pytest.raises(preferences.NotYours):
        preferences.lift(phone_index=INDEX, opt_out=wish.pk, origin=HERE, now=clock.now())


@pytest.mark.django_db(transaction=True)
def test_a_choice_waits_for_the_claim_under_way() -> None:
    make_template()
    with transaction.atomic():
        queue(topic=KIND)
    is_done = threading.Event()

    def choose() -> None:
        _choose((KIND, Means.TEXT))
        is_done.set()
        connection.close()

    chooser = threading.Thread(target=choose)
    with transaction.atomic():
        list(Attempt.objects.select_for_update())  # as a claim holds them until its dispatch is committed
        chooser.start()
        assert not is_done.wait(timeout=1)

    assert is_done.wait(timeout=30)
    chooser.join(timeout=30)
