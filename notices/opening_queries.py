"""Reads about links and openings: a citizen's notices, who has not opened, when people open, and 진위확인."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Count, Exists, F, Min, OuterRef, Q, QuerySet
from django.db.models.functions import TruncDate, TruncHour

from notices.codes import normal_code, verify_code
from notices.models import Campaign, Notice, NoticeLink, Opening, ReadingFile, Recipient, VerifyCode
from notices.opening import ACKNOWLEDGED
from portal.accounts.models import User
from portal.core.clock import KST, day_in_korea
from portal.core.codes import grouped
from portal.core.privacy import mask_name
from portal.core.sealing import blind, blind_phone

R = Recipient.State
_REACHED = (R.SENT, R.DELIVERED, R.OPENED, R.UNOPENED)
_BY_BIRTH = (Opening.Factor.BIRTH, Opening.Factor.BIRTH_PHONE)


def lines_of(user: User) -> QuerySet[Recipient]:
    """
    Lines of rosters that are a signed-in citizen's: with her number, and of her time with it.

    A number may have been somebody else's before. What was asked or sent since her account began went to her phone;
    what is older is hers once she has opened it since, with her date of birth.
    """
    since = user.date_joined
    return _with_her_number(user).filter(Q(sent_at__gte=since) | Q(asked_at__gte=since) | Q(_opened_by(user)))


def proven_lines_of(user: User) -> QuerySet[Recipient]:
    """Those of her lines that she has opened with her date of birth since her account began."""
    return _with_her_number(user).filter(_opened_by(user))


def _with_her_number(user: User) -> QuerySet[Recipient]:
    index = bytes(user.phone_index or b"")
    return Recipient.objects.filter(phone_index=index) if index else Recipient.objects.none()


def _opened_by(user: User) -> Exists:
    by_birth = Opening.objects.filter(notice__recipient=OuterRef("pk"), factor__in=_BY_BIRTH)
    return Exists(by_birth.filter(at__gte=user.date_joined))


def notices_of(user: User) -> QuerySet[Recipient]:
    """What was sent electronically to the verified phone of a signed-in citizen, the latest first."""
    found = lines_of(user).filter(state__in=_REACHED)
    found = found.exclude(campaign__state=Campaign.State.PURGED)
    return found.select_related("campaign__department").order_by(F("sent_at").desc(nulls_last=True), "-pk")


def notices_to_phone(phone: str) -> QuerySet[Recipient]:
    """The same for a phone number in E.164, as the chat knows its citizen."""
    found = Recipient.objects.filter(phone_index=blind_phone(phone), state__in=_REACHED)
    found = found.exclude(campaign__state=Campaign.State.PURGED)
    return found.select_related("campaign__department").order_by(F("sent_at").desc(nulls_last=True), "-pk")


def unopened_of(campaign: Campaign) -> QuerySet[Recipient]:
    """Who has the notice and has not opened it, in the order of the roster."""
    reached = Recipient.objects.filter(campaign=campaign, state__in=(R.SENT, R.DELIVERED, R.UNOPENED), opened_at=None)
    return reached.order_by("row", "pk")


def has_links(campaign: Campaign) -> bool:
    """Whether anybody of the campaign has an address to open."""
    return NoticeLink.objects.filter(notice__recipient__campaign=campaign).exists()


def shut_links(campaign: Campaign, *, now: datetime) -> QuerySet[NoticeLink]:
    """Links that even their owners cannot open: blocked ones first, then those locked for half an hour."""
    links = NoticeLink.objects.filter(notice__recipient__campaign=campaign, expires_at__gt=now)
    shut = links.filter(blocked_at__isnull=False) | links.filter(locked_until__gt=now)
    return shut.select_related("notice__recipient").order_by(F("blocked_at").asc(nulls_last=True), "pk")


def failing_count(campaign: Campaign, *, since: datetime) -> int:
    """At how many links somebody answered wrongly since then."""
    return NoticeLink.objects.filter(notice__recipient__campaign=campaign, failed_at__gt=since).count()


def openings_of(recipient: Recipient) -> QuerySet[Opening]:
    """Each time a citizen opened her notice, the first one first."""
    return Opening.objects.filter(notice__recipient=recipient).order_by("at", "pk")


def link_of_recipient(recipient: Recipient) -> NoticeLink | None:
    """The link of a citizen's notice that counts."""
    links = NoticeLink.objects.filter(notice__in=Notice.objects.sendable().filter(recipient=recipient))
    return links.select_related("notice__recipient__campaign").first()


def notice_to(recipient: Recipient) -> Notice | None:
    """A citizen's notice that counts."""
    found = Notice.objects.sendable().filter(recipient=recipient)
    return found.select_related("recipient__campaign", "document").first()


def acknowledged_at(notice: Notice) -> datetime | None:
    """When she first said 확인했습니다."""
    said = Opening.objects.filter(notice=notice, evidence=ACKNOWLEDGED)
    found: datetime | None = said.aggregate(at=Min("at"))["at"]
    return found


# --- when people open -----------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Openings:
    """First openings of one hour or day in Korea."""

    at: datetime | date
    count: int


def openings_by_hour(campaign: Campaign) -> Sequence[Openings]:
    """How many citizens opened for the first time in which hour."""
    hours = _first(campaign).annotate(hour=TruncHour("opened_at", tzinfo=KST)).values("hour")
    rows = hours.annotate(total=Count("pk")).order_by("hour").values_list("hour", "total")
    return [Openings(hour, total) for hour, total in rows]


def openings_by_day(campaign: Campaign) -> Sequence[Openings]:
    """How many citizens opened for the first time on which day."""
    days = _first(campaign).annotate(day=TruncDate("opened_at", tzinfo=KST)).values("day")
    rows = days.annotate(total=Count("pk")).order_by("day").values_list("day", "total")
    return [Openings(day, total) for day, total in rows]


def _first(campaign: Campaign) -> QuerySet[Recipient]:
    return Recipient.objects.filter(campaign=campaign, opened_at__isnull=False)


# --- 진위확인 -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Verified:
    """What anybody may know about a document whose number she holds."""

    title: str
    department: str
    phone: str
    holder: str
    issued_on: date
    is_valid: bool
    document_sha256: str
    own_sha256: str


def index_of(code: str) -> bytes:
    """Under what a number is found: the number itself is nowhere."""
    return blind(code, context="notices_verifycode.code")


def codes_of(notice: Notice) -> list[str]:
    """The number of each page of a notice."""
    secret, pages = notice.recipient.campaign.qr_key.encode(), len(notice.pages)
    return [verify_code(notice.recipient.key, page, pages, secret) for page in range(1, pages + 1)]


def code_of(notice: Notice) -> str:
    """The number of a notice's first page, in groups of four as people read it."""
    return grouped(codes_of(notice)[0])


def verified(text: str) -> Verified | None:
    """What a number says; None for whatever is no number of ours."""
    code = normal_code(text)
    found = VerifyCode.objects.filter(code_index=index_of(code)) if code else VerifyCode.objects.none()
    row = found.select_related("notice__recipient__campaign__department", "notice__document").first()
    if row is None:
        return None
    notice = row.notice
    recipient, campaign = notice.recipient, notice.recipient.campaign
    own = ReadingFile.objects.filter(notice=notice, kind=ReadingFile.Kind.DOCUMENT).first()
    is_valid = Notice.objects.sendable().filter(pk=notice.pk).exists()
    return Verified(
        title=campaign.title,
        department=campaign.department.name,
        phone=campaign.department.phone,
        holder=mask_name(recipient.name) or "보관 기간이 끝나 지웠습니다",
        issued_on=day_in_korea(recipient.sent_at or notice.document.at),
        is_valid=is_valid and campaign.state != Campaign.State.CANCELLED,
        document_sha256=notice.document.sha256,
        own_sha256=own.sha256 if own else "",
    )
