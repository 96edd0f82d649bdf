"""Explain a due date from the shipped calendar, without a database."""

import argparse
import json
import re
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from complaints.deadlines import Due, Exclusion, Period, PeriodRefused, due
from portal.core.errors import Refused
from portal.core.workdays import KST, WEEKDAYS, in_korea, read_calendar, start_of

CALENDAR = Path("portal/accounts/reference/calendar.toml")
_ONLY_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def read_moment(text: str) -> datetime:
    """An ISO moment; Korean time unless it says otherwise."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise argparse.ArgumentTypeError("시각은 2026-11-02T10:00처럼 적어 주세요.") from error
    return in_korea(moment if moment.tzinfo else moment.replace(tzinfo=KST))


def read_period(text: str) -> Period:
    """A period as `Period.parse` reads it."""
    try:
        return Period.parse(text)
    except PeriodRefused as refused:
        raise argparse.ArgumentTypeError(refused.sentence) from refused


def read_gap(text: str, *, reason: str) -> Exclusion:
    """`A/B`: two moments, or two dates of which the second is left out too."""
    begins, slash, ends = text.partition("/")
    if not slash:
        raise argparse.ArgumentTypeError("기간은 2026-11-04/2026-11-06처럼 적어 주세요.")
    ends_at = read_moment(ends)
    if _ONLY_DATE.fullmatch(ends):
        ends_at = start_of(date.fromisoformat(ends) + timedelta(days=1))
    return Exclusion(read_moment(begins), ends_at, reason)


def read_exclusion(text: str) -> Exclusion:
    """Time left out of the period."""
    return read_gap(text, reason="산입 제외(시행령 제20조)")


def read_outage(text: str) -> Exclusion:
    """Time the office's systems were down."""
    return read_gap(text, reason="정보시스템 장애(시행령 제20조)")


class Command(BaseCommand):
    """The same function computes the due date of every case."""

    help = "처리기한을 하루씩 설명합니다. 예: manage.py explain_due 2026-11-02T10:00 7d"
    requires_system_checks = []

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """START PERIOD and what moves the date."""
        parser.add_argument("start", type=read_moment, help="접수 시각 (KST)")
        parser.add_argument("period", type=read_period, help="immediate, 5d, 7d, 2w, 1m, 8h")
        parser.add_argument("--exclude", type=read_exclusion, action="append", default=[], metavar="A/B")
        parser.add_argument("--outage", type=read_outage, action="append", default=[], metavar="A/B")
        parser.add_argument("--extend", type=read_period, action="append", default=[], metavar="PERIOD")

    def handle(self, *args: Any, **options: Any) -> None:
        """One line a day, then one line of JSON."""
        calendar = read_calendar(settings.BASE_DIR / CALENDAR)
        try:
            found = due(
                calendar,
                options["start"],
                options["period"],
                exclusions=options["exclude"],
                extensions=options["extend"],
                outages=options["outage"],
            )
        except Refused as refused:
            raise CommandError(refused.sentence) from refused
        for line in found.lines:
            amount = f"{line.total // 60}시간 {line.total % 60:02d}분" if found.last_on is None else f"{line.total}일째"
            words = " · ".join(filter(None, [amount if line.counted else "제외", line.reason]))
            self.stdout.write(f"{line.on} ({WEEKDAYS[line.on.weekday()]})  {words}")
        self.stdout.write(json.dumps(_report(found), ensure_ascii=False))


def _report(found: Due) -> dict[str, object]:
    days = [
        {"on": line.on.isoformat(), "counted": line.counted, "minutes": line.minutes, "reason": line.reason}
        for line in found.lines
    ]
    return {
        "due_before": found.at.isoformat(),
        "last_on": found.last_on.isoformat() if found.last_on else None,
        "days": days,
    }
