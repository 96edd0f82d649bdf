"""민원 in the officials' admin: the worklist is a table, the case a page of its own; master data as usual."""

from typing import Any

from django.contrib import admin
from django.contrib.admin import display
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from complaints import numbers, queries
from complaints.admin import case, catalogue
from complaints.admin.access import address, complaint_for, note_look
from complaints.admin.due import d_day
from complaints.admin.worklist import TabFilter, WorkList
from complaints.models import Complaint
from complaints.views.words import stage_label
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.admin import CappedPaginator, ReadOnlyAdmin
from portal.core.clock import in_korea
from portal.core.phones import PhoneRefused, parse_mobile
from portal.core.privacy import mask_address
from portal.core.sealing import blind_phone
from portal.core.workdays import WEEKDAYS

__all__ = ["ComplaintAdmin", "catalogue"]

_PAGES: tuple[tuple[str, str, Any], ...] = (
    ("case", "<int:pk>/case/", case.case),
    ("step", "<int:pk>/step/<slug:name>/", case.step),
    ("note", "<int:pk>/note/", case.note),
    ("read", "<int:pk>/read/", case.read),
    ("reveal", "<int:pk>/reveal/", case.reveal),
    ("photo", "<int:pk>/photos/<int:ordinal>/<slug:copy>/", case.photo),
)


@admin.register(Complaint)
class ComplaintAdmin(ReadOnlyAdmin):
    """업무함. Nothing is written here; a row leads to the case."""

    list_display = ("due", "stage_shown", "title_shown", "place", "filed", "officer_shown", "flags")
    list_display_links = None
    list_filter = (TabFilter, "stage", "channel", "category", "priority")
    search_fields = ("number",)
    search_help_text = "접수번호, 또는 휴대전화 번호 전체"
    list_per_page = 50
    list_max_show_all = 0
    paginator = CappedPaginator
    actions = None
    list_fullwidth = True
    list_filter_sheet = True
    list_before_template = "admin/complaints/_tabs.html"

    class Media:
        css = {"all": ("css/casework.css",)}

    def get_urls(self) -> list[URLPattern]:
        """Our own pages stand before the usual ones."""
        wrap = self.admin_site.admin_view
        own = [path(route, wrap(view), name=f"complaints_complaint_{name}") for name, route, view in _PAGES]
        return own + list(super().get_urls())

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[WorkList]:
        """The list with its tabs."""
        return WorkList

    def get_queryset(self, request: HttpRequest) -> QuerySet[Complaint]:
        """What the official may see; the rest is not there."""
        return queries.seen_by(user_of(request)).order_by()

    def get_ordering(self, request: HttpRequest) -> tuple[str, ...]:
        """What waits, by its due date; what has ended, the latest first."""
        return ("-submitted_at", "-pk") if request.GET.get("tab") in ("ended", "all") else ("due_at", "pk")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Complaint], search_term: str
    ) -> tuple[QuerySet[Complaint], bool]:
        """A number or a whole phone; names and words are sealed, and nobody looks people up by parts."""
        term = search_term.strip()
        if not term:
            return queryset, False
        try:
            return queryset.filter(number=numbers.parse_number(term)), False
        except numbers.NotANumber:
            pass
        try:
            return queryset.filter(phone_index=blind_phone(parse_mobile(term))), False
        except PhoneRefused:
            return queryset.none(), False

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, and one line in the audit book for everybody on it."""
        context = {**(extra_context or {}), "title": "민원 업무함"}
        response: HttpResponse = super().changelist_view(request, context)
        if isinstance(response, TemplateResponse) and response.context_data and "cl" in response.context_data:
            found = response.context_data["cl"]
            response.context_data["tabs"] = found.filter_specs[0].tabs()
            note_look(request, [row.pk for row in found.result_list], action="list")
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The case page."""
        return redirect(address("case", complaint_for(request, int(object_id)).pk))

    @display(description="기한", ordering="due_at")
    def due(self, complaint: Complaint) -> SafeString:
        """D-3, in words and colour."""
        left = d_day(complaint, now=clock.now())
        return format_html('<span class="cw-due {}">{}</span>', left.tone, left.words)

    @display(description="단계", ordering="stage")
    def stage_shown(self, complaint: Complaint) -> SafeString:
        """The badge citizens see too."""
        return format_html('<span class="cw-badge cw-{}">{}</span>', complaint.stage, stage_label(complaint))

    @display(description="제목")
    def title_shown(self, complaint: Complaint) -> SafeString:
        """The first words, and the number."""
        return format_html(
            '<a class="cw-title" href="{}">{}</a><small>{}</small>',
            address("case", complaint.pk),
            complaint.title or "사진 신고",
            complaint.number,
        )

    @display(description="장소")
    def place(self, complaint: Complaint) -> str:
        """To the 동 only."""
        return mask_address(complaint.address) or ("지도 위치" if complaint.lat is not None else "-")

    @display(description="접수일", ordering="submitted_at")
    def filed(self, complaint: Complaint) -> str:
        """11. 2.(월) 10:00."""
        at = in_korea(complaint.received_at or complaint.submitted_at)
        return f"{at.month}. {at.day}.({WEEKDAYS[at.weekday()]}) {at:%H:%M}"

    @display(description="담당자", ordering="officer__name")
    def officer_shown(self, complaint: Complaint) -> SafeString:
        """Who has it; the department alone if nobody does."""
        department = complaint.department.name if complaint.department else "부서 미정"
        name = complaint.officer.name if complaint.officer else "미배정"
        return format_html("{}<small>{}</small>", name, department)

    @display(description="표시")
    def flags(self, complaint: Complaint) -> SafeString:
        """Emergency, unread messages, second rounds, no phone."""
        found = [
            (complaint.is_urgent, "danger", "긴급"),
            (complaint.unread_count > 0, "warning", f"새 메시지 {complaint.unread_count}"),
            (complaint.round > 1, "", f"재검토 {complaint.round - 1}회"),
            (complaint.rerouted_count > 1, "", f"재배정 {complaint.rerouted_count}회"),
            (complaint.phone_index is None, "", "연락처 없음"),
        ]
        return format_html_join(
            " ", '<span class="cw-flag {}">{}</span>', ((tone, words) for is_so, tone, words in found if is_so)
        )
