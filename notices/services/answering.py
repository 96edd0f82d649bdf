"""What a citizen's text does to her place in a campaign."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction

from messaging import services as messaging
from messaging.models import Message, Reply
from messaging.understanding import Person
from notices import keys
from notices.models import Answer, Campaign, Option, Recipient
from notices.questions import Asked, Said, hear
from notices.rosters.cells import is_same_name
from notices.services.acknowledging import acknowledge
from notices.services.consents import record_consent
from notices.services.questioning import Questionnaire, standing_answers
from notices.services.sending import withdraw
from notices.services.standing import ask_next, fall_silent_if_over, is_identified, settle
from notices.services.steps import locked, move
from notices.workflow import OPEN_TO_ANSWERS

R = Recipient.State
C = Campaign.State
_COUNTING = (C.ASKING, C.ASKED)  # answers sent in time count until the sending starts
UNRELATED = "unrelated"


@dataclass(frozen=True)
class _Heard:
    """One reply read for one citizen, as the answer to one question."""

    recipient: Recipient
    questions: Questionnaire
    asked: Asked
    said: Said
    identity: str
    is_sure_whose: bool = True


@transaction.atomic
def record_answer(*, reply: Reply, message: Message | None, now: datetime) -> Answer | None:
    """
    Count a reply for the citizen whose birth date it carries, or whose question it answers; repeating it is harmless.

    Where identity is asked, nothing but a refusal counts without it. On a phone that several people share nobody is
    counted by phone alone.
    """
    if message is None:
        return None
    key = keys.parse(message.key)
    heard = _hear(reply, _who_may_have_answered(reply, key.recipient_id), key)
    if Answer.objects.filter(recipient=heard.recipient, reply=reply).exists():
        return None
    return _take(heard, reply, now)


def _who_may_have_answered(reply: Reply, asked_first: int) -> list[Recipient]:
    same_phone = Recipient.objects.filter(
        phone_index=reply.phone_index,
        asked_at__isnull=False,
        campaign__state__in=[*_COUNTING, C.CONFIRMING, C.SENDING],
    )
    return locked({asked_first, *same_phone.values_list("pk", flat=True)})


def _hear(reply: Reply, people: Sequence[Recipient], key: keys.MessageKey) -> _Heard:
    """Read the text for each person it may come from. Her birth date picks; without one, the only open question."""
    papers: dict[int, Questionnaire] = {}
    heard = [_read_for(reply, person, key, papers) for person in people]
    first = next(one for one in heard if one.recipient.pk == key.recipient_id)
    matching = [one for one in heard if one.identity in ("match", "partial")]
    waiting = [one for one in heard if one.recipient.state in (R.ASKING, R.AGREED) and not one.recipient.needs_triage]
    for pool in (heard, matching, [one for one in matching if one in waiting]):
        if len(pool) == 1:
            return pool[0]
    unproved = ("missing", "not_asked")
    if not matching and len(waiting) == 1 and (waiting[0].identity in unproved or waiting[0] is first):
        return waiting[0]
    return replace(first, is_sure_whose=False)


def _read_for(reply: Reply, person: Recipient, key: keys.MessageKey, papers: dict[int, Questionnaire]) -> _Heard:
    campaign = person.campaign
    questions = papers.setdefault(campaign.pk, Questionnaire.of(campaign))
    asked = questions.behind(key, person) if person.pk == key.recipient_id else questions.open_for(person)
    said = hear(reply.text, asked, Person(name=person.name, birth=person.birth))
    return _Heard(person, questions, asked, said, _identity_of(said, person, asked))


def _identity_of(said: Said, person: Recipient, asked: Asked) -> str:
    """Our own comparison: what the question asks for is what the evidence says."""
    reading = said.reading
    is_born_then = person.birth in reading.birth_candidates if reading.birth_candidates else None
    if asked.identity == "none":
        return "match" if is_born_then else "not_asked"
    if asked.identity == "birth":
        return "missing" if is_born_then is None else "match" if is_born_then else "mismatch"
    is_named_so = is_same_name(reading.name, person.name) if reading.name else None
    if False in (is_born_then, is_named_so):
        return "mismatch"
    given = [one for one in (is_born_then, is_named_so) if one is not None]
    return "missing" if not given else "match" if len(given) == 2 else "partial"


def _take(heard: _Heard, reply: Reply, now: datetime) -> Answer:
    recipient, said = heard.recipient, heard.said
    is_late = not _is_in_time(recipient, reply)
    needs_decision = not is_late and _needs_decision(heard, reply)
    option = said.option or (heard.asked.meaning(Option.Meaning.REFUSE) if said.label == "opt_out" else None)
    is_clear = not is_late and not needs_decision and (option is not None or said.is_answer)
    if not is_late:
        _remember_identity(heard, now, is_clear=not needs_decision)
    if is_clear:
        replace_earlier(recipient, heard.asked.pk, now)
    is_refusal = option is not None and option.meaning == Option.Meaning.REFUSE
    answer = Answer.objects.create(
        recipient=recipient,
        question_id=heard.asked.pk,
        option=option if is_clear else None,
        number=said.number,
        head_count=said.head_count,
        value=reply.text,
        source=Answer.Source.REPLY,
        reply=reply,
        label=said.label,
        rule=said.reading.rule[:80],
        suggested=(said.reading.suggested or said.reading.option or "")[:20] if needs_decision else "",
        identity=heard.identity,
        is_clear=is_clear,
        is_counted=is_clear and said.label != "skip" and (is_identified(recipient) or is_refusal),
        is_late=is_late,
        needs_decision=needs_decision,
        at=reply.received_at,
    )
    if needs_decision:
        messaging.ask_for_decision(reply=reply)
    if is_late:
        _take_late_refusal(recipient, answer, is_refusal=said.is_refusal, now=now)
        return answer
    before = recipient.state
    settle(recipient, answer, heard.questions, now=now, by=None)
    if not ask_next(recipient, heard.questions, now=now):
        acknowledge(recipient, answer, heard.questions, before=before, now=now)
    fall_silent_if_over(recipient, now=now, by=None)
    return answer


def _needs_decision(heard: _Heard, reply: Reply) -> bool:
    """Whether an official has to say what the text means, or whose it is."""
    said, asked = heard.said, heard.asked
    current = standing_answers(heard.recipient).get(asked.pk)
    is_answer = said.is_answer or said.label == "opt_out"
    outranked = current is not None and current.source == Answer.Source.OFFICIAL and not said.is_refusal
    names_somebody = asked.identity != "none" and asked.answer in ("choice", "scale") and bool(said.reading.name)
    is_somebody_else = names_somebody and not is_same_name(said.reading.name, heard.recipient.name)
    return (
        not heard.is_sure_whose
        or said.label == "ambiguous"
        or (is_somebody_else and is_answer and not said.is_refusal)
        or (outranked and is_answer)
        or (is_answer and not reply.is_complete)
        or (said.label == UNRELATED and current is None)
    )


def _is_in_time(recipient: Recipient, reply: Reply) -> bool:
    campaign = recipient.campaign
    campaign.refresh_from_db(fields=["state", "asks_until"])
    if campaign.state in (C.SENDING, C.FOLLOWING) and recipient.state in (R.ASKING, R.AGREED):  # asked again who she is
        return recipient.ask_closes_at is not None and reply.received_at <= recipient.ask_closes_at
    return (
        campaign.state in _COUNTING
        and reply.received_at <= campaign.answers_until
        and (recipient.state in OPEN_TO_ANSWERS or recipient.state == R.OPENED)
        and recipient.asked_at is not None
    )


def replace_earlier(recipient: Recipient, question: int, now: datetime) -> None:
    """A clear answer takes the place of the earlier one, and of unclear texts nobody has decided about."""
    standing = Answer.objects.filter(recipient=recipient, question=question, replaced_at__isnull=True, is_late=False)
    undecided = standing.filter(needs_decision=True)
    overtaken = list(undecided.values_list("reply_id", flat=True))
    undecided.update(replaced_at=now, needs_decision=False)
    standing.filter(is_clear=True).update(replaced_at=now)
    messaging.need_no_decision(replies=[pk for pk in overtaken if pk is not None])


def _remember_identity(heard: _Heard, now: datetime, *, is_clear: bool) -> None:
    recipient = heard.recipient
    if recipient.state == R.IDENTITY_MISMATCH:
        return  # three tries are over
    if not is_clear or recipient.identified_at is not None or heard.asked.identity == "none":
        return
    if heard.identity == "match":
        recipient.identified_at = now
    elif heard.identity == "mismatch" and (heard.said.is_answer or heard.said.label == "identity"):
        recipient.wrong_birth_count += not heard.said.is_refusal


def _take_late_refusal(recipient: Recipient, answer: Answer, *, is_refusal: bool, now: datetime) -> None:
    """After the closing an answer is kept and not counted; but a "no" before the picture has left is always obeyed."""
    campaign = recipient.campaign
    if not is_refusal or not campaign.asks_for_consent:
        return
    if recipient.state == R.QUEUED and not withdraw(recipient, now=now):
        return
    if recipient.state in (R.VERIFIED, R.QUEUED):
        move([recipient], R.REVOKED, cause="late_refusal", now=now, reason="revoked")
    elif campaign.kind != Campaign.Kind.CONSENT:
        return
    record_consent(recipient, answer, meaning=Option.Meaning.REFUSE, is_identified=False, now=now)
