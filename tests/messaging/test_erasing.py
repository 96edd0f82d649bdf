"""Forgetting: words and numbers go when their topic's time is over; what happened, and what it cost, stays."""

from datetime import timedelta

import pytest

from messaging import delivery, receiving, services
from messaging.models import Attempt, HookReject, Message, Receipt, Reply, ReplyPart
from messaging.queries import tally_of
from portal.accounts.models import RateBucket
from portal.accounts.services import take_token
from portal.core import clock
from tests.messaging.making import leg_of, make_template, queue, receipt, reply

pytestmark = pytest.mark.usefixtures("office", "daytime", "handlers")
DAYS = 30  # portal.test


def _delivered() -> Message:
    make_template()
    message = queue()
    delivery.drain(seconds=2)
    services.record_receipts(carrier="main", events=[receipt(leg_of(message))], now=clock.now())
    services.record_replies(carrier="main", events=[reply("여권 문의")], now=clock.now())
    receiving.handle_pending(now=clock.now())
    return message


def test_a_day_too_early_nothing_is_forgotten() -> None:
    _delivered()

    services.erase_personal_data(now=clock.now() + timedelta(days=DAYS - 1))

    assert Message.objects.get().body
    assert Receipt.objects.get().raw


def test_when_its_time_is_over_the_words_and_the_number_go_and_the_facts_stay() -> None:
    message = _delivered()
    before = Message.objects.values("status", "body_sha256", "phone_index", "key").get()
    cost = Attempt.objects.values("cost_won").get()
    later = clock.now() + timedelta(days=DAYS, hours=1)

    counts = services.erase_personal_data(now=later)

    message = Message.objects.get()
    assert (message.phone, message.body, message.variables) == ("", "", "")
    assert message.erased_at == later
    assert Receipt.objects.get().raw == ""
    assert Message.objects.values("status", "body_sha256", "phone_index", "key").get() == before
    assert Attempt.objects.values("cost_won").get() == cost
    assert tally_of("portal.test")["delivered"] == 1
    assert (counts["messages"], counts["receipts"]) == (1, 1)


def test_twice_is_once() -> None:
    _delivered()
    later = clock.now() + timedelta(days=DAYS, hours=1)
    services.erase_personal_data(now=later)

    counts = services.erase_personal_data(now=later + timedelta(days=1))

    assert set(counts.values()) == {0}
    assert Message.objects.get().erased_at == later


def test_a_message_still_waiting_keeps_its_words() -> None:
    make_template()
    queue()

    services.erase_personal_data(now=clock.now() + timedelta(days=DAYS + 1))

    assert Message.objects.get().body


def test_a_text_nobody_took_is_kept_as_long_as_our_answers() -> None:
    _delivered()

    services.erase_personal_data(now=clock.now() + timedelta(days=1094))
    assert Reply.objects.get().text == "여권 문의"
    services.erase_personal_data(now=clock.now() + timedelta(days=1096))

    found = Reply.objects.get()
    assert (found.text, found.phone) == ("", "")
    assert found.phone_index


def test_unreadable_webhooks_are_kept_for_thirty_days() -> None:
    now = clock.now()
    services.keep_unreadable(alias="main", kind="replies", body="?", reason="?", now=now)

    services.erase_personal_data(now=now + timedelta(days=29))
    assert HookReject.objects.count() == 1
    services.erase_personal_data(now=now + timedelta(days=31))

    assert HookReject.objects.count() == 0


def test_forgetting_runs_only_at_night_and_once() -> None:
    _delivered()
    noon = clock.now() + timedelta(days=DAYS + 1)
    noon = clock.in_korea(noon).replace(hour=12)

    services.keep_house(now=noon)
    assert Message.objects.get().body
    take_token(key="codes:soon:old", capacity=1, per_seconds=30, now=noon - timedelta(days=3))
    take_token(key="codes:soon:new", capacity=1, per_seconds=30, now=noon)
    services.keep_house(now=noon.replace(hour=3) + timedelta(days=1))

    assert not RateBucket.objects.filter(key="codes:soon:old").exists()
    assert RateBucket.objects.filter(key="codes:soon:new").exists()
    assert Message.objects.get().body == ""
    assert ReplyPart.objects.count() == 0
