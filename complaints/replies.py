"""What a citizen's text means to a complaint: a supplement, a score, a message on the case, or a new case."""

import re
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from complaints import services
from complaints.models import Channel, Complaint
from complaints.services.holding import held
from complaints.workflow import Stage
from messaging import services as messaging
from messaging.models import Message, Reply
from messaging.topics import on_outcome, on_reply
from messaging.understanding import Option, Question, Reading
from portal.core import sealing
from portal.core.errors import Refused
from portal.core.phones import PhoneRefused, parse_mobile

NO_TEXT = "(내용 없는 문자)"
# 재검토 (요청·바랍니다 …) at the very beginning; what follows is the reason
_REOPEN = re.compile(
    r"재검토(?:를|을)? ?(?:요청|신청|부탁|바라|바랍|원|해)?[가-힣]*[ .,!:~-]*(?P<reason>.*)", re.DOTALL
)
_MORE_TIME = re.compile(r"(?:기한|기간|보완)?(?:을|를)? ?(?:연장|연기)[가-힣 ]{0,12}[.!~]*")
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
    """
    The text is the supplement, as long as one is awaited; later it is a message on the case.

    A text that only asks for more time moves the date, if it may still be moved.
    """
    complaint = _complaint(message)
    if complaint.stage != Stage.SUPPLEMENTING:
        services.write(complaint, text=reply.text or NO_TEXT, by=None, now=now)
    elif _MORE_TIME.fullmatch(reply.text.strip()):
        _give_time(complaint, reply, now=now)
    else:
        services.answer_supplement(complaint, content=reply.text or NO_TEXT, by=None, now=now)


def _give_time(complaint: Complaint, reply: Reply, *, now: datetime) -> None:
    try:
        services.extend_supplement(complaint, by=None, now=now)
    except services.TooMany:
        services.write(complaint, text=reply.text, by=None, now=now)


@on_outcome("complaints.supplement")
def supplement_settled(*, messages: Sequence[Message], now: datetime) -> None:
    """A request that reached nobody is counted: after two the law lets the case be closed."""
    for number in {message.reference for message in messages}:
        complaint = Complaint.objects.filter(number=number).first()
        if complaint is not None:
            services.note_bounces(complaint)


def extension_asked(message: Message) -> Question | None:
    """동의하시면 1, 동의하지 않으시면 2."""
    options = (
        Option(key="consent", digit="1", label="동의", meaning="consent", synonyms=("찬성", "승낙", "허락")),
        Option(key="refuse", digit="2", label="미동의", meaning="refuse"),
    )
    return Question(kind="consent", options=options, nouns=("연장", "기간", "기한"))


@on_reply("complaints.extension", question=extension_asked)
def extension_replied(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    """A clear yes or no counts while it is asked; anything else, or too late, is a message on the case."""
    complaint = _complaint(message)
    verb = _EXTENSION.get(reading.label) if reading is not None else None
    if verb is not None:
        try:
            verb(complaint, by=None, now=now)
        except Refused:
            pass
        else:
            return
    services.write(complaint, text=reply.text or NO_TEXT, by=None, now=now)


_EXTENSION = {"consent": services.grant_extension, "refuse": services.refuse_extension}


@on_reply("complaints.satisfaction", question=score_asked)
def satisfaction_replied(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    """
    A clear score counts; a low one is asked for its reason, and the reason lands beside it.

    ‘재검토’ with a reason asks for a second look. A number that is no score is asked about once. Whatever else was
    said, and what comes too late, is a message on the case.
    """
    complaint = _complaint(message)
    if reading is not None and reading.label == "choice" and reading.option in map(str, SCORES):
        _rated(complaint, int(reading.option), reply, now=now)
    elif reason := _REOPEN.match(reply.text.strip()):
        _reopened(complaint, reason["reason"] or reply.text, reply, now=now)
    else:
        if complaint.satisfactions.filter(round=complaint.round, score__lte=services.LOW_SCORE).exists():
            services.explain_score(complaint, comment=reply.text, now=now)
        elif reading is not None and reading.label == "ambiguous" and reading.rule.startswith("options."):
            services.ask_for_score(complaint, now=now)
        services.write(complaint, text=reply.text or NO_TEXT, by=None, now=now)


def _rated(complaint: Complaint, score: int, reply: Reply, *, now: datetime) -> None:
    try:
        services.rate(complaint, score=score, channel=Channel.SMS, by=None, now=now)
    except Refused:
        services.write(complaint, text=reply.text, by=None, now=now)
        return
    if score > services.LOW_SCORE:  # a low one is answered by the question for its reason
        messaging.acknowledge(reply=reply, answer=f"{score}점", now=now)


def _reopened(complaint: Complaint, reason: str, reply: Reply, *, now: datetime) -> None:
    try:
        services.reopen(complaint, reason=reason, by=None, now=now)
    except Refused:
        services.write(complaint, text=reply.text, by=None, now=now)


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
        intake_key=intake_key_of(reply.pk),
        now=now,
    )


def intake_key_of(reply: int) -> UUID:
    """A reply's own: handled twice, filed once. Keyed, because whoever can guess it is shown the case by the form."""
    return UUID(bytes=sealing.blind(f"{reply}", context="complaints.reply.intake"))


def _complaint(message: Message | None) -> Complaint:
    """The case a message was about, held until the reply is handled unless it is merged."""
    if message is None:
        raise LookupError("a reply of this topic always answers a message")
    pk, lead = Complaint.objects.values_list("pk", "lead").get(number=message.reference)
    return held(pk) if lead is None else Complaint.objects.get(pk=pk)  # what is said of a merged case holds its lead
