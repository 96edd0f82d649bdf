"""What messaging tells us: replies to our questions, what became of our messages, which picture it wants to send."""

import hmac
from collections.abc import Sequence
from datetime import datetime

from messaging.models import Message, Reply
from messaging.topics import WrongImage, image_source, on_decision, on_leaving, on_outcome, on_reply
from messaging.understanding import Option as ReadOption
from messaging.understanding import Person, Reading
from messaging.understanding import Question as ReadQuestion
from notices import keys, services
from notices.models import Answer, Asset, Option, Recipient
from notices.questions import NOUNS
from notices.services.questioning import Questionnaire
from notices.workflow import NotAllowed
from portal.accounts.models import User
from portal.core import clock


def _question(message: Message) -> ReadQuestion | None:
    key = keys.parse(message.key)
    recipient = Recipient.objects.select_related("campaign").filter(pk=key.recipient_id).first()
    if recipient is None or not recipient.campaign.asks:
        return None
    return Questionnaire.of(recipient.campaign).behind(key, recipient).reader


def _person(message: Message) -> Person | None:
    recipient = Recipient.objects.filter(pk=keys.parse(message.key).recipient_id).first()
    return Person(name=recipient.name, birth=recipient.birth) if recipient else None


@on_reply("notices.question", question=_question, person=_person)
@on_reply("notices.consent", question=_question, person=_person)
def question_replied(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    """A citizen answered; whose answer it is we decide ourselves, with her birth date."""
    services.record_answer(reply=reply, message=message, now=now)


def _undecided(reply: Reply) -> Answer:
    """
    :raises NotAllowed: if nobody waits for a decision about the reply any more
    """
    found = Answer.objects.select_related("recipient__campaign").filter(
        reply=reply, needs_decision=True, replaced_at=None
    )
    answer = found.first()
    if answer is None:
        raise NotAllowed("다른 담당자가 먼저 판단했거나, 시민이 새로 답했습니다.")
    return answer


def _check_decision(*, reply: Reply, by: User) -> None:
    answer = _undecided(reply)
    if not answer.question.options.filter(meaning=Option.Meaning.CONSENT).exists():
        raise NotAllowed("어느 답인지는 통지 발송의 ‘불명확’ 화면에서 골라 주세요.")
    services.check_decision(answer, by=by)


@on_decision("notices.question", check=_check_decision)
@on_decision("notices.consent", check=_check_decision)
def answer_decided(*, reply: Reply, verdict: str, by: User, now: datetime) -> None:
    """An official of messaging's list said what an unclear answer means; "stop writing to me" is no consent either."""
    answer = _undecided(reply)
    if verdict == "opt_out":
        verdict = "refuse" if answer.question.options.filter(meaning=Option.Meaning.REFUSE).exists() else "unrelated"
    services.decide_answer(answer, meaning=verdict, by=by, now=now)


@on_outcome("notices.question")
@on_outcome("notices.consent")
def question_settled(*, messages: Sequence[Message], now: datetime) -> None:
    """Our questions were delivered, or not."""
    services.record_ask_outcomes(messages=messages, now=now)


@on_outcome("notices.notice")
def notice_settled(*, messages: Sequence[Message], now: datetime) -> None:
    """Our pictures were delivered, or not."""
    services.record_notice_outcomes(messages=messages, now=now)


_CONFIRMED = ReadQuestion(
    kind="acknowledge",
    options=(ReadOption(key="confirmed", digit="", label="확인", meaning="choice"),),
    nouns=NOUNS,
)


def _confirmation(message: Message) -> ReadQuestion:
    return _CONFIRMED


@on_reply("notices.notice", question=_confirmation, person=_person)
@on_reply("notices.reminder", question=_confirmation, person=_person)
def notice_replied(*, reply: Reply, reading: Reading | None, message: Message | None, now: datetime) -> None:
    """Somebody answered the notice itself or a reminder: "확인" is an opening."""
    services.record_confirmation(reply=reply, reading=reading, message=message, now=now)


@on_leaving("notices.question")
@on_leaving("notices.consent")
@on_leaving("notices.notice")
@on_leaving("notices.reminder")
def still_silent(*, messages: Sequence[Message]) -> set[int]:
    """Asked at the very moment messages leave: a reminder goes only to whoever is silent still."""
    return services.pointless(messages)


@image_source("notices")
def load_picture(handle: str, message: Message) -> bytes:
    """
    The exact bytes of one picture, after the last of the gates: the right citizen, the right hash, the right QR code.

    :raises WrongImage: if any of them is not what was approved for the recipient of this message
    """
    number = handle.removeprefix("notices:")
    asset = (
        Asset.objects.sendable()
        .select_related("recipient__campaign", "notice__recipient")
        .filter(pk=int(number))
        .first()
        if number.isdecimal()
        else None
    )
    if asset is None or asset.notice.recipient_id != asset.recipient_id:
        raise WrongImage(handle)
    key = keys.parse(message.key)
    owner = (asset.recipient.campaign_id, asset.recipient_id, keys.DELIVER)
    if (key.campaign_id, key.recipient_id, key.phase) != owner:
        raise WrongImage(handle)
    if not hmac.compare_digest(bytes(message.phone_index), bytes(asset.recipient.phone_index or b"")):
        raise WrongImage(handle)
    return services.open_picture(asset, now=clock.now())
