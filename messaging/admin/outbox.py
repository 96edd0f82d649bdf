"""발송 현황 and 결과 확인 필요."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.html import format_html
from django.utils.safestring import SafeString

from messaging import queries, services, topics
from messaging.admin.access import OfOffice, found_by_phone, note_look, page, row_or_404
from messaging.admin.forms import ReasonForm
from messaging.models import Attempt, LegStatus, Message, MessageStatus, Receipt
from messaging.permissions import may_decide
from messaging.scope_queries import of_office
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.admin import CappedPaginator, ReadOnlyAdmin
from portal.core.clock import in_korea
from portal.core.errors import Refused
from portal.core.privacy import mask_phone

TONES = {
    MessageStatus.DELIVERED.value: "good",
    MessageStatus.FAILED.value: "bad",
    MessageStatus.UNRESOLVED.value: "warn",
    MessageStatus.HELD.value: "warn",
}


def chip(label: str, tone: str = "") -> SafeString:
    """A coloured word."""
    return format_html('<span class="nt-chip {}">{}</span>', tone, label)


class TopicFilter(admin.SimpleListFilter):
    """By topic, from the list of topics instead of a look at every row."""

    title = "주제"
    parameter_name = "topic"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Name and description."""
        return [(name, topic.description) for name, topic in topics.topics().items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Message]) -> QuerySet[Message]:
        """Only the chosen one."""
        return queryset.filter(topic=self.value()) if self.value() else queryset


class BigTableAdmin(ReadOnlyAdmin):
    """A read-only list over millions of rows: newest first, nothing counted, numbers masked."""

    paginator = CappedPaginator
    ordering = ("-pk",)
    list_per_page = 50
    actions = None

    class Media:
        """The chips."""

        css = {"all": ["css/campaigns.css"]}


@admin.register(Message)
class MessageAdmin(OfOffice, BigTableAdmin):
    """발송 현황: search by the exact phone number, the complaint's or the campaign's number."""

    list_display = ("created", "topic_shown", "recipient", "reference", "way", "state")
    list_filter = ("status", TopicFilter)
    search_fields = ("reference",)
    search_help_text = "휴대전화 번호 전체 또는 접수번호·캠페인 번호"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Message]:
        """With the legs each row shows."""
        return super().get_queryset(request).prefetch_related("attempts")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Message], search_term: str
    ) -> tuple[QuerySet[Message], bool]:
        """Exact only; a look for a person is written down."""
        if not search_term:
            return queryset, False
        found = found_by_phone(queryset, search_term)
        if found is None:
            return queryset.filter(reference=search_term.strip()), False
        note_look(request, "message", found.order_by("-pk").values_list("pk", flat=True)[:100], action="search")
        return found, False

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One message with everything that is known of its legs."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        message = row_or_404(of_office(queries.message_in_full(), user_of(request)), object_id)
        legs = queries.legs_in_full(message)
        note_look(request, "message", [message.pk])
        topic = topics.describe(message.topic)
        recipient, state = mask_phone(message.phone), chip_of(message)
        return page(request, "message", title=topic, message=message, legs=legs, recipient=recipient, state=state)

    @admin.display(description="등록", ordering="pk")
    def created(self, message: Message) -> str:
        """Korean time."""
        return in_korea(message.created_at).strftime("%m-%d %H:%M:%S")

    @admin.display(description="주제")
    def topic_shown(self, message: Message) -> str:
        """In words."""
        return topics.describe(message.topic)

    @admin.display(description="받는 이")
    def recipient(self, message: Message) -> str:
        """Masked."""
        return mask_phone(message.phone)

    @admin.display(description="경로")
    def way(self, message: Message) -> str:
        """The legs taken so far."""
        legs = sorted(message.attempts.all(), key=lambda leg: leg.ordinal)
        return " → ".join(leg.get_channel_display() for leg in legs)

    @admin.display(description="상태", ordering="status")
    def state(self, message: Message) -> SafeString:
        """In colour."""
        return chip_of(message)


def chip_of(message: Message) -> SafeString:
    """A message's status as a chip."""
    label = message.get_status_display()
    return chip(f"{label} (시험)" if message.is_test else label, TONES.get(message.status, ""))


class UnclearFilter(admin.SimpleListFilter):
    """결과 확인 필요 first; everything only when asked for."""

    title = "보기"
    parameter_name = "show"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What waits for a person, and what is still being asked about."""
        return [("asking", LegStatus.UNKNOWN.label), ("all", "모든 발송 시도")]

    def choices(self, changelist: Any) -> Any:
        """The default has a name of its own."""
        for choice in super().choices(changelist):
            if self.value() is None and choice["selected"] and "show" not in choice["query_string"]:
                choice["display"] = LegStatus.UNRESOLVED.label
            yield choice

    def queryset(self, request: HttpRequest, queryset: QuerySet[Attempt]) -> QuerySet[Attempt]:
        """By status, along its index; nobody needs to decide about the messages of a test key."""
        if self.value() == "all":
            return queryset
        status = LegStatus.UNKNOWN if self.value() == "asking" else LegStatus.UNRESOLVED
        return queryset.filter(status=status, message__is_test=False)


@admin.register(Attempt)
class AttemptAdmin(OfOffice, BigTableAdmin):
    """결과 확인 필요: what was asked when, what the carrier said, and two decisions."""

    list_display = ("message", "recipient", "channel", "status", "submitted", "checks", "error")
    list_filter = (UnclearFilter,)
    ordering = ("-due_at",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Attempt]:
        """With the message and the call each row shows."""
        return super().get_queryset(request).select_related("message", "dispatch")

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One leg; POST decides about it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        attempt = row_or_404(self.get_queryset(request), object_id)
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid() and self._decide(request, attempt, form.cleaned_data["reason"]):
            return redirect("admin:messaging_attempt_changelist")
        note_look(request, "message", [attempt.message_id])
        can_decide = attempt.status == LegStatus.UNRESOLVED and may_decide(user_of(request))
        return page(
            request,
            "attempt",
            title="결과 확인",
            attempt=attempt,
            form=form,
            can_decide=can_decide,
            recipient=mask_phone(attempt.message.phone),
            events=attempt.events.order_by("pk"),
        )

    def _decide(self, request: HttpRequest, attempt: Attempt, reason: str) -> bool:
        send_again = request.POST.get("decision") == "again"
        try:
            services.settle_unresolved(
                attempt=attempt, send_again=send_again, reason=reason, by=user_of(request), now=clock.now()
            )
        except Refused as refused:
            messages.error(request, refused.sentence)
            return False
        messages.success(request, "다시 보냅니다." if send_again else "접수된 것으로 확정했습니다.")
        return True

    @admin.display(description="받는 이")
    def recipient(self, attempt: Attempt) -> str:
        """Masked."""
        return mask_phone(attempt.message.phone)

    @admin.display(description="호출")
    def submitted(self, attempt: Attempt) -> str:
        """When the carrier was called."""
        return in_korea(attempt.dispatch.submitted_at).strftime("%m-%d %H:%M:%S") if attempt.dispatch else ""

    @admin.display(description="조회")
    def checks(self, attempt: Attempt) -> int:
        """How often we asked."""
        return attempt.dispatch.checks_count if attempt.dispatch else 0

    @admin.display(description="오류")
    def error(self, attempt: Attempt) -> str:
        """What went wrong with the call."""
        return attempt.dispatch.error_kind if attempt.dispatch else ""


@admin.register(Receipt)
class ReceiptAdmin(BigTableAdmin):
    """결과 보고 as carriers sent them."""

    list_display = ("received_at", "carrier", "outcome", "code", "reason_kind", "folded_at", "attempt_id")
    list_filter = ("outcome",)
    fields = (
        "carrier",
        "event_key",
        "vendor_ref",
        "outcome",
        "code",
        "reason_kind",
        "occurred_at",
        "received_at",
        "folded_at",
    )
