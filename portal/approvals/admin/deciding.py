"""결재함: what waits for me, what I proposed, what is over; and the one page an approver reads."""

from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from portal.accounts.looking import note_look, user_of
from portal.accounts.models import Official
from portal.accounts.queries import official_of
from portal.approvals import queries, services
from portal.approvals.forms import DecisionForm
from portal.approvals.models import Approval, ApprovalStep
from portal.approvals.subjects import address_of, details_of, subject
from portal.approvals.summaries import from_json
from portal.core import clock
from portal.core.admin import CappedPaginator, ReadOnlyAdmin
from portal.core.errors import Refused

PER_PAGE = 50
TABS = (("waiting", "내가 결재할 것"), ("mine", "내가 올린 것"), ("finished", "끝난 것"))
_TONES = {"approved": "good", "returned": "bad", "void": "warn", "in_review": ""}


def _official(request: HttpRequest) -> Official:
    """The official behind the request, or 403."""
    found = official_of(user_of(request))
    if found is None:
        raise PermissionDenied
    return found


def _shown(approval: Approval) -> dict[str, Any]:
    return {
        "approval": approval,
        "kind": subject(approval.subject).description,
        "tone": _TONES.get(approval.state, ""),
        "url": reverse("admin:approvals_approval_change", args=[approval.pk]),
    }


@admin.register(Approval)
class ApprovalAdmin(ReadOnlyAdmin):
    """결재함."""

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Three lists, the first of them what waits for me."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        official, today = _official(request), clock.day_in_korea(clock.now())
        lists = {
            "waiting": queries.waiting_for(official, on=today),
            "mine": queries.proposed_by(official),
            "finished": queries.finished_for(official),
        }
        tab = request.GET.get("tab", "waiting")
        if tab not in lists:
            raise Http404
        pages: Paginator[Approval] = CappedPaginator(lists[tab], PER_PAGE)
        found = pages.get_page(request.GET.get("p"))
        tabs = [
            {"name": name, "label": label, "is_current": name == tab, "count": lists[name].count()}
            for name, label in TABS[:2]
        ] + [{"name": name, "label": label, "is_current": name == tab, "count": None} for name, label in TABS[2:]]
        rows = [_shown(one) for one in found]
        return _page(request, "inbox", title="결재함", tabs=tabs, tab=tab, rows=rows, found=found)

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """The frozen summary, the line, and for whoever's turn it is two buttons."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        official, today = _official(request), clock.day_in_korea(clock.now())
        seen = queries.seen_by(official, on=today)
        approval = seen.filter(pk=int(object_id)).first() if object_id.isdecimal() else None
        if approval is None:
            raise Http404
        if request.method == "POST":
            return _decide(request, approval)
        note_look(request, "approvals.approval", [approval.pk], reason=approval.reference)
        is_hers = queries.waiting_for(official, on=today).filter(pk=approval.pk).exists()
        step = queries.next_step(approval)
        return _page(
            request,
            "approval",
            title=approval.title,
            **_shown(approval),
            source=address_of(approval.subject, approval.reference),
            sections=[*from_json(approval.summary), *details_of(approval)],
            steps=approval.steps.select_related("official", "acting_for").order_by("position"),
            events=approval.events.select_related("by__official").order_by("pk"),
            form=DecisionForm() if is_hers else None,
            step=step,
            stands_in=step is not None and is_hers and step.official_id != official.pk,
            is_review=step is not None and step.role == ApprovalStep.Role.REVIEW,
        )


def _decide(request: HttpRequest, approval: Approval) -> HttpResponse:
    here = reverse("admin:approvals_approval_change", args=[approval.pk])
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, "결정과 의견을 확인해 주세요.")
        return redirect(here)
    decision = ApprovalStep.Decision(form.cleaned_data["decision"])
    try:
        services.decide(
            approval,
            decision=decision,
            sha256=form.cleaned_data["sha256"],
            comment=form.cleaned_data["comment"],
            by=user_of(request),
            now=clock.now(),
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(here)
    note_look(request, "approvals.approval", [approval.pk], action=decision.value, reason=approval.reference)
    if approval.state == Approval.State.VOID:
        messages.warning(request, "그 사이에 내용이 바뀌어 이 결재는 무효가 되었습니다. 기안자에게 알렸습니다.")
    else:
        messages.success(request, "반려했습니다." if decision == ApprovalStep.Decision.RETURNED else "결재했습니다.")
    return redirect(reverse("admin:approvals_approval_changelist"))


def _page(request: HttpRequest, name: str, *, title: str, **values: Any) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": title, **values}
    response = render(request, f"admin/approvals/{name}.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response
