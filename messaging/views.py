"""Where carriers report: verify, store, commit, and only then acknowledge in the carrier's own words."""

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging import services
from messaging.carriers import registry
from messaging.carriers.base import (
    Carrier,
    HookRefused,
    HookRequest,
    HookResponse,
    HookUnreadable,
    Unsubscribable,
    is_same_secret,
)
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import public

LARGEST_BODY = {"receipts": 2 * 1024 * 1024, "replies": 64 * 1024, "unsubscribes": 64 * 1024}


@public
@csrf_exempt
@require_POST
def hook(request: HttpRequest, alias: str, secret: str, kind: str) -> HttpResponse:
    """One webhook call. Forged 403, too large 413; authentic but unreadable is kept for a person and acknowledged."""
    carrier = _carrier(alias, secret)
    if carrier is None or kind not in LARGEST_BODY:
        raise Http404
    if kind == "unsubscribes" and not isinstance(carrier, Unsubscribable):
        raise Http404
    body = request.read(LARGEST_BODY[kind] + 1)
    if len(body) > LARGEST_BODY[kind]:
        return HttpResponse(status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    call = HookRequest(headers=headers, body=body, received_at=clock.now(), address=address_of(request))
    try:
        keys = services.take_hook(alias=alias, carrier=carrier, kind=kind, call=call)
    except HookRefused:
        return HttpResponse(status=403)
    except HookUnreadable as error:
        words = body.decode("utf-8", "replace")
        services.keep_unreadable(alias=alias, kind=kind, body=words, reason=str(error), now=call.received_at)
        keys = []
    return _as_django(carrier.acknowledge(keys))


def _carrier(alias: str, secret: str) -> Carrier | None:
    if alias not in registry.aliases():
        return None
    carrier = registry.carrier(alias)
    is_known = [is_same_secret(secret, known) for known in carrier.hook_path_secrets]
    return carrier if any(is_known) else None


def _as_django(answer: HookResponse) -> HttpResponse:
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
