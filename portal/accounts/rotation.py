"""Moving sealed columns to the current key: in batches, resumable, and able to say what is left."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import models, transaction
from django.db.models import Func, IntegerField, Value

from portal.core import sealing
from portal.core.fields import SealedField, SealedModel, context_of


@dataclass(frozen=True, slots=True)
class Column:
    """One sealed column of one table."""

    model: type[SealedModel]
    name: str

    @property
    def label(self) -> str:
        """table.column."""
        return context_of(self.model, self.name)


class _KeyId(Func):
    """The second byte of a sealed value."""

    function = "get_byte"
    output_field = IntegerField()


def sealed_columns() -> Iterator[Column]:
    """Every sealed column of every room."""
    for model in apps.get_models():
        if issubclass(model, SealedModel) and not model._meta.proxy:
            for field in model._meta.concrete_fields:
                if isinstance(field, SealedField):
                    yield Column(model, field.name)


def _with_key(column: Column) -> models.QuerySet[Any]:
    filled = column.model._default_manager.exclude(**{column.name: b""})
    return filled.annotate(key_id=_KeyId(column.name, Value(1)))


def keys_in_use() -> Counter[int]:
    """How many sealed values each key id still opens."""
    counts: Counter[int] = Counter()
    for column in sealed_columns():
        grouped = _with_key(column).values("key_id").annotate(n=models.Count("pk")).values_list("key_id", "n")
        for key_id, count in grouped:
            counts[key_id] += count
    return counts


def reseal(column: Column, *, batch_size: int = 500) -> Iterator[int]:
    """Re-seal a column with the current key, yielding the size of each batch as it is committed."""
    while count := _reseal_batch(column, batch_size):
        yield count


@transaction.atomic
def _reseal_batch(column: Column, batch_size: int) -> int:
    stale = _with_key(column).exclude(key_id=sealing.current_key_id())
    rows = list(stale.select_for_update(skip_locked=True).order_by("pk")[:batch_size])
    context = column.label
    for row in rows:
        value = sealing.open_sealed(bytes(getattr(row, column.name)), context=context, row=row.sealed_id)
        setattr(row, column.name, sealing.seal(value, context=context, row=row.sealed_id))
    column.model._default_manager.bulk_update(rows, [column.name])
    return len(rows)
