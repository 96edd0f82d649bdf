"""Reads about what is a citizen's own: the messages that went to her number."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Prefetch, Q, QuerySet

from messaging.models import Attempt, LegStatus, Message, MessageStatus

# Alerts of the office to officials, whose own telephones may be citizens' as well.
OF_THE_OFFICE = ("complaints.duty", "approvals.waiting", "approvals.decided", "chatbot.duty", "portal.test")
_NOT_YET = (MessageStatus.QUEUED, MessageStatus.HELD, MessageStatus.CANCELLED)


def messages_to(phone_index: bytes, *, since: datetime, references: Sequence[str]) -> QuerySet[Message]:
    """
    What left for a number, with its legs.

    :param since: the day its owner's account began: what came before may have been meant for another owner
    :param references: her own cases, about which she may read everything
    """
    hers = Message.objects.filter(phone_index=phone_index, is_test=False).exclude(status__in=_NOT_YET)
    hers = hers.exclude(topic__in=OF_THE_OFFICE).filter(Q(created_at__gte=since) | Q(reference__in=references))
    legs = Attempt.objects.exclude(status=LegStatus.QUEUED).order_by("ordinal")
    return hers.select_related("template_version").prefetch_related(Prefetch("attempts", legs)).order_by("-pk")
