"""The officials' admin site: our log-in, our index, and the one place where the content policy is wider."""

from functools import wraps
from typing import Any

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import URLPattern, path
from unfold.sites import UnfoldAdminSite

from portal.core import clock
from portal.site import official_signin
from portal.site.forms import OfficialSignInForm

NOTED_EVERY = 60  # seconds
# Unfold's Alpine evaluates attributes and sets styles; citizens' pages and the log-in page keep the strict policy.
UNFOLD_POLICY = {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]}


def _attended(view: Any) -> Any:
    """An official's session ends after a pause; pages that refresh themselves are no sign of anybody sitting there."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.user.is_authenticated and request.headers.get("X-Requested-With") != "live":
            _note_attendance(request.session, int(clock.now().timestamp()))
        response: HttpResponse = view(request, *args, **kwargs)
        return response

    return wrapped


def _note_attendance(session: SessionBase, moment: int) -> None:
    """Written at most once a minute: not every click needs a row of its own."""
    if moment - int(session.get("attended_at", 0)) >= NOTED_EVERY:
        session["attended_at"] = moment
        session.set_expiry(settings.OFFICIAL_IDLE_MINUTES * 60)


class SotongAdminSite(UnfoldAdminSite):
    """Ours instead of Django's."""

    login_form = OfficialSignInForm
    index_title = "현황판"
    site_title = "소통 업무"

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponseBase:
        """Password first; `official_signin` asks for the second factor before anybody is signed in."""
        if request.method == "GET" and self.has_permission(request):
            return redirect("admin:index")
        words = {**self.each_context(request), "app_path": request.get_full_path(), **(extra_context or {})}
        return official_signin.PasswordView.as_view(extra_context=words)(request)

    def extra_urls(self) -> list[URLPattern]:
        """The steps between the password and the board; they look at the session for themselves."""
        return [
            path("login/second/", official_signin.second, name="second"),
            path("login/enrol/", official_signin.enrol, name="enrol"),
        ]

    def admin_view(self, view: Any, cacheable: bool = False) -> Any:
        """Officials only, under Unfold's content policy."""
        return csp_replace(UNFOLD_POLICY)(_attended(super().admin_view(view, cacheable)))

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A list of tables says nothing about anybody's work: the index is the only table of contents."""
        page: HttpResponse = self.index(request, extra_context)
        return page
