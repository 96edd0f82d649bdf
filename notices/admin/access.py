"""Whose campaign a page shows, who may look, and the line in the audit book that every look leaves."""

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from notices import queries, wizard
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


def home_of(campaign: Campaign) -> str:
    """The page where the campaign's next thing happens."""
    return address(wizard.home_of(campaign), campaign.pk)


_SAME_STEP = {"progress": "files"}  # pages that stand under another page's step


def _steps(campaign: Campaign, current: str) -> list[dict[str, Any]]:
    current = _SAME_STEP.get(current, current)
    found = wizard.steps_of(
        campaign,
        has_people=queries.roster_of(campaign) is not None,
        has_document=queries.current_document(campaign) is not None,
    )
    steps = [
        {"step": one, "number": number, "url": address(one.name, campaign.pk), "is_current": one.name == current}
        for number, one in enumerate(found, start=1)
    ]
    if campaign.bills.exists():
        bills = wizard.Step("bills", "고지·징수", wizard.NOW)
        url = address("bills", campaign.pk)
        steps.append({"step": bills, "number": len(steps) + 1, "url": url, "is_current": current == "bills"})
    return steps


def _beside(steps: list[dict[str, Any]]) -> dict[str, Any]:
    """The open steps before and after the one on the screen."""
    place = next((place for place, one in enumerate(steps) if one["is_current"]), None)
    if place is None:
        return {}
    after = steps[place + 1] if place + 1 < len(steps) else None
    return {
        "step_before": steps[place - 1] if place else None,
        "step_after": after,
    }


def page(
    request: HttpRequest, template: str, campaign: Campaign, *, step: str, title: str, **values: Any
) -> HttpResponse:
    """Draw one page of a campaign inside the admin site."""
    steps = _steps(campaign, step) if campaign.pk else []
    context = {
        **admin.site.each_context(request),
        "title": title,
        "subtitle": campaign.number,
        "campaign": campaign,
        "state_label": C(campaign.state).label,
        "steps": steps,
        **_beside(steps),
        **values,
    }
    response = render(request, f"admin/notices/{template}.html", context)
    response.headers["Cache-Control"] = "private, no-store"
    return response
