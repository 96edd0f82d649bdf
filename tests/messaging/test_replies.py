"""Replies: matched to the open question, read, handed over once; what raises is parked."""

from datetime import datetime, timedelta

import pytest
from celery.exceptions import SoftTimeLimitExceeded
from pytest_django import DjangoAssertNumQueries

from messaging import answering, delivery, receiving, services, topics
from messaging.models import Attempt, Message, OptOut, Reply, SenderNumber
from messaging.queries import replies_for_officials
from messaging.understanding import Option, Question, Reading
from portal.core import clock
from tests.messaging.making import PHONE, leg_of, make_template, outgoing, queue, reply, status_of, told

pytestmark = pytest.mark.usefixtures("office", "daytime", "handlers")
CONSENT = Question(
    kind="consent",
    options=(
        Option("yes", "1", "동의", "consent"),
        Option("no", "2", "미동의", "refuse"),
    ),
)
Heard = list[tuple[str, str, Message | None]]


@pytest.fixture
def heard() -> Heard:
    """What the consent topic's owner was told."""
    found: Heard = []

    def handler(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        found.append((reply.text, reading.label if reading else "", message))

    topics.on_reply("notices.consent", question=lambda message: CONSENT)(handler)
    return found


def _ask(key: str = "one", **changes: object) -> Message:
    make_template()
    wanted: dict[str, object] = {"topic": "notices.consent", "reference": key, "reply_for": timedelta(days=3)}
    message = queue(key, **{**wanted, **changes})
    delivery.drain(seconds=5)
    return message


def _answer(text: str, event_key: str = "reply", **changes: str) -> Reply:
    services.record_replies(carrier="main", events=[reply(text, event_key, **changes)], now=clock.now())
    receiving.handle_pending(now=clock.now())
    return Reply.objects.get(event_key=event_key)


def test_a_reply_reaches_whoever_asked(heard: Heard) -> None:
    message = _ask()

    found = _answer("1번이요")

    assert heard == [("1번이요", "consent", message)]
    assert (found.message, found.label, found.option) == (message, "consent", "yes")
    assert found.handled_at is not None
    assert found.rule


def test_the_same_event_counts_once(heard: Heard) -> None:
    _ask()

    for _ in range(3):
        _answer("1")

    assert Reply.objects.count() == 1
    assert len(heard) == 1


def test_the_same_words_in_two_events_are_two_replies(heard: Heard) -> None:
    _ask()

    _answer("1", "first")
    _answer("1", "second")

    assert len(heard) == 2


def test_a_resident_number_is_masked_before_it_is_stored(heard: Heard) -> None:
    _ask()

    found = _answer("동의 김하늘 900101-1234567")

    assert "1234567" not in found.text
    assert "900101" in found.text
    assert "1234567" not in heard[0][0]


def test_nothing_a_citizen_wrote_is_readable_in_the_row(heard: Heard) -> None:
    _ask()
    found = _answer("동의합니다 김하늘")

    row = str(Reply.objects.filter(pk=found.pk).values().get())

    assert "김하늘" not in row
    assert "12345678" not in row


def test_without_an_open_question_it_waits_for_an_official(heard: Heard) -> None:
    found = _answer("여권은 어디서 만드나요?")

    assert heard == []
    assert found.message is None
    assert list(replies_for_officials(Reply.objects.all())) == [found]


def test_the_numbers_inbox_hears_what_no_question_claims() -> None:
    inbox: list[str] = []

    @topics.on_reply("complaints.new")
    def take(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        assert message is None
        inbox.append(reply.text)

    _answer("가로등이 꺼졌어요")

    assert inbox == ["가로등이 꺼졌어요"]


def test_a_text_to_an_unknown_number_is_kept_and_nobody_hears() -> None:
    @topics.on_reply("complaints.new")
    def take(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        raise AssertionError

    found = _answer("안녕하세요", to="0299999999")

    assert found.to_number is None
    assert found.handled_at is not None


def test_our_own_number_writing_to_us_starts_no_conversation(heard: Heard) -> None:
    _ask()

    found = _answer("1", sender=SenderNumber.objects.get().number)

    assert heard == []
    assert found.rule == "own_number"
    assert not replies_for_officials(Reply.objects.all()).exists()


def test_after_the_question_closed_a_reply_is_stored_and_not_counted(heard: Heard) -> None:
    message = _ask()
    Message.objects.filter(pk=message.pk).update(reply_until=clock.now() - timedelta(seconds=1))

    found = _answer("1")

    assert heard == []
    assert found.message is None


def test_before_the_question_left_nobody_can_have_answered_it(heard: Heard) -> None:
    make_template()
    queue(topic="notices.consent", reply_for=timedelta(days=3))

    assert _answer("1").message is None


def test_somebody_elses_reply_is_not_the_recipients(heard: Heard) -> None:
    _ask()

    assert _answer("1", sender="01099998888").message is None


def test_an_answer_proves_that_an_unknown_message_arrived(heard: Heard) -> None:
    message = _ask()
    Attempt.objects.update(status="unknown")
    Message.objects.update(status="sending")

    _answer("1")

    leg = leg_of(message)
    assert (leg.status, leg.evidence) == ("accepted", "reply")
    assert status_of(message) == "sent"


def test_a_reminder_about_the_same_matter_is_the_same_question(heard: Heard) -> None:
    _ask("one", reference="2611-01")
    reminder = _ask("two", reference="2611-01")

    _answer("1")

    assert heard == [("1", "consent", reminder)]


def test_a_yes_to_two_open_questions_is_no_clear_yes(heard: Heard) -> None:
    _ask("one")
    second = _ask("two")

    found = _answer("1")

    assert heard == [("1", "ambiguous", second)]
    assert (found.suggested, found.flags) == ("yes", ["two_open"])


def test_a_reply_goes_to_the_question_it_fits(heard: Heard) -> None:
    scores: list[str] = []
    satisfaction = Question(
        kind="satisfaction",
        options=tuple(Option(str(digit), str(digit), f"{digit}점", "choice") for digit in range(3, 6)),
    )

    @topics.on_reply("complaints.satisfaction", question=lambda message: satisfaction)
    def scored(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        scores.append(reading.option if reading else "")

    _ask("one", topic="complaints.satisfaction")
    _ask("two")

    _answer("5")

    assert scores == ["5"]
    assert heard == []


def test_stop_registers_an_opt_out_and_holds_back_what_waits(heard: Heard) -> None:
    _ask()
    waiting = queue("later", due_at=clock.now() + timedelta(hours=1))

    _answer("앞으로 문자 보내지 마세요")

    wish = OptOut.objects.get()
    assert (wish.scope, wish.value, wish.source) == ("purpose", "administrative", "reply")
    assert status_of(waiting) == "suppressed"
    assert heard[0][1] == "opt_out"


def test_stop_is_understood_even_where_nothing_was_asked() -> None:
    said: list[Reading | None] = []

    @topics.on_reply("complaints.stage")
    def handler(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        said.append(reading)

    _ask(topic="complaints.stage")

    _answer("그 가로등 아직 꺼져 있어요", "first")
    _answer("수신거부", "second")

    assert said[0] is None
    assert OptOut.objects.count() == 1


def test_a_score_goes_to_the_question_even_after_a_later_message_about_the_same_case() -> None:
    scores: list[str] = []
    satisfaction = Question(
        kind="satisfaction",
        options=tuple(Option(str(digit), str(digit), f"{digit}점", "choice") for digit in range(1, 6)),
    )

    @topics.on_reply("complaints.satisfaction", question=lambda message: satisfaction)
    def scored(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        scores.append(reading.option if reading else "")

    _ask("one", topic="complaints.satisfaction", reference="M1")
    _ask("two", topic="complaints.stage", reference="M1")

    _answer("5")

    assert scores == ["5"]


def test_stop_out_of_the_blue_counts_as_well() -> None:
    _answer("수신거부")

    assert OptOut.objects.count() == 1


def test_a_handler_that_raises_parks_its_reply_and_the_next_goes_on(
    caplog: pytest.LogCaptureFixture, capsys: pytest.CaptureFixture[str]
) -> None:
    handled: list[str] = []

    def handler(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        if reply.text == "고장":
            raise ValueError("김하늘 010-1234-5678")
        handled.append(reply.text)

    topics.on_reply("notices.consent")(handler)
    _ask()
    events = [reply("고장", "broken"), reply("1", "fine")]
    services.record_replies(carrier="main", events=events, now=clock.now())

    receiving.handle_pending(now=clock.now())

    parked = Reply.objects.get(event_key="broken")
    assert handled == ["1"]
    assert (parked.handled_at, parked.tries_count, parked.error) == (None, 1, "ValueError")
    assert parked.try_at > clock.now()


def test_what_a_handler_did_before_it_raised_is_undone_and_done_again_later() -> None:
    is_broken = [True]

    def handler(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
        queue(f"answer to {reply.event_key}", topic="portal.test")
        if is_broken.pop() if is_broken else False:
            raise ValueError

    topics.on_reply("notices.consent")(handler)
    _ask()
    _answer("1")
    assert not Message.objects.filter(topic="portal.test").exists()

    receiving.handle_pending(now=clock.now() + timedelta(minutes=2))

    assert Message.objects.filter(topic="portal.test").count() == 1
    assert Reply.objects.get().handled_at is not None


@pytest.mark.parametrize("text", ["", "\x00", "가" * 3000, "\u202e", "😀" * 500, "1\x00"])
def test_any_text_is_stored_and_handled(heard: Heard, text: str) -> None:
    _ask()

    assert _answer(text).handled_at is not None


@pytest.mark.parametrize("sender", ["", "0212345678", "114", "+15551234567", "x" * 60])
def test_any_sender_is_stored_and_handled(heard: Heard, sender: str) -> None:
    _ask()

    assert _answer("1", sender=sender).handled_at is not None
    assert heard == []


def test_reading_many_replies_goes_one_by_one(
    heard: Heard, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    make_template()
    phones = [f"0101111{number:04}" for number in range(20)]
    rows = [
        outgoing(phone, to=phone, topic="notices.consent", reference=phone, reply_for=timedelta(days=1))
        for phone in phones
    ]
    services.send_many(rows, by=None, now=clock.now())
    delivery.drain(seconds=5)
    events = [reply("1", phone, sender=phone) for phone in phones]

    services.record_replies(carrier="main", events=events, now=clock.now())
    with django_assert_max_num_queries(20 * 17 + 5):
        receiving.handle_pending(now=clock.now())

    assert [label for _, label, _ in heard] == ["consent"] * 20
    assert len(told().taken) == 20
    assert PHONE not in phones


def _wait(*texts: str) -> None:
    events = [reply(text, f"e{number}") for number, text in enumerate(texts)]
    services.record_replies(carrier="main", events=events, now=clock.now())


def test_a_time_limit_is_no_fault_of_the_reply_it_interrupts(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(**_: object) -> bool:
        raise SoftTimeLimitExceeded

    _wait("1")
    monkeypatch.setattr(answering, "handle", interrupted)

    with pytest.raises(SoftTimeLimitExceeded):
        receiving.handle_replies(now=clock.now())

    waiting = Reply.objects.get()
    assert (waiting.tries_count, waiting.handled_at) == (0, None)


def test_receiving_ends_when_its_time_is_up() -> None:
    _wait("안녕하세요", "고맙습니다", "네")

    receiving.handle_pending(now=clock.now(), seconds=0)
    assert not Reply.objects.filter(handled_at__isnull=False).exists()

    receiving.handle_pending(now=clock.now(), seconds=60)
    assert Reply.objects.filter(handled_at__isnull=False).count() == 3
