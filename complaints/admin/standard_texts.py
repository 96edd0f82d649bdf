"""표준 답변: what a department answers again and again; each department keeps its own."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from complaints.models import StandardText
from complaints.permissions import official_behind
from portal.accounts.looking import user_of


@admin.register(StandardText)
class StandardTextAdmin(ModelAdmin):
    """The own department's answers; an administrator sees all of them."""

    list_display = ("title", "department")
    search_fields = ("title",)
    fields = ("department", "title", "text")

    def get_queryset(self, request: HttpRequest) -> QuerySet[StandardText]:
        """Of the own department."""
        rows: QuerySet[StandardText] = super().get_queryset(request).select_related("department")
        user = user_of(request)
        if user.is_superuser:
            return rows
        official = official_behind(user)
        return rows.filter(department=official.department_id) if official else rows.none()

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Only who has a department, or may name one."""
        may_add: bool = super().has_add_permission(request)
        return may_add and (user_of(request).is_superuser or official_behind(user_of(request)) is not None)

    def get_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """The department is asked of an administrator only."""
        return self.fields if user_of(request).is_superuser else ("title", "text")

    def save_model(self, request: HttpRequest, obj: StandardText, form: Any, change: bool) -> None:
        """An official writes for her own department."""
        official = official_behind(user_of(request))
        if not user_of(request).is_superuser and official is not None:
            obj.department = official.department
        super().save_model(request, obj, form, change)
