"""
Judging: everything that may have changed since a leg was queued, checked once more before it leaves.

Opt-outs, choices, expiry, the night, the budget, the sender number, the review of the wording, and that what leaves is
what was approved. What passes becomes a leg for the wire.
"""

import hmac
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast
from uuid import UUID

from django.utils.translation import gettext_noop

from messaging import topics, windows
from messaging.budgets import over_budget
from messaging.carriers.base import Button, Leg, Picture
from messaging.carriers.base import Channel as CarrierChannel
from messaging.crowding import CROWD_PAUSE, crowded
from messaging.legs import said_on
from messaging.models import (
    Attempt,
    Channel,
    HoldReason,
    LegStatus,
    Message,
    MessageImage,
    MessageStatus,
    ReasonKind,
    TemplateVersion,
)
from messaging.opting_out import opted_out
from messaging.pictures import WrongPicture, file_refs, images_of, verified
from messaging.preferring import Way, quiet_until, refusal, way_for, wishes_of
from messaging.pricing import Rate
from messaging.rehearsal import is_rehearsal
from messaging.reviewing import REVIEW_PAUSE, Names, names_for
from messaging.settling import Change
from messaging.text import PLACEHOLDER, WordingRefused, for_text_message
from messaging.wording import Wording, compose, fingerprint
from portal.core.clock import day_in_korea
from portal.core.phones import national
from portal.core.sealing import Tampered

_BROKEN_SEAL = "봉인된 내용이 손상되어 열 수 없습니다."


@dataclass(slots=True)
class Verdict:
    """Ready for the wire, settled on the spot, or waiting until a moment for a reason."""

    ready: list[Leg] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    held: dict[tuple[datetime, str], list[UUID]] = field(default_factory=dict)
    unready: list[UUID] = field(default_factory=list)  # their pictures' uploads have expired
    staged: list[Attempt] = field(default_factory=list)  # of test keys: they leave for nowhere
    pause_reason: str = ""


class _Unfit(Exception):
    """The leg must not leave. `stops_stream`: nor may the others of its stream before somebody looked."""

    def __init__(self, kind: ReasonKind, reason: str, *, stops_stream: bool) -> None:
        super().__init__(reason)
        self.kind, self.reason, self.stops_stream = kind, reason, stops_stream


def judge(legs: Sequence[Attempt], at: datetime, rate: Rate) -> Verdict:
    """What may leave now, and what becomes of the rest. All legs are of one carrier and channel."""
    verdict = Verdict()
    names = names_for(legs)
    wanted = _reviewed(_wanted(legs, at, verdict), names, at, verdict)
    _check_all(_affordable(_bearable(wanted, at, verdict), at, rate, verdict), names, at, verdict)
    return verdict


def rebuild(legs: Sequence[Attempt], at: datetime) -> tuple[Leg, ...] | None:
    """The legs of an earlier call as they would leave now; None if any of them would not."""
    verdict = Verdict()
    _check_all(_wanted(legs, at, verdict), names_for(legs), at, verdict)
    return tuple(verdict.ready) if len(verdict.ready) == len(legs) else None


def not_carried(legs: Sequence[Attempt]) -> Verdict:
    """No carrier has the legs' channel: the next step of their route must do."""
    reason = "이 채널을 보낼 수 있는 통신사가 없습니다."
    kind = ReasonKind.CARRIER
    return Verdict(changes=[Change(leg.pk, LegStatus.REJECTED, reason_kind=kind, reason=reason) for leg in legs])


def _wanted(legs: Sequence[Attempt], at: datetime, verdict: Verdict) -> list[Attempt]:
    """The legs whose recipients may and want to be written to now."""
    unwanted = opted_out(leg.message for leg in legs)
    wishes = wishes_of(leg.message for leg in legs)
    pointless = topics.pointless([leg.message for leg in legs])
    wanted = []
    for place, leg in enumerate(legs):
        way = way_for(leg.message, leg.channel, leg.ordinal, wishes[place])
        night = None if is_rehearsal() else windows.closed_until(leg.message.purpose, at)
        quiet = night or quiet_until(leg.message, wishes[place], at)
        if leg.status == LegStatus.QUEUED and leg.message.status == MessageStatus.DELIVERED:
            # an earlier leg's late receipt, which came while this one was under way and before it returned unsent
            verdict.changes.append(Change(leg.pk, LegStatus.CANCELLED, reason="이미 전달된 메시지입니다."))
        elif leg.message.expires_at <= at:
            verdict.changes.append(Change(leg.pk, LegStatus.CANCELLED, reason="보낼 기한이 지났습니다."))
        elif leg.message_id in pointless:
            verdict.changes.append(Change(leg.pk, LegStatus.CANCELLED, reason="그 사이에 보낼 까닭이 없어졌습니다."))
        elif place in unwanted:
            verdict.changes.append(Change(leg.pk, LegStatus.SUPPRESSED, reason=gettext_noop("수신거부")))
        elif way is not Way.THIS:
            verdict.changes.append(refusal(leg, way))
        elif leg.message.is_test:
            verdict.staged.append(leg)
        elif quiet is not None:
            verdict.held.setdefault((quiet, HoldReason.QUIET_HOURS), []).append(leg.pk)
        else:
            wanted.append(leg)
    return wanted


def _reviewed(legs: Sequence[Attempt], names: Names, at: datetime, verdict: Verdict) -> list[Attempt]:
    """The legs whose wording the carrier's reviewers have decided about; the others wait for them."""
    early = {leg.pk for leg in legs if names.awaits_review(leg.message.template_version)}
    if early:
        verdict.held[at + REVIEW_PAUSE, HoldReason.TEMPLATE_REVIEW] = list(early)
    return [leg for leg in legs if leg.pk not in early]


def _bearable(legs: Sequence[Attempt], at: datetime, verdict: Verdict) -> list[Attempt]:
    """The legs that are not too many for one number within the hour; the others wait."""
    too_many = crowded(legs, at)
    if too_many:
        later = [leg.pk for place, leg in enumerate(legs) if place in too_many]
        verdict.held[at + CROWD_PAUSE, HoldReason.NUMBER_CAP] = later
    return [leg for place, leg in enumerate(legs) if place not in too_many]


def _affordable(legs: Sequence[Attempt], at: datetime, rate: Rate, verdict: Verdict) -> list[Attempt]:
    """The legs within today's budgets; the others wait for tomorrow morning."""
    refused = over_budget(legs, won=rate.won, day=day_in_korea(at))
    if refused:
        tomorrow = windows.morning_after(at)
        verdict.held[tomorrow, HoldReason.BUDGET] = [leg.pk for place, leg in enumerate(legs) if place in refused]
    return [leg for place, leg in enumerate(legs) if place not in refused]


def _check_all(legs: Sequence[Attempt], names: Names, at: datetime, verdict: Verdict) -> None:
    images = images_of(legs)
    refs = file_refs(legs, images.values())
    for leg in legs:
        if not verdict.pause_reason:
            _check(leg, images.get(leg.message_id, []), refs, names, at, verdict)


def _check(
    leg: Attempt,
    images: Sequence[MessageImage],
    refs: Mapping[bytes, str] | None,
    names: Names,
    at: datetime,
    verdict: Verdict,
) -> None:
    try:
        wire_leg = _wire_leg(leg, images, refs or {}, names.of(leg.message.template_version), at)
    except _Unfit as unfit:
        verdict.changes.append(Change(leg.pk, LegStatus.REJECTED, reason_kind=unfit.kind, reason=unfit.reason))
        if unfit.stops_stream:
            verdict.pause_reason = unfit.reason
        return
    if refs is None or all(bytes(image.sha256) in refs for image in images):
        verdict.ready.append(wire_leg)
    else:
        verdict.unready.append(leg.pk)


def _wire_leg(
    leg: Attempt, images: Sequence[MessageImage], refs: Mapping[bytes, str], code: str | None, at: datetime
) -> Leg:
    """
    :raises _Unfit:
    """
    message, version = leg.message, leg.message.template_version
    phone = _phone_of(message)
    if not message.sender_number.may_send_on(day_in_korea(at)):
        raise _Unfit(ReasonKind.SENDER, "발신번호가 등록되어 있지 않거나 유효기간이 지났습니다.", stops_stream=True)
    if version.review_state != TemplateVersion.ReviewState.APPROVED:
        raise _Unfit(ReasonKind.TEMPLATE, "서식이 승인 상태가 아닙니다.", stops_stream=True)
    if code is None:
        raise _Unfit(ReasonKind.TEMPLATE, "이 통신사의 검수를 통과한 서식이 아닙니다.", stops_stream=True)
    words = _approved_words(message, images)
    is_alimtalk = leg.channel == Channel.ALIMTALK
    return Leg(
        id=leg.pk,
        channel=cast(CarrierChannel, leg.channel),
        to=phone,
        sender=message.sender_number.number,
        text=said_on(leg.channel, words),
        title=for_text_message(words.title) if leg.channel in (Channel.LMS, Channel.MMS) else "",
        template_code=code if is_alimtalk else "",
        variables=_used(version, message.variables) if is_alimtalk else {},
        buttons=tuple(Button(label, url) for label, url in words.buttons) if is_alimtalk else (),
        images=tuple(_picture(image, message, refs) for image in images) if leg.channel == Channel.MMS else (),
    )


def _phone_of(message: Message) -> str:
    try:
        return national(message.phone)
    except Tampered as broken:
        raise _Unfit(ReasonKind.CONTENT, _BROKEN_SEAL, stops_stream=True) from broken


def _approved_words(message: Message, images: Sequence[MessageImage]) -> Wording:
    try:
        words = compose(message.template_version, json.loads(message.variables))
    except WordingRefused as refused:
        raise _Unfit(ReasonKind.CONTENT, refused.sentence, stops_stream=False) from refused
    except Tampered as broken:
        raise _Unfit(ReasonKind.CONTENT, _BROKEN_SEAL, stops_stream=True) from broken
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


def _picture(image: MessageImage, message: Message, refs: Mapping[bytes, str]) -> Picture:
    try:
        return Picture(verified(image, message), refs.get(bytes(image.sha256), ""))
    except WrongPicture as wrong:
        reason = "그림이 이 수신자에게 승인된 것과 다릅니다."
        raise _Unfit(ReasonKind.WRONG_IMAGE, reason, stops_stream=True) from wrong
