"""Doors for citizens: pages of whoever is signed in, and pages that want to know again that it is still her."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from urllib.parse import urlencode

from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse

from portal.accounts.models import User
from portal.core import clock
from portal.core.doors import personal, public

FRESH_FOR = timedelta(minutes=10)
_PROVEN_AT = "proven_at"
View = Callable[..., HttpResponseBase]


def citizen_of(request: HttpRequest) -> User | None:
    """The citizen who is signed in; an official at work is none."""
    user = request.user
    return user if isinstance(user, User) and user.is_active and not user.is_staff else None


def note_proof(session: SessionBase, *, now: datetime) -> None:
    """Whoever sits there has just shown, by code or passkey, who she is."""
    session[_PROVEN_AT] = int(now.timestamp())


def is_fresh(session: SessionBase, *, now: datetime) -> bool:
    """Whether that was at most ten minutes ago."""
    return now.timestamp() - int(session.get(_PROVEN_AT, 0)) <= FRESH_FOR.total_seconds()


def citizens_only(view: View) -> View:
    """A personal page of the citizen who is signed in; strangers are asked to sign in and come back."""

    @public
    @personal
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if citizen_of(request) is None:
            return _sent_to("site:sign_in", request)
        return view(request, *args, **kwargs)

    return guarded


def recent_proof(view: View) -> View:
    """What is sensitive: a citizen whose proof is older than ten minutes gives a code again, and comes back."""

    @citizens_only
    @wraps(view)
    def guarded(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        if not is_fresh(request.session, now=clock.now()):
            return _sent_to("site:sign_in_again", request)
        return view(request, *args, **kwargs)

    return guarded


def _sent_to(name: str, request: HttpRequest) -> HttpResponseBase:
    """A form that was on its way is filled in again: only what is read can be asked for a second time."""
    back = request.get_full_path() if request.method in ("GET", "HEAD") else request.path
    return redirect(f"{reverse(name)}?{urlencode({'next': back})}")
