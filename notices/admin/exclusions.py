"""제외: whom no text will reach and why, each number a list; and finding one citizen without her name in an address."""

from collections.abc import Iterable
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from notices import exclusion_queries, services
from notices.admin.access import address, campaign_for, note_look, page
from notices.models import Asset, Campaign, Recipient
from notices.workflow import reason_label
from portal.core import clock
from portal.core.privacy import mask_birth, mask_name, mask_phone

PER_PAGE = 100


@require_GET
def exclusions(request: HttpRequest, pk: int) -> HttpResponse:
    """Every reason with its number, and who is left."""
    campaign = campaign_for(request, pk)
    return page(
        request,
        "exclusions",
        campaign,
        step="exclusions",
        title="제외",
        lines=exclusion_queries.exclusions_of(campaign),
        held=exclusion_queries.HELD,
        duplicate_count=exclusion_queries.duplicates_of(campaign),
        reachable_count=exclusion_queries.reachable_count(campaign),
        can_settle=campaign.state == Campaign.State.CHECKING and not campaign.has_documents,
        is_next_open=campaign.state != Campaign.State.CHECKING or campaign.has_documents,
    )


@require_GET
def left_out(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """The people behind one reason, masked."""
    campaign = campaign_for(request, pk)
    if name not in exclusion_queries.LABELS:
        raise Http404
    found = Paginator(exclusion_queries.people_left_out(campaign, name), PER_PAGE).get_page(request.GET.get("p"))
    shown = list(found)
    note_look(request, campaign, shown)
    title = exclusion_queries.LABELS[name]
    rows = rows_of(campaign, shown)
    return page(request, "people", campaign, step="exclusions", title=title, rows=rows, people=found)


def rows_of(campaign: Campaign, people: Iterable[Recipient]) -> list[dict[str, Any]]:
    """Citizens as a list shows them."""
    return [
        {
            "recipient": one,
            "name": mask_name(one.name),
            "birth": mask_birth(one.birth) if one.birth else "",
            "phone": mask_phone(one.phone) if one.phone else "",
            "state": Recipient.State(one.state).label,
            "reason": reason_label(one.reason) if one.reason else "",
            "url": address("person", campaign.pk, one.pk),
        }
        for one in people
    ]


@require_POST
def find(request: HttpRequest, pk: int) -> HttpResponse:
    """A citizen by her number or her whole name: her page, or the few who are called so."""
    campaign = campaign_for(request, pk)
    found = exclusion_queries.people_called(campaign, request.POST.get("who", ""))
    if len(found) == 1:
        return redirect(address("person", campaign.pk, found[0].pk))
    if not found:
        messages.error(request, "명부에 없습니다. 관리번호나 성명을 빠짐없이 적어 주세요.")
        return redirect(address("review" if campaign.has_documents else "exclusions", campaign.pk))
    note_look(request, campaign, found)
    people = Paginator(found, PER_PAGE).get_page(1)
    rows = rows_of(campaign, found)
    return page(request, "people", campaign, step="exclusions", title="같은 이름", rows=rows, people=people)


@require_GET
def picture(request: HttpRequest, pk: int, recipient_pk: int, part: int) -> HttpResponse:
    """One picture exactly as it goes to the handset; the look is written down."""
    campaign = campaign_for(request, pk)
    assets = Asset.objects.sendable().select_related("recipient__campaign", "notice__recipient")
    own = assets.filter(recipient_id=recipient_pk, recipient__campaign=campaign, part=part).order_by("profile")
    asset = get_object_or_404(own[:1])
    content = services.open_picture(asset, now=clock.now())
    note_look(request, campaign, [recipient_pk], action="view_picture")
    response = HttpResponse(content, content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response
