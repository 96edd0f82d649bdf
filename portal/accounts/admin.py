"""Officials' pages about people, departments, the calendar and the audit book."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from portal.accounts.models import AuditEntry, CalendarDay, Department, Official, User
from portal.core.admin import ReadOnlyAdmin

admin.site.unregister(Group)


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """Log-ins. Nobody edits their own groups; sealed columns are not shown."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", "groups")
    search_fields = ("username",)
    ordering = ("username",)
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("권한", {"fields": ("is_active", "is_staff", "groups")}),
        ("기록", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """One's own rights are somebody else's decision."""
        fixed = ("last_login", "date_joined")
        return (*fixed, "is_active", "is_staff", "groups") if obj == request.user else fixed


@admin.register(Department)
class DepartmentAdmin(ModelAdmin):
    """부서."""

    list_display = ("name", "phone", "is_active")
    search_fields = ("name",)
    ordering = ("name",)


@admin.register(Official)
class OfficialAdmin(ModelAdmin):
    """공무원: the name and telephone citizens are told."""

    list_display = ("name", "title", "department", "office_phone", "is_active")
    list_filter = ("department", "is_active")
    list_select_related = ("department",)
    search_fields = ("name",)
    ordering = ("department__name", "name")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Plain lists: the searching one has no accessible name. Only log-ins for this site can be an official's."""
        if db_field.name == "user":
            kwargs["queryset"] = User.objects.filter(is_staff=True).order_by("username")
        return super().formfield_for_foreignkey(db_field, request, **kwargs)


@admin.register(CalendarDay)
class CalendarDayAdmin(ReadOnlyAdmin):
    """달력: what the deadlines count with."""

    list_display = ("on", "name", "counts", "is_open", "source")
    list_filter = ("counts", "source")
    date_hierarchy = "on"
    ordering = ("-on",)


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """접속기록: for the auditor, read only."""

    list_display = ("id", "at", "actor_name", "address", "action", "task", "subject_kind", "reason")
    list_filter = ("action", "subject_kind")
    ordering = ("-id",)
