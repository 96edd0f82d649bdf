"""Conversations as officials read them: masked, and each look is written into the audit book."""

from typing import Any

from django.contrib import admin
from django.db.models import Exists, OuterRef, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_GET

from chatbot.admin.access import official_with, page_of, site
from chatbot.cluster_queries import turns_seen_by
from chatbot.models import Conversation, Turn, Unanswered
from portal.accounts.looking import note_look, user_of
from portal.core.admin import CappedPaginator, ReadOnlyAdmin

MOST_TURNS = 200


@require_GET
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """One thread from its beginning, as it was masked when it was stored."""
    reached = turns_seen_by(official_with(request, "view_turn")).filter(conversation=OuterRef("pk"))
    conversation = get_object_or_404(Conversation.objects.filter(Exists(reached)), pk=pk)
    turns = conversation.turns.select_related("faq").prefetch_related("candidates__faq").order_by("seq")
    context = {
        **site(request),
        "title": "대화",
        "conversation": conversation,
        "turns": list(turns[:MOST_TURNS]),
        "list_url": page_of("unanswered", "changelist"),
    }
    note_look(request, "chatbot.conversation", [conversation.pk])
    return render(request, "admin/chatbot/conversation.html", context)


@admin.register(Unanswered)
class UnansweredAdmin(ReadOnlyAdmin):
    """One by one: what citizens asked and nobody had written an answer for."""

    list_display = ("text_masked", "asked_at", "conversation_channel")
    list_select_related = ("conversation",)
    ordering = ("-asked_at",)
    paginator = CappedPaginator
    list_per_page = 50

    def get_urls(self) -> list[URLPattern]:
        """The thread behind a question."""
        wrap = self.admin_site.admin_view
        own = path("conversations/<int:pk>/", wrap(read), name="chatbot_unanswered_conversation")
        return [own, *super().get_urls()]

    @admin.display(description="통로")
    def conversation_channel(self, turn: Turn) -> str:
        """Where it was asked."""
        return turn.conversation.get_channel_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Turn]:
        """Exits only, within the official's reach."""
        turns: QuerySet[Turn] = super().get_queryset(request)
        return turns.filter(decision=Turn.Decision.EXITS, pk__in=turns_seen_by(user_of(request)).values("pk"))

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The thread it was asked in."""
        turn = get_object_or_404(self.get_queryset(request), pk=int(object_id) if object_id.isdecimal() else 0)
        return redirect(page_of("unanswered", "conversation", turn.conversation_id))
