"""Reads about people, the calendar and the machinery."""

from datetime import datetime

from django.db import connection
from django.db.models import Max

from portal.accounts.models import CalendarDay, Heartbeat, Official, User
from portal.accounts.models.audit import CANONICAL
from portal.core.workdays import Calendar, Day


def calendar() -> Calendar:
    """The district's calendar as the database has it now."""
    columns = ("on", "counts", "is_open", "opens_at", "closes_at", "lunch_from", "lunch_until", "name")
    return Calendar(Day(*row) for row in CalendarDay.objects.values_list(*columns))


def official_of(user: User) -> Official | None:
    """The active official behind a user, with department, or None."""
    return Official.objects.select_related("department", "user").filter(user=user, is_active=True).first()


def last_heartbeat(process: str) -> datetime | None:
    """When any process of that name last worked."""
    latest: datetime | None = Heartbeat.objects.filter(process=process).aggregate(at=Max("at"))["at"]
    return latest


def first_broken_audit_entry() -> int | None:
    """The number of the first audit entry that was changed, or follows one that was removed; None if all is well."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            select min(id) from (
                select e.id, row_number() over w as expected, e.prev, lag(e.digest) over w as before, e.digest,
                       sha256(e.prev || convert_to({CANONICAL.format(row="e")}, 'UTF8')) as computed
                from accounts_auditentry e window w as (order by e.id)
            ) as chain
            where id <> expected or digest <> computed or prev <> coalesce(before, '\\x'::bytea)
            """  # noqa: S608  (a constant of ours)
        )
        found: int | None = cursor.fetchone()[0]
    return found
