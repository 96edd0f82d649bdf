"""발신번호 and 수신거부."""

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from messaging import services
from messaging.admin.access import found_by_phone, note_look
from messaging.admin.forms import OptOutForm
from messaging.models import ChangeSource, OptOut, SenderNumber
from messaging.preference_history import Origin
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.client import address_of
from portal.core.errors import Refused


@admin.register(SenderNumber)
class SenderNumberAdmin(ModelAdmin):
    """발신번호: only a number with proof and an expiry date can be registered."""

    list_display = ("number", "name", "status", "expires_on", "can_receive", "is_default")
    list_filter = ("status",)
    search_fields = ("number", "name")
    ordering = ("number",)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """A number that ever sent stays on record; it can be suspended."""
        return False

    def save_model(self, request: HttpRequest, obj: SenderNumber, form: Any, change: bool) -> None:
        """Saved, and written down field by field."""
        super().save_model(request, obj, form, change)
        note_look(
            request,
            "sendernumber",
            [obj.pk],
            action="change" if change else "add",
            reason=", ".join(form.changed_data)[:200],
        )


@admin.register(OptOut)
class OptOutAdmin(ModelAdmin):
    """수신거부: added when a citizen asks at the counter, lifted only at her own wish. Numbers are not shown."""

    form = OptOutForm
    list_display = ("pk", "scope", "value", "source", "since", "lifted_at")
    list_filter = ("scope", "source")
    search_fields = ("value",)
    search_help_text = "휴대전화 번호 전체"
    ordering = ("-pk",)
    actions = ("lift",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[OptOut], search_term: str
    ) -> tuple[QuerySet[OptOut], bool]:
        """By exact phone number."""
        if not search_term:
            return queryset, False
        found = found_by_phone(queryset, search_term)
        return (queryset.none() if found is None else found), False

    def has_change_permission(self, request: HttpRequest, obj: OptOut | None = None) -> bool:
        """Lifting is an action; the rest is history."""
        return obj is None and super().has_change_permission(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: OptOut | None = None) -> bool:
        """Never."""
        return False

    def save_model(self, request: HttpRequest, obj: OptOut, form: Any, change: bool) -> None:
        """Through the service, so that waiting messages stop at once."""
        wish = services.opt_out(
            phone=form.cleaned_data["phone"],
            scope=OptOut.Scope(obj.scope),
            value=obj.value,
            source=OptOut.Source.OFFICIAL,
            by=user_of(request),
            now=clock.now(),
        )
        obj.pk = wish.pk
        note_look(request, "optout", [wish.pk], action="add")

    @admin.action(description="시민 요청으로 해제", permissions=["add"])
    def lift(self, request: HttpRequest, chosen: QuerySet[OptOut]) -> None:
        """End the chosen opt-outs."""
        origin = Origin(ChangeSource.OFFICIAL, user_of(request), address_of(request))
        wishes = list(chosen)
        for wish in wishes:
            try:
                services.lift_opt_out(wish=wish, now=clock.now(), origin=origin)
            except Refused as refused:
                messages.error(request, refused.sentence)
        note_look(request, "optout", [wish.pk for wish in wishes], action="lift")
