"""발송 계획: a campaign of any kind, and changing its plan while nobody has been asked to approve it."""

from pathlib import Path
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from notices import services
from notices.admin.access import address, campaign_for, home_of, may_prepare, page
from notices.forms import CampaignForm
from notices.models import Campaign
from notices.planforms import KINDS_SHOWN, PlanForm, values_of
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused


class NewPlanForm(PlanForm):
    """A new campaign together with its roster."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["roster"] = forms.FileField(
            label="명부",
            required=False,
            help_text="엑셀(xlsx, xls, ods)이나 CSV. 관리번호, 성명, 생년월일, 휴대전화 열이 있어야 합니다. "
            "나중에 올려도 됩니다.",
            widget=forms.ClearableFileInput(attrs={"accept": ".xlsx,.xls,.ods,.csv"}),
        )


class ChangedPlanForm(PlanForm):
    """The plan of a campaign that has its ladder already."""

    same_ladder = "지금 단계 그대로"


def _kind(request: HttpRequest) -> str:
    """The kind that was chosen; nothing if it is none of ours."""
    asked = request.POST.get("kind") or request.GET.get("kind", "")
    return asked if asked in Campaign.Kind.values else ""


@require_http_methods(["GET", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """새 발송 만들기: first the kind, then only what this kind needs."""
    if not may_prepare(request):
        raise PermissionDenied
    kind, now = _kind(request), clock.now()
    if not kind:
        return page(request, "kinds", Campaign(), step="plan", title="새 발송 만들기", kinds=KINDS_SHOWN)
    first = {**CampaignForm.first_plan(now), "identity": "birth" if kind in ("notice", "consent") else "none"}
    form = NewPlanForm(request.POST or None, request.FILES or None, initial=first, kind=kind)
    if request.method == "POST" and form.is_valid():
        try:
            campaign = services.draft(plan=form.plan(), by=user_of(request), now=now)
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            _take_roster(request, campaign, form.cleaned_data.get("roster"))
            return redirect(home_of(campaign))
    return page(request, "plan", Campaign(), step="plan", title=f"새 {form.shown.label}", form=form, is_new=True)


def _take_roster(request: HttpRequest, campaign: Campaign, upload: TemporaryUploadedFile | None) -> None:
    if upload is None:
        return
    try:
        services.attach_roster(
            campaign,
            file=Path(upload.temporary_file_path()),
            file_name=upload.name or "",
            by=user_of(request),
            now=clock.now(),
        )
    except Refused as refused:
        messages.error(request, f"명부: {refused.sentence}")
    campaign.refresh_from_db()


@require_http_methods(["GET", "POST"])
def plan(request: HttpRequest, pk: int) -> HttpResponse:
    """목적: until it is proposed the plan may change; what was settled has to be settled again."""
    campaign = campaign_for(request, pk)
    form = ChangedPlanForm(request.POST or None, initial=values_of(campaign), kind=_kind(request) or campaign.kind)
    if request.method == "POST" and form.is_valid():
        try:
            services.replan(campaign, plan=form.plan(), by=user_of(request), now=clock.now())
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            messages.success(request, "계획을 고쳤습니다.")
            return redirect(address("plan", campaign.pk))
    others = [one for one in KINDS_SHOWN if one.name != form.shown.name]
    return page(
        request,
        "plan",
        campaign,
        step="plan",
        title="목적",
        form=form,
        is_new=False,
        is_locked=not campaign.is_being_prepared,
        kinds=others,
    )
