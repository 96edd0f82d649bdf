"""What we say back to a citizen who answered: at most once per decision, and never to unclear texts or "stop"."""

from collections.abc import Mapping
from datetime import datetime

from messaging import services as messaging
from messaging.models import Reply
from notices import keys, phrasing, wording
from notices.models import Answer, Campaign, Recipient
from notices.questions import Asked
from notices.services.questioning import Questionnaire
from notices.tabulation import WRONG_BIRTHS_ALLOWED

_HEARING = (Campaign.State.ASKING, Campaign.State.SENDING, Campaign.State.FOLLOWING)
_VERDICTS = frozenset(
    {wording.GIVEN, wording.DECLINED, wording.BY_MAIL, phrasing.ANSWERED, phrasing.SEEN, phrasing.NOT_COUNTED}
    | {phrasing.COLLECT_GIVEN, phrasing.COLLECT_DECLINED}
)
MOST_ANSWERS = 8  # a phone that answers by itself must not keep a conversation going
R = Recipient.State
K = Campaign.Kind


def acknowledge(recipient: Recipient, answer: Answer, questions: Questionnaire, *, before: str, now: datetime) -> None:
    """Tell the citizen what her reply did, if it did something, or what is still missing."""
    campaign = recipient.campaign
    if campaign.kind == K.NOTICE:
        template = _about_notice(recipient, answer, before)
    elif campaign.kind == K.CONSENT:
        template = _about_consent(recipient, answer, before)
    else:
        template = _about_answers(recipient, answer, before, questions)
    if not template or answer.label == "opt_out":
        return
    if answer.reply is not None and not _may_tell(answer.reply, template, now):
        return
    position = Answer.objects.filter(recipient=recipient).count()
    if position > MOST_ANSWERS + 2 * (len(questions.asked) - 1):
        return
    asked = next(one for one in questions.asked if one.pk == answer.question_id)
    messaging.send(
        to=recipient.phone,
        template=template,
        context=_words(questions, asked, answer),
        topic=phrasing.topic_of(campaign),
        reference=campaign.number,
        key=str(keys.MessageKey(campaign.pk, recipient.pk, keys.ANSWER, position)),
        by=answer.decided_by,
        department=campaign.department,
        now=now,
    )


def _words(questions: Questionnaire, asked: Asked, answer: Answer) -> Mapping[str, str]:
    label = answer.option.label if answer.option is not None and len(questions.asked) == 1 else ""
    if label and answer.head_count:
        label = f"{label} {answer.head_count}명"
    return {**questions.words(asked), "접수": phrasing.receipt(label)}


def _may_tell(reply: Reply, template: str, now: datetime) -> bool:
    """Verdicts at most once in ten minutes; what we still need from her whenever she writes, but no machine."""
    templates = tuple(_VERDICTS) if template in _VERDICTS else ()
    return messaging.may_acknowledge(reply=reply, templates=templates, now=now)


def _about_notice(recipient: Recipient, answer: Answer, before: str) -> str:
    has_moved = recipient.state != before
    if has_moved and recipient.state == R.VERIFIED:
        return wording.GIVEN
    if has_moved and recipient.state in (R.DECLINED, R.REVOKED):
        return wording.DECLINED
    if has_moved and recipient.state == R.IDENTITY_MISMATCH:
        return wording.BY_MAIL
    return _what_is_missing(recipient, answer, unclear=wording.UNCLEAR)


def _about_consent(recipient: Recipient, answer: Answer, before: str) -> str:
    if recipient.state == R.ANSWERED and answer.is_clear and answer.option is not None:
        return phrasing.COLLECT_GIVEN if answer.option.meaning == "consent" else phrasing.COLLECT_DECLINED
    if recipient.state == R.ANSWERED and before != R.ANSWERED:
        return phrasing.COLLECT_GIVEN  # the birth date came after the yes
    if recipient.state == R.IDENTITY_MISMATCH and before != R.IDENTITY_MISMATCH:
        return phrasing.NOT_COUNTED
    return _what_is_missing(recipient, answer, unclear=phrasing.UNCLEAR)


def _about_answers(recipient: Recipient, answer: Answer, before: str, questions: Questionnaire) -> str:
    is_done = recipient.state in (R.ANSWERED, R.OPENED)
    if is_done and (answer.is_clear or recipient.state != before):
        return phrasing.SEEN if recipient.campaign.kind == K.ACKNOWLEDGE else phrasing.ANSWERED
    if recipient.state == R.IDENTITY_MISMATCH and before != R.IDENTITY_MISMATCH:
        return phrasing.NOT_COUNTED
    return _what_is_missing(recipient, answer, unclear=phrasing.UNCLEAR)


def _what_is_missing(recipient: Recipient, answer: Answer, *, unclear: str) -> str:
    """What we still need to hear, while there is time to say it."""
    if recipient.campaign.state not in _HEARING or recipient.state not in (R.ASKING, R.AGREED):
        return ""
    says_who = answer.is_clear or answer.label in ("consent", "identity")
    if says_who and answer.identity == "mismatch":
        return wording.BIRTH_DIFFERS if recipient.wrong_birth_count < WRONG_BIRTHS_ALLOWED else ""
    is_proved = recipient.identified_at is not None or recipient.campaign.identity == Campaign.Identity.NONE
    if answer.is_clear and not is_proved and answer.label != "refuse":
        return wording.BIRTH_NEEDED
    is_first_puzzle = not Answer.objects.filter(recipient=recipient, label="unrelated").exclude(pk=answer.pk).exists()
    return unclear if answer.label == "unrelated" and is_first_puzzle else ""
