"""Several workers, officials and citizens at once. Real transactions, real threads, one database."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import connection, transaction

from messaging import delivery, receiving, reconciling, services
from messaging.claiming import claim
from messaging.models import Attempt, LegStatus, Message, MessageStatus, OptOut, Reply, Stream, StreamCount
from messaging.queries import pause_of, tally_of
from messaging.settling import Change, settle
from portal.core import clock
from tests.messaging.making import PHONE, every_channel, make_template, outgoing, queue, status_of, told

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("office", "daytime")]


def _together(*jobs: Callable[[], object]) -> None:
    """Run jobs in threads that start at the same moment; what one raises is raised here."""
    start = threading.Barrier(len(jobs))
    errors: list[BaseException] = []

    def run(job: Callable[[], object]) -> None:
        try:
            start.wait(timeout=30)
            job()
        except BaseException as error:  # noqa: BLE001 — handed to the test's own thread
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    if errors:
        raise errors[0]


@transaction.atomic
def _queue_many(count: int) -> None:
    make_template()
    services.send_many((outgoing(f"k{number}") for number in range(count)), by=None, now=clock.now())


def test_four_workers_never_send_one_leg_twice() -> None:
    _queue_many(1200)

    _together(*[lambda: delivery.drain(seconds=30)] * 4)

    taken = [leg.id for leg in told().taken]
    assert len(taken) == len(set(taken)) == 1200
    assert tally_of("portal.test")["sent"] == 1200


def test_workers_and_reconcilers_together_lose_and_double_nothing() -> None:
    _queue_many(300)

    _together(*[lambda: delivery.drain(seconds=30)] * 2, *[reconciling.reconcile] * 2, reconciling.squash_counts)

    assert len(told().taken) == 300
    assert tally_of("portal.test")["sent"] == 300


def test_an_opt_out_waits_for_the_claim_that_came_first_and_stops_all_that_follow() -> None:
    with transaction.atomic():
        make_template()
        first = queue("first")
        later = queue("later", due_at=clock.now() + timedelta(hours=1))
    is_claimed, may_commit, is_registered = threading.Event(), threading.Event(), threading.Event()

    def hold_a_claim() -> None:
        with transaction.atomic():
            claim("main", told().capabilities)
            is_claimed.set()
            may_commit.wait(timeout=30)

    def stop() -> None:
        is_claimed.wait(timeout=30)
        services.opt_out(phone=PHONE, scope=OptOut.Scope.ALL, source=OptOut.Source.REPLY, by=None, now=clock.now())
        is_registered.set()

    def judge() -> None:
        is_claimed.wait(timeout=30)
        committed_too_early = is_registered.wait(timeout=0.5)
        may_commit.set()
        assert not committed_too_early

    _together(hold_a_claim, stop, judge)

    assert status_of(first) == "sending"
    assert status_of(later) == "suppressed"


def test_the_same_send_at_the_same_moment_is_one_message() -> None:
    with transaction.atomic():
        make_template()

    def send() -> None:
        with transaction.atomic():
            queue("same")

    _together(*[send] * 8)

    assert Message.objects.count() == Attempt.objects.count() == 1


def test_receipts_for_two_legs_of_one_message_at_once_keep_the_delivery() -> None:
    with transaction.atomic():
        make_template(route="alimtalk_then_text")
    for number in range(6):
        with transaction.atomic():
            message = queue(str(number))
        delivery.drain(seconds=10)
        first = message.attempts.get()
        with transaction.atomic():
            settle([Change(first.pk, LegStatus.UNDELIVERED, reason_kind="unreachable")], cause="receipt")
        delivery.drain(seconds=10)
        second = message.attempts.get(ordinal=2)

        def deliver(leg: Attempt = first) -> None:
            with transaction.atomic():
                settle([Change(leg.pk, LegStatus.DELIVERED)], cause="receipt")

        def fail(leg: Attempt = second) -> None:
            with transaction.atomic():
                settle([Change(leg.pk, LegStatus.UNDELIVERED, reason_kind="carrier")], cause="receipt")

        _together(deliver, fail)

        assert status_of(message) == "delivered"


def test_counters_are_exact_after_six_writers() -> None:
    _queue_many(240)
    legs = list(Attempt.objects.values_list("pk", flat=True))

    def write(part: int) -> None:
        for leg in legs[part::6]:
            with transaction.atomic():
                settle([Change(leg, LegStatus.DELIVERED)], cause="test")

    _together(*[lambda part=part: write(part) for part in range(6)], reconciling.squash_counts)

    assert tally_of("portal.test")["delivered"] == 240
    assert tally_of("portal.test")["queued"] == 0
    reconciling.squash_counts()
    assert StreamCount.objects.filter(stream__name="portal.test").count() == 1


def test_a_cancel_and_a_claim_at_once_never_both_win() -> None:
    with transaction.atomic():
        make_template()
    for number in range(10):
        with transaction.atomic():
            message = queue(str(number))
        before = len(told().taken)

        def cancel(message: Message = message) -> None:
            try:
                services.cancel(message=message, by=None, now=clock.now())
            except services.AlreadyLeft:
                return

        _together(cancel, lambda: delivery.drain(seconds=10))

        left = len(told().taken) - before
        assert (status_of(message), left) in {("cancelled", 0), ("sent", 1)}


def test_of_two_that_settle_the_last_first_legs_at_once_one_sees_both() -> None:
    told().capabilities = replace(told().capabilities, batch_sizes=every_channel(1))
    with transaction.atomic():
        make_template()
        legs = [queue(key, stream="campaign:1").attempts.get() for key in ("one", "two")]
    Stream.objects.filter(name="campaign:1").update(canary_count=2)
    assert claim("main", told().capabilities)
    assert claim("main", told().capabilities)
    is_settled, is_over = threading.Event(), threading.Event()

    def settle_first() -> None:
        with transaction.atomic():
            settle([Change(legs[0].pk, LegStatus.REJECTED, reason_kind="spam_blocked")], cause="answer")
            is_settled.set()
            is_over.wait(timeout=0.5)  # the other waits for this commit, so it cannot be over before

    def settle_second() -> None:
        is_settled.wait(timeout=30)
        with transaction.atomic():
            settle([Change(legs[1].pk, LegStatus.REJECTED, reason_kind="spam_blocked")], cause="answer")
        is_over.set()

    _together(settle_first, settle_second)

    assert "2건 가운데 0건" in pause_of("campaign:1")


def test_telling_what_became_of_messages_never_stops_those_who_only_name_one() -> None:
    """
    A foreign key is checked at the COMMIT, after every other lock its transaction took.

    Were the message locked against being named, whoever holds a citizen's row and names her message would wait for
    the teller, and the teller for that row: a ring.
    """
    with transaction.atomic():
        make_template()
        message = queue()
    Message.objects.update(status=MessageStatus.DELIVERED)
    is_told, may_end = threading.Event(), threading.Event()

    def handler(*, messages: Sequence[Message], now: datetime) -> None:
        is_told.set()
        may_end.wait(timeout=30)

    def name_it() -> None:
        is_told.wait(timeout=30)
        try:
            with transaction.atomic():
                with connection.cursor() as cursor:
                    cursor.execute("SET LOCAL lock_timeout = '2s'")
                reply = Reply(carrier="main", event_key="e", occurred_at=clock.now(), received_at=clock.now())
                reply.phone_index, reply.try_at, reply.message = message.phone_index, clock.now(), message
                reply.save()
        finally:
            may_end.set()

    _together(lambda: receiving._tell("portal.test", handler, clock.now()), name_it)

    assert Reply.objects.get().message == message
