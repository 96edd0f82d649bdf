"""API 키 of other offices' systems: made here, shown once, revoked here."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString

from messaging.admin.access import OfOffice, note_look, page, row_or_404
from messaging.admin.outbox import chip
from messaging.models import ApiKey, Scope
from messaging.services import keys
from portal.accounts.looking import user_of
from portal.accounts.models import Department
from portal.core import clock
from portal.core.clock import in_korea
from portal.core.errors import Refused

MOST_PER_MINUTE = 60_000


class KeyForm(forms.Form):
    """Whose key, and what it may do."""

    name = forms.CharField(label="쓰는 시스템", max_length=60, help_text="예: 도서관 예약 시스템")
    department = forms.ModelChoiceField(
        label="부서", queryset=Department.objects.filter(is_active=True).order_by("name"), empty_label="고르세요"
    )
    mode = forms.ChoiceField(
        label="구분",
        choices=ApiKey.Mode.choices,
        initial=ApiKey.Mode.TEST,
        help_text="시험 키는 통신사에 아무것도 보내지 않습니다.",
    )
    scopes = forms.MultipleChoiceField(
        label="권한",
        choices=Scope.choices,
        initial=[Scope.SEND, Scope.READ, Scope.REPLIES, Scope.TEMPLATES],
        widget=forms.CheckboxSelectMultiple,
        help_text="전화번호 전체 보기는 꼭 필요한 시스템에만 주세요. 볼 때마다 접속기록에 남습니다.",
    )
    per_minute = forms.IntegerField(label="분당 요청 한도", min_value=1, max_value=MOST_PER_MINUTE, initial=3000)


@admin.register(ApiKey)
class ApiKeyAdmin(OfOffice):
    """API 키."""

    list_display = ("name", "department", "prefix", "mode_shown", "scopes_shown", "used", "state")
    list_filter = ("mode", "department")
    search_fields = ("name", "prefix")
    ordering = ("-pk",)
    actions = None

    class Media:
        """The chips."""

        css = {"all": ["css/campaigns.css"]}

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiKey]:
        """With what each row names."""
        return super().get_queryset(request).select_related("department", "created_by", "revoked_by")

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A key that ever sent stays on record; it can be revoked."""
        return False

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A form; then the key itself, this once, in the answer to the POST: it is stored nowhere."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        form = KeyForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            values = form.cleaned_data
            key, text = keys.issue_key(
                name=values["name"],
                department=values["department"],
                mode=ApiKey.Mode(values["mode"]),
                scopes=[Scope(scope) for scope in values["scopes"]],
                per_minute=values["per_minute"],
                by=user_of(request),
                now=clock.now(),
            )
            note_look(request, "apikey", [key.pk], action="add", reason=", ".join(key.scopes))
            return page(request, "api_key_made", title="API 키를 만들었습니다", key=key, text=text)
        return page(request, "api_key_new", title="API 키 만들기", form=form)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """What a key may do and when it was used; POST revokes it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        key = row_or_404(self.get_queryset(request), object_id)
        may_revoke = self.has_change_permission(request)
        if request.method == "POST":
            if not may_revoke:
                raise PermissionDenied
            return self._revoke(request, key)
        scopes = [Scope(scope) for scope in key.scopes]
        return page(request, "api_key", title=key.name, key=key, scopes=scopes, may_revoke=may_revoke)

    def _revoke(self, request: HttpRequest, key: ApiKey) -> HttpResponse:
        try:
            keys.revoke_key(key=key, by=user_of(request), now=clock.now())
        except Refused as refused:
            messages.error(request, refused.sentence)
        else:
            note_look(request, "apikey", [key.pk], action="revoke")
            messages.success(request, "폐기했습니다. 이 키로는 더 이상 아무것도 할 수 없습니다.")
        return redirect("admin:messaging_apikey_change", key.pk)

    @admin.display(description="구분", ordering="mode")
    def mode_shown(self, key: ApiKey) -> SafeString:
        """In colour."""
        return chip("시험" if key.is_test else "실제", "" if key.is_test else "good")

    @admin.display(description="권한")
    def scopes_shown(self, key: ApiKey) -> str:
        """In words."""
        return ", ".join(Scope(scope).label for scope in key.scopes)

    @admin.display(description="마지막 사용", ordering="last_used_at")
    def used(self, key: ApiKey) -> str:
        """Korean time."""
        return in_korea(key.last_used_at).strftime("%Y-%m-%d %H:%M") if key.last_used_at else "아직 없음"

    @admin.display(description="상태", ordering="revoked_at")
    def state(self, key: ApiKey) -> SafeString:
        """In colour."""
        return chip("폐기", "bad") if key.revoked_at else chip("사용 중", "good")
