"""Loads departments, roles and the calendar from reference files; a second run changes what the files changed."""

import fnmatch
import tomllib
from pathlib import Path
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.db import transaction

from portal.accounts.models import ROLES, CalendarDay, Department
from portal.core.workdays import read_calendar

_HERE = Path(__file__).resolve().parent / "reference"


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads((_HERE / name).read_text("utf-8"))


@transaction.atomic
def load_departments() -> int:
    """Departments by code; names and numbers follow the file. Returns how many there are in it."""
    rows = _read("departments.toml")["departments"]
    for row in rows:
        Department.objects.update_or_create(
            code=row["code"],
            defaults={"name_en": "", "duties": "", **row},
        )
    return len(rows)


@transaction.atomic
def load_roles() -> int:
    """Django groups named after ROLES with the permissions of roles.toml; needs all migrations to have run."""
    known = {
        f"{permission.content_type.app_label}.{permission.codename}": permission
        for permission in Permission.objects.select_related("content_type")
    }
    for role, entry in _read("roles.toml").items():
        if role not in ROLES:
            raise ValueError(f"roles.toml names an unknown role: {role}")
        group, _ = Group.objects.get_or_create(name=role)
        group.permissions.set(
            permission
            for name, permission in known.items()
            if any(fnmatch.fnmatchcase(name, pattern) for pattern in entry["permissions"])
        )
    return len(ROLES)


@transaction.atomic
def load_calendar() -> int:
    """
    The shipped calendar, added where the database has no day yet. Returns how many days the file holds.

    A date the office has decided about is never overwritten by a file.
    """
    days = [
        CalendarDay(
            on=day.on,
            counts=day.counts,
            is_open=day.is_open,
            opens_at=day.opens_at,
            closes_at=day.closes_at,
            lunch_from=day.lunch_from,
            lunch_until=day.lunch_until,
            name=day.name,
        )
        for day in read_calendar(_HERE / "calendar.toml")
    ]
    CalendarDay.objects.bulk_create(days, ignore_conflicts=True, batch_size=1000)
    return len(days)
