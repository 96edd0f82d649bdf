"""Where a citizen wanted to go when she was asked to sign in."""

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme

_NEXT = "sign_in.next"


def remember_next(request: HttpRequest) -> None:
    """Kept on our side: the address of a personal page belongs in no form and no log."""
    wanted = request.GET.get("next", "")
    if wanted.startswith("/") and url_has_allowed_host_and_scheme(
        wanted, {request.get_host()}, require_https=request.is_secure()
    ):
        request.session[_NEXT] = wanted[:500]


def next_address(request: HttpRequest) -> str:
    """Where she wanted to go, once; else her own page."""
    return str(request.session.pop(_NEXT, "")) or "site:me"
