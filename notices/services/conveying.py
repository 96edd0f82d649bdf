"""One step of a ladder for many people: pictures, an AlimTalk with a button, a text or the certified relay."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from messaging import services as messaging
from notices import keys, ladders, profiles, wording
from notices.ladders import Rung
from notices.models import Asset, Campaign, Notice, Recipient
from notices.services.asking import CannotSend, refuse_if_not_ready
from notices.services.opening import NoSecondFactor, link_for
from notices.services.relaying import submit_notices
from portal.core.clock import in_korea

CONFIRMS_FOR = timedelta(days=14)  # so long a "확인" is heard where the campaign names no last day
NOTICE_TOPIC, REMINDER_TOPIC = "notices.notice", "notices.reminder"
Refused = tuple[Recipient, str]


def convey(
    campaign: Campaign, rungs: Sequence[Rung], rung: Rung, people: Sequence[Recipient], *, now: datetime
) -> list[Refused]:
    """
    Hand one step for these locked people to whoever carries it; whom it could not be done for, and why.

    :raises CannotSend: if the office is not set up to send; nobody is given up because of that
    """
    if rung.channel == ladders.RELAY:
        unreachable = set(submit_notices(campaign, people, now=now).unreachable)
        return [(one, "공인전자문서중계자로 보낼 수 없습니다.") for one in people if one.pk in unreachable]
    rows, refused = _rows(campaign, rungs, rung, people, now)
    report = messaging.send_many(
        [row for _, row in rows],
        by=campaign.created_by,
        approved_by=campaign.sends_approved_by,
        department=campaign.department,
        now=now,
    )
    refuse_if_not_ready(report)
    return refused + [(rows[one.row - 1][0], one.sentence) for one in report.refusals]


def _rows(
    campaign: Campaign, rungs: Sequence[Rung], rung: Rung, people: Sequence[Recipient], now: datetime
) -> tuple[list[tuple[Recipient, messaging.Outgoing]], list[Refused]]:
    by_picture = [one for one in people if rung.channel == ladders.PICTURE and _may_get_picture(rung, one)]
    with_link = list(people) if rung.channel == ladders.ALIMTALK else []
    pictures, links = _pictures(by_picture), _links(with_link, now)
    rows: list[tuple[Recipient, messaging.Outgoing]] = []
    refused: list[Refused] = []
    has_picture, has_link = {one.pk for one in by_picture}, {one.pk for one in with_link}
    for one in people:
        if one.pk in has_picture and not pictures[one.pk]:
            refused.append((one, "보낼 그림이 없습니다."))
        elif one.pk in has_link and one.pk not in links:
            refused.append((one, "열람 주소를 만들 수 없습니다."))
        else:
            rows.append((one, _outgoing(campaign, rungs, rung, one, pictures.get(one.pk), links.get(one.pk), now)))
    return rows, refused


def _may_get_picture(rung: Rung, recipient: Recipient) -> bool:
    """As the first step everybody; later, instead of silence about a link, only who agreed to pictures herself."""
    return rung.position == 1 or recipient.ground != Recipient.Ground.STATUTE


def _outgoing(
    campaign: Campaign,
    rungs: Sequence[Rung],
    rung: Rung,
    recipient: Recipient,
    pictures: Sequence[Asset] | None,
    link: str | None,
    now: datetime,
) -> messaging.Outgoing:
    carries_notice = rung.position == 1 or bool(pictures)
    return messaging.Outgoing(
        to=recipient.phone,
        template=_template(campaign, rungs, rung, has_pictures=bool(pictures)),
        context=wording.words_for(campaign, recipient),
        topic=NOTICE_TOPIC if carries_notice else REMINDER_TOPIC,
        reference=campaign.number,
        key=str(keys.MessageKey(campaign.pk, recipient.pk, keys.DELIVER, rung.position)),
        stream=campaign.stream,
        images=[
            messaging.ImageRef(f"notices:{one.pk}", one.sha256, one.width, one.height, one.byte_count)
            for one in pictures or ()
        ],
        buttons_context={"통지주소": f"{settings.SITE_URL}{link}"} if link else None,
        reply_for=_confirms_for(campaign, rung, now),
    )


def _template(campaign: Campaign, rungs: Sequence[Rung], rung: Rung, *, has_pictures: bool) -> str:
    if has_pictures:
        return wording.NOTICE
    if rung.channel == ladders.ALIMTALK:
        return wording.ARRIVED
    if rung.position == 1:
        return wording.PLAIN if campaign.kind == Campaign.Kind.TEXT else wording.WAITING
    if rung.condition == ladders.UNPAID:
        return wording.DUE_SOON
    had_picture = any(one.channel == ladders.PICTURE for one in rungs if one.position < rung.position)
    return wording.CONFIRM if had_picture else wording.WAITING


def _confirms_for(campaign: Campaign, rung: Rung, now: datetime) -> timedelta | None:
    """How long a "확인" counts as an opening: asked for by reminders, and where only an opening is service."""
    if not campaign.has_documents:
        return None
    if rung.position == 1 and campaign.effect != Campaign.Effect.OPENED:
        return None
    until = campaign.unopened_until
    return until - now if until and until > now else CONFIRMS_FOR


def _pictures(people: Sequence[Recipient]) -> Mapping[int, list[Asset]]:
    """
    The complete set of pictures of each citizen's notice; an incomplete set counts as none.

    :raises CannotSend: if they were made for other carriers than those of today, which would refuse them all
    """
    found: dict[int, list[Asset]] = defaultdict(list)
    assets = Asset.objects.sendable().filter(recipient__in=people).exclude(profile=profiles.PAGE_NAME)
    for asset in assets.order_by("recipient_id", "part"):
        found[asset.recipient_id].append(asset)
    if not all(map(profiles.do_fit_today, {parts[0].profile for parts in found.values()})):
        raise CannotSend(
            "그림을 만든 뒤 통신사가 바뀌어 보낼 수 없습니다. 자료 분석을 다시 하고 결재를 다시 받아 주세요."
        )
    for recipient_id, parts in found.items():
        if [asset.part for asset in parts] != list(range(1, parts[0].parts + 1)):
            found[recipient_id] = []
    return found


def _links(people: Sequence[Recipient], now: datetime) -> dict[int, str]:
    """The address of each citizen's notice, of those who have one and can be asked who they are."""
    found: dict[int, str] = {}
    notices = Notice.objects.sendable().filter(recipient__in=people)
    for notice in notices.select_related("recipient__campaign"):
        try:
            found[notice.recipient_id] = link_for(notice, now=now)
        except NoSecondFactor:
            continue
    return found


def until_of(campaign: Campaign) -> str:
    """The last day to open a notice, in words; '' if the campaign names none."""
    if campaign.unopened_until is None:
        return ""
    day = in_korea(campaign.unopened_until)
    return f"{day.month}월 {day.day}일"
