"""
Model fields for sealed columns.

    class Reply(SealedModel):
        text_sealed = SealedField()
        text = sealed_text("text_sealed")       # reads and writes plain text; usable in create(text="…")
"""

from typing import TYPE_CHECKING, Any, overload
from uuid import UUID, uuid4

from django.db import models

from portal.core import sealing


class SealedModel(models.Model):
    """A row with sealed columns: `sealed_id` binds their values to it and is known before the insert."""

    sealed_id = models.UUIDField(default=uuid4, editable=False, unique=True)

    class Meta:
        abstract = True


class SealedField(models.BinaryField):
    """A column that holds what `portal.core.sealing.seal` made. Empty bytes mean "nothing" (or erased)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", b"")
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


_contexts: dict[tuple[type[models.Model], str], str] = {}  # asked for each value that is sealed


def context_of(model: type[models.Model], field_name: str) -> str:
    """The sealing context of a column: "table.column"."""
    known = _contexts.get((model, field_name))
    if known is None:
        field = model._meta.get_field(field_name)
        known = f"{model._meta.db_table}.{field.column}"  # type: ignore[union-attr]
        _contexts[model, field_name] = known
    return known


def seal_for(model: type[models.Model], field_name: str, value: str, *, row: UUID) -> bytes:
    """Seal `value` as `sealed_text` would, for bulk inserts that bypass model instances. '' stays empty."""
    return sealing.seal(value.encode(), context=context_of(model, field_name), row=row) if value else b""


class sealed_text(property):  # noqa: N801  (used like a field)
    """Plain text behind a SealedField. A real property, so that Django accepts it as a keyword of the model."""

    def __init__(self, field_name: str) -> None:
        def read(instance: Any) -> str:
            blob = bytes(getattr(instance, field_name))
            if not blob:
                return ""
            context = context_of(type(instance), field_name)
            return sealing.open_sealed(blob, context=context, row=instance.sealed_id).decode()

        def write(instance: Any, value: str) -> None:
            setattr(instance, field_name, seal_for(type(instance), field_name, value, row=instance.sealed_id))

        super().__init__(read, write, doc=f"The opened text of {field_name}.")

    if TYPE_CHECKING:

        @overload
        def __get__(self, instance: None, owner: type, /) -> "sealed_text": ...
        @overload
        def __get__(self, instance: object, owner: type | None = None, /) -> str: ...
        def __get__(self, instance: object, owner: type | None = None, /) -> "sealed_text | str": ...
        def __set__(self, instance: object, value: str, /) -> None: ...
