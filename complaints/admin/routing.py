"""라우팅: rules with a rehearsal before saving, versions of the router, and the corrections it learns from."""

from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.admin import display
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextInputWidget

from complaints import queries, rehearsing, services
from complaints.models import Category, Correction, RouterVersion, RoutingRule
from portal.accounts.looking import note_look, user_of
from portal.accounts.models import Department, Official
from portal.core import clock
from portal.core.admin import CappedPaginator, ReadOnlyAdmin

FIGURES = {"department_at_1": "첫 부서", "department_at_3": "세 부서 안", "auto_precision": "자동 배정 정확도"}
SETS = {
    "corrections": "바로잡은 글",
    "corrections_before": "바로잡은 글(이전 모델)",
    "held_out": "기본 글",
    "held_out_shipped": "기본 글(제품 모델)",
}


class RuleForm(forms.ModelForm):
    """A rule, refused with a reason if it could never do what it says."""

    class Meta:
        model = RoutingRule
        fields = (
            "ordinal",
            "words",
            "category",
            "dong",
            "department",
            "officer",
            "active_from",
            "active_until",
            "is_active",
            "note",
        )
        widgets = {"words": UnfoldAdminTextInputWidget}
        help_texts = {
            "ordinal": "작은 번호부터 보고, 처음 맞는 규칙 하나만 씁니다.",
            "words": "쉼표로 나눕니다. 모두 있어야 맞고, ‘하천|개천’처럼 |로 이은 것은 하나만 있으면 됩니다.",
            "officer": "근무 중이 아니면 다른 담당자에게 나눕니다.",
            "note": "민원인이 보는 배정 이유에 그대로 나옵니다.",
        }

    def clean(self) -> dict[str, Any]:
        """What `services.trouble_of` would switch off tonight is not saved now."""
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.errors:
            return values
        row = RoutingRule(**{**values, "words": values["words"] or []})
        trouble = services.trouble_of(row)
        if trouble and values["is_active"]:
            raise ValidationError(trouble)
        return values


@admin.register(RoutingRule)
class RoutingRuleAdmin(ModelAdmin):
    """배정 규칙."""

    form = RuleForm
    list_display = ("ordinal", "conditions", "department", "officer", "dates", "state", "owner")
    list_display_links = ("ordinal", "conditions")
    list_filter = ("is_active", "department")
    list_select_related = ("category", "dong", "department", "officer__department", "owner__official")
    ordering = ("ordinal",)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Plain lists, which say their name: only who and what is there can be chosen."""
        if db_field.name == "category":
            kwargs["queryset"] = Category.objects.filter(is_active=True).order_by("name")
        if db_field.name == "department":
            kwargs["queryset"] = Department.objects.filter(is_active=True).order_by("name")
        if db_field.name == "officer":
            there = Official.objects.filter(is_active=True, user__is_active=True).select_related("department")
            kwargs["queryset"] = there.order_by("department__name", "name")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: RoutingRule, form: object, change: bool) -> None:
        """Whoever saved it last hears of it when it goes off."""
        obj.owner, obj.trouble = user_of(request), ""
        super().save_model(request, obj, form, change)

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A valid rule is rehearsed on the last cases first; the second press saves it."""
        if request.method == "POST" and "confirmed" not in request.POST:
            shown = self._rehearsed(request, object_id)
            if shown is not None:
                return shown
        response: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return response

    def _rehearsed(self, request: HttpRequest, object_id: str | None) -> HttpResponse | None:
        row = self.get_object(request, object_id) if object_id else None
        may = self.has_change_permission(request, row) if row else self.has_add_permission(request)
        form = RuleForm(request.POST, instance=row)
        if not may or not form.is_valid() or not form.instance.is_active:
            return None
        found = rehearsing.rehearse(form.instance, on=clock.day_in_korea(clock.now()))
        sent = [(name, value) for name, values in request.POST.lists() for value in values]
        context = {
            **self.admin_site.each_context(request),
            "title": "배정 규칙 미리 보기",
            "found": found,
            "department": form.instance.department,
            "sent": [pair for pair in sent if pair[0] != "csrfmiddlewaretoken"],
            "list_url": reverse("admin:complaints_routingrule_changelist"),
        }
        return render(request, "admin/complaints/rehearsal.html", context)

    @display(description="조건")
    def conditions(self, row: RoutingRule) -> str:
        """가로등, 하천|개천 · 분류 가로등 · 가람동."""
        parts = [
            ", ".join(row.words),
            f"분류 {row.category.name}" if row.category else "",
            row.dong.name if row.dong else "",
        ]
        return " · ".join(part for part in parts if part)

    @display(description="기간")
    def dates(self, row: RoutingRule) -> str:
        """언제나, or the two days."""
        if row.active_from is None and row.active_until is None:
            return "언제나"
        return f"{row.active_from or ''} ~ {row.active_until or ''}".strip()

    @display(description="상태")
    def state(self, row: RoutingRule) -> SafeString:
        """In use, switched off by hand, or by the portal with its reason."""
        if row.trouble:
            return format_html('<span class="cw-flag danger">꺼짐</span> {}', row.trouble)
        return format_html('<span class="cw-flag">{}</span>', "사용" if row.is_active else "사용 안 함")

    class Media:
        css = {"all": ("css/casework.css",)}


@admin.register(RouterVersion)
class RouterVersionAdmin(ReadOnlyAdmin):
    """분류 모델: which decides, and how each did on texts it had not read."""

    list_display = ("trained_at", "state", "row_count", "correction_count", "threshold", "verdict")
    list_filter = ("state",)
    fields = ("trained_at", "state", "row_count", "correction_count", "threshold", "verdict", "figures")
    readonly_fields = fields
    ordering = ("-trained_at",)

    def get_queryset(self, request: HttpRequest) -> Any:
        """Without the weights: megabytes a row."""
        return super().get_queryset(request).defer("weights")

    @display(description="점수")
    def figures(self, version: RouterVersion) -> str:
        """바로잡은 글: 첫 부서 81%, 세 부서 안 94%, 자동 배정 정확도 97% (40건)."""
        lines = []
        for key, label in SETS.items():
            if found := version.scores.get(key):
                shares = ", ".join(f"{words} {found[name]:.1%}" for name, words in FIGURES.items())
                lines.append(f"{label}: {shares} ({found['count']}건)")
        return "\n".join(lines)


@admin.register(Correction)
class CorrectionAdmin(ReadOnlyAdmin):
    """분류 바로잡기: what people decided where the router erred or did not dare. The words stay sealed."""

    list_display = (
        "at",
        "complaint",
        "predicted_department",
        "department",
        "predicted_category",
        "category",
        "by",
        "used_in",
    )
    list_display_links = None
    list_filter = ("department",)
    list_select_related = (
        "complaint",
        "predicted_department",
        "department",
        "predicted_category",
        "category",
        "by__official",
        "used_in",
    )
    paginator = CappedPaginator
    list_per_page = 50
    ordering = ("-at", "-pk")

    def get_queryset(self, request: HttpRequest) -> Any:
        """Of cases the official may see."""
        rows = super().get_queryset(request).defer("text_sealed", "used_in__weights", "complaint__body_sealed")
        return rows.filter(complaint__in=queries.seen_by(user_of(request)).order_by().values("pk"))

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """A list of cases leaves a line in the audit book."""
        response: HttpResponse = super().changelist_view(request, extra_context)
        found = getattr(response, "context_data", None) or {}
        if "cl" in found:
            note_look(
                request, "complaints.complaint", [row.complaint_id for row in found["cl"].result_list], action="list"
            )
        return response
