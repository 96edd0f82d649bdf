"""
Claiming: in one short transaction, take a batch whose turn it is, check it once more, and commit its Dispatch.

Everything that may have changed since the message was queued is judged here, for every leg: opt-outs, expiry, the
night, the sender number, the review of the wording, and that what leaves is what was approved.
"""

import hmac
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import cast
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction

from messaging import topics, windows
from messaging.binding import binding
from messaging.budgets import over_budget
from messaging.carriers.base import Button, Capabilities, Leg, Picture
from messaging.carriers.base import Channel as CarrierChannel
from messaging.legs import said_on
from messaging.models import (
    Attempt,
    Channel,
    Dispatch,
    LegStatus,
    Message,
    MessageImage,
    ReasonKind,
    Stream,
    TemplateVersion,
)
from messaging.opting_out import opted_out
from messaging.pricing import Rate, tariff_on
from messaging.rehearsal import is_rehearsal
from messaging.settling import Change, because, fold, settle
from messaging.text import PLACEHOLDER, WordingRefused, for_text_message
from messaging.wording import Wording, compose, fingerprint
from portal.core.clock import day_in_korea
from portal.core.phones import national

LARGEST_BATCH = 200
LARGEST_BATCH_BY_TIME = 100
LARGEST_BATCH_OF_PICTURES = 20
ALONE_AFTER = 3  # a leg that came back unsent so often travels alone: it may be what the carrier refuses
SPREAD = timedelta(minutes=10)

_TURN = """
    SELECT clock_timestamp(), s.id, l.lane, l.channel, l.id, l.not_sent_count
    FROM messaging_stream s CROSS JOIN LATERAL (
        SELECT id, lane, channel, not_sent_count FROM messaging_attempt
        WHERE carrier = %s AND stream_id = s.id AND status = 'queued' AND due_at <= (SELECT clock_timestamp())
        ORDER BY lane, due_at, id LIMIT 1
    ) l
    WHERE s.paused_at IS NULL
    ORDER BY l.lane, s.last_served_at NULLS FIRST, s.id LIMIT 1
"""
_HOLD = """
    UPDATE messaging_attempt SET due_at = %s + random() * %s * interval '1 second' WHERE id = ANY(%s)
    RETURNING message_id
"""


@dataclass(frozen=True, slots=True)
class Turn:
    """Whose turn it is, by the database's clock."""

    at: datetime
    stream: int
    lane: int
    channel: str
    leg: UUID
    not_sent_count: int


@dataclass(frozen=True, slots=True)
class Claim:
    """One batch on its way: committed, and this process has the lease."""

    dispatch: UUID
    lease_by: UUID
    claimed_at: float  # time.monotonic(): a paused process must notice that it slept
    legs: tuple[Leg, ...]


@dataclass(slots=True)
class _Verdict:
    ready: list[Leg] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    held: dict[tuple[datetime, str], list[UUID]] = field(default_factory=dict)
    pause_reason: str = ""


class _Unfit(Exception):
    """The leg must not leave. `stops_stream`: nor may the others of its stream before somebody looked."""

    def __init__(self, kind: ReasonKind, reason: str, *, stops_stream: bool) -> None:
        super().__init__(reason)
        self.kind, self.reason, self.stops_stream = kind, reason, stops_stream


class NothingDue(Exception):
    """No leg of the carrier is waiting for its turn."""


def claim(alias: str, capabilities: Capabilities) -> Claim | None:
    """
    Take the next batch for a carrier. None: all that was taken was settled on the spot, and there may be more.

    :raises NothingDue:
    """
    claimed_at = time.monotonic()
    with transaction.atomic():
        turn = _whose_turn(alias)
        if turn is None:
            raise NothingDue
        legs = _lock(turn, alias, capabilities)
        Stream.objects.filter(pk=turn.stream).update(last_served_at=turn.at)
        rate = tariff_on(day_in_korea(turn.at)).rate(turn.channel, alias)
        verdict = _judge(legs, turn.at, rate)
        settle(verdict.changes, cause="claim")
        _hold(verdict.held)
        if verdict.pause_reason:
            waiting = Stream.objects.filter(pk=turn.stream, paused_at=None)
            waiting.update(paused_at=turn.at, pause_reason=verdict.pause_reason)
        if not verdict.ready:
            return None
        dispatch = _dispatch(verdict.ready, alias, turn, rate)
    return Claim(dispatch.pk, dispatch.lease_by, claimed_at, tuple(verdict.ready))


def _whose_turn(alias: str) -> Turn | None:
    """Lower lanes first; within a lane streams take turns, so two campaigns each get half."""
    with connection.cursor() as cursor:
        cursor.execute(_TURN, [alias])
        row = cursor.fetchone()
    return Turn(*row) if row else None


def _lock(turn: Turn, alias: str, capabilities: Capabilities) -> list[Attempt]:
    waiting = Attempt.objects.filter(
        carrier=alias,
        stream=turn.stream,
        lane=turn.lane,
        channel=turn.channel,
        status=LegStatus.QUEUED,
        due_at__lte=turn.at,
    )
    limit = _batch_size(turn, capabilities)
    if turn.not_sent_count >= ALONE_AFTER:
        waiting = waiting.filter(pk=turn.leg)
    related = ("message__template_version__template", "message__sender_number", "message__stream")
    locked = waiting.select_for_update(skip_locked=True, of=("self",)).select_related(*related)
    return list(locked.order_by("due_at", "message_id")[:limit])  # told at once, told in the order of the telling


def _batch_size(turn: Turn, capabilities: Capabilities) -> int:
    """What is on the wire is what a crash can strand: the batch follows what can be asked about afterwards."""
    most = {"none": 1, "time": LARGEST_BATCH_BY_TIME}.get(capabilities.outcome, LARGEST_BATCH)
    if turn.channel == Channel.MMS:
        most = min(most, LARGEST_BATCH_OF_PICTURES)
    return min(most, capabilities.batch_sizes.get(turn.channel, 1))


def _judge(legs: Sequence[Attempt], at: datetime, rate: Rate) -> _Verdict:
    verdict = _Verdict()
    unwanted = opted_out(leg.message for leg in legs)
    wanted = []
    for place, leg in enumerate(legs):
        night = None if is_rehearsal() else windows.closed_until(leg.message.purpose, at)
        if leg.message.expires_at <= at:
            verdict.changes.append(Change(leg.pk, LegStatus.CANCELLED, reason="보낼 기한이 지났습니다."))
        elif place in unwanted:
            verdict.changes.append(Change(leg.pk, LegStatus.SUPPRESSED, reason="수신거부"))
        elif night is not None:
            verdict.held.setdefault((night, "quiet_hours"), []).append(leg.pk)
        else:
            wanted.append(leg)
    _check_all(_affordable(wanted, at, rate, verdict), at, verdict)
    return verdict


def _affordable(legs: Sequence[Attempt], at: datetime, rate: Rate, verdict: _Verdict) -> list[Attempt]:
    """The legs within today's budgets; the others wait for tomorrow morning."""
    refused = over_budget(legs, won=rate.won, day=day_in_korea(at))
    if refused:
        tomorrow = windows.morning_after(at)
        verdict.held[tomorrow, "budget"] = [leg.pk for place, leg in enumerate(legs) if place in refused]
    return [leg for place, leg in enumerate(legs) if place not in refused]


def _check_all(legs: Sequence[Attempt], at: datetime, verdict: _Verdict) -> None:
    images = _images_of(legs)
    for leg in legs:
        if not verdict.pause_reason:
            _check(leg, images.get(leg.message_id, []), at, verdict)


def _check(leg: Attempt, images: Sequence[MessageImage], at: datetime, verdict: _Verdict) -> None:
    try:
        verdict.ready.append(_wire_leg(leg, images, at))
    except _Unfit as unfit:
        verdict.changes.append(Change(leg.pk, LegStatus.REJECTED, reason_kind=unfit.kind, reason=unfit.reason))
        if unfit.stops_stream:
            verdict.pause_reason = unfit.reason


def _wire_leg(leg: Attempt, images: Sequence[MessageImage], at: datetime) -> Leg:
    """
    :raises _Unfit:
    """
    message, version = leg.message, leg.message.template_version
    if not message.sender_number.may_send_on(day_in_korea(at)):
        raise _Unfit(ReasonKind.SENDER, "발신번호가 등록되어 있지 않거나 유효기간이 지났습니다.", stops_stream=True)
    if version.review_state != TemplateVersion.ReviewState.APPROVED:
        raise _Unfit(ReasonKind.TEMPLATE, "서식이 승인 상태가 아닙니다.", stops_stream=True)
    words = _approved_words(message, images)
    is_alimtalk = leg.channel == Channel.ALIMTALK
    return Leg(
        id=leg.pk,
        channel=cast(CarrierChannel, leg.channel),
        to=national(message.phone),
        sender=message.sender_number.number,
        text=said_on(leg.channel, words),
        title=for_text_message(words.title) if leg.channel in (Channel.LMS, Channel.MMS) else "",
        template_code=version.carrier_code if is_alimtalk else "",
        variables=_used(version, message.variables) if is_alimtalk else {},
        buttons=tuple(Button(label, url) for label, url in words.buttons) if is_alimtalk else (),
        images=tuple(_picture(image, message) for image in images) if leg.channel == Channel.MMS else (),
    )


def _approved_words(message: Message, images: Sequence[MessageImage]) -> Wording:
    try:
        words = compose(message.template_version, json.loads(message.variables))
    except WordingRefused as refused:
        raise _Unfit(ReasonKind.CONTENT, refused.sentence, stops_stream=False) from refused
    if not hmac.compare_digest(
        fingerprint(words, [bytes(image.sha256) for image in images]), bytes(message.body_sha256)
    ):
        raise _Unfit(ReasonKind.CONTENT, "내용이 등록할 때와 다릅니다.", stops_stream=True)
    return words


def _used(version: TemplateVersion, variables: str) -> dict[str, str]:
    """The values of the variables an AlimTalk's wording names, for carriers that put them in themselves."""
    given: dict[str, str] = json.loads(variables)
    named = {*PLACEHOLDER.findall(version.body), *(name for row in version.buttons for name in _names(row))}
    return {name: value for name, value in given.items() if name in named}


def _names(button: dict[str, str]) -> list[str]:
    return [name for text in button.values() for name in PLACEHOLDER.findall(text)]


def _picture(image: MessageImage, message: Message) -> Picture:
    """The bytes, proved to be those approved for this very message."""
    try:
        content = topics.load_image(image.handle, message)
    except topics.WrongImage:
        content = b""
    digest = sha256(content).digest()
    is_same = hmac.compare_digest(digest, bytes(image.sha256))
    if not is_same or not hmac.compare_digest(binding(message.key, digest), bytes(image.bound)):
        raise _Unfit(ReasonKind.WRONG_IMAGE, "그림이 이 수신자에게 승인된 것과 다릅니다.", stops_stream=True)
    return Picture(content)


def _images_of(legs: Sequence[Attempt]) -> dict[int, list[MessageImage]]:
    found: dict[int, list[MessageImage]] = {}
    pictured = [leg.message_id for leg in legs if leg.channel == Channel.MMS]
    if pictured:
        for image in MessageImage.objects.filter(message_id__in=pictured).order_by("message_id", "ordinal"):
            found.setdefault(image.message_id, []).append(image)
    return found


def _hold(held: dict[tuple[datetime, str], list[UUID]]) -> None:
    """Wait for the end of the night or the next day's budget, and then not all at once."""
    for (until, reason), legs in held.items():
        with connection.cursor() as cursor:
            cursor.execute(_HOLD, [until, SPREAD.total_seconds(), legs])
            messages = [message_id for (message_id,) in cursor.fetchall()]
        Message.objects.filter(pk__in=messages).update(hold_reason=reason)
        fold(messages)


def _dispatch(legs: Sequence[Leg], alias: str, turn: Turn, rate: Rate) -> Dispatch:
    dispatch = Dispatch.objects.create(
        carrier=alias,
        channel=turn.channel,
        stream_id=turn.stream,
        lane=turn.lane,
        size=len(legs),
        submitted_at=turn.at,
        lease_until=turn.at + timedelta(seconds=settings.MESSAGING_LEASE_SECONDS),
    )
    because("claim")
    ids = [leg.id for leg in legs]
    Attempt.objects.filter(pk__in=ids).update(
        status=LegStatus.SUBMITTING, dispatch=dispatch, cost_won=rate.won, billed_on=rate.billed_on
    )
    fold(set(Attempt.objects.filter(pk__in=ids).values_list("message_id", flat=True)))
    return dispatch
