"""Reads that pages and other rooms need."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Exists, F, Max, OuterRef, Prefetch, Q, QuerySet, Sum
from django.db.models.functions import Greatest

from messaging import topics
from messaging.carriers.base import MmsProfile
from messaging.carriers.registry import carrier, carrying
from messaging.ledger import TAKEN
from messaging.models import (
    Attempt,
    BilledOn,
    DeliveryEvent,
    LegStatus,
    Message,
    MessageImage,
    MessageStatus,
    OptOut,
    Reply,
    Stream,
    StreamCount,
)
from messaging.scope_queries import of_office
from portal.accounts.models import User
from portal.core.clock import KST, in_korea

CODES_LANE = 0
LAST_SINGLE_LANE = 1  # codes and single texts; what is sent by the thousand has a pace of its own
NEVER_LEFT = (MessageStatus.QUEUED, MessageStatus.HELD, MessageStatus.CANCELLED, MessageStatus.SUPPRESSED)


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


def picture_limits() -> tuple[MmsProfile, ...]:
    """What each carrier of this installation that carries pictures takes, by preference."""
    return tuple(carrier(alias).capabilities.mms for alias in carrying("mms"))


@dataclass(frozen=True, slots=True)
class Speed:
    """How many messages of a channel, and pictures before them, leave in a second; 0 uploads: they travel inside."""

    tps: float
    uploads_per_second: float


def speed_of(channel: str) -> Speed:
    """How fast the preferred carrier of a channel is; 0 if nobody carries it."""
    able = [carrier(alias).capabilities for alias in carrying(channel)]
    return Speed(able[0].tps, able[0].uploads_per_second) if able else Speed(0.0, 0.0)


REPLY_METRICS = {
    "reply": "회신한 사람",
    "reply:consent": "동의·참석",
    "reply:refuse": "미동의·불참",
    "reply:choice": "고름",
    "reply:opt_out": "수신거부",
    "reply:unclear": "불분명",
    "reply:other": "그 밖의 말",
    "reply:triage": "판단 대기",
}


def replies_of(stream: str) -> dict[str, int]:
    """What a stream's recipients answered, each counted once where she stands now. Reads counters, not replies."""
    found = StreamCount.objects.filter(stream__name=stream, metric__in=REPLY_METRICS)
    totals = dict(found.values("metric").annotate(total=Sum("delta")).values_list("metric", "total"))
    return {metric: totals.get(metric, 0) for metric in REPLY_METRICS}


def stream_tag(stream: int) -> str:
    """Changes whenever a number of the stream changes, or somebody pauses it."""
    latest = StreamCount.objects.filter(stream=stream).order_by("-pk").values_list("pk", flat=True).first()
    paused_at = Stream.objects.filter(pk=stream).values_list("paused_at", flat=True).first()
    return f"{stream}|{latest}|{paused_at}"


@dataclass(frozen=True, slots=True)
class ChannelBill:
    """The legs of a stream on one channel: what carriers may bill, and what the ledger has of it."""

    channel: str
    leg_count: int
    leg_won: Decimal
    booked_count: int
    booked_won: Decimal


def bills_of(stream: str) -> list[ChannelBill]:
    """Whether every leg that its carrier may bill is booked at the price it left with, channel by channel."""
    legs = Attempt.objects.filter(stream__name=stream, message__is_test=False)
    may_bill = Q(status=LegStatus.DELIVERED) | Q(billed_on=BilledOn.ACCEPTED, status__in=TAKEN)
    rows = legs.values("channel").annotate(
        legs=Count("pk", filter=may_bill),
        legs_won=Sum("cost_won", filter=may_bill, default=Decimal(0)),
        booked=Count("charge"),
        booked_won=Sum("charge__won", default=Decimal(0)),
    )
    return [
        ChannelBill(row["channel"], row["legs"], row["legs_won"], row["booked"], row["booked_won"])
        for row in rows.order_by("channel")
    ]


def pictures_of(stream: str) -> Iterator[tuple[str, str]]:
    """Key and picture handle of every message of a stream that a carrier has taken, or may have."""
    images = MessageImage.objects.filter(message__stream__name=stream).exclude(message__status__in=NEVER_LEFT)
    yield from images.order_by("message_id", "ordinal").values_list("message__key", "handle").iterator()


def pause_of(stream: str) -> str:
    """Why a stream is paused; '' if it is not."""
    found = Stream.objects.filter(name=stream, paused_at__isnull=False).values_list("pause_reason", flat=True).first()
    return found or ""


def opted_out_phones(*, topic: str, stream: str) -> QuerySet[OptOut, Any]:
    """Blind indexes of the phones that get nothing of this topic or of this stream, by their own wish."""
    wish = Q(scope="all") | Q(scope="stream", value=stream)
    if not topics.is_locked(topic):
        wish |= Q(scope="topic", value=topic)
    return OptOut.objects.filter(wish, lifted_at__isnull=True).values_list("phone_index", flat=True)


def messages_about(reference: str) -> QuerySet[Message]:
    """The messages about one complaint or campaign number, oldest first."""
    return Message.objects.filter(reference=reference).order_by("pk")


def messages_with(keys: Iterable[str]) -> dict[str, Message]:
    """The messages with these keys."""
    return {message.key: message for message in Message.objects.filter(key__in=list(keys))}


def message_in_full() -> QuerySet[Message]:
    """Messages with everything their page shows."""
    return Message.objects.select_related(
        "template_version__template", "sender_number", "stream", "created_by", "approved_by"
    )


def legs_in_full(message: Message) -> list[Attempt]:
    """The legs of one message in their order, with their calls and their history."""
    legs = message.attempts.select_related("dispatch").order_by("ordinal")
    return list(legs.prefetch_related(Prefetch("events", DeliveryEvent.objects.order_by("pk"))))


def replies_for_officials(rows: QuerySet[Reply]) -> QuerySet[Reply]:
    """Of these texts what no room took and no official has seen; our own words coming back are nobody's."""
    waiting = rows.filter(topic="", handled_at__isnull=False, handled_by=None)
    return waiting.exclude(rule=Reply.OWN_NUMBER)


def latest_of_each(rows: QuerySet[Reply]) -> QuerySet[Reply]:
    """Of these replies the newest of every phone: one look into an index for each row that is read."""
    newer = rows.filter(phone_index=OuterRef("phone_index"), pk__gt=OuterRef("pk"))
    return rows.filter(~Exists(newer.order_by()))


@dataclass(frozen=True, slots=True)
class Board:
    """The messaging figures of the officials' board; each equals the first view of its list."""

    waiting_reply_count: int
    unresolved_leg_count: int


def board(user: User) -> Board:
    """회신함's citizens whose texts nobody has claimed or seen, and calls whose outcome a person must settle."""
    waiting = replies_for_officials(of_office(Reply.objects.all(), user))
    return Board(
        waiting_reply_count=latest_of_each(waiting).count(),
        unresolved_leg_count=of_office(unresolved_legs(), user).count(),
    )


def unresolved_legs() -> QuerySet[Attempt]:
    """Calls whose outcome a person must settle."""
    return Attempt.objects.filter(status=LegStatus.UNRESOLVED, message__is_test=False)


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How often a carrier gave one result code."""

    code: str
    reason: str
    count: int


def codes_today(carrier: str, *, now: datetime) -> list[CodeCount]:
    """The result codes of the failures a carrier reported on this Korean day, the most frequent first."""
    midnight = in_korea(now).replace(hour=0, minute=0, second=0, microsecond=0)
    refused = Attempt.objects.filter(
        carrier=carrier, final_at__gte=midnight, status__in=(LegStatus.REJECTED, LegStatus.UNDELIVERED)
    )
    rows = refused.values("code").annotate(reason=Max("reason"), count=Count("pk")).order_by("-count", "code")
    return [CodeCount(row["code"] or "-", row["reason"], row["count"]) for row in rows[:20]]


def newest_sent(phones: Collection[bytes], *, after: datetime) -> dict[bytes, datetime]:
    """When a carrier last took something for each of these telephones, one-time codes aside. By blind index."""
    taken = Attempt.objects.filter(message__phone_index__in=phones, accepted_at__gt=after, lane__gt=CODES_LANE)
    rows = taken.values_list("message__phone_index").annotate(newest=Max("accepted_at"))
    return {bytes(index): newest for index, newest in rows}


def punctuality_of(day: date, *, within: timedelta) -> tuple[int, int]:
    """
    Of the single texts due on that Korean day: how many there were, and how many were at the carrier in time.

    What the law or the citizen's own wish kept until morning counts from then; what never was to leave does not count.
    """
    midnight = datetime.combine(day, time.min, KST)
    due = Message.objects.filter(
        due_at__gte=midnight, due_at__lt=midnight + timedelta(days=1), lane__lte=LAST_SINGLE_LANE, is_test=False
    ).exclude(status__in=(MessageStatus.HELD, MessageStatus.CANCELLED, MessageStatus.SUPPRESSED))
    at_once = Q(dispatch__submitted_at__lte=Greatest(OuterRef("due_at"), OuterRef("created_at")) + within)
    as_put_off = Q(not_sent_count=0, dispatch__submitted_at__range=(F("due_at"), F("due_at") + within))
    in_time = Exists(Attempt.objects.filter(at_once | as_put_off, message=OuterRef("pk")))
    counted: dict[str, int] = due.aggregate(all=Count("pk"), in_time=Count("pk", filter=in_time))
    return counted["all"], counted["in_time"]
