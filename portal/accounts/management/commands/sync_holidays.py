"""Bring the calendar in line with the pinned `holidays` package, showing what would change."""

import argparse
from collections.abc import Iterable
from datetime import date, time
from importlib.metadata import version
from pathlib import Path
from typing import Any

import holidays
from django.core.management.base import BaseCommand

from portal.accounts.models import CalendarDay
from portal.core.workdays import Day, days_from

REFERENCE = Path(__file__).resolve().parents[2] / "reference" / "calendar.toml"
SHIPPED = range(2024, 2031)
_HEADER = """\
# 근무일 달력: 처음 채울 때 쓰는 값입니다. 그 뒤로는 데이터베이스의 달력이 기준입니다.
# 만든 명령: manage.py sync_holidays --years {first}-{last} --write-reference  (holidays=={version}, KR)
# 토요일과 일요일은 적지 않아도 처리기간에 산입되지 않습니다.
"""


def read_years(text: str) -> range:
    """`2027` or `2024-2030`."""
    first, _, last = text.partition("-")
    try:
        years = range(int(first), int(last or first) + 1)
    except ValueError:
        years = range(0)
    if not years or not 2000 <= years[0] <= years[-1] <= 2100:
        raise argparse.ArgumentTypeError("연도는 2027 또는 2024-2030처럼 적어 주세요.")
    return years


def library_days(years: range) -> list[Day]:
    """Every day of these years as the library sees it."""
    known = holidays.country_holidays("KR", years=years, language="ko")
    days = []
    for on in days_from(date(years[0], 1, 1), date(years[-1], 12, 31)):
        counts = on.weekday() < 5 and on not in known
        name = "·".join(known.get(on, "").split("; "))
        days.append(Day(on, counts=counts, is_open=counts, name=name))
    return days


def reference_text(days: Iterable[Day], *, years: range) -> str:
    """The shipped calendar file: office hours and the holidays, weekends left to arithmetic."""
    lines = [_HEADER.format(first=years[0], last=years[-1], version=version("holidays"))]
    lines += [f"first_on = {years[0]}-01-01", f"last_on = {years[-1]}-12-31", "", "[office]"]
    office = {"opens_at": time(9), "closes_at": time(18), "lunch_from": time(12), "lunch_until": time(13)}
    lines += [f"{name} = {at.isoformat()}" for name, at in office.items()]
    lines += ["", "[holidays]"]
    lines += [f'{day.on} = "{day.name}"' for day in days if day.name]
    return "\n".join(lines) + "\n"


class Command(BaseCommand):
    """Rows that an official decided or imported are shown as different, and left alone."""

    help = "공휴일을 달력에 반영합니다. 공무원이 지정한 날은 바꾸지 않고 차이만 보여 줍니다."

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Which years, and what to do with them."""
        parser.add_argument("--years", type=read_years, default=SHIPPED, help="예: 2027 또는 2024-2030")
        parser.add_argument("--dry-run", action="store_true", help="차이만 보여 주고 저장하지 않습니다.")
        parser.add_argument("--write-reference", action="store_true", help="기본 달력 파일을 새로 씁니다(개발자용).")

    def handle(self, *args: Any, **options: Any) -> None:
        """Print the difference line by line, then make it so."""
        years: range = options["years"]
        days = library_days(years)
        if options["write_reference"]:
            REFERENCE.write_text(reference_text(days, years=years), encoding="utf-8")
            self.stdout.write(f"{REFERENCE.name}: {sum(bool(day.name) for day in days)}일")
            return
        changed = self._difference(days)
        if not options["dry_run"]:
            _save(changed)
        self.stdout.write(f"{len(changed)}일 {'바뀔 예정' if options['dry_run'] else '반영'}")

    def _difference(self, days: list[Day]) -> list[Day]:
        """The days to write; each difference is printed."""
        stored = CalendarDay.objects.in_bulk([day.on for day in days])
        changed = []
        for day in days:
            row = stored.get(day.on)
            if row is not None and (row.counts, row.name) == (day.counts, day.name):
                continue
            before = f"{_words(row.counts, row.name)} → " if row else ""
            is_kept = row is not None and row.source != CalendarDay.Source.LIBRARY
            if row is not None or day.name:
                note = f"  ({row.get_source_display()}: 그대로 둡니다)" if row and is_kept else ""
                self.stdout.write(f"{day.on} {before}{_words(day.counts, day.name)}{note}")
            if not is_kept:
                changed.append(day)
        return changed


def _words(counts: bool, name: str) -> str:
    return " ".join(filter(None, ["산입" if counts else "제외", name]))


def _save(days: list[Day]) -> None:
    fields = ["counts", "is_open", "opens_at", "closes_at", "lunch_from", "lunch_until", "name"]
    CalendarDay.objects.bulk_create(
        [
            CalendarDay(on=day.on, source=CalendarDay.Source.LIBRARY, **{name: getattr(day, name) for name in fields})
            for day in days
        ],
        update_conflicts=True,
        unique_fields=["on"],
        update_fields=[*fields, "source"],
    )
