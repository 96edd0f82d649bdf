"""회신함: what citizens wrote, how it was read, and a text back."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.utils.text import Truncator

from messaging import queries, services, topics
from messaging.admin.access import found_by_phone, note_look, page
from messaging.admin.forms import AnswerForm
from messaging.admin.outbox import BigTableAdmin, chip
from messaging.models import HookReject, Reply
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.clock import in_korea
from portal.core.errors import Refused
from portal.core.privacy import mask_phone

LABELS = {
    "consent": ("동의", "good"),
    "refuse": ("미동의", "bad"),
    "choice": ("선택", "good"),
    "ambiguous": ("불분명", "warn"),
    "unrelated": ("무관", ""),
    "identity": ("본인확인", ""),
    "opt_out": ("수신거부", "bad"),
}


class WaitingFilter(admin.SimpleListFilter):
    """What waits for an official first."""

    title = "보기"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Besides the default."""
        return [("all", "모든 회신"), ("stuck", "처리 오류")]

    def choices(self, changelist: Any) -> Any:
        """The default has a name of its own."""
        for choice in super().choices(changelist):
            if "show" not in choice["query_string"]:
                choice["display"] = "답장 대기"
            yield choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Reply]) -> QuerySet[Reply]:
        """Along the index of texts nobody else claimed."""
        if self.value() == "all":
            return queryset
        if self.value() == "stuck":
            return queryset.filter(handled_at=None, tries_count__gt=0)
        return queryset.filter(pk__in=queries.replies_for_officials())


@admin.register(Reply)
class ReplyAdmin(BigTableAdmin):
    """회신함, newest first."""

    list_display = ("received", "sender", "said", "read_as", "topic", "answered")
    list_filter = (WaitingFilter,)
    search_fields = ("event_key",)
    search_help_text = "휴대전화 번호 전체"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Reply]:
        """With what each row shows."""
        rows: QuerySet[Reply] = super().get_queryset(request)
        return rows.select_related("message", "handled_by", "to_number")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Reply], search_term: str
    ) -> tuple[QuerySet[Reply], bool]:
        """By exact phone number."""
        if not search_term:
            return queryset, False
        found = found_by_phone(queryset, search_term)
        return (queryset.none() if found is None else found), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list shows what people wrote, so it is one line in the audit book."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            rows = list(response.context_data["cl"].result_list)
            if rows:
                note_look(request, "reply", [row.pk for row in rows], action="list")
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One reply in its thread; POST answers it or counts it as seen."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        reply = get_object_or_404(Reply.objects.select_related("message", "to_number", "handled_by"), pk=object_id)
        form = AnswerForm(request.POST or None)
        if request.method == "POST" and self._act(request, reply, form):
            return redirect("admin:messaging_reply_changelist")
        thread = queries.thread_with(bytes(reply.phone_index))
        note_look(request, "reply", [reply.pk])
        return page(
            request,
            "reply",
            title="회신",
            reply=reply,
            thread=thread,
            form=form,
            can_answer=reply.to_number is not None and reply.phone.startswith("+82"),
            sender=mask_phone(reply.phone),
            read_as=self.read_as(reply),
        )

    def _act(self, request: HttpRequest, reply: Reply, form: AnswerForm) -> bool:
        by, now = user_of(request), clock.now()
        if request.POST.get("act") == "close":
            services.close_reply(reply=reply, by=by, now=now)
            return True
        if not form.is_valid():
            return False
        try:
            services.answer_reply(reply=reply, text=form.cleaned_data["text"], by=by, now=now)
        except Refused as refused:
            form.add_error("text", refused.sentence)
            return False
        messages.success(request, "답장을 보냅니다.")
        return True

    @admin.display(description="받은 때", ordering="pk")
    def received(self, reply: Reply) -> str:
        """Korean time."""
        return in_korea(reply.received_at).strftime("%m-%d %H:%M")

    @admin.display(description="보낸 이")
    def sender(self, reply: Reply) -> str:
        """Masked."""
        return mask_phone(reply.phone)

    @admin.display(description="내용")
    def said(self, reply: Reply) -> str:
        """The beginning."""
        return Truncator(reply.text).chars(40)

    @admin.display(description="판독")
    def read_as(self, reply: Reply) -> str:
        """In words."""
        label, tone = LABELS.get(reply.label, ("", ""))
        return chip(label, tone) if label else ""

    @admin.display(description="관련")
    def topic(self, reply: Reply) -> str:
        """What it answers, or who took it."""
        return str(reply.message) if reply.message else topics.describe(reply.topic)

    @admin.display(description="확인한 사람")
    def answered(self, reply: Reply) -> str:
        """Who saw it."""
        return str(reply.handled_by) if reply.handled_by else ""


@admin.register(HookReject)
class HookRejectAdmin(BigTableAdmin):
    """읽지 못한 웹훅: the carrier spoke in a shape we do not know."""

    list_display = ("received_at", "carrier", "kind", "reason")
    list_filter = ("kind",)
    fields = ("received_at", "carrier", "kind", "reason", "content")
    readonly_fields = ("content",)

    @admin.display(description="원문")
    def content(self, reject: HookReject) -> str:
        """Resident numbers are already masked."""
        return Truncator(reject.body).chars(4000)
