"""Where a request really comes from, computed once for limits and the audit book alike."""

from django.conf import settings
from django.http import HttpRequest


def address_of(request: HttpRequest) -> str:
    """
    The client's address, believing exactly TRUSTED_PROXY_COUNT proxies.

    Each trusted proxy appends the address it saw; anything further left was typed by the client and is not believed.
    """
    direct = str(request.META.get("REMOTE_ADDR", ""))
    count: int = settings.TRUSTED_PROXY_COUNT
    if not count:
        return direct
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",") if hop.strip()]
    return hops[-count] if len(hops) >= count else direct
