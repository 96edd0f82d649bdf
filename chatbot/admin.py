"""Officials' pages of the chatbot: answers, citizens' phrasings, and what went unanswered."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from chatbot.engine.text import key_of
from chatbot.models import Faq, FaqLink, Phrasing, Turn, Unanswered
from portal.core.admin import ReadOnlyAdmin
from portal.core.clock import day_in_korea, now


class LinkInline(TabularInline):
    """Up to three links."""

    model = FaqLink
    extra = 0
    max_num = 3


class PhrasingInline(TabularInline):
    """How citizens ask it."""

    model = Phrasing
    extra = 0
    fields = ("text", "state")


@admin.register(Faq)
class FaqAdmin(ModelAdmin):
    """자주 묻는 질문: a saved change is live within two seconds."""

    list_display = ("question", "category", "department", "status", "checked_on", "has_sample_facts")
    list_filter = ("status", "category", "department")
    list_select_related = ("department",)
    search_fields = ("question", "answer", "slug")
    ordering = ("category", "slug")
    inlines = (LinkInline, PhrasingInline)
    exclude = ("changed_at", "checked_on")
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: Faq, form: ModelForm, change: bool) -> None:
        """Saving a published answer says: checked today."""
        obj.changed_at = now()
        if obj.status == Faq.Status.PUBLISHED:
            obj.checked_on = day_in_korea(obj.changed_at)
        super().save_model(request, obj, form, change)

    def save_formset(self, request: HttpRequest, form: Any, formset: Any, change: bool) -> None:
        """Phrasings remember who decided and the key they are compared by."""
        for row in formset.save(commit=False):
            if isinstance(row, Phrasing):
                row.text_key, row.decided_by_id, row.changed_at = key_of(row.text), request.user.pk, now()
            row.save()
        for row in formset.deleted_objects:
            row.delete()
        formset.save_m2m()


@admin.register(Unanswered)
class UnansweredAdmin(ReadOnlyAdmin):
    """What citizens asked and nobody had written an answer for."""

    list_display = ("text_masked", "asked_at", "conversation_channel")
    list_select_related = ("conversation",)
    ordering = ("-asked_at",)
    show_full_result_count = False

    @admin.display(description="통로")
    def conversation_channel(self, turn: Turn) -> str:
        """Where it was asked."""
        return turn.conversation.get_channel_display()

    def get_queryset(self, request: HttpRequest) -> QuerySet[Turn]:
        """Exits only."""
        turns: QuerySet[Turn] = super().get_queryset(request)
        return turns.filter(decision=Turn.Decision.EXITS)
