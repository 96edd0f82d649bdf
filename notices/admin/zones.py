"""쪽 서식: zones drawn on the first page with the mouse, or typed in millimetres; read out at once on five pages."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from notices import queries, services, zoneforms
from notices.admin.access import address, campaign_for, home_of, note_look, page
from notices.models import Campaign, SourceDocument, ZoneTemplate
from notices.models import Zone as ZoneRow
from notices.services import layouts, zoning
from notices.zones import Template
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused

READ_PAGES = 5


@require_http_methods(["GET", "POST"])
def zones(request: HttpRequest, pk: int) -> HttpResponse:
    """쪽 서식: draw, read out, save."""
    campaign = campaign_for(request, pk)
    document = queries.latest_document(campaign)
    if document is None:
        messages.error(request, "먼저 통지서 PDF를 올려 주세요. 그 첫 쪽 위에 칸을 그립니다.")
        return redirect(address("files", campaign.pk))
    earlier = _earlier(request, campaign, document)
    if request.method == "GET":
        form, rows = _forms_of(earlier)
        return _drawn(request, campaign, document, earlier, form=form, rows=rows)
    form, rows = zoneforms.LayoutForm(request.POST), zoneforms.rows(request.POST)
    is_whole = "save" in request.POST and form.is_valid() and rows.is_valid()
    if is_whole and _save(request, document, earlier, zoneforms.template_from(form, rows.forms)):
        campaign.refresh_from_db()  # the analysis may have begun
        return redirect(home_of(campaign))
    return _drawn(request, campaign, document, earlier, form=form, rows=rows)


@require_POST
def read_out(request: HttpRequest, pk: int) -> HttpResponse:
    """The table below the zones, drawn again whenever one of them is moved."""
    campaign = campaign_for(request, pk)
    document = queries.latest_document(campaign)
    form, rows = zoneforms.LayoutForm(request.POST), zoneforms.rows(request.POST)
    values = _read(request, campaign, document, form, rows) if document else {}
    response = render(request, "admin/notices/_read_out.html", values)
    response.headers["Cache-Control"] = "private, no-store"
    return response


@require_GET
def first_page(request: HttpRequest, pk: int) -> HttpResponse:
    """The first page of the document at hand, also before it is analysed."""
    campaign = campaign_for(request, pk)
    document = queries.latest_document(campaign)
    if document is None:
        return HttpResponse(status=404)
    try:
        picture = services.draw_page(document, page=1, now=clock.now())
    except Refused:
        return HttpResponse(status=404)
    note_look(request, campaign, [], action="view_page")
    response = HttpResponse(picture, content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _earlier(request: HttpRequest, campaign: Campaign, document: SourceDocument) -> ZoneTemplate | None:
    """The layout to begin with: the one asked for, or the one the document is read by."""
    mine = zoning.templates_for(campaign.department)
    asked = request.GET.get("template", "") or request.POST.get("template", "")
    if asked.isdecimal():
        return next((one for one in mine if one.pk == int(asked)), None)
    return mine.filter(title=document.zone_template).first()


def _forms_of(earlier: ZoneTemplate | None) -> tuple[zoneforms.LayoutForm, Any]:
    if earlier is None:
        return zoneforms.LayoutForm(initial={"page_width_mm": 210, "page_height_mm": 297}), zoneforms.rows(blank=3)
    template = earlier.as_template()
    names = ("title", "qr_scheme", "has_check_digit")
    sizes = {side: f"{getattr(template, side):g}" for side in ("page_width_mm", "page_height_mm")}
    form = zoneforms.LayoutForm(initial={name: getattr(template, name) for name in names} | sizes)
    return form, zoneforms.rows(template=template, blank=zoneforms.BLANK_ROWS)


def _save(request: HttpRequest, document: SourceDocument, earlier: ZoneTemplate | None, template: Template) -> bool:
    by, now = user_of(request), clock.now()
    is_mine = earlier is not None and earlier.department_id == document.campaign.department_id
    try:
        if earlier is not None and template == replace(earlier.as_template(), version=template.version):
            kept = earlier
        elif earlier is not None and is_mine and earlier.title == template.title:
            kept = services.new_version(earlier, template, by=by, now=now)
        else:
            kept = services.write_template(template, by=by, now=now)
        layouts.choose_layout(document, kept, by=by, now=now)
    except services.ZonesRefused as refused:
        for sentence in refused.sentences:
            messages.error(request, sentence)
        return False
    except Refused as refused:
        messages.error(request, refused.sentence)
        return False
    messages.success(request, f"‘{kept}’ 서식으로 쪽을 읽습니다.")
    return True


def _drawn(
    request: HttpRequest,
    campaign: Campaign,
    document: SourceDocument,
    earlier: ZoneTemplate | None,
    *,
    form: zoneforms.LayoutForm,
    rows: Any,
) -> HttpResponse:
    values = _read(request, campaign, document, form, rows) if request.method == "POST" else {}
    return page(
        request,
        "zones",
        campaign,
        step="files",
        title="쪽 서식",
        document=document,
        earlier=earlier,
        templates=list(zoning.templates_for(campaign.department)),
        form=form,
        rows=rows,
        patterns=zoneforms.PATTERNS,
        **({"pages": ",".join(map(str, _pages(request, document)))} | values),
    )


def _pages(request: HttpRequest, document: SourceDocument) -> list[int]:
    """The same five pages for as long as somebody draws; by chance at first."""
    posted = [int(one) for one in request.POST.get("pages", "").split(",") if one.isdecimal()]
    count = document.page_count or READ_PAGES
    if posted:
        return sorted({one for one in posted if 1 <= one <= count})[:READ_PAGES]
    return sorted(Random().sample(range(1, count + 1), min(READ_PAGES, count)))  # noqa: S311  (no secret)


def _read(
    request: HttpRequest, campaign: Campaign, document: SourceDocument, form: zoneforms.LayoutForm, rows: Any
) -> dict[str, Any]:
    pages = _pages(request, document)
    values: dict[str, Any] = {"pages": ",".join(map(str, pages)), "table": [], "words": []}
    if not (form.is_valid() and rows.is_valid()):
        return {**values, "words": ["아직 다 적지 않은 칸이 있습니다."]}
    template = zoneforms.template_from(form, rows.forms)
    try:
        said, size = layouts.read_out(document, template, pages=pages, now=clock.now())
    except Refused as refused:
        return {**values, "words": [refused.sentence]}
    note_look(request, campaign, [], action="view_page")
    labels = [ZoneRow.Field(zone.field).label for zone in template.zones]
    return {**values, "table": list(_table(said, template)), "labels": labels, "size": size}


def _table(said: Sequence[layouts.ReadOut], template: Template) -> Iterator[dict[str, Any]]:
    """One row for each page; a cell shows the value, or in its place the text that does not fit the pattern."""
    for number in dict.fromkeys(one.page for one in said):
        cells = [one for one in said if one.page == number]
        yield {"page": number, "cells": cells, "line": " / ".join(one.value for one in cells if one.value)}
