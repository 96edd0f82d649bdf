"""비용, 단가, 예산 and 통신사 청구서."""

import csv
from datetime import date
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.forms import ModelForm
from django.http import Http404, HttpRequest, HttpResponse
from unfold.admin import ModelAdmin

from messaging import spending
from messaging.admin.access import OfOffice, note_look, page
from messaging.models import Budget, Channel, Invoice, LedgerCount, Price
from messaging.pricing import published, tariff_on
from messaging.scope_queries import sees_everything
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.admin import ReadOnlyAdmin


@admin.register(LedgerCount)
class LedgerCountAdmin(OfOffice, ReadOnlyAdmin):
    """비용: one month, by department and channel, against letters and against the carriers' bills."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The month of `?month=2026-11`, this month without it; `?as=csv` hands the table over."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        today = clock.day_in_korea(clock.now())
        month = _month(request.GET.get("month", ""), today)
        tariff = tariff_on(today)
        user = user_of(request)
        found = spending.month_of(month, user, tariff=tariff)
        if request.GET.get("as") == "csv":
            return _csv(month, found)
        return page(
            request,
            "costs",
            title="비용",
            month=month,
            months=sorted({*spending.months(user), today.replace(day=1)}, reverse=True),
            found=found,
            is_whole_house=sees_everything(user),
            comparisons=spending.invoices_of(month),
            prices=[(Channel(channel).label, tariff.rate(channel)) for channel in published()],
        )


def _month(asked: str, today: date) -> date:
    if not asked:
        return today.replace(day=1)
    try:
        return date.fromisoformat(f"{asked}-01")
    except ValueError as error:
        raise Http404 from error


def _csv(month: date, found: spending.Month) -> HttpResponse:
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response.headers["Content-Disposition"] = f'attachment; filename="costs-{month:%Y-%m}.csv"'
    response.write("\ufeff")  # Excel takes a file without it for CP949
    lines = csv.writer(response)
    lines.writerow(["부서", "채널", "건수", "금액(원)"])
    for cost in found.costs:
        lines.writerow([_as_text(cost.department), cost.channel_label, cost.leg_count, cost.won])
    return response


def _as_text(cell: str) -> str:
    """A cell that a spreadsheet must not take for a formula."""
    return f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell


class _Noted(ModelAdmin):
    """Whoever changes what messages may cost is in the book."""

    def save_model(self, request: HttpRequest, obj: Any, form: ModelForm, change: bool) -> None:
        """Saved, and written down."""
        super().save_model(request, obj, form, change)
        name = str(obj._meta.model_name)
        note_look(request, name, [obj.pk], action="change" if change else "add", reason=", ".join(form.changed_data))


@admin.register(Price)
class PriceAdmin(_Noted):
    """단가: a new price is a new row with its first day; what was billed keeps its price."""

    list_display = ("channel", "carrier", "won", "billed_on", "valid_from")
    list_filter = ("channel",)
    ordering = ("channel", "carrier", "-valid_from")


@admin.register(Budget)
class BudgetAdmin(OfOffice, _Noted):
    """예산: a department's daily cap for campaigns."""

    list_display = ("department", "daily_won")
    list_select_related = ("department",)


@admin.register(Invoice)
class InvoiceAdmin(_Noted):
    """통신사 청구서: typed in from the carrier's bill; the comparison stands on the page 비용."""

    list_display = ("month", "carrier", "channel", "leg_count", "won", "note")
    list_filter = ("carrier",)
    ordering = ("-month", "carrier", "channel")
    exclude = ("entered_at", "entered_by")

    def save_model(self, request: HttpRequest, obj: Invoice, form: ModelForm, change: bool) -> None:
        """With who typed it."""
        obj.entered_at, obj.entered_by = clock.now(), user_of(request)
        super().save_model(request, obj, form, change)
