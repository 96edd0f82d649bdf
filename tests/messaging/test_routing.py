"""Whose question a reply answers: shared phones, several questions, none; and half a text is never a yes."""

from datetime import date, datetime, timedelta

import pytest

from messaging import delivery, receiving, services, topics
from messaging.carriers.base import Part, ReplyEvent
from messaging.models import Message, Reply
from messaging.understanding import Option, Person, Question, Reading
from portal.core import clock
from tests.messaging.making import make_template, queue, reply
from tests.messaging.test_replies import CONSENT

pytestmark = pytest.mark.usefixtures("office", "daytime", "handlers")
WITH_BIRTH = Question(kind="consent", options=CONSENT.options, identity="birth")
SCORES = Question(
    kind="satisfaction", options=tuple(Option(str(one), str(one), f"{one}점", "choice") for one in range(1, 6))
)
PEOPLE = {"mother": Person("김하늘", date(1958, 3, 12)), "son": Person("박바다", date(1990, 1, 1))}


@pytest.fixture(autouse=True)
def _rooms(handlers: None) -> None:
    """Two rooms that ask; the first knows whom it asked."""

    def heard(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        """Only what the reply's row says is of interest here."""

    def person(message: Message) -> Person | None:
        return PEOPLE.get(message.key)

    topics.on_reply("notices.consent", question=lambda message: WITH_BIRTH, person=person)(heard)
    topics.on_reply("complaints.satisfaction", question=lambda message: SCORES)(heard)


def _ask(key: str, *, topic: str = "notices.consent", reference: str = "2611-01") -> Message:
    make_template()
    message = queue(key, topic=topic, reference=reference, reply_for=timedelta(days=3))
    delivery.drain(seconds=5)
    return message


def _answer(text: str, key: str = "reply") -> Reply:
    services.record_replies(carrier="main", events=[reply(text, key)], now=clock.now())
    receiving.handle_pending(now=clock.now())
    return Reply.objects.get(event_key=key)


@pytest.mark.parametrize(("text", "whose"), [("1 580312", "mother"), ("1 900101", "son"), ("2 박바다 900101", "son")])
def test_on_a_shared_phone_identity_picks(text: str, whose: str) -> None:
    asked = {key: _ask(key) for key in PEOPLE}

    found = _answer(text)

    assert found.message == asked[whose]
    assert found.label in ("consent", "refuse")
    assert "two_open" not in found.flags


@pytest.mark.parametrize(("text", "suggested"), [("1", "yes"), ("2", "no"), ("1 770707", "yes")])
def test_on_a_shared_phone_without_identity_it_is_nobodys(text: str, suggested: str) -> None:
    _ask("mother")
    newest = _ask("son")

    found = _answer(text)

    assert (found.message, found.label, found.suggested) == (newest, "ambiguous", suggested)
    assert "two_open" in found.flags


def test_a_reminder_to_the_same_person_is_no_second_question(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PEOPLE, "mother again", PEOPLE["mother"])
    _ask("mother")
    reminder = _ask("mother again")

    found = _answer("1")

    assert (found.message, found.flags) == (reminder, [])


def test_a_no_to_two_questions_goes_to_the_newest_with_a_flag() -> None:
    _ask("one", reference="2611-01")
    second = _ask("two", reference="2611-02")

    found = _answer("2")

    assert (found.message, found.label, found.flags) == (second, "refuse", ["two_open"])


def test_a_text_that_fits_one_of_two_rooms_goes_there() -> None:
    scored = _ask("score", topic="complaints.satisfaction", reference="M1")
    asked = _ask("ask")

    assert _answer("5", "a").message == scored
    assert _answer("미동의", "b").message == asked


def test_a_yes_that_is_also_a_score_is_no_clear_yes() -> None:
    _ask("score", topic="complaints.satisfaction", reference="M1")
    asked = _ask("ask")

    found = _answer("1")

    assert (found.message, found.label) == (asked, "ambiguous")


def test_stop_is_heard_however_many_questions_are_open() -> None:
    _ask("mother")
    _ask("son")

    assert _answer("앞으로 문자 보내지 마세요").label == "opt_out"


def test_a_yes_whose_end_never_came_is_no_clear_yes() -> None:
    _ask("mother")
    whole = reply("", "half")
    event = ReplyEvent(
        "half", whole.to_number, whole.from_number, "동의합니다", whole.occurred_at, "{}", Part("7", 1, 2)
    )
    services.record_replies(carrier="main", events=[event], now=clock.now() - timedelta(minutes=11))

    receiving.handle_pending(now=clock.now())

    found = Reply.objects.get()
    assert (found.is_complete, found.label, found.suggested) == (False, "ambiguous", "yes")
    assert "incomplete" in found.flags
