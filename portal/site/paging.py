"""Long lists of one's own, page after page: each goes on after the last row seen, however many there are."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 20


@dataclass(frozen=True, slots=True)
class Page:
    """The rows of one page, newest first. `next_before` is '' on the last one."""

    rows: list[Any]
    next_before: str
    is_first: bool


def page_of(rows: "QuerySet[Any]", request: HttpRequest, *, size: int = PER_PAGE) -> Page:
    """The page that `?before=` asks for; nonsense asks for the first."""
    before = request.GET.get("before", "")
    is_number = before.isascii() and before.isdigit() and len(before) < 18
    ordered = rows.order_by("-pk")
    found = list((ordered.filter(pk__lt=int(before)) if is_number else ordered)[: size + 1])
    more = len(found) > size
    return Page(found[:size], str(found[size - 1].pk) if more else "", not is_number)
