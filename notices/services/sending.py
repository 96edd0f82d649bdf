"""Sending: the first step of the ladder for everybody who may get her notice, and what became of it."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from messaging import services as messaging
from messaging.models import Message, MessageStatus
from messaging.queries import messages_with
from notices import keys
from notices.ladders import Rung, after_quiet
from notices.models import Campaign, PaperItem, Recipient, RelayDelivery
from notices.services.asking import WAVE
from notices.services.conveying import convey
from notices.services.laddering import first_step, ladder_of
from notices.services.reasking import proved_long_ago
from notices.services.steps import locked, move, step
from notices.services.waving import allowance

# Carriers report for three days at most; after that nobody knows, and a letter goes instead.
RESULT_WAIT = timedelta(hours=74)
ON_A_LIST = (PaperItem.State.EXPORTED, PaperItem.State.POSTED, PaperItem.State.CAME_BACK)
R = Recipient.State
C = Campaign.State


@transaction.atomic
def queue_notices(campaign: Campaign, *, now: datetime) -> int:
    """
    Take the first step of the ladder for the next wave; returns for how many. Whose reply waits is left out.

    :raises NotAllowed: if the campaign has no step that sends anything
    """
    if campaign.state not in (C.SENDING, C.FOLLOWING) or (campaign.sends_from and now < campaign.sends_from):
        return 0
    most = allowance(campaign, most=WAVE, now=now)
    wave = list(_ready(campaign).exclude(proved_long_ago(now)).select_for_update(no_key=True).order_by("pk")[:most])
    if not wave:
        return 0
    rungs = ladder_of(campaign)
    rung = first_step(rungs)
    taken: dict[str, Any] = {"ladder_step": rung.position, "ladder_at": after_quiet(now)}
    agreed = [one for one in wave if one.state == R.VERIFIED]
    by_law = [one for one in wave if one.state != R.VERIFIED]
    move(agreed, R.QUEUED, cause="send", now=now, **taken)
    move(by_law, R.QUEUED, cause="send", now=now, ground=Recipient.Ground.STATUTE, **taken)
    return len(wave) - _refuse(convey(campaign, rungs, rung, wave, now=now), now)


def _ready(campaign: Campaign) -> QuerySet[Recipient]:
    """Who agreed and is identified; where nobody has to be asked, everybody who can be reached."""
    who = Q(state=R.VERIFIED, needs_triage=False)
    if not campaign.asks and campaign.consent == Campaign.Consent.NONE:
        who |= Q(state=R.ADDRESSABLE)
    return Recipient.objects.filter(who, campaign=campaign, listed_at__isnull=False)


def _refuse(refused: Sequence[tuple[Recipient, str]], now: datetime) -> int:
    for recipient, sentence in refused:
        move([recipient], R.UNDELIVERED, cause="send_refused", note=sentence[:200], now=now, reason="send_refused")
    return len(refused)


def take_again(
    campaign: Campaign, rungs: Sequence[Rung], rung: Rung, people: Sequence[Recipient], *, now: datetime
) -> int:
    """Another way for locked people whom the one before did not reach; for how many it could be tried."""
    taken: dict[str, Any] = {"ladder_step": rung.position, "ladder_at": after_quiet(now)}
    move(people, R.QUEUED, cause=f"step:{rung.position}", now=now, reason="", **taken)
    return len(people) - _refuse(convey(campaign, rungs, rung, people, now=now), now)


def notice_key(recipient: Recipient) -> str:
    """The key of the one message a citizen can get for the step she stands on."""
    return str(keys.MessageKey(recipient.campaign_id, recipient.pk, keys.DELIVER, recipient.ladder_step or 1))


def withdraw(recipient: Recipient, *, now: datetime) -> bool:
    """Take back a locked citizen's waiting notice; whether it had not left yet."""
    message = messages_with([notice_key(recipient)]).get(notice_key(recipient))
    if message is None:
        return True
    try:
        messaging.cancel(message=message, by=None, now=now)
    except messaging.AlreadyLeft:
        return False
    return True


@transaction.atomic
def record_notice_outcomes(*, messages: Sequence[Message], now: datetime) -> None:
    """
    What became of the notices. A late "delivered" outranks a failure until the letter is on a list.

    Only the step she stands on can fail a citizen: what an earlier one brought stays delivered.
    """
    by_recipient: dict[int, list[Message]] = defaultdict(list)
    for message in messages:
        by_recipient[keys.parse(message.key).recipient_id].append(message)
    listed = PaperItem.objects.filter(recipient_id__in=by_recipient, state__in=ON_A_LIST)
    exported = set(listed.values_list("recipient_id", flat=True))
    for recipient in locked(by_recipient):
        for message in sorted(by_recipient[recipient.pk], key=lambda one: keys.parse(one.key).position):
            if message.status == MessageStatus.DELIVERED:
                _delivered(recipient, message.delivered_at or now, is_exported=recipient.pk in exported, now=now)
            elif recipient.state in (R.QUEUED, R.SENT) and message.key == notice_key(recipient):
                _not_delivered(recipient, message.status, now)


def _delivered(recipient: Recipient, at: datetime, *, is_exported: bool, now: datetime) -> None:
    facts: dict[str, Any] = {"sent_at": recipient.sent_at or at, "delivered_at": recipient.delivered_at or at}
    if recipient.state in (R.QUEUED, R.SENT, R.UNDELIVERED, R.UNRESOLVED) and not is_exported:
        move([recipient], R.DELIVERED, cause="delivered", now=now, reason="", **facts)
    else:
        Recipient.objects.filter(pk=recipient.pk, delivered_at__isnull=True).update(**facts)  # both ways: 이중


def _not_delivered(recipient: Recipient, status: str, now: datetime) -> None:
    if status == MessageStatus.SUPPRESSED and recipient.state == R.QUEUED:
        move([recipient], R.REVOKED, cause="opted_out", now=now, reason="revoked")
    elif status == MessageStatus.CANCELLED and recipient.campaign.state == C.CANCELLED:
        move([recipient], R.CANCELLED, cause="cancelled", now=now, reason="cancelled")
    elif status in (MessageStatus.FAILED, MessageStatus.SUPPRESSED, MessageStatus.CANCELLED):
        move([recipient], R.UNDELIVERED, cause="send_failed", now=now, reason="send_failed")


@transaction.atomic
def follow(campaign: Campaign, *, now: datetime) -> int:
    """See what has left, give up on results that do not come, and say when the last notice was handed over."""
    moved = _mark_sent(campaign, now) + _give_up(campaign, now)
    if campaign.state == C.SENDING and not _is_anything_left(campaign):
        step(campaign, "hand_over", by=None, now=now)
        moved += 1
    return moved


def _mark_sent(campaign: Campaign, now: datetime) -> int:
    queued = Recipient.objects.filter(campaign=campaign, state=R.QUEUED).select_for_update(no_key=True).order_by("pk")
    waiting = {notice_key(one): one for one in queued[:WAVE]}
    messages = messages_with(waiting)
    left = [waiting[key] for key, message in messages.items() if message.status == MessageStatus.SENT]
    move(left, R.SENT, cause="sent", now=now, sent_at=now)
    return len(left)


def _give_up(campaign: Campaign, now: datetime) -> int:
    """Whom no carrier told us about; a relay has its own time, and says when it is over."""
    silent = Recipient.objects.filter(campaign=campaign, state=R.SENT, sent_at__lt=now - RESULT_WAIT)
    waiting = (RelayDelivery.State.ACCEPTED, RelayDelivery.State.ARRIVED)
    silent = silent.exclude(Exists(RelayDelivery.objects.filter(notice__recipient=OuterRef("pk"), state__in=waiting)))
    people = list(silent.select_for_update(no_key=True, of=("self",)).order_by("pk")[:WAVE])
    move(people, R.UNRESOLVED, cause="no_result", now=now, reason="no_result")
    return len(people)


def _is_anything_left(campaign: Campaign) -> bool:
    under_way = [R.QUEUED, R.ASKING, R.AGREED]  # the last two were asked again who they are
    who = Q(state__in=under_way, needs_triage=False)
    if campaign.consent == Campaign.Consent.STANDING:
        who |= Q(state=R.ADDRESSABLE)  # nobody has looked for her earlier consent yet
    return Recipient.objects.filter(who, campaign=campaign).exists() or _ready(campaign).exists()
