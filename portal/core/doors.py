"""Every page is locked unless its view says otherwise: `@public` opens it, `@personal` keeps it out of every cache."""

from collections.abc import Callable
from functools import wraps
from typing import TypeVar

from django.http import HttpRequest, HttpResponseBase

View = TypeVar("View", bound=Callable[..., HttpResponseBase])


def public(view: View) -> View:
    """Mark a view as open to anybody. Without it, LockedDoors lets in signed-in officials only."""
    view.__dict__["is_public"] = True
    return view


def is_public(view: Callable[..., HttpResponseBase]) -> bool:
    """Whether the view was opened with `@public`."""
    return bool(getattr(view, "is_public", False))


def findable(view: View) -> View:
    """Below `@personal`: a blank form that search engines may show, because they meet it without a session."""
    view.__dict__["is_findable"] = True
    return view


def personal(view: View) -> View:
    """
    A page about one person, or behind a token: not stored, not indexed, and its address told to nobody else.

    Not `no-referrer`: under it browsers send `Origin: null` with every POST, and the CSRF check refuses the form.
    """

    @wraps(view)
    def wrapped(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        response.headers["Cache-Control"] = "private, no-store"
        if not getattr(view, "is_findable", False):
            response.headers["X-Robots-Tag"] = "noindex, nofollow"
        response.headers["Referrer-Policy"] = "same-origin"
        return response

    return wrapped  # type: ignore[return-value]
