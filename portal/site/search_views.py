"""The search box: suggestions while one types, and a page of results that needs no script."""

from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_safe

from complaints import queries
from complaints.guards import known
from complaints.models import Complaint
from portal.accounts.guards import citizen_of
from portal.accounts.services import take_token
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import public
from portal.core.privacy import mask_resident_numbers
from portal.site import menu, search_queries

CASES = 50  # of somebody's own, the latest
ASKED_PER_MINUTE = 60  # sentences from one address: one carrier's subscribers share it
LONGEST = 200  # characters of a query that are shown again


@public
@require_safe
def results(request: HttpRequest) -> HttpResponse:
    """Everything that fits, by kind; without words, where to begin."""
    query = _query(request)
    groups = search_queries.results(query, cases_here(request), may_ask=partial(_may_ask, request)) if query else []
    words = {"words": query, "groups": groups, "starts": menu.FAVOURITES, **_ways_on(query)}
    response = render(request, "site/search.html", words)
    response.headers["X-Robots-Tag"] = "noindex"
    return response


@public
@require_safe
def suggest(request: HttpRequest) -> HttpResponse:
    """The list under the box, as options."""
    query = _query(request)
    found = search_queries.suggestions(query, cases_here(request)) if query else []
    response = render(request, "site/_suggestions.html", {"words": query, "results": found, **_ways_on(query)})
    response.headers["X-Robots-Tag"] = "noindex"
    return response


def _query(request: HttpRequest) -> str:
    typed = " ".join(request.GET.get("q", "").replace("\x00", "").split())[:LONGEST]
    return mask_resident_numbers(typed)


def cases_here(request: HttpRequest) -> list[Complaint]:
    """Those this device knows, and those of whoever is signed in. A reader without a session stays without one."""
    if settings.SESSION_COOKIE_NAME not in request.COOKIES:
        return []
    here, citizen = known(request), citizen_of(request)
    own = queries.of_citizen(citizen)[:CASES] if citizen else []
    return [*here, *(case for case in own if case not in here)]


def _may_ask(request: HttpRequest) -> bool:
    """Beyond that many the titles are still searched."""
    key = f"search:{address_of(request)}"
    return take_token(key=key, capacity=ASKED_PER_MINUTE, per_seconds=60, now=clock.now())


def _ways_on(query: str) -> dict[str, str]:
    """Where the same words go on: a report, or the chat."""
    return {
        "report_url": f"{reverse('complaints:new')}?{urlencode({'text': query})}",
        "chat_url": f"{reverse('chatbot:chat')}?{urlencode({'q': query})}",
    }
