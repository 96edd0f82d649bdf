"""The schema is what the models say, and the cluster can search Korean."""

import io
import re

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection

from portal.core import checks
from portal.core.checks import korean_can_be_searched

ROOT = settings.BASE_DIR
ROOMS = ("accounts", "messaging", "complaints", "notices", "chatbot", "site")


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=io.StringIO())


@pytest.mark.django_db
def test_korean_text_has_trigrams() -> None:
    with connection.cursor() as cursor:
        cursor.execute("create extension if not exists pg_trgm")
        cursor.execute("select count(*) from unnest(show_trgm('주차'))")
        found = cursor.fetchone()

    assert found == (3,)


def test_every_table_and_column_has_a_korean_name() -> None:
    latin = [
        f"{model._meta.label}"
        for model in apps.get_models()
        if model._meta.app_label in ROOMS and str(model._meta.verbose_name).isascii()
    ]

    assert latin == []


def test_no_model_orders_itself() -> None:
    assert [m._meta.label for m in apps.get_models() if m._meta.app_label in ROOMS and m._meta.ordering] == []


@pytest.mark.django_db
def test_a_database_that_cannot_read_hangul_stops_the_start() -> None:
    assert korean_can_be_searched(databases=["default"]) == []


def test_a_database_under_the_c_locale_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    class Cursor:
        def __enter__(self) -> "Cursor":
            return self

        def __exit__(self, *_: object) -> None: ...

        def execute(self, _: str) -> None: ...

        def fetchone(self) -> tuple[str, bool]:
            return "UTF8", False

    class Connection:
        cursor = Cursor

    monkeypatch.setattr(checks, "connections", {"default": Connection()})

    assert [found.id for found in korean_can_be_searched(databases=["default"])] == ["sotong.E001"]


def test_rows_are_locked_against_change_never_against_being_named() -> None:
    """
    FOR UPDATE also stops whoever only refers to the row, at the COMMIT where foreign keys are checked: after every
    other lock of that transaction, in no order anybody could keep.
    """
    strong = re.compile(r"(?<!KEY )FOR UPDATE|select_for_update\((?!\s*no_key=True)")
    found = [
        str(path.relative_to(ROOT))
        for room in ("messaging", "notices")
        for path in (ROOT / room).rglob("*.py")
        if strong.search(path.read_text("utf-8"))
    ]

    assert found == []
