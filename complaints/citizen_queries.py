"""Reads about what is a citizen's own: what waits for her, and the dates she was promised."""

from datetime import datetime

from django.db.models import Q, QuerySet

from complaints.models import Complaint, SupplementRequest
from complaints.workflow import Stage
from portal.accounts.models import User


def asked_of(user: User) -> QuerySet[SupplementRequest]:
    """보완 요청 that wait for her answer, the most urgent first."""
    waiting = SupplementRequest.objects.filter(
        complaint__citizen=user, complaint__stage=Stage.SUPPLEMENTING, ended_at=None
    )
    return waiting.select_related("complaint").order_by("due_on", "pk")


def promised_to(user: User, *, since: datetime) -> QuerySet[Complaint]:
    """Cases with a promised date that are open, or have ended since then."""
    dated = Complaint.objects.filter(citizen=user, due_at__isnull=False, erased_at=None)
    return dated.filter(Q(is_open=True) | Q(ended_at__gte=since)).order_by("pk")


def supplements_of(user: User, *, since: datetime) -> QuerySet[SupplementRequest]:
    """보완 요청 that are open, or have ended since then."""
    hers = SupplementRequest.objects.filter(complaint__citizen=user, complaint__erased_at=None)
    return hers.filter(Q(ended_at=None) | Q(ended_at__gte=since)).select_related("complaint").order_by("pk")


def numbers_of(user: User) -> list[str]:
    """The numbers of her cases."""
    return list(Complaint.objects.filter(citizen=user).values_list("number", flat=True))
