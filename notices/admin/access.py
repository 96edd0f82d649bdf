"""Whose campaign a page shows, who may look, and the line in the audit book that every look leaves."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from notices import opening_queries, queries
from notices.models import Campaign, Recipient
from portal.accounts import looking
from portal.accounts.looking import user_of
from portal.accounts.models import Official
from portal.accounts.queries import official_of

C = Campaign.State
_MOST_SUBJECTS = 60_000


def official(request: HttpRequest) -> Official:
    """The official behind the request, or 403."""
    found = official_of(user_of(request))
    if found is None:
        raise PermissionDenied
    return found


def may_prepare(request: HttpRequest) -> bool:
    """Whether she may draft campaigns and prepare their material."""
    found = official_of(user_of(request))
    return found is not None and any(found.has_role(role) for role in ("officer", "head", "sender"))


def campaign_for(request: HttpRequest, pk: int) -> Campaign:
    """A campaign of the official's own department; anybody else's is not there."""
    if not request.user.has_perm("notices.view_campaign") and not may_prepare(request):
        raise PermissionDenied
    campaign = queries.campaigns_of(user_of(request)).filter(pk=pk).first()
    if campaign is None:
        raise Http404
    return campaign


def note_look(
    request: HttpRequest,
    campaign: Campaign,
    people: Iterable[Recipient | int],
    *,
    action: str = "view",
    reason: str = "",
) -> None:
    """Write down who is about to be shown; called after all reading, before the page is drawn."""
    ids = [one if isinstance(one, int) else one.pk for one in people][:_MOST_SUBJECTS]
    reason = reason or f"{campaign.number} {campaign.title}"[:200]
    looking.note_look(request, "notices.recipient", ids, action=action, reason=reason)


def address(name: str, *args: object) -> str:
    """The address of one of our pages."""
    return reverse(f"admin:notices_campaign_{name}", args=args)


_STEPS: tuple[tuple[str, str, frozenset[str]], ...] = (
    ("files", "1 자료", frozenset({C.DRAFT})),
    ("progress", "2 분석", frozenset({C.READING})),
    ("review", "3 검수", frozenset({C.CHECKING})),
    ("wording", "4 문구·비용", frozenset({C.READY})),
    ("approval", "5 점검·결재", frozenset({C.APPROVING, C.APPROVED, C.CONFIRMING})),
    ("tally", "6 동의·발송", frozenset({C.ASKING, C.ASKED, C.SENDING, C.FOLLOWING})),
    ("paper", "7 종이 우편", frozenset()),
)
_BEFORE_LAUNCH = (C.DRAFT, C.READING, C.CHECKING)
_WITH_LETTERS = (C.FOLLOWING, C.CLOSED, C.CANCELLED)


def home_of(campaign: Campaign) -> str:
    """The page where the campaign's next thing happens."""
    name = next((name for name, _, states in _STEPS if campaign.state in states), "tally")
    return address(name, campaign.pk)


def _steps(campaign: Campaign, current: str) -> list[dict[str, Any]]:
    order = [name for name, _, _ in _STEPS]
    reached = max((order.index(name) for name, _, states in _STEPS if campaign.state in states), default=0)
    reached = len(order) - 1 if campaign.state in _WITH_LETTERS else reached
    reached = order.index("approval") if campaign.state == C.READY else reached
    reached = order.index("tally") if campaign.state == C.CONFIRMING else reached
    steps = [
        {"label": label, "url": address(name, campaign.pk), "is_current": name == current, "is_open": place <= reached}
        for place, (name, label, _) in enumerate(_STEPS)
    ]
    if opening_queries.has_links(campaign):
        openings = {"label": "열람", "url": address("openings", campaign.pk), "is_open": True}
        steps.append({**openings, "is_current": current == "openings"})
    plan = {"label": "계획", "url": address("plan", campaign.pk), "is_open": True, "is_current": current == "plan"}
    steps.insert(0, plan)
    if campaign.bills.exists():
        bills = {"label": "고지·징수", "url": address("bills", campaign.pk), "is_open": True}
        steps.append({**bills, "is_current": current == "bills"})
    if campaign.state not in _BEFORE_LAUNCH:
        balance = {"label": "정산", "url": address("balance", campaign.pk), "is_open": True}
        steps.append({**balance, "is_current": current == "balance"})
    return steps


def page(
    request: HttpRequest, template: str, campaign: Campaign, *, step: str, title: str, **values: Any
) -> HttpResponse:
    """Draw one page of a campaign inside the admin site."""
    context = {
        **admin.site.each_context(request),
        "title": title,
        "subtitle": campaign.number,
        "campaign": campaign,
        "state_label": C(campaign.state).label,
        "steps": _steps(campaign, step) if campaign.pk else [],
        **values,
    }
    response = render(request, f"admin/notices/{template}.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response
