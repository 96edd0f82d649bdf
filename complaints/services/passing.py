"""Passing a case on: to another agency and back, within the hours the law gives for noticing, not for ever."""

from datetime import datetime

from django.conf import settings
from django.db import transaction

from complaints.models import Agency, Complaint, StageChange, Transfer
from complaints.services.stepping import Told, TooMany, allowed_actor, take
from complaints.workflow import Actor, step_named
from portal.accounts.models import User
from portal.accounts.queries import calendar
from portal.core.errors import Refused
from portal.core.workdays import minutes_between

MOST_TRANSFERS = 3  # from the next one on the examiner decides
ARRIVALS = ("receive", "route", "reroute", "bounce", "unmerge", "accept_reopening")


class TooLate(Refused):
    """The hours for passing a case on are over; the examiner still may."""


@transaction.atomic
def transfer(
    complaint: Complaint, *, agency: Agency, reason: str, by: User, now: datetime, version: int | None = None
) -> StageChange:
    """
    이송: hand the case to the agency that is responsible, and tell the citizen its phone number.

    :raises TooLate: if the case has been here too long, except for the examiner
    :raises TooMany: if it has come back so often that only the examiner may decide
    """
    actor = allowed_actor(step_named("transfer"), complaint, by=by)
    check_hours(complaint, actor, hours=settings.COMPLAINTS_TRANSFER_HOURS, now=now)
    if complaint.transfers.count() >= MOST_TRANSFERS and actor is not Actor.EXAMINER:
        raise TooMany("여러 번 이송했다가 돌아온 민원입니다. 민원심사관만 이송할 수 있습니다.")
    change = take(
        complaint,
        "transfer",
        by=by,
        now=now,
        version=version,
        given={"agency": agency, "reason": reason},
        told=Told(public=reason, data={"agency": agency.name, "agency_phone": agency.phone}),
    )
    Transfer.objects.create(complaint=complaint, agency=agency, reason=reason, sent_at=now, by=by)
    return change


@transaction.atomic
def bounce(complaint: Complaint, *, note: str, by: User, now: datetime, version: int | None = None) -> StageChange:
    """The agency sends it back: received again as of the old day, the time away does not count."""
    complaint.transfers.filter(bounced_at=None).update(bounced_at=now, bounce_note=note)
    return take(
        complaint,
        "bounce",
        by=by,
        now=now,
        version=version,
        given={"note": note},
        changes={"department": None, "officer": None},
        told=Told(internal=note),
    )


def check_hours(complaint: Complaint, actor: Actor, *, hours: int, now: datetime) -> None:
    """
    Whoever has a case finds out within some working hours that it is not hers; later she keeps it.

    :raises TooLate: after that, except for the examiner
    """
    if actor is Actor.EXAMINER:
        return
    came_at = _came_at(complaint)
    if minutes_between(calendar(), came_at, now) > hours * 60:
        raise TooLate(f"받은 지 근무시간으로 {hours}시간이 지나 넘길 수 없습니다. 민원심사관에게 요청해 주세요.")


def _came_at(complaint: Complaint) -> datetime:
    """When the case came to where it is."""
    last = complaint.changes.filter(step__in=ARRIVALS).order_by("-seq").first()
    return last.at if last else complaint.submitted_at
