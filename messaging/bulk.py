"""Inserting many rows with one array per column: the statement stays the same however many rows there are."""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, models


def insert(
    rows: Sequence[models.Model], *, skips_conflicts: bool = False, returning: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """
    Insert unsaved rows of one model as they are: no default, signal or check of Django's is applied.

    :param skips_conflicts: leave out rows that a unique constraint forbids
    :param returning: columns to return of the rows really written
    """
    if not rows:
        return []
    statement, names = _statement(type(rows[0]), skips_conflicts, tuple(returning))
    columns = [[getattr(row, name) for row in rows] for name in names]
    with connection.cursor() as cursor:
        cursor.execute(statement, columns)
        return cursor.fetchall() if returning else []


@cache
def _statement(model: type[models.Model], skips_conflicts: bool, returning: tuple[str, ...]) -> tuple[str, list[str]]:
    fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, models.AutoField)]
    columns = ", ".join(f'"{field.column}"' for field in fields)
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    statement = f'INSERT INTO "{model._meta.db_table}" ({columns}) SELECT * FROM unnest({arrays})'  # noqa: S608
    if skips_conflicts:
        statement += " ON CONFLICT DO NOTHING"
    if returning:
        statement += f" RETURNING {', '.join(returning)}"
    return statement, [field.attname for field in fields]
