"""Sending the pictures: confirmed by a second official, each to her owner, once."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from celery import signature
from django.db import transaction

from messaging import services as messaging
from messaging.models import Message, MessageStatus
from messaging.queries import messages_with
from notices import keys, wording
from notices.models import Asset, Campaign, PaperItem, Recipient
from notices.services.asking import WAVE, ManifestChanged, refuse_if_not_ready
from notices.services.manifests import manifest_of
from notices.services.steps import locked, move, step
from portal.accounts.models import User
from portal.core.bells import ring

# Carriers report for three days at most; after that nobody knows, and a letter goes instead.
RESULT_WAIT = timedelta(hours=74)
R = Recipient.State
C = Campaign.State


@transaction.atomic
def send_notices(campaign: Campaign, *, manifest: str, by: User, now: datetime) -> None:
    """
    Start sending to everybody who agreed and is identified: the second confirmation, for the data approved at launch.

    :raises NotAllowed: if answers are still coming in, or `by` drafted the campaign or may not send
    :raises ManifestChanged: if roster, pages or pictures are not those approved at launch
    """
    if manifest != campaign.approved_manifest_sha256 or manifest_of(campaign) != manifest:
        raise ManifestChanged
    step(campaign, "send_notices", by=by, now=now, sends_approved_by=by)
    ring(signature("notices.tasks.run_campaigns"))


@transaction.atomic
def queue_notices(campaign: Campaign, *, now: datetime) -> int:
    """Hand the next wave to messaging; returns how many. Whose reply still waits for a decision is left out."""
    if campaign.state not in (C.SENDING, C.FOLLOWING):
        return 0
    ready = Recipient.objects.filter(campaign=campaign, state=R.VERIFIED, needs_triage=False)
    wave = list(ready.select_for_update().order_by("pk")[:WAVE])
    if not wave:
        return 0
    pictures = _pictures(wave)
    move(wave, R.QUEUED, cause="send", now=now)
    sendable = [one for one in wave if pictures[one.pk]]
    refused = [(one, "보낼 그림이 없습니다") for one in wave if not pictures[one.pk]]
    rows = [_notice(campaign, one, pictures[one.pk]) for one in sendable]
    report = messaging.send_many(
        rows,
        by=campaign.created_by,
        approved_by=campaign.sends_approved_by,
        department=campaign.department,
        now=now,
    )
    refuse_if_not_ready(report)
    refused += [(sendable[refusal.row - 1], refusal.sentence) for refusal in report.refusals]
    for recipient, sentence in refused:
        move([recipient], R.UNDELIVERED, cause="send_refused", note=sentence[:200], now=now, reason="send_refused")
    return len(wave) - len(refused)


def _pictures(wave: Sequence[Recipient]) -> dict[int, list[Asset]]:
    """The complete set of pictures of each citizen's proved notice; an incomplete set counts as none."""
    found: dict[int, list[Asset]] = defaultdict(list)
    assets = Asset.objects.sendable().filter(recipient__in=wave)
    for asset in assets.order_by("recipient_id", "part"):
        found[asset.recipient_id].append(asset)
    for recipient_id, parts in found.items():
        if [asset.part for asset in parts] != list(range(1, parts[0].parts + 1)):
            found[recipient_id] = []
    return found


def _notice(campaign: Campaign, recipient: Recipient, pictures: Sequence[Asset]) -> messaging.Outgoing:
    return messaging.Outgoing(
        to=recipient.phone,
        template=wording.NOTICE,
        context=wording.words_for(campaign, recipient),
        topic="notices.notice",
        reference=campaign.number,
        key=notice_key(recipient),
        stream=campaign.stream,
        images=[
            messaging.ImageRef(f"notices:{one.pk}", one.sha256, one.width, one.height, one.byte_count)
            for one in pictures
        ],
    )


def notice_key(recipient: Recipient) -> str:
    """The key of the one notice message a citizen can get."""
    return str(keys.MessageKey(recipient.campaign_id, recipient.pk, keys.DELIVER))


def withdraw(recipient: Recipient, *, now: datetime) -> bool:
    """Take back a locked citizen's waiting picture; whether it had not left yet."""
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
    """What became of the pictures. A late "delivered" outranks a failure until the letter is on a list."""
    by_recipient = {keys.parse(message.key).recipient_id: message for message in messages}
    exported = set(PaperItem.objects.filter(recipient_id__in=by_recipient).values_list("recipient_id", flat=True))
    for recipient in locked(by_recipient):
        message = by_recipient[recipient.pk]
        if message.status == MessageStatus.DELIVERED:
            _delivered(recipient, message.delivered_at or now, is_exported=recipient.pk in exported, now=now)
        elif recipient.state in (R.QUEUED, R.SENT):
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
    """See what has left, give up on results that do not come, and say when the last picture was handed over."""
    moved = _mark_sent(campaign, now) + _give_up(campaign, now)
    if campaign.state == C.SENDING and not _is_anything_left(campaign):
        step(campaign, "hand_over", by=None, now=now)
        moved += 1
    return moved


def _mark_sent(campaign: Campaign, now: datetime) -> int:
    queued = Recipient.objects.filter(campaign=campaign, state=R.QUEUED).select_for_update().order_by("pk")
    waiting = {notice_key(one): one for one in queued[:WAVE]}
    messages = messages_with(waiting)
    left = [waiting[key] for key, message in messages.items() if message.status == MessageStatus.SENT]
    move(left, R.SENT, cause="sent", now=now, sent_at=now)
    return len(left)


def _give_up(campaign: Campaign, now: datetime) -> int:
    silent = Recipient.objects.filter(campaign=campaign, state=R.SENT, sent_at__lt=now - RESULT_WAIT)
    people = list(silent.select_for_update().order_by("pk")[:WAVE])
    move(people, R.UNRESOLVED, cause="no_result", now=now, reason="no_result")
    return len(people)


def _is_anything_left(campaign: Campaign) -> bool:
    waiting = Recipient.objects.filter(campaign=campaign, state__in=[R.VERIFIED, R.QUEUED])
    return waiting.exclude(state=R.VERIFIED, needs_triage=True).exists()
