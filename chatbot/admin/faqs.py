"""자주 묻는 질문: the list with its health filter; each row leads to the editor."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.contrib.admin import SimpleListFilter
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, path
from unfold.admin import ModelAdmin

from chatbot.admin import editor, health, pictures, revisions, seconding
from chatbot.admin.access import page_of
from chatbot.health_queries import TROUBLES, troubled
from chatbot.models import Faq, Phrasing
from chatbot.permissions import within_reach
from portal.accounts.looking import user_of
from portal.core import clock

_PAGES: tuple[tuple[str, str, Any], ...] = (
    ("new", "new/", editor.new),
    ("edit", "<int:pk>/edit/", editor.edit),
    ("effect", "effect/", editor.effect),
    ("confirm", "<int:pk>/confirm/", editor.confirm),
    ("retire", "<int:pk>/retire/", editor.retire),
    ("second", "<int:pk>/second/", seconding.decide),
    ("picture", "<int:pk>/picture/", pictures.keep),
    ("revisions", "<int:pk>/revisions/", revisions.show),
    ("health", "health/", health.show),
)


class TroubleFilter(SimpleListFilter):
    """답변 건강: exactly the rows that a number of the health page counts."""

    title = "건강"
    parameter_name = "trouble"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """Each trouble by its name."""
        return [(name, trouble.label) for name, trouble in TROUBLES.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Faq]) -> QuerySet[Faq]:
        """Those that have it."""
        return troubled(queryset, self.value(), now=clock.now()) if self.value() in TROUBLES else queryset


class MineFilter(SimpleListFilter):
    """Whose answers."""

    title = "담당"
    parameter_name = "whose"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        """One's own, or all of them."""
        return [("mine", "우리 부서")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Faq]) -> QuerySet[Faq]:
        """What the official keeps."""
        return queryset.filter(within_reach(user_of(request))) if self.value() == "mine" else queryset


@admin.register(Faq)
class FaqAdmin(ModelAdmin):
    """Everybody reads all answers; a department writes its own."""

    list_display = ("question", "category", "department", "status", "checked_on", "phrasing_count", "has_sample_facts")
    list_filter = (MineFilter, "status", "kind", TroubleFilter, "category", "department")
    list_select_related = ("department",)
    search_fields = ("question", "answer", "slug", "phrasings__text")
    search_help_text = "질문, 답변, 시민 표현에서 찾습니다."
    ordering = ("category", "slug")
    list_per_page = 50
    show_full_result_count = False

    def get_urls(self) -> list[URLPattern]:
        """Our own pages stand before the usual ones."""
        wrap = self.admin_site.admin_view
        own = [path(route, wrap(view), name=f"chatbot_faq_{name}") for name, route, view in _PAGES]
        return own + list(super().get_urls())

    def get_queryset(self, request: HttpRequest) -> QuerySet[Faq]:
        """With the number of ways of asking each answer knows."""
        rows: QuerySet[Faq] = super().get_queryset(request)
        approved = Q(phrasings__state=Phrasing.State.APPROVED)
        return rows.annotate(known_phrasings=Count("phrasings", filter=approved, distinct=True))

    @admin.display(description="표현", ordering="known_phrasings")
    def phrasing_count(self, faq: Any) -> int:
        """How many ways of asking are approved."""
        count: int = faq.known_phrasings
        return count

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """An answer is retired, not deleted: turns and revisions point to it."""
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The editor."""
        return redirect(page_of("faq", "new"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The editor."""
        return redirect(
            page_of("faq", "edit", int(object_id)) if object_id.isdecimal() else page_of("faq", "changelist")
        )
