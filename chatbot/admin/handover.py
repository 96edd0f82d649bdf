"""상담 대기: citizens who wait for a person, what they asked (masked), and the words that answer them."""

from functools import partial
from uuid import UUID, uuid4, uuid5

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import URLPattern, path
from django.views.decorators.http import require_http_methods

from chatbot import queries, services
from chatbot.admin.access import attempt, official_with, page_of, site
from chatbot.models import Handover, Turn
from chatbot.services.handover import LONGEST_ANSWER, waiting_for
from portal.accounts.looking import note_look, user_of
from portal.core.admin import CappedPaginator, ReadOnlyAdmin
from portal.core.clock import now

MOST_TURNS = 50


class AnswerForm(forms.Form):
    """What the citizen will read."""

    text = forms.CharField(
        label="답변",
        required=False,
        max_length=LONGEST_ANSWER,
        widget=forms.Textarea(attrs={"rows": 5}),
        error_messages={"max_length": f"{LONGEST_ANSWER:,}자까지 쓸 수 있습니다."},
    )
    request_key = forms.UUIDField(widget=forms.HiddenInput, required=False)


@require_http_methods(["GET", "HEAD", "POST"])
def talk(request: HttpRequest, pk: int) -> HttpResponse:
    """One citizen's thread, and a field for the answer."""
    user = official_with(request, "change_handover" if request.method == "POST" else "view_handover")
    handover = get_object_or_404(waiting_for(user), pk=pk)
    form = AnswerForm(request.POST or None, initial={"request_key": uuid4()})
    if request.method == "POST" and form.is_valid() and _done(request, handover, **form.cleaned_data):
        is_over = "answer" not in request.POST
        return redirect(page_of("handover", "changelist") if is_over else page_of("handover", "talk", pk))
    turns = queries.thread_of(handover.conversation, limit=MOST_TURNS)
    note_look(request, "chatbot.conversation", [handover.conversation_id])
    context = {
        **site(request),
        "title": "상담",
        "handover": handover,
        "turns": [(turn, _said(turn)) for turn in turns],
        "form": form,
        "list_url": page_of("handover", "changelist"),
    }
    return render(request, "admin/chatbot/handover.html", context)


def _said(turn: Turn) -> list[str]:
    """Our words as they were stored: what a form holds is for its writer's eyes."""
    return [str(card["text"]) for card in turn.reply if card.get("card") == "text"]


def _done(request: HttpRequest, handover: Handover, *, text: str, request_key: UUID | None) -> bool:
    """Answer, answer and finish, or only finish."""
    user = user_of(request)
    if "close" in request.POST:
        return attempt(request, partial(services.close_handover, handover, now=now()), done="상담을 마쳤습니다.")
    closes = "answer_close" in request.POST
    answer = partial(
        services.answer_handover,
        handover,
        text=text,
        by=user,
        now=now(),
        closes=closes,
        # going back brings the page's key back: other words, or another button, are another press
        request_key=request_key and uuid5(request_key, f"{closes}:{text}"),
    )
    return attempt(request, answer, done="답변을 보냈습니다.")


@admin.register(Handover)
class HandoverAdmin(ReadOnlyAdmin):
    """Who waits, longest first; one's own department's and what belongs to none."""

    list_display = ("asked_at", "state", "department", "promised_at", "official", "is_late")
    list_filter = ("state",)
    list_select_related = ("department", "official", "conversation")
    when_empty = "지금 기다리는 시민이 없습니다."
    paginator = CappedPaginator
    list_per_page = 50

    def get_urls(self) -> list[URLPattern]:
        """The thread behind a row."""
        wrap = self.admin_site.admin_view
        return [path("<int:pk>/talk/", wrap(talk), name="chatbot_handover_talk"), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Handover]:
        """What is open and within reach."""
        return waiting_for(user_of(request))

    @admin.display(description="약속", empty_value="–")
    def is_late(self, handover: Handover) -> str | None:
        """A promise that was not kept."""
        is_over = handover.promised_at is not None and handover.promised_at < now()
        return "지남" if is_over else None

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, object] | None = None
    ) -> HttpResponse:
        """Straight to the thread."""
        return redirect(page_of("handover", "talk", int(object_id) if object_id.isdecimal() else 0))
