"""민원 in the officials' admin: the worklist and the case are pages of their own; master data as usual."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path

from complaints import queries
from complaints.admin import (
    bulk,
    calendar,
    case,
    catalogue,
    desk,
    duties,
    places,
    routing,
    standard_texts,
    statistics,
    triage,
    views,
)
from complaints.admin.access import address, complaint_for, key_in
from complaints.models import Complaint
from portal.accounts.looking import user_of
from portal.core.admin import ReadOnlyAdmin

__all__ = ["ComplaintAdmin", "calendar", "catalogue", "duties", "places", "routing", "standard_texts"]

_PAGES: tuple[tuple[str, str, Any], ...] = (
    ("case", "<int:pk>/case/", case.case),
    ("why", "<int:pk>/why/", case.why),
    ("step", "<int:pk>/step/<slug:name>/", case.step),
    ("draft", "<int:pk>/draft/<slug:name>/", case.draft),
    ("note", "<int:pk>/note/", case.note),
    ("read", "<int:pk>/read/", case.read),
    ("reveal", "<int:pk>/reveal/", case.reveal),
    ("photo", "<int:pk>/photos/<int:ordinal>/<slug:copy>/", case.photo),
    ("news", "news/", desk.news),
    ("triage", "triage/", triage.show),
    ("triage_place", "triage/<int:pk>/", triage.place),
    ("statistics", "statistics/", statistics.show),
    ("find", "find/", desk.find),
    ("take", "take/", bulk.take),
    ("bulk", "bulk/", bulk.choose),
    ("bulk_run", "bulk/<slug:name>/", bulk.run),
    ("keep_view", "views/keep/", views.keep),
    ("drop_view", "views/<int:pk>/drop/", views.drop),
)


@admin.register(Complaint)
class ComplaintAdmin(ReadOnlyAdmin):
    """업무함. Nothing is written here; a row leads to the case."""

    def get_urls(self) -> list[URLPattern]:
        """Our own pages stand before the usual ones."""
        wrap = self.admin_site.admin_view
        own = [path(route, wrap(view), name=f"complaints_complaint_{name}") for name, route, view in _PAGES]
        return own + list(super().get_urls())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Complaint]:
        """What the official may see; the rest is not there."""
        return queries.seen_by(user_of(request)).order_by()

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The worklist."""
        return desk.show(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The case page."""
        return redirect(address("case", complaint_for(request, key_in(object_id)).pk))
