"""Officials' pages about people, departments and the audit book; the calendar's are where its deadlines are."""

from collections.abc import Callable
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from django import forms
from django.contrib import admin, messages
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from portal.accounts import second_factor
from portal.accounts import services as accounts
from portal.accounts.audit_words import action_word, subject_word
from portal.accounts.looking import user_of
from portal.accounts.models import ROLES, AuditEntry, Department, Official, User
from portal.core import clock
from portal.core.admin import ReadOnlyAdmin
from portal.core.client import address_of
from portal.core.errors import Refused

admin.site.unregister(Group)
for library in (Authenticator, EmailAddress, SocialAccount, SocialApp, SocialToken):
    admin.site.unregister(library)  # nothing of these is an official's to see or change


class RolesField(forms.ModelMultipleChoiceField):
    """Groups by the Korean names of their roles."""

    def label_from_instance(self, obj: Group) -> str:
        """What people call it."""
        return ROLES.get(obj.name, obj.name)


class RoleFilter(admin.SimpleListFilter):
    """Who holds a role, by its Korean name."""

    title = "역할"
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Every role of the house."""
        return list(ROLES.items())

    def queryset(self, request: HttpRequest, queryset: QuerySet[User]) -> QuerySet[User]:
        """Those who hold it."""
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


class BookFilter(admin.SimpleListFilter):
    """One column of the audit book; its codes stand there in words."""

    column: str
    word: Callable[[str], str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What is in the book."""
        codes = AuditEntry.objects.order_by(self.column).values_list(self.column, flat=True).distinct()
        return [(code, self.word(code)) for code in codes]

    def queryset(self, request: HttpRequest, queryset: QuerySet[AuditEntry]) -> QuerySet[AuditEntry]:
        """The lines with it."""
        return queryset.filter(**{self.column: self.value()}) if self.value() else queryset


class ActionFilter(BookFilter):
    """What was done."""

    title, word = "행위", staticmethod(action_word)
    parameter_name = column = "action"


class SubjectFilter(BookFilter):
    """Whose data."""

    title, word = "대상", staticmethod(subject_word)
    parameter_name = column = "subject_kind"


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):
    """Log-ins. Nobody edits their own groups; sealed columns are not shown."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ("username", "is_staff", "is_active", "last_login")
    list_filter = ("is_staff", "is_active", RoleFilter)
    search_fields = ("username",)
    ordering = ("username",)
    filter_horizontal = ("groups",)
    fieldsets = (
        (None, {"fields": ("username", "password")}),
        ("권한", {"fields": ("is_active", "is_staff", "groups")}),
        ("기록", {"fields": ("last_login", "date_joined")}),
    )
    readonly_fields = ("last_login", "date_joined")
    actions = ("unlock", "forget_second_factor")

    @admin.action(description="로그인 잠금 풀기", permissions=["change"])
    def unlock(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """After five wrong passwords: whoever asks has been recognised another way."""
        for user in chosen:
            second_factor.unlock(user=user, by=user_of(request), address=address_of(request), now=clock.now())
        self.message_user(request, f"{len(chosen)}명의 로그인 잠금을 풀었습니다.")

    @admin.action(description="두 번째 인증 지우기(휴대전화 분실)", permissions=["change"])
    def forget_second_factor(self, request: HttpRequest, chosen: QuerySet[User]) -> None:
        """She enrols another telephone at her next sign-in."""
        for user in chosen:
            try:
                second_factor.forget(user=user, by=user_of(request), address=address_of(request), now=clock.now())
            except Refused as refused:
                self.message_user(request, refused.sentence, messages.ERROR)
            else:
                self.message_user(request, f"{user}의 두 번째 인증을 지웠습니다. 다음 로그인에서 새로 등록합니다.")

    def save_model(self, request: HttpRequest, obj: User, form: Any, change: bool) -> None:
        """Whoever becomes an official, or is none any more, has no number here until it is given again."""
        if change and "is_staff" in form.changed_data:
            accounts.forget_phone(user=obj)
        super().save_model(request, obj, form, change)

    def get_readonly_fields(self, request: HttpRequest, obj: User | None = None) -> tuple[str, ...]:
        """One's own rights are somebody else's decision."""
        fixed = ("last_login", "date_joined")
        return (*fixed, "is_active", "is_staff", "roles") if obj == request.user else fixed

    def get_fieldsets(self, request: HttpRequest, obj: User | None = None) -> Any:
        """One's own roles are shown in words, not chosen."""
        found = super().get_fieldsets(request, obj)
        if obj is None or obj != request.user:
            return found
        own = ("권한", {"fields": ("is_active", "is_staff", "roles")})
        return [own if title == "권한" else (title, options) for title, options in found]

    @admin.display(description="역할")
    def roles(self, user: User) -> str:
        """By their Korean names."""
        return ", ".join(ROLES.get(name, name) for name in user.groups.values_list("name", flat=True)) or "없음"

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """The groups are the roles of the house."""
        if db_field.name == "groups":
            kwargs |= {
                "form_class": RolesField,
                "label": "역할",
                "help_text": "역할마다 할 수 있는 일이 정해져 있습니다.",
            }
        return super().formfield_for_manytomany(db_field, request, **kwargs)


@admin.register(Department)
class DepartmentAdmin(ModelAdmin):
    """부서."""

    list_display = ("name", "name_en", "phone", "is_active")
    search_fields = ("name", "name_en")
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


@admin.register(AuditEntry)
class AuditEntryAdmin(ReadOnlyAdmin):
    """접속기록: for the auditor, read only."""

    list_display = ("id", "at", "actor_name", "address", "did", "subject", "reason", "task")
    list_filter = (ActionFilter, SubjectFilter)
    ordering = ("-id",)

    @admin.display(description="행위", ordering="action")
    def did(self, entry: AuditEntry) -> str:
        """In words."""
        return action_word(entry.action)

    @admin.display(description="대상", ordering="subject_kind")
    def subject(self, entry: AuditEntry) -> str:
        """Whose or what."""
        return subject_word(entry.subject_kind)
