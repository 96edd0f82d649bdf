"""One step of a ladder for many people: pictures, an AlimTalk with a button, a text or the certified relay."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.conf import settings

from messaging import services as messaging
from notices import keys, ladders, profiles, wording
from notices.ladders import Rung
from notices.models import Asset, Bill, Campaign, Notice, Recipient
from notices.services.asking import CannotSend, refuse_if_not_ready
from notices.services.opening import links_for
from notices.services.relaying import submit_notices

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
    extra = _extra(campaign, people)
    rows: list[tuple[Recipient, messaging.Outgoing]] = []
    refused: list[Refused] = []
    has_picture, has_link = {one.pk for one in by_picture}, {one.pk for one in with_link}
    for one in people:
        if one.pk in has_picture and not pictures[one.pk]:
            refused.append((one, "보낼 그림이 없습니다."))
        elif one.pk in has_link and one.pk not in links:
            refused.append((one, "열람 주소를 만들 수 없습니다."))
        else:
            rows.append(
                (
                    one,
                    _outgoing(
                        campaign, rungs, rung, one, pictures.get(one.pk), links.get(one.pk), extra.get(one.pk, {}), now
                    ),
                )
            )
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
    extra: Mapping[str, str],
    now: datetime,
) -> messaging.Outgoing:
    carries_notice = recipient.state == Recipient.State.QUEUED or bool(pictures)  # what becomes of it is her result
    return messaging.Outgoing(
        to=recipient.phone,
        template=wording.step_template(
            campaign, rungs, rung, has_pictures=bool(pictures), has_bill="전자납부번호" in extra
        ),
        context={**wording.words_for(campaign, recipient), **extra},
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


def _confirms_for(campaign: Campaign, rung: Rung, now: datetime) -> timedelta | None:
    """How long a "확인" counts as an opening: asked for by reminders, and where only an opening is service."""
    if not campaign.has_documents:
        return None
    if rung.position == 1 and campaign.effect != Campaign.Effect.OPENED:
        return None
    until = campaign.unopened_until
    return until - now if until and until > now else CONFIRMS_FOR


def _extra(campaign: Campaign, people: Sequence[Recipient]) -> dict[int, dict[str, str]]:
    """What only some wordings name: the words of a plain text, the bill that is due first."""
    found = {one.pk: {"내용": campaign.words} for one in people} if campaign.words else {}
    bills = Bill.objects.filter(recipient__in=people, status=Bill.Status.OPEN).order_by("-due_on", "-pk")
    for bill in bills:
        pk = bill.recipient_id or 0
        found[pk] = {**found.get(pk, {}), **wording.words_of_bill(bill)}
    return found


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
    notices = Notice.objects.sendable().filter(recipient__in=people).select_related("recipient__campaign")
    owners = {notice.pk: notice.recipient_id for notice in notices}
    return {owners[pk]: path for pk, path in links_for(list(notices), now=now).items()}
