"""The address of one notice and who may open it; an opening is written down only when she has seen something."""

import hashlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from uuid import uuid4

import structlog
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_noop

from notices.models import Campaign, Notice, NoticeLink, Opening, PaperItem, Recipient
from notices.opening import VISIT, Lock, Typed, Visit, fingerprint, is_she, token_of
from notices.services import vault
from notices.services.steps import BLOCK, locked, move
from notices.workflow import NotAllowed, may_move
from portal.accounts.models import User
from portal.accounts.queries import official_of
from portal.accounts.services import record_access, take_token
from portal.core.errors import Refused
from portal.core.sealing import blind

TRIES_PER_LINK, TRIES_PER_ADDRESS, PER_SECONDS = 10, 60, 600  # a carrier may put thousands behind one address
MANY_LINKS, ALARM_WITHIN = 20, timedelta(hours=1)  # so many links with wrong answers are no forgetful citizens
F = Opening.Factor
_WITH = ("notice__document", "notice__recipient__campaign__department", "notice__recipient__campaign__officer__user")
_log = structlog.get_logger(__name__)


class NoSecondFactor(Refused):
    """The roster has nothing by which we could know the citizen behind a link."""

    sentence = gettext_noop("명부에 생년월일이 없어 통지서 주소를 만들 수 없습니다.")


class NotShe(Refused):
    """Wrong, locked, blocked: whoever tries learns nothing from the words."""

    sentence = gettext_noop(
        "확인되지 않습니다. 적으신 내용을 다시 살펴봐 주세요. "
        "여러 번 맞지 않으면 30분 동안 열 수 없고, 계속되면 담당 부서에 전화하셔야 합니다."
    )


class TooManyTries(Refused):
    """More tries in a short time than a person makes."""

    sentence = gettext_noop("짧은 시간에 여러 번 시도했습니다. 10분쯤 뒤에 다시 해 주세요.")


# --- the address ----------------------------------------------------------------------------------------------------


def link_for(notice: Notice, *, now: datetime) -> str:
    """
    The path of a notice's page, the same whenever it is asked for; asking again makes it live longer, never shorter.

    :raises NoSecondFactor: if the roster has no date of birth
    """
    found = links_for([notice], now=now)
    if not found:
        raise NoSecondFactor
    return found[notice.pk]


@transaction.atomic
def links_for(notices: Sequence[Notice], *, now: datetime) -> dict[int, str]:
    """The paths of many notices of one campaign, by notice; who has no date of birth on the roster has none."""
    asked = [notice for notice in notices if notice.recipient.birth_text]
    if not asked:
        return {}
    campaign = asked[0].recipient.campaign
    if any(notice.recipient.campaign_id != campaign.pk for notice in asked):
        raise ValueError("notices of several campaigns")  # each campaign has its own key
    key, expires_at = vault.key_of(campaign, now=now), _end_of(campaign, now)
    tokens = {notice.pk: token_of(key, notice.pk) for notice in asked}
    rows = [
        NoticeLink(notice=notice, token_sha256=fingerprint(tokens[notice.pk]), created_at=now, expires_at=expires_at)
        for notice in asked
    ]
    NoticeLink.objects.bulk_create(rows, batch_size=BLOCK, ignore_conflicts=True)
    NoticeLink.objects.filter(notice__in=list(tokens), expires_at__lt=expires_at).update(expires_at=expires_at)
    return {pk: f"/notices/{token}/" for pk, token in tokens.items()}


def _end_of(campaign: Campaign, now: datetime) -> datetime:
    until = campaign.unopened_until
    return (max(until, now) if until else now) + timedelta(days=settings.NOTICES_LINK_DAYS)


def link_of(token: str, *, now: datetime) -> NoticeLink | None:
    """The link behind a token; None if there is none, it has ended, or its notice does not count any more."""
    found = NoticeLink.objects.filter(token_sha256=fingerprint(token), expires_at__gt=now)
    found = found.filter(notice__in=Notice.objects.sendable())
    found = found.exclude(notice__recipient__campaign__state=Campaign.State.PURGED)
    return found.select_related(*_WITH).first()


# --- who she is -----------------------------------------------------------------------------------------------------


def factor_of(link: NoticeLink) -> str:
    """What is asked: the date of birth, and the end of the phone number if the campaign wants both."""
    recipient = link.notice.recipient
    wants_both = recipient.campaign.identity == Campaign.Identity.BOTH
    return F.BIRTH_PHONE if wants_both and recipient.phone else F.BIRTH


def prove(link: NoticeLink, *, typed: Typed, address: str, now: datetime) -> Visit:
    """
    Let the owner of a notice in.

    :raises NotShe: if anything is wrong, or was wrong too often before
    :raises TooManyTries: if tries come faster than a person types
    """
    limits = ((f"notices.link:{link.pk}", TRIES_PER_LINK), (f"notices.links:{address}", TRIES_PER_ADDRESS))
    if not all(take_token(key=key, capacity=most, per_seconds=PER_SECONDS, now=now) for key, most in limits):
        raise TooManyTries
    if not _try(link, typed, now):
        _sound_alarm(now)
        raise NotShe
    return Visit(link.pk, uuid4(), factor_of(link), now + VISIT)


@transaction.atomic
def _try(link: NoticeLink, typed: Typed, now: datetime) -> bool:
    """Compare, and write down how the lock stands; one try at a time."""
    row = NoticeLink.objects.select_for_update(no_key=True).get(pk=link.pk)
    lock = Lock(row.failed_count, row.locked_until, is_blocked=row.blocked_at is not None)
    is_right = _is_right(link, typed)
    if lock.is_shut(now):
        return False
    if is_right:
        NoticeLink.objects.filter(pk=link.pk).update(failed_count=0, locked_until=None)
        return True
    after = lock.after_failure(now)
    NoticeLink.objects.filter(pk=link.pk).update(
        failed_count=after.failed_count,
        failed_at=now,
        locked_until=after.locked_until,
        blocked_at=now if after.is_blocked else None,
    )
    return False


def _is_right(link: NoticeLink, typed: Typed) -> bool:
    recipient = link.notice.recipient
    birth = recipient.birth or date.min
    return is_she(typed, birth=birth, phone=recipient.phone, asks_phone=factor_of(link) == F.BIRTH_PHONE)


def _sound_alarm(now: datetime) -> None:
    """Somebody goes from link to link: said once in a while, in numbers."""
    count = NoticeLink.objects.filter(failed_at__gt=now - ALARM_WITHIN).count()
    if count >= MANY_LINKS and take_token(key="notices.links.alarm", capacity=1, per_seconds=PER_SECONDS, now=now):
        _log.error("many_links_fail", links=count, minutes=int(ALARM_WITHIN.total_seconds() // 60))


@transaction.atomic
def unlock(link: NoticeLink, *, by: User, address: str, reason: str, now: datetime) -> None:
    """
    Open a locked or blocked link again, after the citizen has called.

    :raises NotAllowed: if `by` is not of the campaign's department
    """
    official = official_of(by)
    recipient = link.notice.recipient
    if official is None or official.department_id != recipient.campaign.department_id:
        raise NotAllowed("담당 부서의 공무원만 할 수 있습니다.")
    NoticeLink.objects.filter(pk=link.pk).update(
        failed_count=0, locked_until=None, blocked_at=None, unlocked_by=by, unlocked_at=now
    )
    record_access(
        actor=by,
        action="unlock_link",
        subject_kind="notices.recipient",
        subject_ids=[recipient.pk],
        task="notices.link",
        address=address,
        reason=reason,
        now=now,
    )


# --- openings -------------------------------------------------------------------------------------------------------


@transaction.atomic
def record_opening(
    recipient: Recipient,
    *,
    factor: str,
    evidence: str,
    now: datetime,
    visit: Visit | None = None,
    served: bytes = b"",
    address: str = "",
) -> bool:
    """
    Write down that a citizen has opened her notice; the first time it becomes a fact about her. Twice is harmless.

    :param evidence: what shows it: `picture`, `document`, `acknowledged`, or the id of a reply or of a relay's event
    """
    notice = Notice.objects.sendable().filter(recipient=recipient).first()
    if notice is None:
        return False
    number = visit.visit if visit else None
    if Opening.objects.filter(notice=notice, factor=factor, evidence=evidence, visit=number).exists():
        return False
    opening = Opening(
        notice=notice,
        link_id=visit.link_id if visit else None,
        factor=factor,
        evidence=evidence,
        served_sha256=hashlib.sha256(served).hexdigest() if served else "",
        visit=number,
        address_hmac=blind(address, context="notices_opening.address") if address else None,
        at=now,
    )
    Opening.objects.bulk_create([opening], ignore_conflicts=True)  # two pictures may leave in the same moment
    _mark(recipient.pk, now)
    return True


def _mark(recipient_id: int, now: datetime) -> None:
    """The first opening; a letter that is on a list already goes out all the same, and she has it both ways (이중)."""
    for recipient in locked([recipient_id]):
        opened_at = recipient.opened_at or now
        is_on_a_list = PaperItem.objects.filter(recipient=recipient, batch__isnull=False).exists()
        if may_move(recipient.state, Recipient.State.OPENED) and not is_on_a_list:
            move([recipient], Recipient.State.OPENED, cause="opened", now=now, reason="", opened_at=opened_at)
        elif recipient.opened_at is None:
            Recipient.objects.filter(pk=recipient.pk).update(opened_at=opened_at)


def opens(visit: Visit, link: NoticeLink, *, now: datetime) -> bool:
    """Whether a visit still shows the notice of a link."""
    return visit.link_id == link.pk and now < visit.until and link.blocked_at is None


def prolonged(visit: Visit, *, now: datetime) -> Visit:
    """The same visit, ten minutes from now."""
    return Visit(visit.link_id, visit.visit, visit.factor, now + VISIT)
