"""Rosters: 52,000 people read from an Excel file, sealed into the database, and listed."""

import tempfile
import time
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group
from openpyxl import Workbook

from notices import services
from notices.benchmarks import lists
from notices.benchmarks.stage import say
from notices.codes import check_digit
from notices.models import Campaign, Recipient
from notices.plans import Plan
from notices.rosters import read_roster
from portal.accounts.models import Department, Official, User
from portal.core import clock

HEAD = ("관리번호", "성명", "생년월일", "휴대전화", "주소", "쪽수")
FAMILY, GIVEN = "김이박최정강조윤장임", ("하늘", "바다", "솔", "서연", "도윤", "지우")
EVE = date(1940, 1, 1)


def measure(size: int) -> dict[str, Any]:
    """Parse and full import, wall-clock seconds on an otherwise idle machine."""
    with tempfile.TemporaryDirectory(prefix="sotong-bench-") as folder:
        say(f"명부 {size:,}행")
        path = _write(Path(folder) / "roster.xlsx", size)
        began = time.perf_counter()
        read_roster(path)
        parsed = time.perf_counter() - began
        began = time.perf_counter()
        campaign = _import(path)
        imported = time.perf_counter() - began
    return {
        "roster_rows": Recipient.objects.filter(campaign=campaign).count(),
        "roster_parse_ms": round(parsed * 1000),
        "roster_ms": round(imported * 1000),
        **lists.measure(campaign, by=campaign.created_by),
    }


def _import(path: Path) -> Campaign:
    now = clock.now()
    drafter = _drafter()
    plan = Plan(title="성능 측정", legal_basis="성능 측정", asks_from=now, asks_until=now + timedelta(days=14))
    campaign = services.draft(plan=plan, qr_key="sample-key", by=drafter, now=now)
    services.attach_roster(campaign, file=path, file_name=path.name, by=drafter, now=now)
    return campaign


def _drafter() -> User:
    user = User.objects.create(username="bench-drafter", is_staff=True)
    user.groups.add(Group.objects.get_or_create(name="officer")[0])
    department = Department.objects.create(code="bench", name="성능측정과", phone="02-120-0000")
    Official.objects.create(user=user, department=department, name="이담당", office_phone="02-120-0000")
    return user


def key_of(number: int) -> str:
    """A number as offices give them, with its check digit."""
    digits = f"2026{number:07d}"
    return f"{digits[:4]}-{digits[4:]}{check_digit(digits)}"


def _write(path: Path, size: int) -> Path:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("명부")
    sheet.append(HEAD)
    for number in range(1, size + 1):
        name = FAMILY[number % len(FAMILY)] + GIVEN[number % len(GIVEN)]
        born = EVE + timedelta(days=number % 20_000)
        phone = f"010-{2000 + number // 10_000:04d}-{number % 10_000:04d}"
        sheet.append([key_of(number), name, born.isoformat(), phone, f"새빛구 중앙로 {number}", 1])
    book.save(path)
    return path
