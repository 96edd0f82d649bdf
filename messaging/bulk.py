"""
Making and inserting many rows of one model: as they are, without Django's defaults, signals and checks.

A few rows go as one array per column. Many are copied (COPY) into a table of this transaction's own and inserted from
there, which keeps what a plain COPY has not: rows a unique constraint forbids are left out, and keys come back.
"""

from collections.abc import Callable, Sequence
from functools import cache
from operator import itemgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models.base import ModelState
from psycopg.types.json import Jsonb

Row = TypeVar("Row", bound=models.Model)
COPIED_FROM = 200  # rows; below that a table of its own costs more than it saves


def made(model: type[Row], values: dict[str, Any]) -> Row:
    """
    An unsaved instance from its columns (`stream_id`, not `stream`); what is not given is the field's default.

    Django's own constructor passes every value through a descriptor and looks for signals: ten times slower.
    """
    constants, makers = _shape(model)
    row = model.__new__(model)
    row._state = ModelState()
    row.__dict__.update(constants)
    row.__dict__.update((name, make()) for name, make in makers.items() if name not in values)
    row.__dict__.update(values)
    return row


@cache
def _shape(model: type[models.Model]) -> tuple[dict[str, Any], dict[str, Callable[[], Any]]]:
    """The defaults that never change, and what makes the others."""
    fields = model._meta.concrete_fields
    makers = {field.attname: field.get_default for field in fields if callable(field.default) and field.has_default()}
    constants = {field.attname: field.get_default() for field in fields if field.attname not in makers}
    return constants, makers


def insert(
    rows: Sequence[models.Model], *, skips_conflicts: bool = False, returning: Sequence[str] = ()
) -> list[tuple[Any, ...]]:
    """
    Insert unsaved rows of one model.

    :param skips_conflicts: leave out rows that a unique constraint forbids
    :param returning: columns to return of the rows really written
    """
    if not rows:
        return []
    model = type(rows[0])
    ending = (" ON CONFLICT DO NOTHING" if skips_conflicts else "") + (
        f" RETURNING {', '.join(returning)}" if returning else ""
    )
    if len(rows) < COPIED_FROM:
        return _insert_arrays(model, rows, ending, returns=bool(returning))
    return _insert_copied(model, rows, ending, returns=bool(returning))


def _insert_arrays(
    model: type[models.Model], rows: Sequence[models.Model], ending: str, *, returns: bool
) -> list[tuple[Any, ...]]:
    fields = _written(model)
    arrays = ", ".join(f"%s::{field.db_type(connection)}[]" for field in fields)
    columns = [[_ready(field, row.__dict__[field.attname]) for row in rows] for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{model._meta.db_table}" ({_columns(model)}) SELECT * FROM unnest({arrays}){ending}',  # noqa: S608
            columns,
        )
        return cursor.fetchall() if returns else []


def _insert_copied(
    model: type[models.Model], rows: Sequence[models.Model], ending: str, *, returns: bool
) -> list[tuple[Any, ...]]:
    table, columns = model._meta.db_table, _columns(model)
    staging = f"{table}_coming"
    line = _liner(model)
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE IF NOT EXISTS "{staging}" (LIKE "{table}") ON COMMIT DROP')
        cursor.execute(f'ALTER TABLE "{staging}" ALTER COLUMN id DROP NOT NULL')
        with cursor.copy(f'COPY "{staging}" ({columns}) FROM STDIN') as copy:
            for row in rows:
                copy.write_row(line(row.__dict__))
        cursor.execute(f'INSERT INTO "{table}" ({columns}) SELECT {columns} FROM "{staging}"{ending}')  # noqa: S608
        found = cursor.fetchall() if returns else []
        cursor.execute(f'TRUNCATE "{staging}"')
    return found


@cache
def _liner(model: type[models.Model]) -> Callable[[dict[str, Any]], Sequence[Any]]:
    """What a row's columns are as COPY wants them; asked fifty thousand times, so nothing is looked up again."""
    fields = _written(model)
    values_of = itemgetter(*(field.attname for field in fields))
    documents = [place for place, field in enumerate(fields) if isinstance(field, models.JSONField)]
    if not documents:
        return values_of

    def with_documents(values: dict[str, Any]) -> Sequence[Any]:
        line = list(values_of(values))
        for place in documents:
            line[place] = Jsonb(line[place])
        return line

    return with_documents


def _ready(field: models.Field, value: Any) -> Any:
    return Jsonb(value) if isinstance(field, models.JSONField) else value


@cache
def _written(model: type[models.Model]) -> list[models.Field]:
    return [field for field in model._meta.local_concrete_fields if not isinstance(field, models.AutoField)]


def _columns(model: type[models.Model]) -> str:
    return ", ".join(f'"{field.column}"' for field in _written(model))
