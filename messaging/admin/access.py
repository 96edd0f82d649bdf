"""The line in the audit book that every look leaves, and the frame of our own pages."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from unfold.admin import ModelAdmin

from messaging.scope_queries import of_office
from portal.accounts import looking
from portal.accounts.looking import user_of
from portal.core.phones import PhoneRefused, parse_mobile
from portal.core.sealing import blind_phone


class OfOffice(ModelAdmin):
    """Lists, pages, histories and look-ups of a table whose rows are a department's."""

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Those the official may see."""
        return of_office(super().get_queryset(request), user_of(request))


def note_look(request: HttpRequest, kind: str, pks: Iterable[int], *, action: str = "view", reason: str = "") -> None:
    """Write down whose messages are about to be shown."""
    looking.note_look(request, f"messaging.{kind}", pks, action=action, reason=reason)


def found_by_phone(rows: QuerySet[Any], term: str, *, column: str = "phone_index") -> QuerySet[Any] | None:
    """The rows of one exact phone number; None if the term is not a number."""
    try:
        index = blind_phone(parse_mobile(term))
    except PhoneRefused:
        return None
    return rows.filter(**{column: index})


def row_or_404(rows: QuerySet[Any], object_id: str) -> Any:
    """The row that an address names; what is no number of ours is no error of ours."""
    try:
        return get_object_or_404(rows, pk=object_id)
    except (ValueError, ValidationError) as error:
        raise Http404 from error


def page(request: HttpRequest, name: str, *, title: str, **values: Any) -> HttpResponse:
    """Draw one of our pages inside the admin site; never kept by a cache."""
    context = {**admin.site.each_context(request), "title": title, **values}
    response = render(request, f"messaging/{name}.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response
