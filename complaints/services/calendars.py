"""달력: a day is decided or a list imported, and every due date it touches is counted again in the same transaction."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.db import transaction

from complaints.services.recalculating import Recalculation, Span, affected, recalculate_all
from portal.accounts import calendar_keeping as keeping
from portal.accounts.calendar_keeping import DayRefused, NotTheCalendarsKeeper
from portal.accounts.models import User
from portal.accounts.queries import calendar
from portal.core.workdays import ONE_DAY, CalendarMissing, Day, start_of

__all__ = ["DayRefused", "NotTheCalendarsKeeper"]  # raised here, defined where the calendar is kept
_DATE = re.compile(r"^\D{0,3}(\d{4})\s*[-./년]?\s*(\d{1,2})\s*[-./월]?\s*(\d{1,2})\s*일?(?:\s*\([^)]*\))?[\s,;|]*(.*)$")
IMPORTED = "국민신문고 처리 예외일"


@dataclass(frozen=True, slots=True)
class Difference:
    """One date of a list, and what our calendar says of it. `is_kept` is an official's decision that stays."""

    day: Day
    before: str
    is_kept: bool


@transaction.atomic
def decide_day(day: Day, *, reason: str, by: User, address: str, now: datetime) -> Recalculation:
    """
    An official says what a date is; the citizens whose date moves later are told, the others keep an earlier one.

    :raises NotTheCalendarsKeeper: if `by` may not change the calendar
    :raises DayRefused: if the law or the clock does not allow it
    """
    keeping.decide_day(day, reason=reason, by=by, address=address, now=now)
    return recalculate_all(reason=_words([day], reason), by=by, now=now, span=_span([day]))


def weigh_day(day: Day, *, reason: str, by: User, address: str, now: datetime) -> Recalculation:
    """
    What `decide_day` would move, with nothing kept.

    :raises DayRefused: as `decide_day` would
    """
    with transaction.atomic():
        keeping.decide_day(day, reason=reason, by=by, address=address, now=now)
        found = affected(_span([day]))
        transaction.set_rollback(True)
    return found


@transaction.atomic
def import_days(days: Sequence[Day], *, by: User, address: str, now: datetime) -> Recalculation:
    """
    Take over the exception days of 국민신문고; dates an official decided about stay as they are.

    :raises NotTheCalendarsKeeper: if `by` may not change the calendar
    """
    if not keeping.import_days(days, reason=IMPORTED, by=by, address=address, now=now):
        return Recalculation()
    return recalculate_all(reason=_words(days, "공휴일 목록 반영"), by=by, now=now, span=_span(days))


def weigh_import(days: Sequence[Day], *, by: User, address: str, now: datetime) -> Recalculation:
    """What `import_days` would move, with nothing kept."""
    with transaction.atomic():
        kept = keeping.import_days(days, reason=IMPORTED, by=by, address=address, now=now)
        found = affected(_span(days)) if kept else Recalculation()
        transaction.set_rollback(True)
    return found


def read_exception_days(text: str) -> list[tuple[date, str]]:
    """
    The list as it is copied: a date at the start of each line, its name behind. Headings are passed over.

    :raises DayRefused: if no line has a date, or a date does not exist
    """
    found = []
    for line in text.splitlines():
        parts = _DATE.match(line.strip())
        if parts is None:
            continue
        try:
            on = date(int(parts[1]), int(parts[2]), int(parts[3]))
        except ValueError as error:
            raise DayRefused(f"없는 날짜가 있습니다: {line.strip()[:40]}") from error
        found.append((on, parts[4].strip(" \t,;|\"'")[:60]))
    if not found:
        raise DayRefused("날짜를 찾지 못했습니다. 한 줄에 하나씩 ‘2026-11-05, 임시공휴일’처럼 적어 주세요.")
    return found


def differences(listed: Iterable[tuple[date, str]]) -> list[Difference]:
    """
    The listed dates that our calendar counts. Saturdays are not in such lists, and stay left out all the same.

    :raises portal.core.workdays.CalendarMissing: for a date beyond our calendar
    """
    cal = calendar()
    known = {on: cal.day(on) for on, _ in listed}
    changed = [(known[on], name) for on, name in listed if known[on].counts]
    decided = keeping.decided_on(day.on for day, _ in changed)
    return [
        Difference(
            day=replace(day, counts=False, is_open=False, name=name or IMPORTED),
            before="산입",
            is_kept=day.on in decided,
        )
        for day, name in changed
    ]


def next_year_missing(*, now_on: date) -> bool:
    """From October on: whether the last day of next year is not in the calendar yet."""
    if now_on.month < 10:
        return False
    try:
        calendar().day(date(now_on.year + 1, 12, 31))
    except CalendarMissing:
        return True
    return False


def _span(days: Sequence[Day]) -> Span:
    dates = [day.on for day in days]
    return Span(start_of(min(dates)), start_of(max(dates) + ONE_DAY))


def _words(days: Sequence[Day], reason: str) -> str:
    """임시공휴일(11월 5일) 지정: what the citizen reads before 으로/로."""
    first = days[0]
    if len(days) > 1:
        return reason
    on = f"{first.on.month}월 {first.on.day}일"
    return f"{on} {first.name} 지정" if not first.counts and first.name else f"{on} 근무시간 변경"
