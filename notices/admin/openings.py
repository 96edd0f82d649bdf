"""열람: who has opened, when people open, who has not, and links that need an official's hand."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.views.decorators.http import require_GET, require_POST

from notices import opening_queries, queries, services
from notices.admin.access import address, campaign_for, note_look, page
from notices.forms import ReasonForm
from notices.models import Campaign, NoticeLink, Opening, Recipient
from notices.opening import ACKNOWLEDGED, DOCUMENT, PICTURE
from notices.services.opening import ALARM_WITHIN, MANY_LINKS
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.client import address_of
from portal.core.errors import Refused
from portal.core.privacy import mask_name, mask_phone

PER_PAGE = 100
HOURS_SHOWN = timedelta(days=2)  # of a campaign that is younger, openings are shown by the hour
_EVIDENCE = {PICTURE: "통지서를 봄", DOCUMENT: "PDF를 받음", ACKNOWLEDGED: "‘확인했습니다’를 누름"}


@require_GET
def openings(request: HttpRequest, pk: int) -> HttpResponse:
    """The numbers, the days, the links that are shut, and everybody who has not opened yet."""
    campaign, now = campaign_for(request, pk), clock.now()
    unopened = Paginator(opening_queries.unopened_of(campaign), PER_PAGE).get_page(request.GET.get("p"))
    people, shut = list(unopened), list(opening_queries.shut_links(campaign, now=now)[:PER_PAGE])
    failing = opening_queries.failing_count(campaign, since=now - ALARM_WITHIN)
    note_look(request, campaign, {one.pk for one in people} | {one.notice.recipient_id for one in shut})
    return page(
        request,
        "openings",
        campaign,
        step="openings",
        title="열람",
        figures=_figures(campaign, unopened.paginator.count, len(shut)),
        bars=_bars(campaign, now),
        failing=failing if failing >= MANY_LINKS else 0,
        shut=[_shut(campaign, link, now) for link in shut],
        people=unopened,
        rows=[_row(campaign, one) for one in people],
        form=ReasonForm(),
    )


@require_POST
def unlock(request: HttpRequest, pk: int, link_pk: int) -> HttpResponse:
    """Open a link again after the citizen has called, with a reason for the audit book."""
    campaign = campaign_for(request, pk)
    links = NoticeLink.objects.select_related("notice__recipient__campaign")
    link = get_object_or_404(links, pk=link_pk, notice__recipient__campaign=campaign)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, "누구와 어떻게 확인했는지 사유를 적어 주세요.")
        return redirect(address("openings", campaign.pk))
    try:
        services.unlock(
            link,
            by=user_of(request),
            address=address_of(request),
            reason=form.cleaned_data["reason"],
            now=clock.now(),
        )
    except Refused as refused:
        messages.error(request, refused.sentence)
    else:
        messages.success(request, "주소를 다시 열었습니다. 시민께 생년월일을 다시 적어 보시라고 안내해 주세요.")
    return redirect(address("openings", campaign.pk))


def of_person(recipient: Recipient, *, now: datetime) -> dict[str, Any]:
    """What the page of one citizen says about her link and her openings."""
    link = opening_queries.link_of_recipient(recipient)
    rows = [
        {"at": one.at, "factor": one.get_factor_display(), "evidence": _evidence(one)}
        for one in opening_queries.openings_of(recipient)
    ]
    return {"link": link, "link_state": _state(link, now) if link else "", "openings": rows}


def _figures(campaign: Campaign, unopened: int, shut: int) -> list[dict[str, Any]]:
    counts = queries.counts_of(campaign)
    opened, reached = counts.get("opened", 0), counts.get("opened", 0) + unopened
    percent = opened * 100 // reached if reached else 0
    return [
        {"label": "열람", "value": opened},
        {"label": "미열람", "value": unopened},
        {"label": "열람률(%)", "value": percent},
        {"label": "잠긴 주소", "value": shut, "is_call": shut > 0},
    ]


def _bars(campaign: Campaign, now: datetime) -> list[dict[str, Any]]:
    """One line for each hour of a young campaign, or each day."""
    first = Recipient.objects.filter(campaign=campaign, opened_at__isnull=False).order_by("opened_at").first()
    is_young = first is not None and first.opened_at is not None and now - first.opened_at < HOURS_SHOWN
    rows = opening_queries.openings_by_hour(campaign) if is_young else opening_queries.openings_by_day(campaign)
    most = max((row.count for row in rows), default=0)
    shape = "n월 j일 H시" if is_young else "n월 j일"
    return [{"at": row.at, "shape": shape, "count": row.count, "most": most} for row in rows]


def _shut(campaign: Campaign, link: NoticeLink, now: datetime) -> dict[str, Any]:
    recipient = link.notice.recipient
    return {
        "link": link,
        "key": recipient.key,
        "name": mask_name(recipient.name),
        "phone": mask_phone(recipient.phone) if recipient.phone else "",
        "state": _state(link, now),
        "is_blocked": link.blocked_at is not None,
        "url": address("person", campaign.pk, recipient.pk),
        "unlock": address("unlock", campaign.pk, link.pk),
    }


def _state(link: NoticeLink, now: datetime) -> str:
    if link.expires_at <= now:
        return "기한이 지남"
    if link.blocked_at is not None:
        return "막힘 (풀어 주어야 열림)"
    if link.locked_until is not None and link.locked_until > now:
        return f"{clock.in_korea(link.locked_until):%H:%M}까지 잠김"
    return "열 수 있음"


def _row(campaign: Campaign, one: Recipient) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": mask_name(one.name),
        "phone": mask_phone(one.phone) if one.phone else "",
        "state": Recipient.State(one.state).label,
        "sent_at": one.sent_at,
        "url": address("person", campaign.pk, one.pk),
    }


def _evidence(one: Opening) -> str:
    return _EVIDENCE.get(one.evidence, "회신" if one.factor == Opening.Factor.REPLY else "중계자 열람 확인")
