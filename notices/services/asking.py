"""Asking for consent: whose turn it is, and when it is over."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from messaging import services as messaging
from messaging.models import Message, MessageStatus
from notices import keys
from notices.models import Campaign, Recipient
from notices.services.questioning import Questionnaire
from notices.services.steps import among, locked, move, step, wait_for_campaign
from notices.services.waving import allowance
from notices.workflow import NotAllowed, silence_of
from portal.accounts.models import User
from portal.core.errors import Refused

WAVE = 5_000
HEARD_AFTERWARDS = timedelta(days=7)  # a "no" before the picture leaves is obeyed, a "yes" is kept as late
_TURNS_LOCK = 0x6E6F74  # one wave at a time in the whole house: two campaigns may know the same phone
R = Recipient.State
_TURN = ("pk", "phone_index")


class CannotSend(Refused):
    """Messaging has no number or no approved wording: nobody may be given up because of that."""


@transaction.atomic
def ask_consent(campaign: Campaign, *, now: datetime) -> int:
    """
    Ask the next wave; returns how many were asked.

    People who share a phone are asked in turn: the next when the one before has answered, or her time is over.
    """
    if campaign.state != Campaign.State.ASKING or not _is_open(campaign, now):
        return 0
    with connection.cursor() as cursor:
        cursor.execute("select pg_advisory_xact_lock(%s)", [_TURNS_LOCK])
    wave = _whose_turn(campaign, now)[: allowance(campaign, most=WAVE, now=now)]
    if not wave:
        return 0
    shared = _shared_phones(wave)
    closing = min(campaign.answers_until, now + timedelta(hours=settings.NOTICES_TURN_HOURS))
    alone = [one for one in wave if bytes(one.phone_index or b"") not in shared]
    in_turn = [one for one in wave if bytes(one.phone_index or b"") in shared]
    move(alone, R.ASKING, cause="ask", now=now, asked_at=now, ask_closes_at=campaign.answers_until)
    move(in_turn, R.ASKING, cause="ask", now=now, asked_at=now, ask_closes_at=closing)
    questions = Questionnaire.of(campaign)
    rows = [_question(questions, one, is_named=False, now=now) for one in alone]
    rows += [_question(questions, one, is_named=True, now=now) for one in in_turn]
    report = messaging.send_many(
        rows,
        by=campaign.created_by,
        approved_by=campaign.asks_approved_by,
        department=campaign.department,
        now=now,
    )
    refuse_if_not_ready(report)
    everybody = [*alone, *in_turn]
    for refusal in report.refusals:
        refused = everybody[refusal.row - 1]
        move(
            [refused],
            R.ASK_UNDELIVERED,
            cause="ask_refused",
            note=refusal.sentence[:200],
            now=now,
            reason="ask_refused",
        )
    return len(everybody) - len(report.refusals)


def _is_open(campaign: Campaign, now: datetime) -> bool:
    return campaign.asks_from is not None and campaign.asks_from <= now < campaign.answers_until


def refuse_if_not_ready(report: messaging.Sent) -> None:
    """
    Tell a citizen who cannot be reached from an office that is not set up; the caller's transaction is rolled back.

    :raises CannotSend: if any row was refused for a reason that is ours
    """
    ours = next((one for one in report.refusals if one.field in ("sender_number", "template")), None)
    if ours is not None:
        raise CannotSend(ours.sentence)


def _whose_turn(campaign: Campaign, now: datetime) -> list[Recipient]:
    """The next people whose phone has no open question, one for each phone; everybody else keeps waiting."""
    waiting = Recipient.objects.filter(campaign=campaign, state=R.ADDRESSABLE).order_by("pk")
    chosen: dict[bytes, int] = {}
    last = 0
    while len(chosen) < WAVE:
        block = [(pk, bytes(index or b"")) for pk, index in waiting.filter(pk__gt=last).values_list(*_TURN)[:WAVE]]
        if not block:
            break
        last = block[-1][0]
        busy = _busy_phones({index for _, index in block}, now)
        for pk, index in block:
            if index not in busy and len(chosen) < WAVE:
                chosen.setdefault(index, pk)
    return [one for one in locked(chosen.values()) if one.state == R.ADDRESSABLE]


def _busy_phones(indexes: Collection[bytes], now: datetime) -> set[bytes]:
    """Phones with an open question, of whichever campaign; looked up by value, so that no plan can go quadratic."""
    open_questions = Recipient.objects.filter(
        among("phone_index", indexes), state__in=[R.ASKING, R.AGREED], ask_closes_at__gt=now
    )
    return {bytes(index or b"") for index in open_questions.values_list("phone_index", flat=True)}


def _shared_phones(wave: Sequence[Recipient]) -> set[bytes]:
    indexes = [one.phone_index for one in wave]
    others = Recipient.objects.filter(among("phone_index", indexes), campaign_id=wave[0].campaign_id)
    others = others.exclude(state__in=[R.EXCLUDED, R.DEFECTIVE, R.MINOR])  # they are never asked
    found: dict[bytes, int] = {}
    for index in others.values_list("phone_index", flat=True):
        found[bytes(index or b"")] = found.get(bytes(index or b""), 0) + 1
    return {index for index, count in found.items() if count > 1}


def _question(questions: Questionnaire, recipient: Recipient, *, is_named: bool, now: datetime) -> messaging.Outgoing:
    campaign = questions.campaign
    return questions.message(
        recipient,
        questions.first,
        is_named=is_named,
        key=str(keys.MessageKey(campaign.pk, recipient.pk, keys.ASK)),
        reply_for=reply_window(campaign, recipient, now),
    )


def remind(campaign: Campaign, people: Sequence[Recipient], *, position: int, now: datetime) -> None:
    """Ask locked people once more, in the same words: a reminder about the same matter is the same question."""
    shared = _shared_phones(people)
    questions = Questionnaire.of(campaign)
    rows = [
        questions.message(
            one,
            questions.open_for(one) if len(questions.asked) > 1 else questions.first,
            is_named=bytes(one.phone_index or b"") in shared,
            key=str(keys.MessageKey(campaign.pk, one.pk, keys.REMIND, position)),
            reply_for=reply_window(campaign, one, now),
        )
        for one in people
    ]
    report = messaging.send_many(
        rows,
        by=campaign.created_by,
        approved_by=campaign.asks_approved_by,
        department=campaign.department,
        now=now,
    )
    refuse_if_not_ready(report)


def reply_window(campaign: Campaign, recipient: Recipient, now: datetime) -> timedelta:
    """Whose turn is over has no open question; everybody else's "no" is still heard for a while after the closing."""
    closes_at = recipient.ask_closes_at or campaign.answers_until
    is_last = closes_at == campaign.answers_until
    return closes_at - now + (HEARD_AFTERWARDS if is_last else timedelta(0))


_FAILED = (MessageStatus.FAILED, MessageStatus.CANCELLED, MessageStatus.SUPPRESSED)


@transaction.atomic
def record_ask_outcomes(*, messages: Sequence[Message], now: datetime) -> None:
    """What became of the questions. A late receipt opens the asking again while answers still count."""
    by_recipient = {keys.parse(message.key).recipient_id: message for message in messages if _is_question(message)}
    failed: list[Recipient] = []
    reached: list[Recipient] = []
    for recipient in locked(by_recipient):
        message = by_recipient[recipient.pk]
        if message.status == MessageStatus.DELIVERED:
            Recipient.objects.filter(pk=recipient.pk, ask_delivered_at__isnull=True).update(
                ask_delivered_at=message.delivered_at or now
            )
            if recipient.state == R.ASK_UNDELIVERED and recipient.campaign.state == Campaign.State.ASKING:
                reached.append(recipient)
        elif message.status in _FAILED and recipient.state == R.ASKING and not recipient.needs_triage:
            failed.append(recipient)
    move(reached, R.ASKING, cause="ask_delivered", now=now, reason="")
    move(failed, R.ASK_UNDELIVERED, cause="ask_failed", now=now, reason="ask_failed")


def _is_question(message: Message) -> bool:
    return keys.parse(message.key).phase == keys.ASK


@transaction.atomic
def close_asking(campaign: Campaign, *, by: User | None, now: datetime, reason: str = "") -> None:
    """
    End the asking at its deadline (`by` is None), or earlier by hand with a reason.

    Whoever has said nothing is silent; replies that still wait for an official's decision keep waiting. Questions that
    have not left yet are taken back.

    :raises NotAllowed: if it is not being asked, or no reason is given before the deadline
    """
    if by is None and now < campaign.answers_until:
        raise NotAllowed
    if by is not None and not reason.strip():
        raise NotAllowed("마감을 앞당기는 사유를 적어 주세요.")
    if campaign.asks_from is None or now <= campaign.asks_from:
        raise NotAllowed("아직 묻기 시작하지 않았습니다. 그만두려면 취소해 주세요.")
    wait_for_campaign(campaign.pk)
    ends = min(now, campaign.answers_until)
    step(campaign, "close_asking", by=by, now=now, note=reason, asks_until=ends)
    messaging.cancel_stream(stream=campaign.stream, by=by, now=now)
    unanswered = Recipient.objects.select_for_update(no_key=True).filter(campaign=campaign, needs_triage=False)
    for before, why in ((R.ADDRESSABLE, "not_asked"), (R.ASKING, "silent"), (R.AGREED, "identity_missing")):
        people = list(unanswered.filter(state=before).select_related("campaign").order_by("pk"))
        move(people, silence_of(campaign), cause="close_asking", now=now, by=by, reason=why)
    Recipient.objects.filter(campaign=campaign, ask_closes_at__gt=ends).update(ask_closes_at=ends)
