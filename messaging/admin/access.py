"""The line in the audit book that every look leaves, and the frame of our own pages."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import cached_property

from portal.accounts.models import User
from portal.accounts.services import record_access
from portal.core import clock
from portal.core.client import address_of
from portal.core.phones import PhoneRefused, parse_mobile
from portal.core.sealing import blind_phone

MOST_COUNTED = 1000


class CappedPaginator(Paginator):
    """Counts to a thousand and no further: these tables hold millions."""

    @cached_property
    def count(self) -> int:
        """How many rows there are, at most a thousand and one."""
        rows: Any = self.object_list
        return len(rows) if isinstance(rows, list) else rows.order_by()[: MOST_COUNTED + 1].count()


def user_of(request: HttpRequest) -> User:
    """The signed-in official's user."""
    if not isinstance(request.user, User):
        raise PermissionDenied
    return request.user


def note_look(request: HttpRequest, kind: str, pks: Iterable[int], *, action: str = "view", reason: str = "") -> None:
    """Write down who is about to be shown; called after all reading, before the page is drawn."""
    match = request.resolver_match
    record_access(
        actor=user_of(request),
        action=action,
        subject_kind=f"messaging.{kind}",
        subject_ids=list(pks),
        reason=reason,
        task=(match.url_name or "") if match else "",
        address=address_of(request),
        now=clock.now(),
    )


def found_by_phone(rows: QuerySet[Any], term: str, *, column: str = "phone_index") -> QuerySet[Any] | None:
    """The rows of one exact phone number; None if the term is not a number."""
    try:
        index = blind_phone(parse_mobile(term))
    except PhoneRefused:
        return None
    return rows.filter(**{column: index})


def page(request: HttpRequest, name: str, *, title: str, **values: Any) -> HttpResponse:
    """Draw one of our pages inside the admin site; never kept by a cache."""
    context = {**admin.site.each_context(request), "title": title, **values}
    response = render(request, f"messaging/{name}.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response
