"""Answering: which question a reply belongs to, what it says, and who must hear of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from messaging import topics
from messaging.models import LIVE, Attempt, LegStatus, Message, MessageStatus, OptOut, Purpose, Reply, SenderNumber
from messaging.opting_out import opt_out
from messaging.settling import Change, settle
from messaging.understanding import Question, Reading, read
from portal.core.phones import national

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


@transaction.atomic
def handle(*, reply: int, now: datetime) -> bool:
    """
    Match, read and hand over one reply, in the transaction that marks it handled. False if another worker has it.

    Whatever the topic's handler raises, rises: the caller parks the reply.
    """
    row = Reply.objects.select_for_update(skip_locked=True).filter(pk=reply, handled_at=None).first()
    if row is None:
        return False
    row.handled_at = now
    if SenderNumber.objects.filter(number=national(row.phone)).exists():
        row.rule = Reply.OWN_NUMBER  # must not start a conversation
        row.save(update_fields=["handled_at", "rule"])
        return True
    message, reading = _understand(row)
    row.message = message
    topic = message.topic if message else row.to_number.inbox if row.to_number else ""
    handler = topics.reply_handler(topic)
    row.topic = topic if handler else ""
    _write_reading(row, reading)
    row.save(update_fields=["handled_at", "message", "topic", *_READING])
    if message is not None:
        _prove_arrival(message)
    if reading is not None and reading.label == "opt_out":
        _register_opt_out(row, now)
    if handler is not None:
        handler(reply=row, reading=reading, message=message, now=now)
    return True


def _understand(reply: Reply) -> tuple[Message | None, Reading | None]:
    """
    The open message a reply answers, and what it says to it.

    Two questions open at once: the one it fits. If it fits both, the newest; a yes to two questions is no clear yes.
    """
    readings = [(message, _read(reply, message)) for message in _open_messages(reply)]
    if not readings:
        return None, read(reply.text, _NO_QUESTION)
    fitting = [one for one in readings if one[1] is not None and one[1].label not in _UNCLEAR]
    message, reading = (fitting or readings)[0]
    if len(fitting) > 1 and reading is not None and reading.label != "opt_out":
        reading = replace(
            reading, label="ambiguous", suggested=reading.option or reading.label, flags=(*reading.flags, "two_open")
        )
    return message, reading


def _open_messages(reply: Reply) -> Sequence[Message]:
    """Messages from that number to that phone that still expect an answer, newest first, one for each question."""
    found = Message.objects.filter(
        sender_number=reply.to_number,
        phone_index=reply.phone_index,
        reply_until__gt=reply.received_at,
        status__in=MAY_HAVE_ARRIVED,
    ).select_related("template_version__template", "stream")
    newest: dict[tuple[str, str], Message] = {}
    for message in found.order_by("-pk")[: MOST_QUESTIONS * 4]:
        newest.setdefault((message.topic, message.reference or message.key), message)
    return list(newest.values())[:MOST_QUESTIONS]


def _read(reply: Reply, message: Message) -> Reading | None:
    question = topics.question_of(message)
    reading = read(reply.text, question or _NO_QUESTION)
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


def _prove_arrival(message: Message) -> None:
    """Somebody who answers a message has it: a leg whose fate was unknown was accepted."""
    legs = Attempt.objects.filter(message=message, status__in=LIVE).exclude(status=LegStatus.QUEUED)
    settle([Change(leg.pk, LegStatus.ACCEPTED, evidence="reply") for leg in legs], cause="reply")


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
