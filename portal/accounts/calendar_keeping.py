"""What officials may do to the calendar. Called by `complaints.services`, which counts the due dates again."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime

from django.db import transaction

from portal.accounts.models import CalendarDay, User
from portal.accounts.services import record_access
from portal.core.errors import Refused
from portal.core.workdays import Day

WEEKEND = 5
SHOWN = ("counts", "is_open", "opens_at", "closes_at", "lunch_from", "lunch_until", "name")


class NotTheCalendarsKeeper(Refused):
    """Dates that move citizens' rights are decided by few."""

    sentence = "달력을 바꿀 권한이 없습니다."


class DayRefused(Refused):
    """What the law does not allow of a day, or what makes no sense."""


@transaction.atomic
def decide_day(day: Day, *, reason: str, by: User, address: str, now: datetime) -> CalendarDay:
    """
    An official says what a date is. A library never overwrites it again; the audit book says who and why.

    :raises NotTheCalendarsKeeper: if `by` may not
    :raises DayRefused: for a counting Saturday or Sunday, hours out of order, or no reason
    """
    check_keeper(by)
    _check(day, reason)
    return _keep([day], CalendarDay.Source.OFFICIAL, reason=reason.strip(), by=by, address=address, now=now)[0]


@transaction.atomic
def import_days(days: Sequence[Day], *, reason: str, by: User, address: str, now: datetime) -> list[CalendarDay]:
    """
    Dates from another office's list. What an official decided stays.

    :raises NotTheCalendarsKeeper: if `by` may not
    """
    check_keeper(by)
    decided = decided_on(day.on for day in days)
    fresh = [day for day in days if day.on not in decided]
    return _keep(fresh, CalendarDay.Source.IMPORT, reason=reason.strip(), by=by, address=address, now=now)


def decided_on(dates: Iterable[date]) -> set[date]:
    """Those of some dates about which an official has decided."""
    rows = CalendarDay.objects.filter(on__in=list(dates), source=CalendarDay.Source.OFFICIAL)
    return set(rows.values_list("on", flat=True))


def check_keeper(by: User) -> None:
    """
    :raises NotTheCalendarsKeeper: if `by` may not change the calendar
    """
    if not by.has_perm("accounts.change_calendarday"):
        raise NotTheCalendarsKeeper


def _check(day: Day, reason: str) -> None:
    if not reason.strip():
        raise DayRefused("사유를 적어 주세요.")
    if day.counts and day.on.weekday() >= WEEKEND:
        raise DayRefused("토요일과 일요일은 처리기간에 넣을 수 없습니다(민원 처리에 관한 법률 제19조).")
    if not day.opens_at <= day.lunch_from <= day.lunch_until <= day.closes_at:
        raise DayRefused("시작, 점심, 마감 시각의 순서를 확인해 주세요.")
    if not day.counts and day.on.weekday() < WEEKEND and not day.name.strip():
        raise DayRefused("쉬는 날의 이름을 적어 주세요. 민원인에게 그대로 보입니다.")


def _keep(
    days: Sequence[Day], source: CalendarDay.Source, *, reason: str, by: User, address: str, now: datetime
) -> list[CalendarDay]:
    rows = [
        CalendarDay(
            on=day.on,
            source=source,
            decided_by=by,
            decided_at=now,
            reason=reason,
            **{name: getattr(day, name) for name in SHOWN},
        )
        for day in days
    ]
    CalendarDay.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["on"],
        update_fields=[*SHOWN, "source", "decided_by", "decided_at", "reason"],
    )
    if rows:
        record_access(
            actor=by,
            action="change",
            subject_kind="accounts.calendarday",
            subject_ids=[row.on.toordinal() for row in rows],
            task="calendar",
            address=address,
            reason=reason[:200],
            now=now,
        )
    return rows
