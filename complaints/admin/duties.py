"""당직·휴가: who is on duty, who is away, and who takes over what falls due meanwhile."""

from typing import Any

from django.contrib import admin, messages
from django.contrib.admin import display
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from complaints import services
from complaints.models import Category, Duty, Leave
from complaints.permissions import official_behind
from complaints.wording import stage_label
from portal.accounts.looking import note_look, user_of
from portal.accounts.models import Official
from portal.core import clock

SHOWN_REFUSALS = 5


def _reach(request: HttpRequest) -> tuple[Official | None, bool]:
    """Whoever is signed in, and whether she keeps only her own department's rows."""
    user = user_of(request)
    official = official_behind(user)
    is_administrator = user.is_superuser or (official is not None and official.has_role("administrator"))
    return official, not is_administrator


class _OwnDepartment(ModelAdmin):
    """A head sees and keeps the rows of her own department; an administrator all of them."""

    list_select_related: tuple[str, ...] = ("official__department",)
    search_fields = ("official__name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Narrowed to one's department unless one administrates."""
        rows: QuerySet[Any] = super().get_queryset(request)
        official, is_narrow = _reach(request)
        return rows.filter(official__department=official.department_id if official else None) if is_narrow else rows

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Plain lists, which say their name and search by typing: only who and what is there can be chosen."""
        if db_field.name in ("official", "substitute"):
            there = Official.objects.filter(is_active=True, user__is_active=True).select_related("department")
            official, is_narrow = _reach(request)
            if is_narrow:
                there = there.filter(department=official.department_id if official else None)
            kwargs["queryset"] = there.order_by("department__name", "name")
        if db_field.name == "category":
            kwargs["queryset"] = Category.objects.filter(is_active=True).order_by("name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(Duty)
class DutyAdmin(_OwnDepartment):
    """담당."""

    list_display = ("official", "category", "dong", "weight", "max_open", "starts_on", "ends_on")
    list_filter = ("official__department", "dong")
    list_select_related = ("official__department", "category", "dong")
    ordering = ("official__name", "starts_on")


@admin.register(Leave)
class LeaveAdmin(_OwnDepartment):
    """부재, and the proposal who takes over."""

    list_display = ("official", "kind", "substitute", "starts_at", "ends_at", "takeover")
    list_filter = ("kind",)
    list_select_related = ("official__department", "substitute__department")
    ordering = ("-starts_at",)

    def get_urls(self) -> list[URLPattern]:
        """The proposal stands before the usual pages."""
        own = path(
            "<int:pk>/takeover/", self.admin_site.admin_view(self.takeover_view), name="complaints_leave_takeover"
        )
        return [own, *super().get_urls()]

    @display(description="기한이 되는 민원")
    def takeover(self, leave: Leave) -> SafeString:
        """The way to the proposal; nothing about a leave that is over."""
        if leave.ends_at <= clock.now():
            return format_html("{}", "-")
        return format_html('<a href="{}">나누기</a>', reverse("admin:complaints_leave_takeover", args=[leave.pk]))

    def response_add(self, request: HttpRequest, obj: Leave, post_url_continue: str | None = None) -> HttpResponse:
        """After a leave was written down: straight to what falls due within it, if anything does."""
        if "_addanother" not in request.POST and services.proposal(obj, now=clock.now()):
            return redirect("admin:complaints_leave_takeover", obj.pk)
        response: HttpResponse = super().response_add(request, obj, post_url_continue)
        return response

    def takeover_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Who would take what; a POST hands it over."""
        leave = self.get_queryset(request).filter(pk=pk).first()
        if leave is None:
            raise Http404
        if not self.has_change_permission(request, leave):
            raise PermissionDenied
        if request.method == "POST":
            return self._hand_over(request, leave)
        moves = services.proposal(leave, now=clock.now())
        note_look(request, "complaints.complaint", [move.complaint.pk for move in moves], action="list")
        context = {
            **self.admin_site.each_context(request),
            "title": f"{leave.official.display_name} 부재 중 기한이 되는 민원",
            "leave": leave,
            "rows": [{"move": move, "label": stage_label(move.complaint)} for move in moves],
            "count": sum(move.choice is not None for move in moves),
            "list_url": reverse("admin:complaints_leave_changelist"),
        }
        return render(request, "admin/complaints/takeover.html", context)

    def _hand_over(self, request: HttpRequest, leave: Leave) -> HttpResponse:
        moved = services.redistribute(leave, by=user_of(request), now=clock.now())
        refused = [one for one in moved if one.refused]
        messages.success(request, f"{len(moved) - len(refused)}건을 나누었습니다.")
        for one in refused[:SHOWN_REFUSALS]:
            messages.warning(request, f"{one.complaint.number}: {one.refused}")
        if len(refused) > SHOWN_REFUSALS:
            messages.warning(request, f"그 밖에 {len(refused) - SHOWN_REFUSALS}건도 옮기지 못했습니다.")
        return redirect("admin:complaints_leave_takeover", leave.pk)
