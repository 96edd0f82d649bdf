"""대결 권한 위임: who decides in whose place, and since when."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from portal.accounts.looking import user_of
from portal.accounts.queries import official_of
from portal.approvals import queries, services
from portal.approvals.forms import StandInForm
from portal.approvals.models import StandIn
from portal.core import clock
from portal.core.admin import ReadOnlyAdmin
from portal.core.errors import Refused


@admin.register(StandIn)
class StandInAdmin(ReadOnlyAdmin):
    """대결 권한 위임."""

    list_display = ("absent", "deputy", "starts_on", "ends_on", "reason", "standing")
    list_select_related = ("absent__department", "deputy__department")
    ordering = ("-ends_on", "-pk")
    actions = ("take_back",)

    @admin.display(description="상태")
    def standing(self, row: StandIn) -> str:
        """Whether it counts today."""
        today = clock.day_in_korea(clock.now())
        if row.revoked_at is not None:
            return "거둠"
        if row.starts_on > today:
            return "예정"
        return "유효" if today <= row.ends_on else "끝남"

    def get_queryset(self, request: HttpRequest) -> QuerySet[StandIn]:
        """Why somebody is away is her department's business and her deputy's."""
        official = official_of(user_of(request))
        return queries.stand_ins_seen_by(official) if official else StandIn.objects.none()

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Whoever sees the list may name a stand-in; the service says for whom."""
        return bool(self.has_view_permission(request))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Name a stand-in."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = StandInForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                services.register_stand_in(**form.cleaned_data, by=user_of(request), now=clock.now())
            except Refused as refused:
                form.add_error(None, refused.sentence)
            else:
                messages.success(request, "대결자를 정했습니다.")
                return redirect(reverse("admin:approvals_standin_changelist"))
        context = {**admin.site.each_context(request), "title": "대결자 정하기", "form": form}
        return render(request, "admin/approvals/stand_in.html", context)

    @admin.action(description="고른 위임 거두기", permissions=["view"])
    def take_back(self, request: HttpRequest, rows: QuerySet[StandIn]) -> None:
        """End these; what was decided stays decided."""
        for row in rows.select_related("absent"):
            try:
                services.end_stand_in(row, by=user_of(request), now=clock.now())
            except Refused as refused:
                messages.error(request, refused.sentence)
            else:
                messages.success(request, "위임을 거두었습니다.")
