"""A citizen's dates as calendar events: what to pay, what was promised to her, what she is asked for until when."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _

from complaints import citizen_queries as complaints
from complaints.models import Complaint, SupplementRequest
from complaints.workflow import Clock
from notices import citizen_queries as notices
from notices.bill_queries import is_proven
from notices.models import Bill, Recipient
from portal.accounts.models import User
from portal.core.clock import day_in_korea
from portal.core.context import the_district
from portal.site.ics import Event

CANCELLED_STAYS = timedelta(days=30)  # so that every program sees it before it goes


def events_of(user: User, *, with_details: bool, now: datetime) -> list[Event]:
    """Everything with a day, in the language spoken now; without details nothing says what about. Four queries."""
    since = now - CANCELLED_STAYS
    return [
        *(_bill(one, with_details) for one in notices.dated_bills(user, since=since)),
        *(_case(one, with_details) for one in complaints.promised_to(user, since=since)),
        *(_supplement(one, with_details) for one in complaints.supplements_of(user, since=since)),
        *(event for one in notices.dated_notices(user, since=since) for event in _asked(one, with_details)),
    ]


def _bill(bill: Bill, with_details: bool) -> Event:
    return _event(
        f"bill-{bill.pk}",
        day=bill.due_on,
        what=_("납부 기한"),
        about=_said_of(bill) if with_details else "",
        path=reverse("site:my_bills"),
        sequence=notices.change_count(bill),
        made_at=bill.made_at,
        is_cancelled=not bill.is_open,
    )


def _said_of(bill: Bill) -> str:
    """What it costs is told to whoever has shown that it is hers."""
    if not is_proven(bill):
        return bill.title
    return _("%(title)s %(won)s원") % {"title": bill.title, "won": f"{bill.amount_won:,}"}


def _case(case: Complaint, with_details: bool) -> Event:
    """Until when: the moment itself is late already."""
    if case.due_at is None:
        raise ValueError("a case without a promised date")
    return _event(
        f"case-{case.pk}",
        day=day_in_korea(case.due_at - timedelta.resolution),
        what=_("민원 처리 예정일"),
        about=f"{case.title} ({case.number})" if with_details else "",
        path=reverse("site:my_complaints"),
        sequence=case.version,
        made_at=case.submitted_at,
        is_cancelled=not case.is_open,
        is_tentative=case.clock == Clock.PAUSED,
    )


def _supplement(asked: SupplementRequest, with_details: bool) -> Event:
    return _event(
        f"supplement-{asked.pk}",
        day=asked.due_on,
        what=_("민원 보완 기한"),
        about=f"{asked.items} ({asked.complaint.number})" if with_details else "",
        path=reverse("site:my_complaints"),
        sequence=asked.extended_count + (asked.ended_at is not None),
        made_at=asked.asked_at,
        is_cancelled=asked.ended_at is not None,
    )


def _asked(line: Recipient, with_details: bool) -> Iterator[Event]:
    campaign, about = line.campaign, line.campaign.title if with_details else ""
    sequence = notices.change_count(line)
    if line.ask_closes_at and line.asked_at:
        yield _event(
            f"reply-{line.pk}",
            day=day_in_korea(line.ask_closes_at),
            what=_("회신 마감"),
            about=about,
            path=reverse("site:messages"),
            sequence=sequence,
            made_at=line.asked_at,
            is_cancelled=line.state != Recipient.State.ASKING,
        )
    if campaign.unopened_until and line.sent_at:
        yield _event(
            f"notice-{line.pk}",
            day=day_in_korea(campaign.unopened_until),
            what=_("통지서 열람 기한"),
            about=about,
            path=reverse("site:my_notices"),
            sequence=sequence,
            made_at=line.sent_at,
            is_cancelled=line.opened_at is not None,
        )


def _event(
    name: str,
    *,
    day: date,
    what: str,
    about: str,
    path: str,
    sequence: int,
    made_at: datetime,
    is_cancelled: bool = False,
    is_tentative: bool = False,
) -> Event:
    district = the_district()
    words = {"district": district.name, "phone": district.phone}
    return Event(
        uid=f"{name}@{urlsplit(settings.SITE_URL).hostname}",
        on=day,
        summary=f"{what}: {about}" if about else f"[{district.name}] {what}",
        description=_("%(district)s 소통의 내 정보에서 볼 수 있습니다. 문의 %(phone)s") % words,
        url=f"{settings.SITE_URL}{path}",
        sequence=sequence,
        made_at=made_at,
        is_cancelled=is_cancelled,
        is_tentative=is_tentative,
    )
