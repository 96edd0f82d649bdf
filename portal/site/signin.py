"""Signing in by a code sent to one's phone, and out again. Works without JavaScript; codes may fill themselves in."""

from typing import cast

from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_POST

from complaints import services as complaints
from portal.accounts import citizens, proofs, sessions
from portal.accounts.guards import citizen_of, citizens_only, is_fresh, note_proof
from portal.accounts.models import User
from portal.accounts.proofs import ProvenPhone, Purpose
from portal.core import clock, privacy
from portal.core.client import address_of
from portal.core.doors import personal, public
from portal.core.errors import Refused
from portal.site import social
from portal.site.forms import CodeForm, PhoneForm
from portal.site.returning import next_address, remember_next

BACKEND = "django.contrib.auth.backends.ModelBackend"
_ASKED = "sign_in.handle"
SHARED = "shared"
TOO_OFTEN, REFUSED = 429, 422


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """One field: the phone. Known or not makes no difference here."""
    if request.method != "POST":
        remember_next(request)
        return _phone_page(request, PhoneForm())
    form = PhoneForm(request.POST)
    if not form.is_valid():
        return _phone_page(request, form, status=REFUSED)
    try:
        _send_code(request, form.cleaned_data["phone"], Purpose.SIGN_IN)
    except Refused as refused:
        form.add_error(None, _(refused.sentence))
        return _phone_page(request, form, status=TOO_OFTEN)
    return redirect("site:sign_in_code")


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponse:
    """The six digits, or another six."""
    phone = _phone_asked(request)
    if not phone:
        return redirect("site:sign_in")
    if request.method != "POST":
        return _code_page(request, CodeForm(), phone)
    if "again" in request.POST:
        return _again(request, phone, Purpose.SIGN_IN)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            return _enter(request, form, _confirmed(request, form, Purpose.SIGN_IN))
        except Refused as refused:
            form.add_error("code", _(refused.sentence))
    return _code_page(request, form, phone, status=REFUSED)


@citizens_only
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def again(request: HttpRequest) -> HttpResponse:
    """Before something sensitive: a fresh code to the citizen's own phone."""
    user = cast(User, citizen_of(request))
    if request.method != "POST":
        remember_next(request)
        if is_fresh(request.session, now=clock.now()):
            return redirect(next_address(request))
        return _code_page(request, CodeForm(), user.phone, is_again=True)
    if "again" in request.POST:
        return _again(request, user.phone, Purpose.FRESH)
    form = CodeForm(request.POST)
    if form.is_valid():
        try:
            _confirmed(request, form, Purpose.FRESH)
        except Refused as refused:
            form.add_error("code", _(refused.sentence))
        else:
            note_proof(request.session, now=clock.now())
            return redirect(next_address(request))
    return _code_page(request, form, user.phone, is_again=True, status=REFUSED)


@public
@csrf_protect
@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """Here, on this device. What the browser kept for the pages goes too."""
    logout(request)
    response = redirect("site:home")
    response.headers["Clear-Site-Data"] = '"storage"'
    return response


def _enter(request: HttpRequest, form: CodeForm, proven: ProvenPhone) -> HttpResponse:
    now, back = clock.now(), next_address(request)
    user = citizens.sign_up_or_in(proven=proven, now=now)
    complaints.adopt(citizen=user, now=now)
    social.settle_waiting(request, user, is_wanted=form.cleaned_data["is_linked"])
    login(request, user, backend=BACKEND)
    response = redirect(back)
    if form.cleaned_data["is_shared"]:
        sessions.shorten(request.session, now=now)
        # scripts read it, also without a network: nothing is kept on this device until its browser is closed
        response.set_cookie(SHARED, "1", samesite="Lax", secure=settings.IS_HTTPS)
    note_proof(request.session, now=now)
    return response


def _send_code(request: HttpRequest, phone: str, purpose: Purpose) -> None:
    asked = proofs.begin(phone=phone, purpose=purpose, address=address_of(request), now=clock.now())
    request.session[_ASKED] = asked.handle


def _confirmed(request: HttpRequest, form: CodeForm, purpose: Purpose) -> ProvenPhone:
    handle = str(request.session.get(_ASKED, ""))
    proven = proofs.confirm(
        handle, code=form.cleaned_data["code"], purpose=purpose, now=clock.now(), address=address_of(request)
    )
    request.session.pop(_ASKED, None)
    return proven


def _again(request: HttpRequest, phone: str, purpose: Purpose) -> HttpResponse:
    form, is_again = CodeForm(), purpose is Purpose.FRESH
    try:
        _send_code(request, phone, purpose)
    except Refused as refused:
        return _code_page(request, form, phone, is_again=is_again, refusal=_(refused.sentence), status=TOO_OFTEN)
    return _code_page(request, form, phone, is_again=is_again, is_sent=True)


def _phone_asked(request: HttpRequest) -> str:
    """Where the code went. A code that is over still says so on its own page, not on the first one."""
    return proofs.phone_of(str(request.session.get(_ASKED, "")), now=clock.now() - proofs.VALID_FOR)


def _phone_page(request: HttpRequest, form: PhoneForm, *, status: int = 200) -> HttpResponse:
    return render(request, "site/sign_in.html", {"form": form, "providers": social.providers()}, status=status)


def _code_page(
    request: HttpRequest,
    form: CodeForm,
    phone: str,
    *,
    is_again: bool = False,
    is_sent: bool = False,
    refusal: str = "",
    status: int = 200,
) -> HttpResponse:
    if is_again:
        form.fields.pop("is_shared", None)
    form.offer_link("" if is_again else social.waiting_label(request))
    asked = request.session.get(_ASKED)
    context = {
        "form": form,
        "phone": privacy.mask_phone(phone),
        "is_again": is_again,
        "is_asked": bool(asked),
        "is_sent": is_sent,
        "refusal": refusal,
    }
    return render(request, "site/sign_in_code.html", context, status=status)
