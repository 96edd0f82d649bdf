"""Reads that pages and other rooms need."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection
from django.db.models import QuerySet, Sum

from messaging.models import Message, MessageStatus, Stream, StreamCount


def database_clock() -> datetime:
    """The present moment on the database's clock, the only one that leases and due times are judged by."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment


def tally_of(stream: str) -> dict[str, int]:
    """How many messages of a stream are in each status; every status is present. Reads counters, never the messages."""
    found = dict(
        StreamCount.objects.filter(stream__name=stream)
        .values("metric")
        .annotate(total=Sum("delta"))
        .values_list("metric", "total")
    )
    return {status.value: found.get(status.value, 0) for status in MessageStatus}


def pause_of(stream: str) -> str:
    """Why a stream is paused; '' if it is not."""
    found = Stream.objects.filter(name=stream, paused_at__isnull=False).values_list("pause_reason", flat=True).first()
    return found or ""


def messages_about(reference: str) -> QuerySet[Message]:
    """The messages about one complaint or campaign number, oldest first."""
    return Message.objects.filter(reference=reference).order_by("pk")


def messages_with(keys: Iterable[str]) -> dict[str, Message]:
    """The messages with these keys."""
    return {message.key: message for message in Message.objects.filter(key__in=list(keys))}
