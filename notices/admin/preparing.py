"""Pages before anybody is asked: material, analysis, checking, wording and cost."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import TemporaryUploadedFile
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from notices import checking_queries, costs, queries, services
from notices.admin.access import address, campaign_for, home_of, may_prepare, note_look, official, page
from notices.admin.openings import of_person
from notices.forms import CampaignForm, DocumentForm, ReasonForm, RosterForm
from notices.models import Asset, Campaign, PageClaim, Recipient
from notices.plans import Plan
from notices.progress import happening, progress_of, waits_for
from notices.services import zoning
from notices.services.fonts import lacks_only_fonts
from notices.workflow import reason_label
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused
from portal.core.live import live
from portal.core.phones import display
from portal.core.privacy import mask_name

PER_PAGE = 50


@require_http_methods(["GET", "POST"])
def add(request: HttpRequest) -> HttpResponse:
    """새 통지 만들기: one page for everything a campaign needs."""
    if not may_prepare(request):
        raise PermissionDenied
    now = clock.now()
    layouts = _layouts(request)
    first = CampaignForm.first_plan(now)
    form = CampaignForm(request.POST or None, request.FILES or None, initial=first, layouts=layouts)
    if request.method == "POST" and form.is_valid():
        try:
            campaign = services.draft(
                plan=Plan(
                    title=form.cleaned_data["title"],
                    legal_basis=form.cleaned_data["legal_basis"],
                    asks_from=form.cleaned_data["asks_from"],
                    asks_until=form.cleaned_data["asks_until"],
                ),
                by=user_of(request),
                now=now,
            )
        except Refused as refused:
            form.add_error(None, refused.sentence)
        else:
            _take_document(request, campaign, form.cleaned_data)
            _take_roster(request, campaign, form.cleaned_data)
            return redirect(home_of(campaign))
    return page(request, "add", Campaign(), step="files", title="새 통지 만들기", form=form)


def _take_document(request: HttpRequest, campaign: Campaign, values: Mapping[str, Any]) -> None:
    upload: TemporaryUploadedFile = values["document"]
    try:
        services.attach_document(
            campaign,
            file=Path(upload.temporary_file_path()),
            file_name=upload.name or "",
            zone_template=values["zone_template"],
            qr_key=values["qr_key"],
            by=user_of(request),
            now=clock.now(),
        )
    except Refused as refused:
        messages.error(request, f"통지서 PDF: {refused.sentence}")


def _take_roster(request: HttpRequest, campaign: Campaign, values: Mapping[str, Any]) -> None:
    upload: TemporaryUploadedFile = values["roster"]
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


@require_http_methods(["GET", "POST"])
def files(request: HttpRequest, pk: int) -> HttpResponse:
    """자료: what has been accepted, and a place for what is missing or better."""
    campaign = campaign_for(request, pk)
    document, roster = queries.latest_document(campaign), queries.roster_of(campaign)
    layouts, roster_form = _layouts(request), RosterForm()
    document_form = DocumentForm(layouts=layouts, usual=document.zone_template if document else "")
    if request.method == "POST" and "roster" in request.POST.get("what", ""):
        roster_form = RosterForm(request.POST, request.FILES)
        if roster_form.is_valid():
            _take_roster(request, campaign, roster_form.cleaned_data)
            return redirect(home_of(campaign))
    elif request.method == "POST":
        document_form = DocumentForm(request.POST, request.FILES, layouts=layouts)
        if document_form.is_valid():
            _take_document(request, campaign, document_form.cleaned_data)
            return redirect(home_of(campaign))
    return page(
        request,
        "files",
        campaign,
        step="files",
        title="문서",
        roster=roster,
        document=document,
        waits_for=waits_for(document, has_roster=roster is not None) if document else "",
        current_document=queries.current_document(campaign),
        document_form=document_form,
        can_allow_fonts=_can_allow_fonts(campaign, request),
        roster_form=roster_form,
    )


def _layouts(request: HttpRequest) -> list[str]:
    """The titles of the layouts the official's department may use."""
    return [one.title for one in zoning.templates_for(official(request).department)]


def _can_allow_fonts(campaign: Campaign, request: HttpRequest) -> bool:
    """Whether she may take a file whose fonts are missing."""
    document = queries.latest_document(campaign)
    is_about_fonts = document is not None and lacks_only_fonts(document) and document.by_id != user_of(request).pk
    return is_about_fonts and official(request).has_role("sender")


@require_GET
def progress(request: HttpRequest, pk: int) -> HttpResponse:
    """자료 분석: how many pages have been read and drawn."""
    campaign = campaign_for(request, pk)
    return page(request, "progress", campaign, step="progress", title="자료 분석", **_progress(campaign))


def _progress(campaign: Campaign) -> dict[str, Any]:
    document = queries.latest_document(campaign)
    return {
        "document": document,
        "bars": progress_of(document) if document else [],
        "happening": happening(document) if document else "",
        "is_reading": campaign.state == Campaign.State.READING,
        "next_url": home_of(campaign),
    }


def _progress_tag(request: HttpRequest, pk: int) -> str:
    return queries.progress_tag(campaign_for(request, pk))


@require_GET
@live(tag=_progress_tag)
def live_progress(request: HttpRequest, pk: int) -> HttpResponse:
    """The moving part of the page above."""
    campaign = campaign_for(request, pk)
    response = render(request, "admin/notices/_progress.html", {"campaign": campaign, **_progress(campaign)})
    if campaign.state != Campaign.State.READING:
        response.headers["X-Live"] = "stop"
    return response


@require_GET
def review(request: HttpRequest, pk: int) -> HttpResponse:
    """검수: what is proved, what is held and why, and which rows of the roster are wrong."""
    campaign = campaign_for(request, pk)
    held = Paginator(queries.held_notices(campaign), PER_PAGE).get_page(request.GET.get("p"))
    missing = queries.people_without_page(campaign)
    summary = queries.checking_summary(campaign)
    roster = queries.roster_of(campaign)
    reasons = queries.held_reasons(campaign)
    rows = [
        {
            "recipient": notice.recipient,
            "name": mask_name(notice.recipient.name),
            "pages": ", ".join(map(str, notice.pages)),
            "reasons": [reason_label(reason) for reason in notice.reasons],
            "url": address("person", campaign.pk, notice.recipient_id),
        }
        for notice in held
    ]
    missing_rows = [{"recipient": one, "url": address("person", campaign.pk, one.pk)} for one in missing[:PER_PAGE]]
    response = page(
        request,
        "review",
        campaign,
        step="review",
        title="검수",
        summary=summary,
        held=held,
        held_apart_count=held.paginator.count - summary.held_count,
        reasons=[(reason_label(code), count) for code, count in reasons.items()],
        is_key_doubtful=checking_queries.is_key_doubtful(reasons, held.paginator.count),
        rows=rows,
        missing_rows=missing_rows,
        missing_count=missing.count(),
        stray=[
            {"page": one.page, "key": one.text_key, "reasons": [reason_label(reason) for reason in one.reasons]}
            for one in queries.stray_pages(campaign)[:PER_PAGE]
        ],
        problems=roster.problems.order_by("row", "pk")[:200] if roster else [],
        problem_count=roster.problems.count() if roster else 0,
        can_settle=campaign.state == Campaign.State.CHECKING,
        is_sample_seen=checking_queries.is_sample_seen(campaign),
    )
    note_look(request, campaign, [notice.recipient_id for notice in held])
    return response


@require_POST
def settle(request: HttpRequest, pk: int) -> HttpResponse:
    """검수 마침."""
    campaign = campaign_for(request, pk)
    try:
        services.settle_checking(campaign, by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect(home_of(campaign))


@require_http_methods(["GET", "POST"])
def person(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """One citizen: her row of the roster beside her pages, and what happened to her."""
    campaign = campaign_for(request, pk)
    recipient = get_object_or_404(Recipient.objects.select_related("campaign"), pk=recipient_pk, campaign=campaign)
    form = ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.exclude(recipient, reason=form.cleaned_data["reason"], by=user_of(request), now=clock.now())
        except Refused as refused:
            messages.error(request, refused.sentence)
        return redirect(address("person", campaign.pk, recipient.pk))
    values = queries.person_page(recipient)
    note_look(request, campaign, [recipient])
    return page(
        request,
        "person",
        campaign,
        step="review" if campaign.is_being_prepared else "tally",
        title=f"{recipient.key}",
        recipient=recipient,
        form=form,
        phone=display(recipient.phone) if recipient.phone else "",
        reason=reason_label(recipient.reason) if recipient.reason else "",
        handset=_handset(campaign, values["pictures"]),
        can_exclude=campaign.is_being_prepared and recipient.state != Recipient.State.EXCLUDED,
        **values,
        **of_person(recipient, now=clock.now()),
    )


def _handset(campaign: Campaign, pictures: Iterable[Asset]) -> list[dict[str, Any]]:
    """The pictures of one profile, in the order they arrive."""
    found = {one.part: one for one in sorted(pictures, key=lambda one: one.profile, reverse=True)}
    return [
        {
            "part": part,
            "width": one.width,
            "height": one.height,
            "url": address("picture", campaign.pk, one.recipient_id, part),
        }
        for part, one in sorted(found.items())
    ]


@require_GET
def page_picture(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """One page of the current document as a picture, drawn in a cage; each look is written down."""
    campaign = campaign_for(request, pk)
    document = queries.current_document(campaign)
    if document is None or not 1 <= number <= (document.page_count or 0):
        raise Http404
    claim = PageClaim.objects.select_related("notice").filter(document=document, page=number).first()
    picture = services.draw_page(document, page=number, now=clock.now())
    note_look(request, campaign, [claim.notice.recipient_id] if claim and claim.notice else [], action="view_page")
    response = HttpResponse(picture, content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
def wording(request: HttpRequest, pk: int) -> HttpResponse:
    """문구·비용: the exact text, its bytes and won, and the cost against registered mail."""
    campaign = campaign_for(request, pk)
    today = clock.day_in_korea(clock.now())
    return page(
        request,
        "wording",
        campaign,
        step="wording",
        title="문구·비용",
        previews=costs.previews(campaign, day=today),
        forecast=costs.forecast(campaign, queries.counts_of(campaign), day=today),
        counts=queries.counts_of(campaign),
        is_ready=campaign.state == Campaign.State.READY,
    )


@require_POST
def reopen(request: HttpRequest, pk: int) -> HttpResponse:
    """검수로 돌아가기."""
    campaign = campaign_for(request, pk)
    try:
        services.reopen_checking(campaign, by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    return redirect(home_of(campaign))
