"""What we show about ourselves: how we are doing, and what is opened after what."""

import ipaddress
import json
from collections.abc import Mapping
from datetime import timedelta

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.cache import cache_control
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_safe

from portal.accounts import queries as accounts
from portal.accounts.services import take_token
from portal.core.client import address_of
from portal.core.clock import now
from portal.core.doors import public
from portal.site import pairs, punctuality

ALIVE = timedelta(minutes=2)
PAIRS_PER_DAY = 10  # of one connection: far fewer than a pair needs to be shown
A_DAY = 86_400
LONGEST = 600  # bytes of a note: two addresses need no more
OWN_BITS = 64  # of an IPv6 address: one connection has all that begin so


@public
@require_safe
def status(request: HttpRequest) -> HttpResponse:
    """동작 현황: whether texts leave now, and how soon they left day by day."""
    moment = now()
    worked_at = accounts.last_heartbeat("worker")
    words = {
        "is_working": worked_at is not None and moment - worked_at <= ALIVE,
        "worked_at": worked_at,
        "rows": punctuality.table(now=moment),
        "seconds": int(punctuality.WITHIN.total_seconds()),
    }
    return render(request, "site/status.html", words)


@public
@csrf_exempt  # no cookie counts here: the page sends none, and nobody is looked for
@require_http_methods(["GET", "HEAD", "POST"])
def visits(request: HttpRequest) -> HttpResponse:
    """GET: what is opened after what. POST: one more pair, without anything that says whose it is."""
    if request.method == "POST":
        return HttpResponse(status=204 if _note(request) else 422)
    return _followers(request)


@cache_control(public=True, max_age=3600)
def _followers(request: HttpRequest) -> HttpResponse:
    return JsonResponse(pairs.followers(now=now()), json_dumps_params={"ensure_ascii": False})


def _note(request: HttpRequest) -> bool:
    key = f"visits:{_connection(address_of(request))}"
    if not take_token(key=key, capacity=PAIRS_PER_DAY, per_seconds=A_DAY, now=now()):
        return False
    try:
        sent = json.loads(request.body[:LONGEST])
    except (ValueError, RecursionError):  # brackets without end
        return False
    if not isinstance(sent, Mapping):
        return False
    try:
        pairs.note(first=str(sent.get("first")), second=str(sent.get("second")), now=now())
    except pairs.NotInTheMenu:
        return False
    return True


def _connection(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:  # none is known behind a socket
        return address
    return str(ipaddress.ip_network((found, OWN_BITS), strict=False)) if found.version == 6 else address
