"""
Random histories: answers, receipts, look-ups, cancels and fallbacks in any order, any number of times.

Whatever happened, at rest the books agree with themselves: the invariants of a leg's, a message's and a stream's life.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.db.models import Count, Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from messaging import delivery, receiving, reconciling, services
from messaging.carriers.base import NotSent, OutcomeUnknown
from messaging.models import (
    LIVE,
    RANKS,
    Attempt,
    DeliveryEvent,
    Dispatch,
    LegStatus,
    Message,
    MessageStatus,
    Receipt,
    StreamCount,
)
from portal.core import clock
from tests.messaging.making import age, make_template, phone_of, queue, raising, receipt, rejecting, told

pytestmark = pytest.mark.usefixtures("office", "daytime")
ENDS: dict[str, Callable[[], list[object]]] = {
    "accepts": list,
    "refuses": lambda: [rejecting("not_on_kakao")],
    "refuses our words": lambda: [rejecting("content")],
    "loses the answer": lambda: [raising(OutcomeUnknown("reset"), after_taking=True)],
    "loses the call": lambda: [raising(OutcomeUnknown("reset"))],
    "says no": lambda: [raising(NotSent("ConnectError"))],
}


class History(RuleBasedStateMachine):
    """What may happen to a few messages, by chance."""

    def __init__(self) -> None:
        super().__init__()
        self.count = 0
        self.best: dict[object, int] = {}

    @initialize()
    def begin(self) -> None:
        make_template(route="alimtalk_then_text")
        told().next_calls.clear()

    @rule()
    def queue_one(self) -> None:
        """A message more."""
        self.count += 1
        key = f"history {id(self)} {self.count}"
        queue(key, to=phone_of(key))

    @rule(end=st.sampled_from([*["accepts"] * 5, *sorted(ENDS)]))
    def drain(self, end: str) -> None:
        told().next_calls = list(ENDS[end]())  # type: ignore[arg-type]
        Attempt.objects.filter(status="queued").update(due_at=clock.now() - timedelta(seconds=1))
        delivery.drain(seconds=1)

    @rule(minutes=st.integers(1, 4))
    def ask(self, minutes: int) -> None:
        age(Dispatch.objects.exclude(status="answered"), timedelta(minutes=minutes))
        reconciling.reconcile()

    @rule(
        which=st.integers(0, 9),
        outcome=st.sampled_from(["undelivered", "undelivered", "delivered"]),
        times=st.integers(1, 2),
    )
    def report(self, which: int, outcome: str, times: int) -> None:
        legs = list(Attempt.objects.exclude(dispatch=None).order_by("pk"))
        if not legs:
            return
        leg = legs[which % len(legs)]
        event = receipt(leg, f"{leg.pk} {outcome}", outcome=outcome, kind="unreachable")  # type: ignore[arg-type]
        for _ in range(times):
            services.record_receipts(carrier="main", events=[event], now=clock.now())
        receiving.handle_pending(now=clock.now())
        assert Receipt.objects.filter(event_key=event.event_key).count() == 1

    @rule(which=st.integers(0, 9))
    def cancel(self, which: int) -> None:
        messages = list(Message.objects.order_by("pk"))
        if not messages:
            return
        try:
            with transaction.atomic():
                services.cancel(message=messages[which % len(messages)], by=None, now=clock.now())
        except services.AlreadyLeft:
            return

    @invariant()
    def no_message_has_two_live_legs(self) -> None:
        live = Attempt.objects.filter(status__in=LIVE).values("message").annotate(count=Count("pk"))
        assert all(row["count"] == 1 for row in live)

    @invariant()
    def nothing_was_taken_without_a_call_or_twice(self) -> None:
        taken = [leg.id for leg in told().taken]
        assert len(taken) == len(set(taken))
        called = set(DeliveryEvent.objects.filter(after="submitting").values_list("attempt_id", flat=True))
        assert set(taken) & set(Attempt.objects.values_list("pk", flat=True)) <= called

    @invariant()
    def a_delivery_is_never_taken_back(self) -> None:
        for leg, status in Attempt.objects.values_list("pk", "status"):
            if self.best.get(leg) == RANKS[LegStatus.DELIVERED]:
                assert status == "delivered"
            self.best[leg] = RANKS[status]

    @invariant()
    def history_has_no_gap(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT 1 FROM (SELECT attempt_id, before, "
                "coalesce(lag(after) OVER (PARTITION BY attempt_id ORDER BY id), '') AS expected "
                "FROM messaging_deliveryevent) e WHERE e.before <> e.expected"
            )
            assert cursor.fetchone() is None

    @invariant()
    def counters_equal_rows(self) -> None:
        counted = {
            row["metric"]: row["total"]
            for row in StreamCount.objects.filter(metric__in=MessageStatus.values)
            .values("metric")
            .annotate(total=Sum("delta"))
            if row["total"]
        }
        rows = {row["status"]: row["total"] for row in Message.objects.values("status").annotate(total=Count("pk"))}
        assert counted == rows

    @invariant()
    def a_message_says_what_its_legs_say(self) -> None:
        for message in Message.objects.prefetch_related("attempts"):
            statuses = {leg.status for leg in message.attempts.all()}
            if "delivered" in statuses:
                assert message.status == "delivered"
            elif statuses & {"submitting", "unknown"}:
                assert message.status == "sending"
            elif message.status in ("failed", "cancelled", "suppressed"):
                assert not statuses & {status.value for status in LIVE}


def test_whatever_happens_in_whatever_order_the_books_agree() -> None:
    checks = [HealthCheck.too_slow, HealthCheck.function_scoped_fixture, HealthCheck.data_too_large]

    class InOneTransaction(History):
        def __init__(self) -> None:
            super().__init__()
            self.undo = transaction.atomic()
            self.undo.__enter__()
            told().taken.clear()
            told().known.clear()

        def teardown(self) -> None:
            transaction.set_rollback(True)
            self.undo.__exit__(None, None, None)

    run_state_machine_as_test(
        InOneTransaction,
        settings=settings(max_examples=25, stateful_step_count=18, deadline=None, suppress_health_check=checks),
    )
