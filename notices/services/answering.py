"""What a citizen's text does to her place in a campaign, and what an official decides about an unclear one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction

from messaging import services as messaging
from messaging.models import Message, Reply
from messaging.understanding import Person, Reading, read
from notices import keys
from notices.models import Answer, Campaign, Option, Question, Recipient
from notices.questions import as_asked
from notices.rosters.cells import is_same_name
from notices.services.acknowledging import acknowledge
from notices.services.consents import record_consent
from notices.services.sending import withdraw
from notices.services.steps import locked, move, official_for
from notices.tabulation import Said, state_after
from notices.workflow import CAMPAIGN_STEPS, OPEN_TO_ANSWERS, NotAllowed
from portal.accounts.models import User

R = Recipient.State
C = Campaign.State
_COUNTING = (C.ASKING, C.ASKED)  # answers sent in time count until the sending starts
UNRELATED = "unrelated"


@dataclass(frozen=True)
class _Heard:
    """One reply read for one citizen."""

    recipient: Recipient
    reading: Reading
    identity: str
    is_sure_whose: bool = True


@transaction.atomic
def record_answer(*, reply: Reply, message: Message | None, now: datetime) -> Answer | None:
    """
    Count a reply for the citizen whose birth date it carries, or whose question it answers; repeating it is harmless.

    Consent counts only with her birth date. On a phone that several people share nobody is counted by phone alone.
    """
    if message is None:
        return None
    asked_first = keys.parse(message.key).recipient_id
    heard = _hear(reply, _who_may_have_answered(reply, asked_first), asked_first)
    if Answer.objects.filter(recipient=heard.recipient, reply=reply).exists():
        return None
    return _take(heard, reply, now)


def _who_may_have_answered(reply: Reply, asked_first: int) -> list[Recipient]:
    same_phone = Recipient.objects.filter(
        phone_index=reply.phone_index, asked_at__isnull=False, campaign__state__in=[*_COUNTING, C.SENDING]
    )
    return locked({asked_first, *same_phone.values_list("pk", flat=True)})


def _hear(reply: Reply, people: Sequence[Recipient], asked_first: int) -> _Heard:
    """Read the text for each person it may come from. Her birth date picks; without one, the only open question."""
    heard = [_read_for(reply, person) for person in people]
    first = next(one for one in heard if one.recipient.pk == asked_first)
    matching = [one for one in heard if one.identity == "match"]
    waiting = [one for one in heard if one.recipient.state in (R.ASKING, R.AGREED) and not one.recipient.needs_triage]
    for pool in (heard, matching, [one for one in matching if one in waiting]):
        if len(pool) == 1:
            return pool[0]
    if not matching and len(waiting) == 1 and (waiting[0].identity == "missing" or waiting[0] is first):
        return waiting[0]
    return _Heard(first.recipient, first.reading, first.identity, is_sure_whose=False)


def _read_for(reply: Reply, person: Recipient) -> _Heard:
    question = as_asked(Question.objects.get(campaign_id=person.campaign_id, position=1))
    reading = read(reply.text, question, Person(name=person.name, birth=person.birth))
    return _Heard(person, reading, _identity_of(reading, person))


def _identity_of(reading: Reading, person: Recipient) -> str:
    """Our own comparison, by birth date alone: that is what the question asks for and what the evidence says."""
    if not reading.birth_candidates:
        return "missing"
    return "match" if person.birth in reading.birth_candidates else "mismatch"


def _meaning_of(reading: Reading) -> str:
    if reading.label == "consent":
        return Option.Meaning.CONSENT
    if reading.label in ("refuse", "opt_out"):
        return Option.Meaning.REFUSE
    return ""


def _take(heard: _Heard, reply: Reply, now: datetime) -> Answer:
    recipient, reading = heard.recipient, heard.reading
    current = current_answer(recipient)
    meaning = _meaning_of(reading)
    is_late = not _is_in_time(recipient, reply)
    is_refusal = meaning == Option.Meaning.REFUSE
    outranked = current is not None and current.source == Answer.Source.OFFICIAL and not is_refusal
    is_somebody_else = bool(reading.name) and not is_same_name(reading.name, recipient.name)
    needs_decision = not is_late and (
        not heard.is_sure_whose
        or (is_somebody_else and meaning == Option.Meaning.CONSENT)
        or reading.label == "ambiguous"
        or (outranked and bool(meaning))
        or (bool(meaning) and not reply.is_complete)
        or (reading.label == UNRELATED and current is None)
    )
    counts = bool(meaning) and not is_late and not needs_decision
    if counts:
        _replace_earlier(recipient, now)
    answer = Answer.objects.create(
        recipient=recipient,
        question=Question.objects.get(campaign_id=recipient.campaign_id, position=1),
        option=_option(recipient, meaning) if counts else None,
        value=reply.text,
        source=Answer.Source.REPLY,
        reply=reply,
        label=reading.label,
        rule=reading.rule[:80],
        suggested=(reading.suggested or "")[:20],
        identity=heard.identity,
        is_clear=counts,
        is_counted=counts,
        is_late=is_late,
        needs_decision=needs_decision,
        at=reply.received_at,
    )
    if needs_decision:
        messaging.ask_for_decision(reply=reply)
    if is_late:
        _take_late_refusal(recipient, answer, is_refusal=is_refusal, now=now)
        return answer
    _remember_identity(heard, now, is_clear=not needs_decision)
    before = recipient.state
    _settle(recipient, answer, now=now, by=None)
    acknowledge(recipient, answer, before=before, now=now)
    return answer


def _is_in_time(recipient: Recipient, reply: Reply) -> bool:
    campaign = recipient.campaign
    campaign.refresh_from_db(fields=["state", "asks_until"])
    return (
        campaign.state in _COUNTING
        and reply.received_at <= campaign.answers_until
        and recipient.state in OPEN_TO_ANSWERS
        and recipient.asked_at is not None
    )


def current_answer(recipient: Recipient) -> Answer | None:
    """The clear answer that stands, if there is one."""
    standing = Answer.objects.filter(recipient=recipient, replaced_at__isnull=True, is_clear=True)
    return standing.select_related("option").first()


def _replace_earlier(recipient: Recipient, now: datetime) -> None:
    """A clear answer takes the place of the earlier one, and of unclear texts nobody has decided about."""
    standing = Answer.objects.filter(recipient=recipient, replaced_at__isnull=True, is_late=False)
    standing.filter(is_clear=True).update(replaced_at=now)
    undecided = standing.filter(needs_decision=True)
    overtaken = list(undecided.values_list("reply_id", flat=True))
    undecided.update(replaced_at=now, needs_decision=False)
    messaging.need_no_decision(replies=[pk for pk in overtaken if pk is not None])


def _option(recipient: Recipient, meaning: str) -> Option:
    return Option.objects.get(question__campaign_id=recipient.campaign_id, meaning=meaning)


def _remember_identity(heard: _Heard, now: datetime, *, is_clear: bool) -> None:
    recipient = heard.recipient
    if not is_clear or recipient.identified_at is not None:
        return
    if heard.identity == "match":
        recipient.identified_at = now
    elif heard.identity == "mismatch" and heard.reading.label in ("consent", "identity"):
        recipient.wrong_birth_count += 1


def _settle(recipient: Recipient, answer: Answer, *, now: datetime, by: User | None) -> None:
    """Fold what is known into the citizen's state, and keep the evidence."""
    undecided = Answer.objects.filter(recipient=recipient, needs_decision=True, replaced_at__isnull=True)
    facts: dict[str, Any] = {
        "needs_triage": undecided.exists(),
        "replied_at": recipient.replied_at or answer.at,
        "identified_at": recipient.identified_at,
        "wrong_birth_count": recipient.wrong_birth_count,
    }
    standing = current_answer(recipient)
    said = Said(
        meaning=standing.option.meaning if standing and standing.option else "",
        is_identified=recipient.identified_at is not None,
        wrong_birth_count=recipient.wrong_birth_count,
        was_verified=recipient.verified_at is not None,
    )
    after = state_after(said, before=recipient.state)
    if after == recipient.state:
        Recipient.objects.filter(pk=recipient.pk).update(**facts)
        for name, value in facts.items():
            setattr(recipient, name, value)
        return
    if after == R.VERIFIED:
        facts["verified_at"] = recipient.verified_at or now
        facts["ground"] = Recipient.Ground.REPLY
    reason = after if after in (R.DECLINED, R.REVOKED, R.IDENTITY_MISMATCH) else ""
    move([recipient], after, cause=f"answer:{answer.label}", now=now, by=by, reason=reason, **facts)
    record_consent(recipient, answer, now=now)


def _take_late_refusal(recipient: Recipient, answer: Answer, *, is_refusal: bool, now: datetime) -> None:
    """After the closing an answer is kept and not counted; but a "no" before the picture has left is always obeyed."""
    if not is_refusal:
        return
    if recipient.state == R.QUEUED and not withdraw(recipient, now=now):
        return
    if recipient.state in (R.VERIFIED, R.QUEUED):
        move([recipient], R.REVOKED, cause="late_refusal", now=now, reason="revoked")
        record_consent(recipient, answer, now=now)


def check_decision(answer: Answer, *, by: User) -> None:
    """
    :raises NotAllowed: if `by` may not decide about the campaign's replies, or the campaign is over
    """
    campaign = answer.recipient.campaign
    official_for(by, campaign, CAMPAIGN_STEPS["close_asking"])
    if campaign.is_over:
        raise NotAllowed


@transaction.atomic
def decide_answer(answer: Answer, *, meaning: str, by: User, now: datetime) -> None:
    """
    An official says what an unclear reply means: `consent`, `refuse` or `unrelated`. Her word outranks later replies.

    A consent still needs the birth date: without it the citizen is asked for it.

    :raises NotAllowed: if somebody decided already, `by` may not, or the campaign is over
    """
    recipient = locked([answer.recipient_id])[0]
    if meaning not in (Option.Meaning.CONSENT, Option.Meaning.REFUSE, UNRELATED):
        raise NotAllowed
    answer.recipient = recipient
    check_decision(answer, by=by)
    decided = Answer.objects.filter(pk=answer.pk, needs_decision=True, replaced_at__isnull=True)
    if decided.update(needs_decision=False, decided_by=by, decided_at=now) != 1:
        raise NotAllowed("다른 담당자가 먼저 판단했거나, 시민이 새로 답했습니다.")
    if answer.reply is not None:
        messaging.note_decision(reply=answer.reply, verdict=meaning, by=by, now=now)
    if meaning == UNRELATED:
        _settle(recipient, answer, now=now, by=by)
        _fall_silent_if_over(recipient, now, by)
        return
    _replace_earlier(recipient, now)
    if meaning == Option.Meaning.CONSENT and answer.identity == "match" and recipient.identified_at is None:
        recipient.identified_at = now
    verdict = Answer.objects.create(
        recipient=recipient,
        question_id=answer.question_id,
        option=_option(recipient, meaning),
        value=answer.value,
        source=Answer.Source.OFFICIAL,
        reply=answer.reply,
        label=meaning,
        rule="official",
        identity=answer.identity,
        is_clear=True,
        is_counted=True,
        at=answer.at,
        decided_by=by,
        decided_at=now,
    )
    before = recipient.state
    _settle(recipient, verdict, now=now, by=by)
    acknowledge(recipient, verdict, before=before, now=now)
    _fall_silent_if_over(recipient, now, by)


def _fall_silent_if_over(recipient: Recipient, now: datetime, by: User) -> None:
    """Nothing more can come after the closing: what is still open then ends as silence."""
    is_over = recipient.campaign.state != C.ASKING
    if is_over and not recipient.needs_triage and recipient.state in (R.ASKING, R.AGREED):
        why = "identity_missing" if recipient.state == R.AGREED else "silent"
        move([recipient], R.SILENT, cause="decided_after_closing", now=now, by=by, reason=why)
