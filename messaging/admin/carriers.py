"""통신사: how each line is doing, and the two switches an official has."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.safestring import SafeString

from messaging import queries, services
from messaging.admin.access import note_look, page, row_or_404
from messaging.admin.forms import ReasonForm
from messaging.admin.outbox import chip
from messaging.carriers import registry
from messaging.health import has_papers, tokens_now
from messaging.models import CarrierState
from messaging.permissions import may_decide
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.admin import ReadOnlyAdmin
from portal.core.errors import Refused


class EquipForm(forms.ModelForm):
    """The daily cap, and the certificate with its expiry."""

    class Meta:
        """Only what an official decides."""

        model = CarrierState
        fields = ("daily_cap", "certificate_number", "certificate_until")
        widgets = {"certificate_until": forms.DateInput(attrs={"type": "date"})}

    def clean(self) -> dict[str, Any]:
        """Number and expiry come together; Django leaves empty fields out of the model's own check."""
        cleaned = super().clean() or {}
        if bool(cleaned.get("certificate_number")) != bool(cleaned.get("certificate_until")):
            self.add_error("certificate_until", "전송자격인증은 번호와 유효기간을 함께 적어 주세요.")
        return cleaned


@admin.register(CarrierState)
class CarrierStateAdmin(ReadOnlyAdmin):
    """One line per carrier of the settings."""

    list_display = ("alias", "health", "sent_today", "cap", "certificate_until", "last_error")
    ordering = ("alias",)
    actions = None

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Carriers that never sent are in the list, too."""
        missing = set(registry.aliases()) - set(CarrierState.objects.values_list("alias", flat=True))
        CarrierState.objects.bulk_create([CarrierState(alias=one) for one in missing], ignore_conflicts=True)
        response: HttpResponse = super().changelist_view(request, extra_context)
        return response

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One carrier; POST pauses or resumes it, or writes its papers down."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        state = row_or_404(CarrierState.objects.select_related("paused_by"), object_id)
        is_equipping = request.POST.get("act") == "equip"
        form = ReasonForm(request.POST if request.method == "POST" and not is_equipping else None)
        papers = EquipForm(request.POST if is_equipping else None, instance=state)
        chosen = papers if is_equipping else form
        if request.method == "POST" and may_decide(user_of(request)) and chosen.is_valid():
            self._act(request, state, chosen.cleaned_data)
            return redirect("admin:messaging_carrierstate_change", state.pk)
        shown = _shown(state)
        can_decide = may_decide(user_of(request)) and state.alias in registry.aliases()
        return page(
            request, "carrier", title=state.alias, state=state, form=form, papers=papers, can_decide=can_decide, **shown
        )

    def _act(self, request: HttpRequest, state: CarrierState, given: dict[str, Any]) -> None:
        by, now, act = user_of(request), clock.now(), str(request.POST.get("act"))
        try:
            match act:
                case "pause":
                    services.pause_carrier(alias=state.alias, reason=given["reason"], by=by, now=now)
                    done = "멈췄습니다. 기다리던 것은 다음 통신사로 갑니다."
                case "resume":
                    services.resume_carrier(alias=state.alias, by=by, now=now)
                    done = "다시 보냅니다."
                case "equip":
                    services.equip_carrier(alias=state.alias, by=by, **given)
                    done = "저장했습니다."
                case _:
                    return
        except Refused as refused:
            messages.error(request, refused.sentence)
            return
        note_look(request, "carrier", [state.pk], action=act, reason=str(given.get("reason", "")))
        messages.success(request, done)

    @admin.display(description="상태")
    def health(self, state: CarrierState) -> SafeString:
        """In one word."""
        return chip(*_word(state))

    @admin.display(description="오늘 보낸 건수")
    def sent_today(self, state: CarrierState) -> int:
        """By the Korean day."""
        return state.sent_count if state.sent_on == clock.day_in_korea(clock.now()) else 0

    @admin.display(description="하루 한도")
    def cap(self, state: CarrierState) -> str:
        """The daily cap, if there is one."""
        return f"{state.daily_cap:,}" if state.daily_cap is not None else "없음"


def _word(state: CarrierState) -> tuple[str, str]:
    if state.alias not in registry.aliases():
        return "설정에 없음", ""
    if state.paused_at is not None:
        return "멈춤", "warn"
    if not has_papers(state, clock.now()):
        return "전송자격인증 없음", "bad"
    if state.breaker_since is not None:
        return "응답 없음", "bad"
    return "정상", "good"


def _shown(state: CarrierState) -> dict[str, Any]:
    now = queries.database_clock()
    is_known = state.alias in registry.aliases()
    tps = registry.carrier(state.alias).capabilities.tps if is_known else 0.0
    calls = state.recent_calls
    return {
        "word": _word(state),
        "figures": [
            ("지금 보낼 수 있는 건수", round(tokens_now(state, tps, now))),
            ("초당 건수", round(tps)),
            ("오늘 보낸 건수", state.sent_count if state.sent_on == clock.day_in_korea(now) else 0),
            ("최근 호출 중 응답", calls.count("a")),
            ("보내지 못함", calls.count("n")),
            ("결과 모름", calls.count("u")),
        ],
        "codes": queries.codes_today(state.alias, now=now),
    }
