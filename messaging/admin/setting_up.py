"""발신번호 and 수신거부."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from django.utils.http import content_disposition_header
from django.utils.safestring import SafeString, mark_safe
from unfold.admin import ModelAdmin

from messaging import services
from messaging.admin.access import found_by_phone, note_look
from messaging.admin.forms import OptOutForm, SenderForm
from messaging.admin.outbox import chip
from messaging.models import ChangeSource, OptOut, SenderDocument, SenderNumber
from messaging.preference_history import Origin
from messaging.senders import expires_soon
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.client import address_of
from portal.core.clock import in_korea
from portal.core.errors import Refused


@admin.register(SenderNumber)
class SenderNumberAdmin(ModelAdmin):
    """발신번호: only a number with proof and an expiry date can be registered."""

    form = SenderForm
    list_display = ("number", "name", "status", "expiry", "can_receive", "is_default")
    readonly_fields = ("documents",)
    list_filter = ("status",)
    search_fields = ("number", "name")
    ordering = ("number",)

    class Media:
        """The chips."""

        css = {"all": ["css/campaigns.css"]}

    def get_urls(self) -> list[URLPattern]:
        """Also the papers."""
        ours = [
            path("document/<int:pk>/", self.admin_site.admin_view(self.document_view), name="messaging_senderdocument")
        ]
        return [*ours, *super().get_urls()]

    def document_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """One paper, for download; the look is written down."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        document = get_object_or_404(SenderDocument, pk=pk)
        note_look(request, "senderdocument", [document.pk])
        content = services.open_document(document=document)
        headers = {"Cache-Control": "private, no-store", "X-Content-Type-Options": "nosniff"}
        answer = HttpResponse(content, content_type=document.media_type, headers=headers)
        answer.headers["Content-Disposition"] = content_disposition_header(True, document.name)
        return answer

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A number that ever sent stays on record; it can be suspended."""
        return False

    @admin.display(description="유효기간", ordering="expires_on")
    def expiry(self, sender: SenderNumber) -> SafeString | str:
        """In colour when a new paper is needed."""
        if sender.expires_on is None:
            return ""
        today = clock.day_in_korea(clock.now())
        if not expires_soon(sender, today):
            return str(sender.expires_on)
        is_over = sender.expires_on < today
        return chip(f"{sender.expires_on} {'만료' if is_over else '곧 만료'}", "bad" if is_over else "warn")

    @admin.display(description="올린 파일")
    def documents(self, sender: SenderNumber) -> SafeString | str:
        """The papers, newest first."""
        if not sender.pk:
            return "아직 없습니다."
        rows = sender.documents.order_by("-pk").values_list("pk", "name", "uploaded_at")
        links = [
            (reverse("admin:messaging_senderdocument", args=[pk]), name, in_korea(at).strftime("%Y-%m-%d"))
            for pk, name, at in rows
        ]
        return format_html_join(mark_safe("<br>"), '<a href="{}">{}</a> ({})', links) or "아직 없습니다."

    def save_model(self, request: HttpRequest, obj: SenderNumber, form: Any, change: bool) -> None:
        """Saved, and written down field by field."""
        super().save_model(request, obj, form, change)
        paper = form.cleaned_data.get("document")
        if paper is not None:
            services.keep_document(
                sender=obj, name=paper.name, content=paper.read(), by=user_of(request), now=clock.now()
            )
        note_look(
            request,
            "sendernumber",
            [obj.pk],
            action="change" if change else "add",
            reason=", ".join(form.changed_data)[:200],
        )


@admin.register(OptOut)
class OptOutAdmin(ModelAdmin):
    """수신거부: added when a citizen asks at the counter, lifted only at her own wish. Numbers are not shown."""

    form = OptOutForm
    list_display = ("pk", "scope", "value", "source", "since", "lifted_at")
    list_filter = ("scope", "source")
    search_fields = ("value",)
    search_help_text = "휴대전화 번호 전체"
    ordering = ("-pk",)
    actions = ("lift",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OptOut], search_term: str
    ) -> tuple[QuerySet[OptOut], bool]:
        """By exact phone number."""
        if not search_term:
            return queryset, False
        found = found_by_phone(queryset, search_term)
        return (queryset.none() if found is None else found), False

    def has_change_permission(self, request: HttpRequest, obj: OptOut | None = None) -> bool:
        """Lifting is an action; the rest is history."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: OptOut | None = None) -> bool:
        """Never."""
        return False

    def save_model(self, request: HttpRequest, obj: OptOut, form: Any, change: bool) -> None:
        """Through the service, so that waiting messages stop at once."""
        wish = services.opt_out(
            phone=form.cleaned_data["phone"],
            scope=OptOut.Scope(obj.scope),
            value=obj.value,
            source=OptOut.Source.OFFICIAL,
            by=user_of(request),
            now=clock.now(),
        )
        obj.pk = wish.pk
        note_look(request, "optout", [wish.pk], action="add")

    @admin.action(description="시민 요청으로 해제", permissions=["add"])
    def lift(self, request: HttpRequest, chosen: QuerySet[OptOut]) -> None:
        """End the chosen opt-outs."""
        origin = Origin(ChangeSource.OFFICIAL, user_of(request), address_of(request))
        wishes = list(chosen)
        for wish in wishes:
            try:
                services.lift_opt_out(wish=wish, now=clock.now(), origin=origin)
            except Refused as refused:
                messages.error(request, refused.sentence)
        note_look(request, "optout", [wish.pk for wish in wishes], action="lift")
