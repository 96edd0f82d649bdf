"""Passkeys: the telephone's own lock instead of a code. Registered on one's own page, used with one tap."""

from typing import Any, cast

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.forms import AddWebAuthnForm, LoginWebAuthnForm
from allauth.mfa.webauthn.internal import auth as webauthn
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from portal.accounts.guards import citizen_of, note_proof, recent_proof
from portal.accounts.models import User
from portal.accounts.services import take_token
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import personal, public
from portal.site.returning import next_address
from portal.site.signin import BACKEND

MOST = 10
TRIES_PER_ADDRESS = 60  # a minute: one carrier's subscribers share an address
NOT_KNOWN = gettext_noop("이 패스키로 로그인하지 못했습니다. 휴대전화 번호로 로그인해 주세요.")
NOT_ADDED = gettext_noop("패스키를 등록하지 못했습니다. 다시 해 주세요.")


@recent_proof
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def passkeys(request: HttpRequest) -> HttpResponse:
    """Those of the citizen: see, add, remove."""
    user = cast(User, citizen_of(request))
    found = Authenticator.objects.filter(user=user, type=Authenticator.Type.WEBAUTHN).order_by("created_at")
    if request.method != "POST":
        return _page(request, user, list(found))
    if "remove" in request.POST:
        if not found.filter(pk=_number(request.POST["remove"])).delete()[0]:
            raise Http404
        messages.success(request, _("패스키를 지웠습니다."))
        return redirect("site:passkeys")
    form = AddWebAuthnForm(request.POST, user=user)
    if len(found) >= MOST or not form.is_valid():
        return _page(request, user, list(found), refusal=_(NOT_ADDED))
    webauthn.WebAuthn.add(user, form.cleaned_data["name"], form.cleaned_data["credential"])
    messages.success(request, _("패스키를 등록했습니다. 다음부터 한 번 눌러 로그인합니다."))
    return redirect("site:passkeys")


def _page(request: HttpRequest, user: User, found: list[Authenticator], *, refusal: str = "") -> HttpResponse:
    rows = [
        {"pk": one.pk, "name": one.wrap().name, "created_at": one.created_at, "last_used_at": one.last_used_at}
        for one in found
    ]
    options = webauthn.begin_registration(user, passwordless=True) if len(found) < MOST else None
    context = {"rows": rows, "options": options, "refusal": refusal}
    return render(request, "site/passkeys.html", context, status=422 if refusal else 200)


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in_by_passkey(request: HttpRequest) -> HttpResponse:
    """The script asks for a challenge (GET) and hands over what the telephone answered (POST)."""
    if not _may_try(request):
        return _refused(request, 429)
    if request.method != "POST":
        return JsonResponse(webauthn.begin_authentication(None))
    form = LoginWebAuthnForm(request.POST)
    if not form.is_valid():
        return _refused(request, 422)
    passkey: Authenticator = form.cleaned_data["credential"]
    user = cast(User, passkey.user)
    if not user.is_active or user.is_staff:
        return _refused(request, 422)
    passkey.record_usage()
    back = next_address(request)
    login(request, user, backend=BACKEND)
    note_proof(request.session, now=clock.now())
    return redirect(back)


def _refused(request: HttpRequest, status: int) -> HttpResponse:
    messages.error(request, _(NOT_KNOWN))
    return redirect("site:sign_in") if request.method == "POST" else JsonResponse({}, status=status)


def _may_try(request: HttpRequest) -> bool:
    key = f"passkeys:{address_of(request)}"
    return take_token(key=key, capacity=TRIES_PER_ADDRESS, per_seconds=60, now=clock.now())


def _number(text: Any) -> int:
    return int(text) if str(text).isdecimal() and len(str(text)) < 18 else 0
