"""The site as an app on the telephone: its manifest, its service worker, and the page without a network."""

import hashlib
import json
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.http import condition, require_safe

from complaints.blank import blank_page
from portal.core.context import the_district
from portal.core.doors import public

LANGUAGES = [code for code, _label in settings.LANGUAGES]


@public
@require_safe
def manifest(request: HttpRequest) -> HttpResponse:
    """What the telephone shows when the site is installed."""
    district = the_district()
    words: dict[str, Any] = {
        "id": "/",
        "start_url": "/",
        "scope": "/",
        "lang": get_language(),
        "name": _("%(district)s 소통") % {"district": district.name},
        "short_name": _("%(district)s 소통") % {"district": district.name},
        "description": _("민원 신청과 진행 조회, 24시간 챗봇"),
        "display": "standalone",
        "background_color": "#ffffff",
        "theme_color": "#ffffff",
        "icons": [
            *_icons("icon", purpose="any"),
            *_icons("maskable", purpose="maskable"),
        ],
        "shortcuts": [
            {"name": _("민원 신청"), "url": reverse("complaints:new"), "icons": _icons("shortcut-new", sizes=[96])},
            {"name": _("내 민원"), "url": reverse("complaints:track"), "icons": _icons("shortcut-mine", sizes=[96])},
        ],
    }
    response = JsonResponse(words, content_type="application/manifest+json", json_dumps_params={"ensure_ascii": False})
    response.headers["Cache-Control"] = "no-cache"
    return response


def _icons(name: str, *, purpose: str = "any", sizes: list[int] | None = None) -> list[dict[str, str]]:
    return [
        {
            "src": static(f"img/{name}-{size}.png"),
            "sizes": f"{size}x{size}",
            "type": "image/png",
            "purpose": purpose,
        }
        for size in sizes or [192, 512]
    ]


def offline_page(language: str) -> str:
    """As nobody's: without request, session or database."""
    with override(language):
        return render_to_string("offline.html", {"district": the_district()})


@public
@require_safe
def offline(request: HttpRequest, language: str = "") -> HttpResponse:
    """
    What is shown while the telephone has no network.

    :raises Http404: for a language we do not speak
    """
    if language and language not in LANGUAGES:
        raise Http404
    response = HttpResponse(offline_page(language or get_language() or settings.LANGUAGE_CODE))
    response.headers["Cache-Control"] = "no-cache"
    return response


@cache
def release() -> str:
    """Names the cache: another one whenever a file, one of the kept pages or the worker itself is another."""
    manifest_hash = str(getattr(staticfiles_storage, "manifest_hash", ""))
    pages = [page(language) for page in (offline_page, blank_page) for language in LANGUAGES]
    return hashlib.sha256("\0".join([manifest_hash, *pages, _script("")]).encode()).hexdigest()[:16]


def _script(name: str) -> str:
    kept = {
        "name": name,
        "static": settings.STATIC_URL,
        "report": reverse("complaints:new"),
        "offline": {language: reverse("site:offline_in", args=[language]) for language in LANGUAGES},
        "blank": {language: reverse("complaints:blank", args=[language]) for language in LANGUAGES},
    }
    return render_to_string("site/worker.js", {"kept": json.dumps(kept)})


def _tag(request: HttpRequest) -> str:
    return f'"{release()}"'


@public
@require_safe
@condition(etag_func=_tag)
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker: at the root, because it answers for the whole site."""
    script = _script(f"sotong-{release()}")
    response = HttpResponse(script, content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = "no-cache"
    return response
