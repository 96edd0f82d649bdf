"""Pages of the top floor: home, menu, the honest texts, and what is shown when something goes wrong."""

import re
from urllib.parse import unquote

import structlog
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from portal.core.clock import now
from portal.core.context import the_district
from portal.core.doors import public
from portal.core.privacy import mask_resident_numbers
from portal.site import menu, pairs, recommend
from portal.site.mine_lists import case_row
from portal.site.search_views import cases_here

_WORD = re.compile(r"[^\W\d_]{2,20}")
_HANGUL = re.compile(r"[가-힣]")
SHOWN = 2  # of one's own cases on the front door
_WORTH_KEEPING = 10  # characters: what is shorter is typed again sooner than copied


@public
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """The front door."""
    moment = now()
    words = {
        "favourites": menu.FAVOURITES,
        "greeting": recommend.greeting(moment),
        "occasions": recommend.occasions(moment),
        "cases": [case_row(case) for case in cases_here(request)[:SHOWN]],
        "fewest_visits": pairs.FEWEST,
    }
    return render(request, "site/home.html", words)


@public
@require_safe
def whole_menu(request: HttpRequest) -> HttpResponse:
    """Every page a citizen can go to."""
    return render(
        request,
        "site/menu.html",
        {"pages": menu.PAGES, "reports": menu.REPORTS, "questions": menu.QUESTIONS},
    )


@public
@require_safe
def help_page(request: HttpRequest) -> HttpResponse:
    """How to use the portal."""
    return render(request, "site/help.html")


@public
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is kept about a citizen, and why."""
    days = {
        "certificate_days": settings.CERTIFICATES_ERASE_DAYS,
        "turn_days": settings.CHATBOT_TURN_RETENTION_DAYS,
        "draft_days": settings.CHATBOT_DRAFT_DAYS,
        "original_days": settings.COMPLAINTS_ORIGINAL_DAYS,
        "notice_days": settings.NOTICES_PURGE_DAYS,
        "pair_days": pairs.KEPT_DAYS,
    }
    return render(request, "site/privacy.html", {**days, "fewest": pairs.FEWEST})


@public
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What we promise to people who read, hear or move differently."""
    return render(request, "site/accessibility.html")


@public
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """Search engines are welcome to public pages."""
    words = {"site": settings.SITE_URL.rstrip("/")}
    return render(request, "site/robots.txt", words, content_type="text/plain; charset=utf-8")


@never_cache
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The page grew old while somebody was typing: say so, and hand the text back."""
    kept = [
        mask_resident_numbers(value)
        for name, values in request.POST.lists()
        if "password" not in name
        for value in values
        if len(value) >= _WORTH_KEEPING and _HANGUL.search(value)
    ]
    return render(request, "403_csrf.html", {"kept": kept}, status=403)


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400, or 413 when too much was sent."""
    if isinstance(exception, RequestDataTooBig | TooManyFilesSent):
        return render(request, "413.html", status=413)
    return render(request, "400.html", status=400)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """403: known, but not allowed."""
    return render(request, "403.html", status=403)


def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """404, with the words of the address in the search box."""
    words = " ".join(_WORD.findall(unquote(request.path)))[:60]
    return render(request, "404.html", {"words": words}, status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """500: no request context, no database, no session; only a number to tell us."""
    reference = structlog.contextvars.get_contextvars().get("request", "")
    page = render_to_string("500.html", {"district": the_district(), "reference": reference})
    return HttpResponse(page, status=500)
