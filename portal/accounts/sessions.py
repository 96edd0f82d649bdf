"""
How long somebody stays signed in, and where.

Citizens: 90 days from the last visit, written back once a day; on a shared device two hours, and closing the browser.
Officials: a pause of OFFICIAL_IDLE_MINUTES, eight hours at most, never kept by the browser.
"""

import hashlib
import re
import secrets
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import SESSION_KEY, logout
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase

from portal.accounts.models import Device, User
from portal.core import clock

COOKIE_AGE = timedelta(days=400)  # what browsers keep at most
OFFICIAL_MOST = timedelta(hours=8)
SHARED_MOST = timedelta(hours=2)
_ENDS_AT, _SEEN_ON, _OFFICIALS = "ends_at", "seen_on", "officials"
_MARK = "sotong.device"
_SYSTEMS = (
    (r"iPhone", "아이폰"),
    (r"iPad", "아이패드"),
    (r"SM-|SAMSUNG|Galaxy", "갤럭시"),
    (r"Android", "안드로이드"),
    (r"Windows", "윈도우 컴퓨터"),
    (r"Macintosh", "맥"),
    (r"Linux", "리눅스 컴퓨터"),
)
_BROWSERS = (
    (r"KAKAOTALK", "카카오톡"),
    (r"NAVER", "네이버"),
    (r"SamsungBrowser", "삼성 인터넷"),
    (r"Whale", "웨일"),
    (r"Edg", "엣지"),
    (r"Firefox|FxiOS", "파이어폭스"),
    (r"Chrome|CriOS", "크롬"),
    (r"Safari", "사파리"),
)
Next = Callable[[HttpRequest], HttpResponseBase]


def device_name(agent: str) -> str:
    """아이폰 · 사파리: enough for its owner to know it again; versions and models stay out."""
    found = [next((name for sign, name in signs if re.search(sign, agent)), "") for signs in (_SYSTEMS, _BROWSERS)]
    return " · ".join(filter(None, found)) or "알 수 없는 기기"


def began(request: HttpRequest, user: User, *, now: datetime) -> Device | None:
    """
    Somebody signed in: say how long that lasts, and remember a citizen's device.

    Returns the device if it is new to her, and not her first.
    """
    session = request.session
    if session.session_key is None:  # over somebody else's session Django begins a new one, without a key so far
        session.create()
    if user.is_staff:
        session[_OFFICIALS] = True
        session[_ENDS_AT] = int((now + OFFICIAL_MOST).timestamp())
        session.set_expiry(settings.OFFICIAL_IDLE_MINUTES * 60)
        return None
    session[_SEEN_ON] = clock.day_in_korea(now).isoformat()
    session.set_expiry(settings.SESSION_COOKIE_AGE)
    return _remember(request, user, now)


def shorten(session: SessionBase, *, now: datetime) -> None:
    """공용 기기예요: over with the browser window, and soon in any case."""
    session.pop(_SEEN_ON, None)
    session[_ENDS_AT] = int((now + SHARED_MOST).timestamp())
    session.set_expiry(0)


def _remember(request: HttpRequest, user: User, now: datetime) -> Device | None:
    token = request.COOKIES.get(_cookie()) or secrets.token_urlsafe(24)
    request.META[_MARK] = token  # the middleware puts the cookie on the answer
    is_first = not Device.objects.filter(user=user).exists()
    seen = {
        "name": device_name(request.headers.get("User-Agent", "")),
        "session_key": request.session.session_key or "",
        "last_seen_at": now,
    }
    device, is_new = Device.objects.update_or_create(
        user=user,
        token_hash=hashlib.sha256(token.encode()).digest(),
        defaults=seen,
        create_defaults={**seen, "first_seen_at": now},
    )
    return device if is_new and not is_first else None


def lasting(*, now: datetime) -> QuerySet[Session]:
    """Sessions that are not over."""
    return Session.objects.filter(expire_date__gt=now)


def is_shared(session: SessionBase) -> bool:
    """Whether its owner said that the device is not hers."""
    return session.get_expire_at_browser_close()


def signed_in_devices(user: User, *, now: datetime) -> list[Device]:
    """Where somebody is signed in, the latest first."""
    alive = lasting(now=now).values("session_key")
    return list(Device.objects.filter(user=user, session_key__in=alive).order_by("-last_seen_at"))


def end(device: Device) -> None:
    """Sign out there, whoever sits there."""
    Session.objects.filter(session_key=device.session_key).delete()


def end_all(user: User, *, but: str = "") -> None:
    """Sign out everywhere, except in the session of that key."""
    keys = Device.objects.filter(user=user).exclude(session_key=but).values("session_key")
    Session.objects.filter(session_key__in=keys).delete()


class KeptSessions:
    """Ends sessions whose time is over, and lets citizens' roll on; a request without a session costs nothing."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if settings.SESSION_COOKIE_NAME in request.COOKIES:
            _keep(request, clock.now())
        response = self.get_response(request)
        if token := request.META.get(_MARK):
            _mark(response, token)
        return response


def _keep(request: HttpRequest, now: datetime) -> None:
    session = request.session
    ends_at = session.get(_ENDS_AT)
    is_over = ends_at is not None and ends_at <= now.timestamp()
    if is_over or _is_promoted(request):
        logout(request)
        return
    today = clock.day_in_korea(now).isoformat()
    if session.get(_SEEN_ON, today) != today:
        session[_SEEN_ON] = today
        session.set_expiry(settings.SESSION_COOKIE_AGE)
        Device.objects.filter(session_key=session.session_key).update(last_seen_at=now)


def _is_promoted(request: HttpRequest) -> bool:
    """A citizen's session, without a second factor or an end, of somebody who has been given rights since."""
    session = request.session
    if SESSION_KEY not in session or _OFFICIALS in session:
        return False
    return bool(getattr(request.user, "is_staff", False))


def _mark(response: Any, token: str) -> None:
    response.set_cookie(
        _cookie(),
        token,
        max_age=COOKIE_AGE,
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
        path="/",
    )


def _cookie() -> str:
    return "__Host-device" if settings.SESSION_COOKIE_SECURE else "device"
