"""The cookie of somebody who has proven to be the owner of a notice: signed, short, and sent to one address only."""

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from notices.models import NoticeLink
from notices.opening import VISIT, Visit
from notices.services.opening import opens

_SALT = "notices.visit"


def cookie_name(page: str) -> str:
    """The cookie of a kind of page; over https no other host can set it."""
    return f"__Secure-{page}" if settings.SESSION_COOKIE_SECURE else page


def visit_of(request: HttpRequest, cookie: str, link: NoticeLink, *, now: datetime) -> Visit | None:
    """The visit a cookie speaks of, if it is one to the notice of this link and has not ended."""
    try:
        visit = Visit.from_words(signing.Signer(salt=_SALT).unsign(request.COOKIES.get(cookie, "")))
    except (signing.BadSignature, ValueError):
        return None
    return visit if opens(visit, link, now=now) else None


def seen_at(path: str, cookie: str, visit: Visit | None, *, part: str = "") -> HttpResponse:
    """After a POST: on to a page, with the visit that lets in there."""
    response = HttpResponse(status=303, headers={"Location": path + part})
    if visit is not None:
        response.set_cookie(
            cookie,
            signing.Signer(salt=_SALT).sign(visit.as_words()),
            max_age=VISIT,
            path=path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response
