"""현황판: each room counts its own work, this page only places the numbers. Every number links to exactly its list."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest


@dataclass(frozen=True, slots=True)
class Figure:
    """One card: a number and the list it counts. `tone` colours it: empty, warning or danger."""

    label: str
    count: int
    url: str
    note: str = ""
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar: its share of the longest in twentieths, because a style attribute has no place here."""

    label: str
    count: int
    url: str
    stage: str
    width: int


def board(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Fill the index page of the officials' site."""
    return context
