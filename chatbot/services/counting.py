"""The night's housekeeping of what was asked: counts by hour are kept, the questions themselves are forgotten."""

from collections import Counter
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, Max, Min, OuterRef, Q

from chatbot.figure_queries import Slot, counted
from chatbot.models import Conversation, Draft, Handover, HourCount, Turn, UnansweredCluster
from chatbot.resuming import intake_key_of
from complaints import pending
from portal.accounts.models import User
from portal.core.clock import day_in_korea
from portal.core.workdays import start_of

ROLLED_AGAIN_DAYS = 28  # thumbs and taps come late; turns are kept longer than this
BATCH = 1000


def keep_counts(*, now: datetime) -> int:
    """Write down each hour of the last weeks again, and of every earlier day that has turns. Returns how many."""
    last_on = day_in_korea(now) - timedelta(days=1)
    first_at = Turn.objects.aggregate(at=Min("asked_at"))["at"]
    rolled_on = HourCount.objects.aggregate(on=Max("on"))["on"]
    if first_at is None:
        return 0
    first_on = day_in_korea(first_at)
    if rolled_on is not None:
        first_on = max(first_on, min(rolled_on, last_on) - timedelta(days=ROLLED_AGAIN_DAYS))
    found: Counter[tuple[Slot, str]] = Counter()
    for slot, measure, value in counted(first_on, last_on):
        found[slot, measure] += value
    rows = [HourCount(on=on, hour=hour, measure=name, value=value) for ((on, hour), name), value in found.items()]
    with transaction.atomic():
        HourCount.objects.filter(on__gte=first_on, on__lte=last_on).delete()
        HourCount.objects.bulk_create(rows, batch_size=BATCH)
    return len(rows)


def purge_turns(*, now: datetime) -> int:
    """
    Forget questions older than the retention; their counts and the officials' verdicts stay. Returns how many.

    A conversation without questions goes too, unless a form or a person still hangs on it.
    """
    keep_counts(now=now)
    kept_from = start_of(day_in_korea(now) - timedelta(days=settings.CHATBOT_TURN_RETENTION_DAYS))
    with transaction.atomic():
        _, gone = Turn.objects.filter(asked_at__lt=kept_from).delete()
        _forget_empty_threads(kept_from)
        _shrink_clusters()
    return gone.get(Turn._meta.label, 0)


@transaction.atomic
def erase_citizen(*, citizen: User) -> int:
    """
    What somebody asked while signed in, or in a thread where she proved her phone: conversations, drafts and their
    files, questions and their places in bundles.

    Filed complaints follow their own rule. Returns how many conversations.
    """
    proven = Draft.objects.filter(citizen=citizen).values_list("conversation", flat=True)
    threads = list(Conversation.objects.filter(Q(citizen=citizen) | Q(citizen=None, pk__in=list(proven))))
    drafts = Draft.objects.filter(Q(citizen=citizen) | Q(conversation__in=threads))
    for draft in drafts:
        transaction.on_commit(partial(pending.discard, intake_key_of(draft)))
    drafts.delete()
    _, gone = Conversation.objects.filter(pk__in=[thread.pk for thread in threads]).delete()
    _shrink_clusters()
    return gone.get(Conversation._meta.label, 0)


def _forget_empty_threads(kept_from: datetime) -> None:
    empty = Conversation.objects.filter(last_at__lt=kept_from)
    for model in (Turn, Draft, Handover):
        empty = empty.filter(~Exists(model._default_manager.filter(conversation=OuterRef("pk"))))
    empty.delete()


def _shrink_clusters() -> None:
    """A bundle whose questions are all gone says nothing any more."""
    UnansweredCluster.objects.filter(members=None).delete()
