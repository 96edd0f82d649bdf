"""The schema is what the models say, and the cluster can search Korean."""

import io

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import connection

ROOMS = ("accounts", "approvals", "messaging", "complaints", "notices", "chatbot", "site")


def test_no_migration_is_missing() -> None:
    call_command("makemigrations", check=True, dry_run=True, stdout=io.StringIO())


@pytest.mark.django_db
def test_korean_text_has_trigrams() -> None:
    with connection.cursor() as cursor:
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
