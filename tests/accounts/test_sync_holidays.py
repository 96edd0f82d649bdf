"""`manage.py sync_holidays`: shows what would change, and never touches what an official decided."""

import io
from datetime import date
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from portal.accounts.management.commands import sync_holidays
from portal.accounts.models import CalendarDay, User
from portal.accounts.reference_data import load_calendar
from portal.core import clock

pytestmark = pytest.mark.django_db


def synced(*arguments: str) -> str:
    out = io.StringIO()
    call_command("sync_holidays", *arguments, stdout=out)
    return out.getvalue()


def test_an_empty_calendar_is_filled_and_a_second_run_changes_nothing() -> None:
    first = synced("--years", "2026")
    second = synced("--years", "2026")

    assert CalendarDay.objects.count() == 365
    assert "2026-09-25 제외 추석" in first
    assert first.endswith("365일 반영\n")
    assert second == "0일 반영\n"


def test_the_shipped_calendar_is_what_the_library_says() -> None:
    load_calendar()

    assert synced() == "0일 반영\n"


def test_the_shipped_file_is_what_the_command_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shipped = sync_holidays.REFERENCE.read_text("utf-8")
    monkeypatch.setattr(sync_holidays, "REFERENCE", tmp_path / "calendar.toml")

    synced("--write-reference")

    assert (tmp_path / "calendar.toml").read_text("utf-8") == shipped


@pytest.mark.parametrize("source", [CalendarDay.Source.OFFICIAL, CalendarDay.Source.IMPORT])
def test_what_the_office_decided_is_shown_and_kept(source: str) -> None:
    synced("--years", "2026")
    head = User.objects.create(username="head", password="!")
    CalendarDay.objects.filter(on=date(2026, 11, 5)).update(
        counts=False, name="임시공휴일", source=source, decided_by=head, decided_at=clock.now()
    )

    said = synced("--years", "2026")

    assert "2026-11-05 제외 임시공휴일 → 산입" in said
    assert "그대로 둡니다" in said
    assert CalendarDay.objects.get(on=date(2026, 11, 5)).name == "임시공휴일"


def test_a_dry_run_writes_nothing() -> None:
    said = synced("--years", "2026-2027", "--dry-run")

    assert said.endswith("730일 바뀔 예정\n")
    assert not CalendarDay.objects.exists()


@pytest.mark.parametrize("years", ["soon", "2027-2026", "1900"])
def test_years_that_are_none_are_refused(years: str) -> None:
    with pytest.raises(CommandError, match="연도는"):
        synced("--years", years)
