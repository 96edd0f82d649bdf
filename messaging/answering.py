"""Answering: which question a reply belongs to, what it says, and who must hear of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

import structlog
from django.db import transaction

from messaging import tallying, topics
from messaging.models import (
    UNSETTLED,
    Attempt,
    LegStatus,
    Message,
    MessageStatus,
    OptOut,
    Purpose,
    Reply,
    SenderNumber,
)
from messaging.opting_out import opt_out
from messaging.settling import Change, settle
from messaging.understanding import Person, Question, Reading, read
from portal.core.phones import national

_log = structlog.get_logger(__name__)
MAY_HAVE_ARRIVED = (
    MessageStatus.SENDING,
    MessageStatus.SENT,
    MessageStatus.DELIVERED,
    MessageStatus.FAILED,
    MessageStatus.UNRESOLVED,
)
MOST_QUESTIONS = 5
_READING = ("label", "option", "rule", "suggested", "spans", "flags")
_UNCLEAR = ("ambiguous", "unrelated")
_NO_QUESTION = Question(kind="survey", options=())  # a text out of the blue can still say "stop"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """
    What must be known to read replies, looked up once for many of them.

    `questions`: (our number, phone) → messages that still expect an answer, newest first. `decided`: messages whose
    answer an official has decided. `uncertain`: message → its legs whose fate nobody knows.
    """

    numbers: Mapping[int, SenderNumber]
    questions: Mapping[tuple[int | None, bytes], Sequence[Message]]
    decided: Collection[int]
    uncertain: Mapping[int, Sequence[UUID]]


def surroundings_of(replies: Sequence[Reply]) -> Surroundings:
    """Four queries, however many replies."""
    numbers = SenderNumber.objects.in_bulk()
    messages = (
        Message.objects.filter(
            sender_number__in={reply.to_number_id for reply in replies if reply.to_number_id},
            phone_index__in={bytes(reply.phone_index) for reply in replies},
            reply_until__gt=min((reply.received_at for reply in replies), default=datetime.max.replace(tzinfo=UTC)),
            status__in=MAY_HAVE_ARRIVED,
        )
        .select_related("template_version__template", "stream")
        .order_by("-pk")
    )
    questions: dict[tuple[int | None, bytes], list[Message]] = defaultdict(list)
    for message in messages:
        questions[message.sender_number_id, bytes(message.phone_index)].append(message)
    asked = [message.pk for messages in questions.values() for message in messages]
    uncertain: dict[int, list[UUID]] = defaultdict(list)
    legs = Attempt.objects.filter(message__in=asked, status__in=(*UNSETTLED, LegStatus.UNRESOLVED))
    for message_id, leg in legs.values_list("message_id", "pk"):
        uncertain[message_id].append(leg)
    return Surroundings(numbers, questions, tallying.decided_among(asked), uncertain)


@transaction.atomic
def handle(*, reply: int, now: datetime, around: Surroundings | None = None) -> bool:
    """
    Match, read and hand over one reply, in the transaction that marks it handled. False if another worker has it.

    Whatever the topic's handler raises, rises: the caller parks the reply.
    """
    row = Reply.objects.select_for_update(no_key=True, skip_locked=True).filter(pk=reply, handled_at=None).first()
    if row is None:
        return False
    around = around or surroundings_of([row])
    row.handled_at = now
    if national(row.phone) in {number.number for number in around.numbers.values()}:
        row.rule = Reply.OWN_NUMBER  # must not start a conversation
        _log.warning("own_number_dropped", reply=row.pk)
        row.save(update_fields=["handled_at", "rule"])
        return True
    row.to_number = around.numbers.get(row.to_number_id or 0)
    message, reading = _understand(row, around)
    row.message = message
    row.department_id = message.department_id if message else _department_that_asked(row)
    topic = message.topic if message else row.to_number.inbox if row.to_number else ""
    handler = topics.reply_handler(topic)
    row.topic = topic if handler else ""
    _write_reading(row, reading)
    row.save(update_fields=["handled_at", "message", "department", "topic", *_READING])
    if message is not None:
        _prove_arrival(around.uncertain.get(message.pk, ()))
    if reading is not None and reading.label == "opt_out":
        _register_opt_out(row, now)
    if handler is not None:
        handler(reply=row, reading=reading, message=message, now=now)
    if message is not None:
        tallying.count_reply(row, message)
    return True


def _department_that_asked(reply: Reply) -> int | None:
    """Who put the last question to her from that number: an answer that comes too late is still for them to read."""
    asked = Message.objects.filter(
        sender_number=reply.to_number_id, phone_index=reply.phone_index, reply_until__isnull=False
    )
    return asked.order_by("-pk").values_list("department_id", flat=True).first()


@dataclass(frozen=True, slots=True)
class _Heard:
    """A reply read as the answer to one open message. `person`: whom that message asked, where several are open."""

    message: Message
    person: Person | None
    reading: Reading | None

    @property
    def fits(self) -> bool:
        """Whether the text says something to this question."""
        return self.reading is not None and self.reading.label not in _UNCLEAR


def _understand(reply: Reply, around: Surroundings) -> tuple[Message | None, Reading | None]:
    """The open message a reply answers, and what it says to it."""
    asked = around.questions.get((reply.to_number_id, bytes(reply.phone_index)), ())
    heard = _hear(
        reply, [message for message in asked if message.reply_until and message.reply_until > reply.received_at]
    )
    if not heard:
        return None, read(reply.text, _NO_QUESTION)
    chosen = _choose(heard)
    reading = chosen.reading
    if reading is not None and reading.is_clear and not reply.is_complete:
        reading = _doubted(reading, "incomplete")  # what is missing may have been the "not"
    if reading is not None and chosen.message.pk in around.decided:
        reading = replace(reading, flags=(*reading.flags, "after_decision"))
    return chosen.message, reading


def _choose(heard: Sequence[_Heard]) -> _Heard:
    """
    Whose answer it is: the person whose name and birth date it carries, else the question it fits.

    On a phone that several people share, without identity, nobody's. If it fits two questions to one person, the
    newest; a yes to two questions is no clear yes.
    """
    matching = [one for one in heard if one.fits and one.reading is not None and one.reading.identity == "match"]
    fitting = [one for one in heard if one.fits]
    if len(matching) == 1:
        return matching[0]
    if len(fitting) < 2:
        return (fitting or list(heard))[0]
    newest = (matching or fitting)[0]
    if newest.reading is None or newest.reading.label == "opt_out":
        return newest
    people = {(one.person.name, one.person.birth) for one in fitting if one.person is not None}
    if len(people) > 1 or newest.reading.label == "consent":
        return replace(newest, reading=_doubted(newest.reading, "two_open"))
    return replace(newest, reading=replace(newest.reading, flags=(*newest.reading.flags, "two_open")))


def _doubted(reading: Reading, flag: str) -> Reading:
    """What it seems to say, for a person to confirm."""
    suggested = reading.option or (reading.label if reading.is_clear else reading.suggested)
    return replace(reading, label="ambiguous", suggested=suggested, flags=(*reading.flags, flag))


def _hear(reply: Reply, messages: Sequence[Message]) -> list[_Heard]:
    """
    The reply read for each open question, newest first.

    A reminder about the same matter is the same question; the same matter asked of two people is two.
    """
    if len(messages) == 1:
        return [_Heard(messages[0], None, _read(reply, messages[0], None))]
    heard: dict[tuple[str, str, str], _Heard] = {}
    for message in messages:
        person = topics.person_of(message)
        who = f"{person.name} {person.birth}" if person else ""
        question = (message.topic, message.reference or message.key, who)
        if question not in heard and len(heard) < MOST_QUESTIONS:
            heard[question] = _Heard(message, person, _read(reply, message, person))
    return list(heard.values())


def _read(reply: Reply, message: Message, person: Person | None) -> Reading | None:
    question = topics.question_of(message)
    reading = read(reply.text, question or _NO_QUESTION, person)
    return reading if question or reading.label == "opt_out" else None


def _write_reading(reply: Reply, reading: Reading | None) -> None:
    if reading is None:
        return
    reply.label = reading.label
    reply.option = reading.option
    reply.rule = reading.rule
    reply.suggested = reading.suggested
    reply.spans = [list(span) for span in reading.spans]
    reply.flags = list(reading.flags)


def _prove_arrival(legs: Sequence[UUID]) -> None:
    """Somebody who answers a message has it: a leg whose fate was unknown was accepted."""
    settle([Change(leg, LegStatus.ACCEPTED, evidence="reply") for leg in legs], cause="reply")


def _register_opt_out(reply: Reply, now: datetime) -> None:
    """
    "Stop" ends administrative messages. Answers to the citizen's own acts go on: she is waiting for them.
    """
    opt_out(
        phone=reply.phone,
        scope=OptOut.Scope.PURPOSE,
        value=Purpose.ADMINISTRATIVE.value,
        source=OptOut.Source.REPLY,
        by=None,
        now=now,
        reply=reply,
    )
