"""What every request passes: one log line, locked doors, and no caching of what may be personal."""

import time
import uuid
from collections.abc import Callable
from ipaddress import ip_address

import structlog
from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase

from portal.core.client import address_of
from portal.core.doors import is_public

Next = Callable[[HttpRequest], HttpResponseBase]
_log = structlog.get_logger("portal.request")
_QUIET_ROUTES = frozenset({"livez", "readyz"})


class RequestLog:
    """One line per request: route pattern (a path may hold a token), status, milliseconds."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        started = time.perf_counter()
        with structlog.contextvars.bound_contextvars(request=uuid.uuid4().hex[:12]):
            response = self.get_response(request)
            match = request.resolver_match
            route = match.route if match else "-"
            if not (match and match.url_name in _QUIET_ROUTES):
                took = round((time.perf_counter() - started) * 1000)
                _log.info("request", method=request.method, route=route, status=response.status_code, ms=took)
        return response


class AllowedNetworks:
    """Where ADMIN_ALLOWED_NETWORKS names networks, officials' pages exist in these only."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> None:
        """
        :raises Http404: for anybody from elsewhere
        """
        networks = settings.ADMIN_ALLOWED_NETWORKS
        match = request.resolver_match
        if not networks or match is None or match.app_names != ["admin"]:
            return
        try:
            address = ip_address(address_of(request))
        except ValueError:
            raise Http404 from None
        if not any(address in network for network in networks):
            raise Http404


class LockedDoors:
    """Views not marked `@public` are for active officials. The admin site checks for itself as well."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponseBase], args: object, kwargs: object
    ) -> HttpResponseBase | None:
        """Turn strangers away before the view runs."""
        match = request.resolver_match
        if is_public(view) or (match is not None and match.app_names == ["admin"]):
            return None
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        if not (request.user.is_active and request.user.is_staff):
            raise PermissionDenied
        return None


class UncachedPersonalPages:
    """A page seen with a session belongs to one person; everything else says how long it lives by itself."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        session = getattr(request, "session", None)
        if session is not None and session.accessed and not response.has_header("Cache-Control"):
            response.headers["Cache-Control"] = "private, no-store"
        return response
