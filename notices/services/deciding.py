"""What an official decides about an unclear reply. Her word outranks later replies."""

from datetime import datetime

from django.db import transaction

from messaging import services as messaging
from notices.models import Answer, Campaign, Option, Recipient
from notices.questions import Asked
from notices.services.acknowledging import acknowledge
from notices.services.answering import UNRELATED, replace_earlier
from notices.services.questioning import Questionnaire
from notices.services.standing import ask_next, fall_silent_if_over, is_identified, settle
from notices.services.steps import locked, official_for
from notices.workflow import CAMPAIGN_STEPS, NotAllowed
from portal.accounts.models import User

R = Recipient.State
CHOICE, NUMBER, TEXT = "choice", "number", "text"


def check_decision(answer: Answer, *, by: User) -> None:
    """
    :raises NotAllowed: if `by` may not decide about the campaign's replies, or the campaign is over
    """
    campaign = answer.recipient.campaign
    official_for(by, campaign, CAMPAIGN_STEPS["close_asking"])
    if campaign.is_over:
        raise NotAllowed


@transaction.atomic
def decide_answer(
    answer: Answer, *, meaning: str, by: User, now: datetime, digit: int | None = None, number: int | None = None
) -> None:
    """
    An official says what an unclear reply means: consent, refuse, unrelated, choice of a digit, number or text.

    Where identity is asked, the answer still needs it: without the birth date the citizen is asked for it.

    :raises NotAllowed: if somebody decided already, `by` may not, it is no answer to the question, or all is over
    """
    recipient = locked([answer.recipient_id])[0]
    questions = Questionnaire.of(recipient.campaign)
    asked = next(one for one in questions.asked if one.pk == answer.question_id)
    answer.recipient = recipient
    check_decision(answer, by=by)
    option = _option(asked, meaning, digit, number)
    decided = Answer.objects.filter(pk=answer.pk, needs_decision=True, replaced_at__isnull=True)
    if decided.update(needs_decision=False, decided_by=by, decided_at=now) != 1:
        raise NotAllowed("다른 담당자가 먼저 판단했거나, 시민이 새로 답했습니다.")
    answer.needs_decision = False
    _tell_messaging(answer, meaning, option, by, now)
    if meaning == UNRELATED:
        settle(recipient, answer, questions, now=now, by=by)
        fall_silent_if_over(recipient, now=now, by=by)
        return
    replace_earlier(recipient, asked.pk, now)
    is_over = recipient.state == R.IDENTITY_MISMATCH
    if answer.identity == "match" and not is_over and recipient.identified_at is None and asked.identity != "none":
        recipient.identified_at = now
    verdict = _verdict(answer, meaning, option, number, by, now)
    before = recipient.state
    settle(recipient, verdict, questions, now=now, by=by)
    if not ask_next(recipient, questions, now=now):
        acknowledge(recipient, verdict, questions, before=before, now=now)
    fall_silent_if_over(recipient, now=now, by=by)


def _option(asked: Asked, meaning: str, digit: int | None, number: int | None) -> Option | None:
    """
    :raises NotAllowed: if the meaning is no answer to the question
    """
    if meaning == UNRELATED or (meaning == TEXT and asked.answer == TEXT):
        return None
    if meaning == NUMBER and asked.answer == NUMBER and number is not None and number >= 0:
        return None
    found = next((one for one in asked.options if one.digit == digit), None) if meaning == CHOICE else None
    if meaning in (Option.Meaning.CONSENT, Option.Meaning.REFUSE):
        found = asked.meaning(meaning)
    if found is None:
        raise NotAllowed("이 물음에 있는 답을 골라 주세요.")
    return found


def _tell_messaging(answer: Answer, meaning: str, option: Option | None, by: User, now: datetime) -> None:
    """Messaging's list knows yes, no and unrelated; of any other answer it learns that nobody has to decide."""
    if answer.reply is None:
        return
    verdict = option.meaning if option is not None else meaning
    if verdict in (Option.Meaning.CONSENT, Option.Meaning.REFUSE, UNRELATED):
        messaging.note_decision(reply=answer.reply, verdict=verdict, by=by, now=now)
    else:
        messaging.need_no_decision(replies=[answer.reply.pk])


def _verdict(
    answer: Answer, meaning: str, option: Option | None, number: int | None, by: User, now: datetime
) -> Answer:
    is_refusal = option is not None and option.meaning == Option.Meaning.REFUSE
    heads = answer.head_count
    if heads is None and option is not None and answer.recipient.campaign.kind == Campaign.Kind.RSVP:
        heads = 1
    return Answer.objects.create(
        recipient=answer.recipient,
        question_id=answer.question_id,
        option=option,
        number=number,
        head_count=None if is_refusal else heads,
        value=answer.value,
        source=Answer.Source.OFFICIAL,
        reply=answer.reply,
        label=option.meaning if option is not None else meaning,
        rule="official",
        identity=answer.identity,
        is_clear=True,
        is_counted=is_identified(answer.recipient) or is_refusal,
        at=answer.at,
        decided_by=by,
        decided_at=now,
    )
