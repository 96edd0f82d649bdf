"""Reads about people, the calendar and the machinery."""

from collections.abc import Iterable
from datetime import datetime
from functools import lru_cache

from django.db import connection
from django.db.models import Max, QuerySet

from portal.accounts.models import CalendarDay, Department, Heartbeat, Official, User
from portal.accounts.models.audit import CANONICAL
from portal.core.languages import is_korean
from portal.core.workdays import Calendar, Day


def calendar() -> Calendar:
    """
    The district's calendar as the database has it now, from memory while no day has changed.

    Whether one has is asked each time (a millisecond, where reading seven years of days takes ten): which transaction
    wrote each row and where it lies changes with any of them, also within a transaction that is not committed yet.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            f"select concat_ws(' ', count(*), sum(hashtext(concat_ws(' ', ctid, xmin))))"  # noqa: S608
            f" from {CalendarDay._meta.db_table}"
        )
        return _read_calendar(cursor.fetchone()[0])


@lru_cache(maxsize=2)
def _read_calendar(fingerprint: str) -> Calendar:
    columns = ("on", "counts", "is_open", "opens_at", "closes_at", "lunch_from", "lunch_until", "name")
    return Calendar(Day(*row) for row in CalendarDay.objects.values_list(*columns))


def official_of(user: User) -> Official | None:
    """The active official behind a user, with department, or None."""
    return Official.objects.select_related("department", "user").filter(user=user, is_active=True).first()


def spoken_names(departments: Iterable[str]) -> dict[str, str]:
    """The official names of departments in the reader's language, where they have one beside the Korean."""
    if is_korean():
        return {}
    named = Department.objects.filter(name__in=set(departments)).exclude(name_en="")
    return dict(named.values_list("name", "name_en"))


def officials_holding(role: str, *, department_id: int | None = None) -> QuerySet[Official]:
    """The active officials who hold a role, of one department or of all, with user and department, oldest first."""
    people = Official.objects.select_related("user", "department").order_by("pk")
    people = people.filter(is_active=True, user__is_active=True, user__groups__name=role)
    return people if department_id is None else people.filter(department_id=department_id)


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
