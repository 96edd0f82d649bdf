"""The language switch: one press, no script, no account, and back to the same page."""

from urllib.parse import urlsplit

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.core.doors import public
from portal.core.languages import COOKIE
from portal.site.look import A_YEAR, way_back


@public
@csrf_exempt  # a choice of words harms nobody, and a token would give every page a cookie
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """Speak the language asked for, on this device for a year. One we do not know changes nothing."""
    response = redirect(_back(request) or "site:home")
    asked = request.POST.get("language", "")
    if asked in dict(settings.LANGUAGES):
        response.set_cookie(COOKIE, asked, max_age=A_YEAR, httponly=True, samesite="Lax", secure=settings.IS_HTTPS)
    return response


def _back(request: HttpRequest) -> str:
    """
    The page the switch stands on, with the words that were searched for.

    These come from the browser: a page that repeated its own address would show again what one should not have typed.
    """
    page = way_back(request)
    came_from = urlsplit(request.headers.get("Referer", ""))
    is_here = came_from.netloc == request.get_host() and came_from.path == page
    return f"{page}?{came_from.query}" if is_here and came_from.query else page
