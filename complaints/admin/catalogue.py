"""What heads and administrators keep: categories and their words, agencies, who is on duty and who is away."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from complaints.models import Agency, Category, CategoryKeyword, Duty, Leave
from complaints.permissions import official_behind
from portal.accounts.models import User


@admin.register(Category)
class CategoryAdmin(ModelAdmin):
    """민원 분류."""

    list_display = ("name", "department", "kind", "period_value", "period_unit", "weight", "is_active")
    list_filter = ("is_active", "kind", "department")
    list_select_related = ("department",)
    search_fields = ("name", "code")
    autocomplete_fields = ("department",)
    ordering = ("department__name", "name")
    list_per_page = 50


@admin.register(CategoryKeyword)
class CategoryKeywordAdmin(ModelAdmin):
    """분류 낱말: what the router listens for."""

    list_display = ("text", "category", "weight", "source")
    list_filter = ("source", "category")
    list_select_related = ("category",)
    search_fields = ("text",)
    autocomplete_fields = ("category",)
    ordering = ("category__name", "-weight", "text")
    readonly_fields = ("source",)
    show_full_result_count = False

    def save_model(self, request: HttpRequest, obj: CategoryKeyword, form: object, change: bool) -> None:
        """What an official wrote or changed stays hers when the shipped words are loaded again."""
        obj.source = CategoryKeyword.Source.OFFICIAL
        super().save_model(request, obj, form, change)


@admin.register(Agency)
class AgencyAdmin(ModelAdmin):
    """이송 기관."""

    list_display = ("name", "phone", "examples", "is_active")
    search_fields = ("name",)
    ordering = ("name",)


class _OwnDepartment(ModelAdmin):
    """A head sees and keeps the rows of her own department; an administrator all of them."""

    autocomplete_fields: tuple[str, ...] = ("official",)
    list_select_related: tuple[str, ...] = ("official__department",)
    search_fields = ("official__name",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        """Narrowed to one's department unless one administrates."""
        rows: QuerySet[Any] = super().get_queryset(request)
        user = request.user
        official = official_behind(user) if isinstance(user, User) else None
        if user.is_superuser or (official is not None and official.has_role("administrator")):
            return rows
        return rows.filter(official__department=official.department_id if official else None)


@admin.register(Duty)
class DutyAdmin(_OwnDepartment):
    """담당."""

    list_display = ("official", "category", "weight", "max_open", "starts_on", "ends_on")
    list_filter = ("official__department",)
    list_select_related = ("official__department", "category")
    autocomplete_fields = ("official", "category")
    ordering = ("official__name", "starts_on")


@admin.register(Leave)
class LeaveAdmin(_OwnDepartment):
    """부재."""

    list_display = ("official", "kind", "starts_at", "ends_at")
    list_filter = ("kind",)
    ordering = ("-starts_at",)
