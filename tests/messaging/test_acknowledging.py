"""Acknowledgements: once, to people, and never so that two machines talk to each other."""

from datetime import datetime, timedelta

import pytest

from messaging import delivery, receiving, services, topics
from messaging.models import Message, Reply
from messaging.text import SMS_BYTES, count_bytes
from messaging.understanding import Option, Question, Reading
from portal.core import clock
from tests.messaging.making import make_template, queue, reply, told

SCORES = Question(
    kind="satisfaction", options=tuple(Option(str(one), str(one), f"{one}점", "choice") for one in range(1, 6))
)


@pytest.fixture(autouse=True)
def _asked(office: None, daytime: None, handlers: None) -> Message:
    """A question whose owner acknowledges every clear answer."""

    def scored(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        if reading is not None and reading.is_clear:
            services.acknowledge(reply=reply, answer=f"{reading.option}점", now=now)

    topics.on_reply("complaints.satisfaction", question=lambda message: SCORES)(scored)
    make_template()
    make_template("messaging.acknowledged", body="[#{기관}] #{답으로} 접수되었습니다. 고맙습니다.", purpose="answer")
    message = queue(topic="complaints.satisfaction", reply_for=timedelta(days=3))
    delivery.drain(seconds=5)
    told().taken.clear()
    return message


def _say(text: str, key: str, *, now: datetime | None = None) -> Reply:
    moment = now or clock.now()
    services.record_replies(carrier="main", events=[reply(text, key)], now=moment)
    receiving.handle_pending(now=moment)
    return Reply.objects.get(event_key=key)


def _said() -> list[str]:
    return [message.body for message in Message.objects.filter(topic="messaging.acknowledged").order_by("pk")]


def test_a_clear_answer_is_acknowledged_in_one_short_text() -> None:
    _say("5", "a")
    delivery.drain(seconds=5)

    assert _said() == ["[새빛구] 5점으로 접수되었습니다. 고맙습니다."]
    assert [leg.channel for leg in told().taken] == ["sms"]
    assert count_bytes(_said()[0]) <= SMS_BYTES


def test_within_ten_minutes_a_number_hears_it_once() -> None:
    now = clock.now()

    for minutes in (0, 1, 9):
        _say("5", f"at {minutes}", now=now + timedelta(minutes=minutes))
    assert len(_said()) == 1
    _say("4", "at 11", now=now + timedelta(minutes=11))

    assert len(_said()) == 2


@pytest.mark.parametrize(
    "text",
    [
        "[자동응답] 부재중입니다. 5",
        "지금은 운전 중입니다. 잠시 후 연락드리겠습니다.",
        "5점으로 접수되었습니다. 고맙습니다.",
        "문자가 정상적으로 수신되었습니다. 5",
        "5? 무슨 뜻이죠",
        "안녕하세요",
    ],
)
def test_machines_acknowledgements_and_unclear_texts_are_not_acknowledged(text: str) -> None:
    _say(text, "a")

    assert _said() == []


def test_two_automatic_systems_fall_silent_at_once() -> None:
    """The other side answers whatever we say with a score, for an hour."""
    now = clock.now()
    _say("5", "first", now=now)

    for number in range(60):
        delivery.drain(seconds=2)
        spoken = told().taken
        if not spoken:
            continue
        told().taken = []
        _say("5", f"echo {number}", now=now + timedelta(minutes=1, seconds=number))

    assert len(_said()) == 1


def test_a_wording_under_review_does_not_keep_the_answer_from_counting() -> None:
    version = make_template("messaging.acknowledged")
    type(version).objects.filter(template__code="messaging.acknowledged").update(review_state="submitted")

    found = _say("5", "a")

    assert found.handled_at is not None
    assert _said() == []
