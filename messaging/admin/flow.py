"""발송 흐름."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet, Sum
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path
from django.utils.safestring import SafeString

from messaging import queries, services
from messaging.admin.access import OfOffice, note_look, page, row_or_404
from messaging.admin.forms import ReasonForm
from messaging.admin.outbox import BigTableAdmin, chip
from messaging.models import MessageStatus, Stream
from messaging.permissions import may_decide
from messaging.scope_queries import of_office
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.live import live


def _count_of(*statuses: str) -> Coalesce:
    return Coalesce(Sum("counts__delta", filter=Q(counts__metric__in=statuses)), 0)


def _figures(stream: Stream) -> dict[str, Any]:
    """A stream's numbers, from counters alone."""
    tally, replies = queries.tally_of(stream.name), queries.replies_of(stream.name)
    return {
        "stream": stream,
        "figures": [(status.label, tally[status.value]) for status in MessageStatus],
        "replies": [(label, replies[metric]) for metric, label in queries.REPLY_METRICS.items()],
        "has_replies": any(replies.values()),
    }


@live(tag=lambda request, pk: queries.stream_tag(pk))
def live_figures(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The numbers, whenever one of them moved."""
    if not user_of(request).has_perm("messaging.view_stream"):
        raise PermissionDenied
    hers = of_office(Stream.objects.select_related("paused_by"), user_of(request))
    stream = get_object_or_404(hers, pk=pk)
    return page(request, "_stream", title="", **_figures(stream))


@admin.register(Stream)
class StreamAdmin(OfOffice, BigTableAdmin):
    """발송 흐름: counters instead of counting; pause, resume and cancel with a reason."""

    list_display = ("name", "waiting", "under_way", "sent", "delivered", "failed", "unresolved", "state")
    search_fields = ("name",)

    def get_urls(self) -> list[URLPattern]:
        """Also the live part."""
        ours = [path("<int:pk>/live/", self.admin_site.admin_view(live_figures), name="messaging_stream_live")]
        return [*ours, *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> QuerySet[Stream]:
        """With the counters of each stream, in one query."""
        rows: QuerySet[Stream] = super().get_queryset(request)
        return rows.annotate(
            waiting_count=_count_of("queued", "held"),
            sending_count=_count_of("sending"),
            sent_count=_count_of("sent"),
            delivered_count=_count_of("delivered"),
            failed_count=_count_of("failed"),
            unresolved_count=_count_of("unresolved"),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One stream; POST pauses, resumes or cancels it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        stream = row_or_404(of_office(Stream.objects.select_related("paused_by"), user_of(request)), object_id)
        can_decide = may_decide(user_of(request))
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and can_decide and form.is_valid():
            self._act(request, stream, form.cleaned_data["reason"])
            return redirect("admin:messaging_stream_change", stream.pk)
        return page(request, "stream", title=stream.name, form=form, can_decide=can_decide, **_figures(stream))

    def _act(self, request: HttpRequest, stream: Stream, reason: str) -> None:
        by, now = user_of(request), clock.now()
        match request.POST.get("act"):
            case "pause":
                services.pause(stream=stream.name, reason=reason, by=by, now=now)
                done = "멈췄습니다."
            case "resume":
                services.resume(stream=stream.name, by=by, now=now)
                done = "다시 보냅니다."
            case "release":
                services.release(stream=stream.name, by=by, now=now)
                done = "나머지를 보냅니다."
            case "cancel":
                done = f"기다리던 {services.cancel_stream(stream=stream.name, by=by, now=now):,}건을 취소했습니다."
            case _:
                return
        note_look(request, "stream", [stream.pk], action=str(request.POST["act"]), reason=reason)
        messages.success(request, done)

    @admin.display(description="대기")
    def waiting(self, stream: Any) -> int:
        """Queued or held."""
        return int(stream.waiting_count)

    @admin.display(description="발송 중")
    def under_way(self, stream: Any) -> int:
        """At the carrier's door."""
        return int(stream.sending_count)

    @admin.display(description="발송")
    def sent(self, stream: Any) -> int:
        """Accepted, no receipt yet."""
        return int(stream.sent_count)

    @admin.display(description="전달")
    def delivered(self, stream: Any) -> int:
        """With a receipt."""
        return int(stream.delivered_count)

    @admin.display(description="실패")
    def failed(self, stream: Any) -> int:
        """No leg left."""
        return int(stream.failed_count)

    @admin.display(description="확인 필요")
    def unresolved(self, stream: Any) -> int:
        """For a person."""
        return int(stream.unresolved_count)

    @admin.display(description="상태")
    def state(self, stream: Stream) -> SafeString:
        """Whether it runs."""
        if stream.paused_at:
            return chip("멈춤", "warn")
        return chip("시험 발송", "warn") if stream.is_trying else chip("진행", "good")
