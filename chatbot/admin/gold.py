"""시험 질문: the questions no build may lose, and the answers each of them must find."""

from typing import ClassVar

from django.contrib import admin

from chatbot.models import GoldQuestion
from portal.core.admin import CappedPaginator, ReadOnlyAdmin


@admin.register(GoldQuestion)
class GoldQuestionAdmin(ReadOnlyAdmin):
    """Every question the gate asks."""

    list_display = ("text", "answers", "kind", "is_pinned")
    list_filter = ("kind", "is_pinned")
    search_fields: ClassVar = ["text"]
    fields = ("text", "answers", "kind", "is_pinned")
    ordering = ("text",)
    list_per_page = 50
    paginator = CappedPaginator

    @admin.display(description="맞는 답변")
    def answers(self, question: GoldQuestion) -> str:
        """The slugs that are right, or that nobody here answers it."""
        return ", ".join(question.expected) or "우리 답변 없음"
