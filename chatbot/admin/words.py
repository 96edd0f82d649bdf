"""제안: ways of asking that citizens' taps suggest, and words of theirs that no answer knows. A click decides."""

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from chatbot.admin.access import attempt, official_with, page_of, site
from chatbot.models import Phrasing, Synonym
from chatbot.permissions import keeps_everything, within_reach
from chatbot.services import proposing, publishing
from portal.accounts.models import User
from portal.core import clock
from portal.core.admin import ReadOnlyAdmin

MOST_SHOWN = 100


@require_http_methods(["GET", "POST"])
def show(request: HttpRequest) -> HttpResponse:
    """What waits for a decision."""
    user = official_with(request, "view_synonym")
    if request.method == "POST":
        official_with(request, "change_synonym")
        _decide(request, user)
        return redirect(page_of("synonym", "changelist"))
    phrasings = Phrasing.objects.filter(within_reach(user, column="faq__department"), state=Phrasing.State.PROPOSED)
    synonyms = Synonym.objects.order_by("term")
    context = {
        **site(request),
        "title": "표현·낱말 제안",
        "phrasings": phrasings.select_related("faq__department").order_by("faq", "pk")[:MOST_SHOWN],
        "proposed": synonyms.filter(state=Synonym.State.PROPOSED)[:MOST_SHOWN],
        "approved": synonyms.filter(state=Synonym.State.APPROVED),
        "keeps_everything": keeps_everything(user),
    }
    return render(request, "admin/chatbot/words.html", context)


def _decide(request: HttpRequest, user: User) -> None:
    """One button was pressed: its name says the row, its value what to do."""
    now = clock.now()
    for name, value in request.POST.items():
        kind, _, key = name.partition("-")
        if not key.isdecimal() or value not in ("approved", "rejected"):
            continue
        if kind == "phrasing":
            phrasing = get_object_or_404(Phrasing.objects.select_related("faq"), pk=int(key))
            decide = publishing.approve_phrasing if value == "approved" else publishing.reject_phrasing
            attempt(request, partial(decide, phrasing=phrasing, by=user, now=now), done="정했습니다.")
        elif kind == "synonym":
            synonym = get_object_or_404(Synonym, pk=int(key))
            act = partial(proposing.decide_synonym, synonym=synonym, state=str(value), by=user, now=now)
            attempt(request, act, done="정했습니다.")


@admin.register(Synonym)
class SynonymAdmin(ReadOnlyAdmin):
    """Our own page in place of the usual ones."""

    def get_urls(self) -> list[URLPattern]:
        """The page takes decisions too."""
        own = path("proposals/", self.admin_site.admin_view(show), name="chatbot_synonym_proposals")
        return [own, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Synonym]:
        """By the word."""
        rows: QuerySet[Synonym] = super().get_queryset(request)
        return rows.order_by("term")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What waits."""
        return show(request)
