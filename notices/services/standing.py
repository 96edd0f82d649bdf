"""Where a citizen stands after what she said: her answers folded, counted, kept as evidence, and the next question."""

from datetime import datetime, timedelta
from typing import Any

from messaging import services as messaging
from messaging.queries import messages_with
from notices import keys
from notices.models import Answer, Campaign, Option, Recipient
from notices.services.asking import reply_window
from notices.services.consents import record_consent
from notices.services.questioning import Questionnaire, standing_answers
from notices.services.steps import move
from notices.tabulation import Said, state_after, state_of_answers, state_of_collected
from notices.workflow import silence_of
from portal.accounts.models import User

R = Recipient.State
K = Campaign.Kind
C = Campaign.State


def is_identified(recipient: Recipient) -> bool:
    """Whether she proved who she is, or nobody asked her to."""
    return recipient.identified_at is not None or recipient.campaign.identity == Campaign.Identity.NONE


def settle(recipient: Recipient, answer: Answer, questions: Questionnaire, *, now: datetime, by: User | None) -> None:
    """Fold what is known into the citizen's state, count what counts, and keep the evidence."""
    undecided = Answer.objects.filter(recipient=recipient, needs_decision=True, replaced_at__isnull=True)
    facts: dict[str, Any] = {
        "needs_triage": undecided.exists(),
        "replied_at": recipient.replied_at or answer.at,
        "identified_at": recipient.identified_at,
        "wrong_birth_count": recipient.wrong_birth_count,
    }
    said = _said(recipient, answer, questions)
    after = _state(recipient, said)
    if said.meaning == Option.Meaning.CONSENT and said.is_identified and after in (R.VERIFIED, R.ANSWERED):
        facts["verified_at"] = recipient.verified_at or now
    if after == recipient.state:
        Recipient.objects.filter(pk=recipient.pk).update(**facts)
        for name, value in facts.items():
            setattr(recipient, name, value)
    else:
        move(
            [recipient],
            after,
            cause=f"answer:{answer.label}",
            now=now,
            by=by,
            **_because(recipient, after, said, now),
            **facts,
        )
    if is_identified(recipient):
        _count_waiting(recipient)
    if recipient.campaign.asks_for_consent:
        is_proved = said.is_identified and recipient.state != R.IDENTITY_MISMATCH
        record_consent(recipient, answer, meaning=said.meaning, is_identified=is_proved, now=now)


def _said(recipient: Recipient, answer: Answer, questions: Questionnaire) -> Said:
    standing = standing_answers(recipient)
    first = standing.get(questions.first.pk)
    return Said(
        meaning=first.option.meaning if first and first.option else "",
        is_identified=is_identified(recipient),
        wrong_birth_count=recipient.wrong_birth_count,
        was_verified=recipient.verified_at is not None,
        is_complete={one.pk for one in questions.asked} <= set(standing),
        is_stopped=answer.label == "opt_out" and not answer.needs_decision,
    )


def _state(recipient: Recipient, said: Said) -> str:
    kind = recipient.campaign.kind
    if kind == K.NOTICE:
        return state_after(said, before=recipient.state)
    if kind == K.CONSENT:
        return state_of_collected(said, before=recipient.state)
    when_complete = R.OPENED if kind == K.ACKNOWLEDGE else R.ANSWERED
    return state_of_answers(said, before=recipient.state, when_complete=when_complete)


def _because(recipient: Recipient, after: str, said: Said, now: datetime) -> dict[str, Any]:
    """The facts that come with a new state."""
    if after == R.OPENED:
        return {"reason": "", "opened_at": now, "ground": Recipient.Ground.STATUTE}
    if after == R.VERIFIED:
        return {"reason": "", "ground": Recipient.Ground.REPLY}
    if after == R.UNANSWERED and said.is_stopped:
        return {"reason": "declined"}
    if after == R.IDENTITY_MISMATCH:
        strangers = Answer.objects.filter(recipient=recipient, reply__flags__contains=["wrong_person"])
        return {"reason": "maybe_recycled" if strangers.exists() else after}
    return {"reason": after if after in (R.DECLINED, R.REVOKED) else ""}


def _count_waiting(recipient: Recipient) -> None:
    """Answers given before the birth date count from now on."""
    waiting = Answer.objects.filter(recipient=recipient, is_clear=True, is_counted=False, replaced_at__isnull=True)
    waiting.exclude(label="skip").update(is_counted=True)


def ask_next(recipient: Recipient, questions: Questionnaire, *, now: datetime) -> bool:
    """Put the next open question to somebody whose last answer counted; whether one was asked now."""
    campaign = recipient.campaign
    asked = questions.open_for(recipient)
    is_open = campaign.state == C.ASKING and recipient.state == R.ASKING and is_identified(recipient)
    if not is_open or asked.position == 1 or questions.is_complete(recipient):
        return False
    key = str(keys.MessageKey(campaign.pk, recipient.pk, keys.QUESTION, asked.position))
    if messages_with([key]):
        return False
    window = max(reply_window(campaign, recipient, now), timedelta(hours=1))
    question = questions.message(recipient, asked, is_named=False, key=key, reply_for=window)
    messaging.send(
        to=question.to,
        template=question.template,
        context=question.context,
        topic=question.topic,
        reference=question.reference,
        key=question.key,
        stream=question.stream,
        reply_for=question.reply_for,
        by=campaign.created_by,
        approved_by=campaign.asks_approved_by,
        department=campaign.department,
        now=now,
    )
    return True


def fall_silent_if_over(recipient: Recipient, *, now: datetime, by: User | None) -> None:
    """Nothing more can come after the closing: what is still open then ends as silence."""
    is_over = recipient.ask_closes_at is None or recipient.ask_closes_at <= now
    is_over = is_over and recipient.campaign.state != C.ASKING
    if is_over and not recipient.needs_triage and recipient.state in (R.ASKING, R.AGREED):
        why = "identity_missing" if recipient.state == R.AGREED else "silent"
        after = silence_of(recipient.campaign)
        move([recipient], after, cause="answered_after_closing", now=now, by=by, reason=why)
