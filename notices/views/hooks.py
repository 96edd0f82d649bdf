"""Where payment providers and relays report: verify, store, commit, and only then acknowledge in their own words."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from messaging.carriers.base import HookRefused, HookRequest, HookResponse, HookUnreadable, is_same_secret
from notices.payments import registry as payments
from notices.relay import registry as relays
from notices.services import paying, relaying
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import public

LARGEST_BODY = 256 * 1024


class _Plug(Protocol):
    @property
    def hook_path_secrets(self) -> Sequence[str]: ...

    def acknowledge(self, event_keys: Iterable[str]) -> HookResponse: ...


@public
@csrf_exempt
@require_POST
def payment_hook(request: HttpRequest, alias: str, secret: str) -> HttpResponse:
    """What became of payments."""
    plug = payments.provider(alias) if alias in payments.aliases() else None
    return _take(
        request, plug, secret, lambda call: paying.record_provider_events(alias=alias, call=call, now=call.received_at)
    )


@public
@csrf_exempt
@require_POST
def relay_hook(request: HttpRequest, alias: str, secret: str) -> HttpResponse:
    """What happened to documents at a relay."""
    plug = relays.relay(alias) if alias in relays.aliases() else None
    return _take(
        request, plug, secret, lambda call: relaying.record_relay_events(alias=alias, call=call, now=call.received_at)
    )


def _take(
    request: HttpRequest, plug: _Plug | None, secret: str, record: Callable[[HookRequest], list[str]]
) -> HttpResponse:
    """One call. Forged 403, too large 413; authentic but unreadable 422, so that it comes again and somebody looks."""
    is_known = [is_same_secret(secret, known) for known in plug.hook_path_secrets] if plug else []
    if plug is None or not any(is_known):
        raise Http404
    body = request.read(LARGEST_BODY + 1)
    if len(body) > LARGEST_BODY:
        return HttpResponse(status=413)
    headers = {name.lower(): value for name, value in request.headers.items()}
    call = HookRequest(headers=headers, body=body, received_at=clock.now(), address=address_of(request))
    try:
        keys = record(call)
    except HookRefused:
        return HttpResponse(status=403)
    except HookUnreadable:
        return HttpResponse(status=422)
    answer = plug.acknowledge(keys)
    return HttpResponse(answer.body, status=answer.status, content_type=answer.content_type)
