"""명부: how a file is read, which rows have to be put right, and putting them right without a new file."""

from collections.abc import Iterator
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from notices import queries, troubles
from notices.admin.access import address, campaign_for, home_of, note_look, page
from notices.forms import RosterForm
from notices.models import Campaign, Recipient, RosterUpload, RowCorrection
from notices.rosterforms import MappingForm, RowForm
from notices.rosters import Preview
from notices.services import correcting, rosters
from notices.workflow import reason_label
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused
from portal.core.privacy import mask_name, mask_resident_numbers

SHOWN_ROWS = 20
_TWICE = "duplicate_row"


@require_http_methods(["GET", "POST"])
def roster(request: HttpRequest, pk: int) -> HttpResponse:
    """명부: sheets, header row, columns and the first rows; said otherwise, the file is read anew."""
    campaign = campaign_for(request, pk)
    upload = RosterUpload.objects.filter(campaign=campaign).first()
    is_taking = request.method == "POST" and "take" in request.POST
    asked = request.POST if request.method == "POST" else request.GET
    if upload is None:
        return _first_roster(request, campaign)
    try:
        preview = rosters.preview_upload(campaign, sheet=asked.get("sheet", ""), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
        return redirect(address("files", campaign.pk))
    form = MappingForm(preview, upload, asked.dict(), is_bound=is_taking)
    if is_taking and form.is_valid() and _take(request, campaign, form):
        return redirect(address("roster", campaign.pk))
    note_look(request, campaign, _first_people(campaign), action="view_roster")
    return page(
        request,
        "roster",
        campaign,
        step="roster",
        title="명단",
        upload=upload,
        imported=queries.roster_of(campaign),
        preview=preview,
        form=form,
        rows=list(_rows(preview, form.row)),
        reasons=troubles.by_reason(campaign),
        corrections=RowCorrection.objects.filter(campaign=campaign).select_related("by").order_by("-pk")[:20],
        next_url=home_of(campaign),
    )


def _first_roster(request: HttpRequest, campaign: Campaign) -> HttpResponse:
    """The place for a roster where none has been uploaded."""
    values = {"imported": queries.roster_of(campaign), "form": RosterForm(), "next_url": home_of(campaign)}
    return page(request, "roster_first", campaign, step="roster", title="명단", **values)


def _take(request: HttpRequest, campaign: Campaign, form: MappingForm) -> bool:
    try:
        imported = rosters.map_roster(
            campaign,
            sheet=form.cleaned_data["sheet"],
            header_row=form.cleaned_data["header_row"],
            columns=form.columns(),
            is_birth_serial=form.cleaned_data["is_birth_serial"],
            by=user_of(request),
            now=clock.now(),
        )
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return False
    messages.success(request, f"{imported.unique_count:,}명을 읽었습니다. 다음에 같은 머리글을 올리면 그대로 읽습니다.")
    return True


def _rows(preview: Preview, header_row: int) -> Iterator[dict[str, Any]]:
    """The first rows below the header. A resident number is not even shown whole."""
    width = len(preview.rows[header_row]) if preview.rows else 0
    for number, row in enumerate(preview.rows[header_row + 1 :][:SHOWN_ROWS], start=header_row + 2):
        cells = [mask_resident_numbers(cell) for cell in row[:width]]
        yield {"number": number, "cells": [*cells, *[""] * (width - len(cells))]}


def _first_people(campaign: Campaign) -> list[int]:
    people = Recipient.objects.filter(campaign=campaign).order_by("row")
    return list(people.values_list("pk", flat=True)[:SHOWN_ROWS])


@require_GET
def problems(request: HttpRequest, pk: int) -> HttpResponse:
    """고칠 행: every row with a problem, its reason, and the way to put it right."""
    campaign = campaign_for(request, pk)
    code = request.GET.get("code", "")
    found, rows = troubles.page_of(campaign, code=code, number=request.GET.get("p"))
    note_look(request, campaign, [one.recipient.pk for one in rows if one.recipient])
    return page(
        request,
        "roster_problems",
        campaign,
        step="roster",
        title="고칠 행",
        found=found,
        code=code,
        reasons=troubles.by_reason(campaign),
        rows=[
            {
                "number": one.row,
                "key": one.recipient.key if one.recipient else "",
                "name": mask_name(one.recipient.name) if one.recipient else "",
                "state": one.recipient.get_state_display() if one.recipient else "같은 행이 하나 더 있음",
                "problems": one.problems,
                "url": address("roster_row", campaign.pk, one.recipient.pk) if one.recipient else "",
            }
            for one in rows
        ],
    )


@require_GET
def problem_list(request: HttpRequest, pk: int) -> HttpResponse:
    """The problems as a file; taking it is written down."""
    campaign = campaign_for(request, pk)
    content = troubles.as_csv(campaign)
    note_look(request, campaign, [], action="download", reason=f"{campaign.number} 명부 문제 목록")
    response = HttpResponse(content, content_type="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{campaign.number}-problems.csv"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "POST"])
def row(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """행 고치기: the row as it is read, what is wrong with it, and boxes to put it right."""
    campaign = campaign_for(request, pk)
    recipient = get_object_or_404(Recipient.objects.select_related("campaign"), pk=recipient_pk, campaign=campaign)
    form = RowForm(correcting.values_of(recipient), request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid() and _correct(request, recipient, form):
        return redirect(_after(campaign, recipient, is_next="next" in request.POST))
    note_look(request, campaign, [recipient])
    return page(
        request,
        "roster_row",
        campaign,
        step="roster",
        title=f"{recipient.row}행 고치기",
        recipient=recipient,
        form=form,
        mark=correcting.mark_of(recipient),
        problems=troubles.problems_of(campaign).filter(row=recipient.row),
        reason=reason_label(recipient.reason) if recipient.reason else "",
        is_twice=_TWICE in recipient.problems,
        corrections=RowCorrection.objects.filter(campaign=campaign, row=recipient.row).order_by("-pk"),
        can_correct=campaign.is_being_prepared,
    )


def _correct(request: HttpRequest, recipient: Recipient, form: RowForm) -> bool:
    try:
        mark = request.POST.get("mark")  # what the row said when this page was opened
        correcting.correct_row(recipient, values=form.values(), by=user_of(request), now=clock.now(), mark=mark)
    except correcting.RowRefused as refused:
        form.add_error(refused.column, refused.sentence)
        return False
    except Refused as refused:
        form.add_error(None, refused.sentence)
        return False
    messages.success(request, f"{recipient.row}행을 고쳤습니다.")
    return True


def _after(campaign: Campaign, recipient: Recipient, *, is_next: bool) -> str:
    following = troubles.next_row(campaign, after=recipient.row) if is_next else None
    if following is not None:
        return address("roster_row", campaign.pk, following.pk)
    return address("roster_problems", campaign.pk) if is_next else address("roster_row", campaign.pk, recipient.pk)


@require_POST
def choose(request: HttpRequest, pk: int, recipient_pk: int) -> HttpResponse:
    """이 행이 맞음: of two rows with one number."""
    campaign = campaign_for(request, pk)
    recipient = get_object_or_404(Recipient.objects.select_related("campaign"), pk=recipient_pk, campaign=campaign)
    try:
        correcting.choose_row(recipient, by=user_of(request), now=clock.now())
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, f"{recipient.row}행을 남기고, 같은 관리번호의 다른 행은 제외했습니다.")
    return redirect(address("roster_row", campaign.pk, recipient.pk))
