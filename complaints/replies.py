"""What a citizen's text means to a complaint: a supplement, a score, a message on the case, or a new case."""

from datetime import datetime
from uuid import UUID, uuid5

from complaints import services
from complaints.models import Channel, Complaint
from complaints.workflow import Stage
from messaging import services as messaging
from messaging.models import Message, Reply
from messaging.topics import on_reply
from messaging.understanding import Option, Question, Reading
from portal.core.errors import Refused
from portal.core.phones import PhoneRefused, parse_mobile

_INTAKE_KEYS = UUID("6b0a7d0e-6f0c-4a53-9d5e-0d1f5a0b7c11")  # a reply's own intake key: handled twice, filed once
NO_TEXT = "(내용 없는 문자)"
SCORES = {1: "매우 불만족", 2: "불만족", 3: "보통", 4: "만족", 5: "매우 만족"}


def score_asked(message: Message) -> Question | None:
    """만족하셨나요? 1~5 숫자로 답장해 주세요."""
    options = tuple(
        Option(key=str(score), digit=str(score), label=f"{score}점", meaning="choice", synonyms=(SCORES[score],))
        for score in SCORES
    )
    return Question(kind="satisfaction", options=options)


@on_reply("complaints.result")
@on_reply("complaints.stage")
def stage_replied(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    """Anything said after a progress message lands on the case, unread."""
    services.write(_complaint(message), text=reply.text or NO_TEXT, by=None, now=now)


@on_reply("complaints.supplement")
def supplement_replied(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    """The text is the supplement, as long as one is awaited; later it is a message on the case."""
    complaint = _complaint(message)
    if complaint.stage == Stage.SUPPLEMENTING:
        services.answer_supplement(complaint, content=reply.text or NO_TEXT, by=None, now=now)
    else:
        services.write(complaint, text=reply.text or NO_TEXT, by=None, now=now)


@on_reply("complaints.satisfaction", question=score_asked)
def satisfaction_replied(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    """A clear score counts; words, or a score that comes too late, are a message on the case."""
    complaint = _complaint(message)
    if reading is not None and reading.label == "choice" and reading.option in map(str, SCORES):
        try:
            services.rate(complaint, score=int(reading.option), channel=Channel.SMS, by=None, now=now)
        except Refused:
            pass
        else:
            messaging.acknowledge(reply=reply, answer=f"{reading.option}점", now=now)
            return
    services.write(complaint, text=reply.text or NO_TEXT, by=None, now=now)


@on_reply("complaints.new")
def text_received(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    """A text that no open message claims is a new complaint; the carrier vouches for the sender's number."""
    if reading is not None and reading.label == "opt_out":
        return  # messaging has written down that nobody is to be texted
    try:
        phone = parse_mobile(reply.phone)
    except PhoneRefused:  # a landline or a short code: nobody we could text back
        phone = ""
    services.file(
        filing=services.Filing(channel=Channel.SMS, body=reply.text or NO_TEXT, phone=phone),
        by=None,
        intake_key=uuid5(_INTAKE_KEYS, f"reply:{reply.pk}"),
        now=now,
    )


def _complaint(message: Message | None) -> Complaint:
    """The case a message was about, held until the reply is handled."""
    if message is None:
        raise LookupError("a reply of this topic always answers a message")
    return Complaint.objects.select_for_update(of=("self",)).get(number=message.reference)
