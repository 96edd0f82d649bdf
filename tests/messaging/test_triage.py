"""회신 분류: decisions are rows, can be taken back until their owner hears of them, and outrank what comes later."""

from datetime import datetime, timedelta

import pytest
from django.db import Error
from pytest_django import DjangoAssertNumQueries

from messaging import delivery, receiving, services, topics
from messaging.models import Message, OptOut, Reply, TriageDecision
from messaging.queries import replies_of
from messaging.understanding import Reading
from portal.accounts.models import User
from portal.core import clock
from portal.core.errors import Refused
from tests.messaging.making import make_official, make_template, queue, reply
from tests.messaging.test_replies import CONSENT

pytestmark = pytest.mark.usefixtures("office", "daytime", "handlers")
UNCLEAR = "동의하면 뭐가 좋아요?"
Told = list[tuple[str, str]]


class NotYours(Refused):
    """The owner's refusal."""

    sentence = "담당 부서만 할 수 있습니다."


@pytest.fixture
def told() -> Told:
    """What the owner of the consent topic was told; 남담당 may not decide."""
    found: Told = []

    def handler(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        if reading is not None and reading.label == "ambiguous":
            services.ask_for_decision(reply=reply)

    def check(*, reply: Reply, by: User) -> None:
        if by.username == "stranger":
            raise NotYours

    def decided(*, reply: Reply, verdict: str, by: User, now: datetime) -> None:
        found.append((reply.event_key, verdict))

    topics.on_reply("notices.consent", question=lambda message: CONSENT)(handler)
    topics.on_decision("notices.consent", check=check)(decided)
    return found


@pytest.fixture
def asked(told: Told) -> Message:
    make_template()
    message = queue(topic="notices.consent", reply_for=timedelta(days=3))
    delivery.drain(seconds=5)
    return message


@pytest.fixture
def official() -> User:
    return make_official()


def _say(text: str, key: str = "r1") -> Reply:
    services.record_replies(carrier="main", events=[reply(text, key)], now=clock.now())
    receiving.handle_pending(now=clock.now())
    return Reply.objects.get(event_key=key)


def _later(**passed: int) -> None:
    receiving.handle_pending(now=clock.now() + timedelta(**passed))


def _numbers() -> dict[str, int]:
    return {metric.removeprefix("reply:"): count for metric, count in replies_of("notices.consent").items() if count}


def test_a_decision_is_a_row_and_its_owner_hears_of_it_once(asked: Message, told: Told, official: User) -> None:
    unclear = _say(UNCLEAR)
    assert unclear.needs_triage

    services.decide_reply(reply=unclear, verdict="consent", by=official, now=clock.now())
    _later(seconds=5)
    assert told == []
    for seconds in (25, 60):
        _later(seconds=seconds)

    assert told == [("r1", "consent")]
    row = TriageDecision.objects.get()
    assert (row.verdict, row.by, row.reply) == ("consent", official, unclear)


def test_a_decision_can_be_taken_back_before_anybody_heard_of_it(asked: Message, told: Told, official: User) -> None:
    unclear = _say(UNCLEAR)
    decision = services.decide_reply(reply=unclear, verdict="consent", by=official, now=clock.now())

    services.undo_decision(decision=decision, by=official, now=clock.now())
    _later(minutes=1)

    unclear.refresh_from_db()
    assert unclear.needs_triage
    assert told == []
    assert list(TriageDecision.objects.order_by("pk").values_list("verdict", flat=True)) == ["consent", "undone"]


def test_it_is_too_late_once_the_owner_has_heard(asked: Message, told: Told, official: User) -> None:
    unclear = _say(UNCLEAR)
    decision = services.decide_reply(reply=unclear, verdict="refuse", by=official, now=clock.now())
    _later(seconds=25)

    with pytest.raises(services.TooLateToUndo):
        services.undo_decision(decision=decision, by=official, now=clock.now() + timedelta(seconds=30))

    assert told == [("r1", "refuse")]


def test_only_who_decided_takes_it_back(asked: Message, official: User) -> None:
    decision = services.decide_reply(reply=_say(UNCLEAR), verdict="refuse", by=official, now=clock.now())

    with pytest.raises(services.TooLateToUndo):
        services.undo_decision(decision=decision, by=make_official("other"), now=clock.now())


def test_two_officials_cannot_decide_the_same_reply(asked: Message, official: User) -> None:
    unclear = _say(UNCLEAR)
    services.decide_reply(reply=unclear, verdict="refuse", by=official, now=clock.now())

    with pytest.raises(services.AlreadyDecided):
        services.decide_reply(reply=unclear, verdict="consent", by=make_official("other"), now=clock.now())

    assert TriageDecision.objects.count() == 1


def test_the_owner_says_who_may_decide(asked: Message) -> None:
    unclear = _say(UNCLEAR)

    with pytest.raises(NotYours):
        services.decide_reply(reply=unclear, verdict="consent", by=make_official("stranger"), now=clock.now())

    unclear.refresh_from_db()
    assert unclear.needs_triage


@pytest.mark.parametrize("verdict", ["undone", "yes", ""])
def test_no_other_words_are_a_decision(asked: Message, official: User, verdict: str) -> None:
    with pytest.raises(services.AlreadyDecided):
        services.decide_reply(reply=_say(UNCLEAR), verdict=verdict, by=official, now=clock.now())


def test_stop_decided_by_an_official_registers_the_opt_out(asked: Message, told: Told, official: User) -> None:
    services.decide_reply(reply=_say(UNCLEAR), verdict="opt_out", by=official, now=clock.now())
    assert not OptOut.objects.exists()
    _later(seconds=25)

    assert told == [("r1", "opt_out")]
    assert (OptOut.objects.get().source, OptOut.objects.get().created_by) == ("reply", official)


def test_an_owner_that_has_moved_on_keeps_its_state_and_the_official_reads_why(asked: Message, official: User) -> None:
    unclear = _say(UNCLEAR)
    services.decide_reply(reply=unclear, verdict="consent", by=official, now=clock.now())

    def refuse(*, reply: Reply, verdict: str, by: User, now: datetime) -> None:
        raise NotYours

    topics._decision_handlers["notices.consent"] = (refuse, topics._decision_handlers["notices.consent"][1])
    _later(seconds=25)

    unclear.refresh_from_db()
    assert (unclear.decide_at, unclear.error) == (None, NotYours.sentence)


def test_decisions_are_never_edited(asked: Message, official: User) -> None:
    services.decide_reply(reply=_say(UNCLEAR), verdict="consent", by=official, now=clock.now())

    with pytest.raises(Error, match="Cannot update"):
        TriageDecision.objects.update(verdict="refuse")


def test_what_comes_after_a_decision_is_flagged_and_counts_less(asked: Message, official: User) -> None:
    services.decide_reply(reply=_say(UNCLEAR), verdict="refuse", by=official, now=clock.now())
    _later(seconds=25)

    found = _say("1", "later")

    assert "after_decision" in found.flags
    assert _numbers() == {"reply": 1, "refuse": 1}


def test_the_streams_numbers_follow_one_recipient_through_every_change_of_mind(asked: Message, official: User) -> None:
    assert _numbers() == {}
    _say("1", "a")
    assert _numbers() == {"reply": 1, "consent": 1}
    _say("2", "b")
    assert _numbers() == {"reply": 1, "refuse": 1}
    _say("감사합니다", "c")
    assert _numbers() == {"reply": 1, "refuse": 1}
    unclear = _say(UNCLEAR, "d")
    assert _numbers() == {"reply": 1, "refuse": 1, "triage": 1}
    services.decide_reply(reply=unclear, verdict="consent", by=official, now=clock.now())
    assert _numbers() == {"reply": 1, "refuse": 1}
    _later(seconds=25)
    assert _numbers() == {"reply": 1, "consent": 1}
    _say("수신거부", "e")
    assert _numbers() == {"reply": 1, "opt_out": 1}


def test_an_answer_that_comes_before_a_decision_takes_effect_is_counted_once(asked: Message, official: User) -> None:
    services.decide_reply(reply=_say(UNCLEAR), verdict="consent", by=official, now=clock.now())

    _say("2 미동의", "r2")
    assert _numbers() == {"reply": 1, "refuse": 1}
    _later(minutes=1)

    assert _numbers() == {"reply": 1, "consent": 1}


def test_an_answer_that_comes_before_a_decision_is_taken_back_is_counted_once(asked: Message, official: User) -> None:
    decision = services.decide_reply(reply=_say(UNCLEAR), verdict="consent", by=official, now=clock.now())

    _say("2 미동의", "r2")
    services.undo_decision(decision=decision, by=official, now=clock.now())
    _say("1 동의", "r3")

    assert _numbers() == {"reply": 1, "consent": 1, "triage": 1}


def test_a_decision_overtaken_before_anybody_heard_of_it_counts_for_nothing(asked: Message, official: User) -> None:
    unclear = _say(UNCLEAR)
    services.decide_reply(reply=unclear, verdict="consent", by=official, now=clock.now())

    services.need_no_decision(replies=[unclear.pk])
    _say("2 미동의", "r2")
    _later(minutes=1)

    assert _numbers() == {"reply": 1, "refuse": 1}
    rows = TriageDecision.objects.order_by("pk").values_list("verdict", "by")
    assert list(rows) == [("consent", official.pk), ("overtaken", official.pk)]


def test_a_handler_that_breaks_hears_of_a_decision_again_and_stops_nobody_else(
    asked: Message, told: Told, official: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*, reply: Reply, verdict: str, by: User, now: datetime) -> None:
        raise KeyError

    services.decide_reply(reply=_say(UNCLEAR), verdict="consent", by=official, now=clock.now())
    owner = topics.decision_handler("notices.consent")
    assert owner is not None
    with monkeypatch.context() as patch:
        patch.setattr(topics, "decision_handler", lambda name: (broken, owner[1]))
        _later(seconds=25)
    assert told == []

    _later(minutes=2)

    assert told == [("r1", "consent")]


def test_numbers_are_read_without_counting_rows(
    asked: Message, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    _say("1")

    with django_assert_num_queries(1):
        assert replies_of("notices.consent")["reply:consent"] == 1
