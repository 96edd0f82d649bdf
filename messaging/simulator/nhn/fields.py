"""Strict reading of what a customer posts: an unknown field or another type is refused, never ignored."""

from collections.abc import Collection, Mapping
from typing import Any

from messaging.simulator.nhn.envelope import BAD_FIELD, INVALID, Refusal

Row = Mapping[str, Any]


def read_object(document: Any, known: Collection[str], *, unknown: int = BAD_FIELD) -> Row:
    """
    An object that holds nothing but known fields.

    :raises Refusal: `unknown` for a stranger
    """
    if not isinstance(document, dict):
        raise Refusal(unknown, "an object is expected")
    if strangers := sorted(set(document) - set(known)):
        raise Refusal(unknown, f"Unrecognized field '{strangers[0]}'")
    return document


def read_text(row: Row, name: str, *, longest: int, too_long: int = INVALID, missing: int = 0) -> str:
    """
    A string; '' when it is left out, unless `missing` is the code that refuses that.

    :raises Refusal: for another type, more characters than `longest`, or what is missing
    """
    value = row.get(name)
    if value is None:
        value = ""
    if not isinstance(value, str):
        raise Refusal(INVALID, f"'{name}' must be a string.")
    if missing and not value.strip():
        raise Refusal(missing)
    if len(value) > longest:
        raise Refusal(too_long, f"The '{name}' must be at less than or equal to {longest}.")
    return value


def read_list(row: Row, name: str, *, most: int, code: int = INVALID) -> list[Any]:
    """
    A list; empty when it is left out.

    :raises Refusal: for another type or more than `most`
    """
    value = row.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or len(value) > most:
        raise Refusal(code, f"'{name}' must be a list of at most {most}.")
    return value


def read_flag(row: Row, name: str, *, default: bool) -> bool:
    """
    A boolean.

    :raises Refusal: for another type
    """
    value = row.get(name, default)
    if not isinstance(value, bool):
        raise Refusal(INVALID, f"'{name}' must be a boolean.")
    return value
