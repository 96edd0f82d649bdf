"""색인: what was built, how it did in the gate, which questions it would lose, and the two big buttons."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET, require_POST

from chatbot.admin.access import attempt, official_with, page_of, site
from chatbot.models import IndexBuild
from chatbot.services import building
from portal.core import clock
from portal.core.admin import ReadOnlyAdmin

MOST_SHOWN = 30
_FIGURES = {
    "questions": "시험 질문",
    "top1": "1위 정답",
    "top3": "3위 안",
    "one_tap": "한 번 누르기 안",
    "phrasings": "표현",
}


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The builds, the newest first."""
    official_with(request, "view_indexbuild")
    builds = IndexBuild.objects.select_related("override_by").defer("blob").order_by("-pk")[:MOST_SHOWN]
    rows: list[dict[str, Any]] = [
        {"build": one, "figures": figures_of(one.scores), "losses": losses_of(one.losses)} for one in builds
    ]
    active = next((row for row in rows if row["build"].state == IndexBuild.State.ACTIVE), None)
    before = IndexBuild.objects.filter(state=IndexBuild.State.SUPERSEDED, blob__isnull=False)
    context = {
        **site(request),
        "title": "색인",
        "rows": rows,
        "active": active,
        "may_decide": request.user.has_perm("chatbot.change_indexbuild"),
        "may_roll_back": active is not None and before.exists(),
    }
    return render(request, "admin/chatbot/builds.html", context)


@require_POST
def override(request: HttpRequest, pk: int) -> HttpResponse:
    """그래도 쓰기."""
    user = official_with(request, "change_indexbuild")
    build = get_object_or_404(IndexBuild.objects.defer("blob"), pk=pk)
    reason = request.POST.get("reason", "")
    act = partial(building.override_build, build=build, reason=reason, by=user, now=clock.now())
    attempt(request, act, done="이 색인을 쓰기 시작했습니다. 까닭은 기록에 남았습니다.")
    return redirect(page_of("indexbuild", "changelist"))


@require_POST
def roll_back(request: HttpRequest) -> HttpResponse:
    """되돌리기."""
    user = official_with(request, "change_indexbuild")
    act = partial(building.roll_back, reason=request.POST.get("reason", ""), by=user, now=clock.now())
    attempt(request, act, done="바로 전 색인으로 되돌렸습니다.")
    return redirect(page_of("indexbuild", "changelist"))


def figures_of(scores: dict[str, Any]) -> list[tuple[str, str]]:
    """The gate's figures as people read them: shares as percent, counts as they are."""
    return [(label, _figure(scores[name])) for name, label in _FIGURES.items() if name in scores]


def _figure(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.1%}" if value <= 1 else f"{value:.1f}"
    return "-" if value is None else str(value)


def losses_of(losses: list[dict[str, Any]]) -> list[tuple[str, str, str]]:
    """Question, answer before, answer after."""
    return [(str(one.get("text", "")), str(one.get("before", "")), str(one.get("after", ""))) for one in losses]


@admin.register(IndexBuild)
class IndexBuildAdmin(ReadOnlyAdmin):
    """Our own page in place of the usual ones."""

    def get_urls(self) -> list[URLPattern]:
        """The two decisions."""
        wrap = self.admin_site.admin_view
        pages: tuple[tuple[str, str, Any], ...] = (
            ("override", "<int:pk>/override/", override),
            ("roll_back", "roll-back/", roll_back),
        )
        own = [path(route, wrap(view), name=f"chatbot_indexbuild_{name}") for name, route, view in pages]
        return own + list(super().get_urls())

    def get_queryset(self, request: HttpRequest) -> QuerySet[IndexBuild]:
        """Never the megabytes of an index."""
        rows: QuerySet[IndexBuild] = super().get_queryset(request)
        return rows.defer("blob")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The builds."""
        return show(request)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """All of a build stands on the list."""
        return redirect(page_of("indexbuild", "changelist"))
