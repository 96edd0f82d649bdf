"""The address an institution was given: a look changes nothing, one tap takes the document, nobody takes it twice."""

import secrets
from datetime import timedelta

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from portal.certificates import queries, services
from portal.certificates.models import CertificateShare, hash_of
from portal.certificates.printing import Sheet
from portal.certificates.services.issuing import read_file
from portal.certificates.views import device_of, pdf
from portal.core import clock
from portal.core.doors import personal, public
from portal.core.errors import Refused

COOKIE = "taker"
STAYS = timedelta(minutes=10)  # for an answer or a download that broke off
WAITS = timedelta(days=1)  # so long a page may lie open before the tap


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def receive(request: HttpRequest, token: str) -> HttpResponse:
    """
    What waits; a POST takes it. Unknown, run out and taken back are one page.

    The look already gives the browser what it will be known by: if the answer to the tap is lost, the next tap of the
    same browser is let in.
    """
    found = queries.share_behind(token)
    if found is not None and _has_taken(request, found):
        return _taken(request, found, token)
    taker = request.COOKIES.get(COOKIE, "")[:64] or secrets.token_urlsafe(16)
    if found is None or (found.opened_at is None and not _waits(found)):
        return render(request, "certificates/gone.html", status=404)
    if found.opened_at is not None:
        return render(request, "certificates/handed_in.html", {"share": found}, status=410)
    if request.method != "POST":
        context = {"share": found, "name": queries.name_of(found.certificate)}
        return _known(render(request, "certificates/receive.html", context), taker, token)
    try:
        services.open_share(found, device=device_of(request), taker=taker, now=clock.now())
    except Refused as refused:
        return render(request, "certificates/gone.html", {"refusal": _(refused.sentence)}, status=410)
    return _known(redirect("certificates:receive", token), taker, token)


@public
@personal
@require_safe
def document(request: HttpRequest, token: str) -> HttpResponse:
    """The file, for ten minutes, for the browser that took it."""
    found = queries.share_behind(token)
    content = read_file(found.certificate) if found is not None and _has_taken(request, found) else b""
    if found is None or not content:
        raise Http404
    return pdf(content, found.certificate)


def _waits(found: CertificateShare) -> bool:
    now = clock.now()
    return found.is_open(now) and found.certificate.is_valid(now)


def _known(response: HttpResponse, taker: str, token: str) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        taker,
        max_age=WAITS,
        path=reverse("certificates:receive", args=[token]),
        httponly=True,
        secure=settings.SESSION_COOKIE_SECURE,
        samesite="Lax",
    )
    return response


def _has_taken(request: HttpRequest, found: CertificateShare) -> bool:
    said = request.COOKIES.get(COOKIE, "")[:64]
    if not said or found.opened_at is None or clock.now() - found.opened_at >= STAYS:
        return False
    return secrets.compare_digest(hash_of(said), found.taker_hash)


def _taken(request: HttpRequest, found: CertificateShare, token: str) -> HttpResponse:
    certificate = found.certificate
    context = {
        "share": found,
        "certificate": certificate,
        "name": queries.name_of(certificate),
        "sheet": Sheet.read(certificate.facts) if certificate.facts else None,
        "document_url": reverse("certificates:received_document", args=[token]),
        "verify_url": reverse("notices:verify_code", args=[certificate.code]),
    }
    return render(request, "certificates/taken.html", context)
