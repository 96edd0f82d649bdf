"""민원 신청 for a telephone without a network; the service worker asks for it once."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from complaints.blank import blank_page
from portal.core.doors import public


@public
@require_safe
def blank(request: HttpRequest, language: str) -> HttpResponse:
    """
    The empty form in one language, without anything of whoever asks.

    :raises Http404: for a language we do not speak
    """
    if language not in dict(settings.LANGUAGES):
        raise Http404
    response = HttpResponse(blank_page(language))
    response.headers["Cache-Control"] = "no-cache"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
