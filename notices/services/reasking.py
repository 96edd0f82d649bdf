"""Asking again who she is: a number can have a new owner between the consent and the notice."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from messaging import services as messaging
from notices import keys, phrasing
from notices.models import Campaign, Recipient
from notices.services.asking import WAVE, refuse_if_not_ready
from notices.services.questioning import Questionnaire
from notices.services.steps import move

ANSWERED_WITHIN = timedelta(days=7)
AGAIN = 99  # its place among the reminders of one citizen
_SENDING = (Campaign.State.SENDING, Campaign.State.FOLLOWING)
R = Recipient.State


def proved_long_ago(now: datetime) -> Q:
    """Whose proof is too old for anything personal to be sent on it."""
    before = now - timedelta(days=settings.NOTICES_VERIFIED_DAYS)
    return Q(state=R.VERIFIED, ground=Recipient.Ground.REPLY, verified_at__lt=before)


@transaction.atomic
def ask_identity_again(campaign: Campaign, *, now: datetime) -> int:
    """
    Before anything personal leaves: whoever proved too long ago who she is has to prove it again.

    Whoever does not within a week gets a letter. Returns how many were asked or given up, at most one wave.
    """
    if campaign.state not in _SENDING or not campaign.asks_for_consent:
        return 0
    return _give_up(campaign, now) + _ask(campaign, now)


def _give_up(campaign: Campaign, now: datetime) -> int:
    silent = Recipient.objects.filter(campaign=campaign, state__in=[R.ASKING, R.AGREED], ask_closes_at__lte=now)
    people = list(_locked(silent.filter(needs_triage=False, verified_at=None)))
    move(people, R.SILENT, cause="ask_again", now=now, reason="identity_missing")
    return len(people)


def _ask(campaign: Campaign, now: datetime) -> int:
    stale = Recipient.objects.filter(proved_long_ago(now), campaign=campaign, needs_triage=False)
    people = list(_locked(stale))
    if not people:
        return 0
    closes_at = now + ANSWERED_WITHIN
    facts: dict[str, Any] = {"verified_at": None, "identified_at": None, "wrong_birth_count": 0, "ground": ""}
    move(people, R.ASKING, cause="ask_again", now=now, asked_at=now, ask_closes_at=closes_at, **facts)
    questions = Questionnaire.of(campaign)
    rows = [
        messaging.Outgoing(
            to=one.phone,
            template=phrasing.AGAIN,
            context=phrasing.named(questions.words(questions.first), one),
            topic=phrasing.topic_of(campaign),
            reference=campaign.number,
            key=str(keys.MessageKey(campaign.pk, one.pk, keys.REMIND, AGAIN)),
            stream=campaign.stream,
            reply_for=ANSWERED_WITHIN,
        )
        for one in people
    ]
    report = messaging.send_many(
        rows,
        by=campaign.created_by,
        approved_by=campaign.sends_approved_by,
        department=campaign.department,
        now=now,
    )
    refuse_if_not_ready(report)
    return len(people)


def _locked(people: QuerySet[Recipient]) -> QuerySet[Recipient]:
    return people.select_related("campaign").select_for_update(no_key=True, of=("self",)).order_by("pk")[:WAVE]
