"""내 캘린더: the page that gives and takes away the address, and what a calendar program reads there."""

import hashlib
from datetime import datetime
from typing import cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import get_conditional_response
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts.guards import citizen_of, citizens_only
from portal.accounts.models import User
from portal.core import clock
from portal.core.context import the_district
from portal.core.doors import public
from portal.site import calendar_events, ics, keeping
from portal.site.models import CalendarFeed

SHOWN = 20
GOOGLE = "https://calendar.google.com/calendar/r"


@citizens_only
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def calendar(request: HttpRequest) -> HttpResponse:
    """The address of her calendar: made, renewed, made to say more or less, taken away."""
    user, now = cast(User, citizen_of(request)), clock.now()
    if request.method == "POST":
        messages.success(request, _change(user, request.POST.get("act", ""), now))
        return redirect("site:calendar")
    feed = CalendarFeed.objects.filter(user=user, revoked_at=None).first()
    context = {
        "feed": feed,
        "is_in_another_language": feed is not None and feed.language != _spoken(),
        "coming": _coming(user, now),
        **(_addresses(feed) if feed else {}),
    }
    return render(request, "site/me_calendar.html", context)


def _coming(user: User, now: datetime) -> list[ics.Event]:
    """The next days, as her calendar would have them."""
    events, today = calendar_events.events_of(user, with_details=True, now=now), clock.day_in_korea(now)
    return sorted((one for one in events if one.on >= today and not one.is_cancelled), key=lambda one: one.on)[:SHOWN]


def _change(user: User, act: str, now: datetime) -> str:
    language = _spoken()
    details = {"more": True, "less": False, "open": False}.get(act, _with_details(user))
    if act == "open":
        keeping.open_feed(user, with_details=details, language=language, now=now)
        return _("캘린더 주소를 만들었습니다. 쓰시는 캘린더에 더해 주세요.")
    if act == "renew":
        keeping.open_feed(user, with_details=details, language=language, now=now)
        return _("주소를 새로 만들었습니다. 앞의 주소는 이제 쓸 수 없습니다.")
    if act in ("more", "less", "speak"):
        keeping.tell_feed(user, with_details=details, language=language)
        return _("바꿨습니다. 캘린더가 다음에 읽어 갈 때부터 보입니다.")
    if act == "close":
        keeping.close_feed(user, now=now)
        return _("캘린더 주소를 없앴습니다. 캘린더에 남은 일정은 구독을 지우면 사라집니다.")
    raise Http404


def _spoken() -> str:
    return get_language() or settings.LANGUAGE_CODE


def _with_details(user: User) -> bool:
    return CalendarFeed.objects.filter(user=user, revoked_at=None, with_details=True).exists()


def _addresses(feed: CalendarFeed) -> dict[str, str]:
    path = reverse("site:calendar_feed", args=[feed.token])
    webcal = f"webcal://{urlsplit(settings.SITE_URL).netloc}{path}"
    return {
        "address": f"{settings.SITE_URL}{path}",
        "webcal": webcal,
        "google": f"{GOOGLE}?{urlencode({'cid': webcal})}",
    }


@public
@require_safe
def feed(request: HttpRequest, token: str) -> HttpResponseBase:
    """What a calendar program fetches every few hours: 304 while nothing has changed, 410 once it was taken away."""
    found = CalendarFeed.objects.select_related("user").filter(token_hash=CalendarFeed.hash_of(token)).first()
    if found is None:
        raise Http404
    with override(found.language):
        return _private(_answer(request, found))


def _answer(request: HttpRequest, feed: CalendarFeed) -> HttpResponseBase:
    if feed.revoked_at is not None or not feed.user.is_active:
        gone = _("없앤 캘린더 주소입니다.")
        return HttpResponse(f"{gone}\n", status=410, content_type="text/plain; charset=utf-8")
    events = calendar_events.events_of(feed.user, with_details=feed.with_details, now=clock.now())
    name = _("%(district)s 소통") % {"district": the_district().name}
    body = ics.written(events, name=name).encode()
    response = HttpResponse(body, content_type="text/calendar; charset=utf-8")
    response.headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    response.headers["Content-Disposition"] = 'inline; filename="sotong.ics"'
    return get_conditional_response(request, etag=response.headers["ETag"], response=response) or response


def _private(response: HttpResponseBase) -> HttpResponseBase:
    """Asked about each time, kept by nobody between, found by no search engine."""
    response.headers["Cache-Control"] = "private, no-cache"
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
