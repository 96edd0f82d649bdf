"""달력과 시스템 장애: what a change would move is shown before it is kept."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse

from complaints.admin.access import key_in
from complaints.admin.calendar_forms import DayForm, ImportForm, OutageEndForm, OutageForm
from complaints.models import OutageWindow
from complaints.services import calendars, outages
from complaints.services.recalculating import Recalculation
from portal.accounts.looking import user_of
from portal.accounts.models import CalendarDay
from portal.core import clock
from portal.core.admin import ReadOnlyAdmin
from portal.core.client import address_of
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

NEXT_YEAR = "내년 달력이 아직 없습니다. 처리기한이 해를 넘기는 민원은 접수할 수 없게 되니 지금 등록해 주세요."


def _page(request: HttpRequest, title: str, form: Form, **context: Any) -> HttpResponse:
    shown = {**admin.site.each_context(request), "title": title, "form": form, **context}
    status = 422 if form.errors else 200
    return render(request, "admin/complaints/calendar_change.html", shown, status=status)


def _decided(
    request: HttpRequest,
    title: str,
    form: Form,
    *,
    weigh: Callable[[], Recalculation],
    keep: Callable[[], Recalculation],
    back: str,
    **context: Any,
) -> HttpResponse:
    """First what would move, then, on the second press, the change itself."""
    if not form.is_valid():
        return _page(request, title, form, back=back, **context)
    try:
        if "keep" not in request.POST:
            return _page(request, title, form, weighed=weigh(), back=back, **context)
        found = keep()
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return _page(request, title, form, back=back, **context)
    messages.success(
        request,
        f"저장했습니다. 처리기한이 바뀐 민원 {len(found.moves):,}건 (늦어짐 {found.later_count:,}, "
        f"빨라짐 {found.earlier_count:,}), 안내 문자 {found.told_count:,}건.",
    )
    return redirect(back)


def _who(request: HttpRequest) -> dict[str, Any]:
    return {"by": user_of(request), "address": address_of(request), "now": clock.now()}


class KeptByService(ReadOnlyAdmin):
    """Rows that an own page adds and changes through a service; whoever may not gets 403."""

    list_before_template = "admin/complaints/_calendar_banner.html"

    def _require(self, request: HttpRequest, permission: str) -> None:
        if not user_of(request).has_perm(permission):
            raise PermissionDenied

    def _back(self) -> str:
        return reverse(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The list, with a warning when next year is missing."""
        is_missing = calendars.next_year_missing(now_on=day_in_korea(clock.now()))
        context = {**(extra_context or {}), "calendar_warning": NEXT_YEAR if is_missing else ""}
        response: HttpResponse = super().changelist_view(request, context)
        return response


@admin.register(CalendarDay)
class CalendarDayAdmin(KeptByService):
    """달력: what the deadlines count with."""

    list_display = ("on", "name", "counts", "is_open", "source", "decided_by", "reason")
    list_filter = ("counts", "source")
    list_select_related = ("decided_by",)
    date_hierarchy = "on"
    ordering = ("-on",)

    def get_urls(self) -> list[URLPattern]:
        """The import stands before the usual pages."""
        view = self.admin_site.admin_view(self.import_view)
        return [path("import/", view, name="accounts_calendarday_import"), *super().get_urls()]

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Whoever keeps the calendar."""
        return bool(user_of(request).has_perm("accounts.change_calendarday"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A date by name."""
        return self._day_view(request, None)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A date of the list."""
        row = CalendarDay.objects.filter(on=_date_of(object_id)).first()
        if row is None:
            raise Http404
        return self._day_view(request, row)

    def _day_view(self, request: HttpRequest, row: CalendarDay | None) -> HttpResponse:
        self._require(request, "accounts.change_calendarday")
        title = f"{row.on} 바꾸기" if row else "쉬는 날·근무시간 지정"
        if request.method != "POST":
            return _page(request, title, DayForm.of(row), back=self._back())
        form = DayForm(request.POST)

        def run(service: Callable[..., Recalculation]) -> Recalculation:
            return service(form.day(), reason=form.cleaned_data["reason"], **_who(request))

        weigh, keep = calendars.weigh_day, calendars.decide_day
        return _decided(request, title, form, weigh=lambda: run(weigh), keep=lambda: run(keep), back=self._back())

    def import_view(self, request: HttpRequest) -> HttpResponse:
        """국민신문고 처리 예외일: the differences first."""
        self._require(request, "accounts.change_calendarday")
        title = "국민신문고 처리 예외일 가져오기"
        form = ImportForm(request.POST or None)
        if request.method != "POST":
            return _page(request, title, form, back=self._back())
        try:
            listed = calendars.read_exception_days(form.data.get("text", "")) if form.is_valid() else []
            found = calendars.differences(listed)
        except Refused as refused:
            form.add_error("text", refused.sentence)
            return _page(request, title, form, back=self._back())
        days = [one.day for one in found if not one.is_kept]
        return _decided(
            request,
            title,
            form,
            weigh=lambda: calendars.weigh_import(days, **_who(request)) if days else Recalculation(),
            keep=lambda: calendars.import_days(days, **_who(request)) if days else Recalculation(),
            back=self._back(),
            differences=found,
            listed_count=len(listed),
        )


@admin.register(OutageWindow)
class OutageWindowAdmin(KeptByService):
    """시스템 장애."""

    list_display = ("starts_at", "ends_at", "scope", "reason", "by")
    list_select_related = ("department", "by__official")
    ordering = ("-starts_at",)

    @admin.display(description="범위")
    def scope(self, row: OutageWindow) -> str:
        """Whose time was lost."""
        return row.department.name if row.department else "모든 부서"

    def has_add_permission(self, request: HttpRequest, *_: Any) -> bool:
        """Whoever keeps the calendar keeps the outages."""
        return bool(user_of(request).has_perm("complaints.add_outagewindow"))

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Declare one."""
        self._require(request, "complaints.add_outagewindow")
        title = "시스템 장애 등록"
        form = OutageForm(request.POST or None)
        if request.method != "POST":
            return _page(request, title, form, back=self._back())
        return _decided(
            request,
            title,
            form,
            weigh=lambda: outages.weigh_outage(**form.cleaned_data, **_who(request)),
            keep=lambda: outages.declare_outage(**form.cleaned_data, **_who(request))[1],
            back=self._back(),
        )

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """Say when it ended."""
        self._require(request, "complaints.change_outagewindow")
        window = OutageWindow.objects.filter(pk=key_in(object_id), ends_at=None).first()
        if window is None:
            messages.info(request, "이미 끝난 장애는 바꿀 수 없습니다.")
            return redirect(self._back())
        form = OutageEndForm(request.POST or None)
        title = f"장애 끝내기: {window.reason}"
        if request.method != "POST":
            return _page(request, title, form, back=self._back())
        return _decided(
            request,
            title,
            form,
            weigh=lambda: outages.weigh_outage(
                starts_at=window.starts_at,
                ends_at=form.moment(),
                department=window.department,
                reason=window.reason,
                **_who(request),
            ),
            keep=lambda: outages.end_outage(window, ends_at=form.moment(), **_who(request)),
            back=self._back(),
        )


def _date_of(text: str) -> date:
    try:
        return date.fromisoformat(text.replace("_2D", "-"))
    except ValueError as error:
        raise Http404 from error
