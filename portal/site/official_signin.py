"""Officials sign in: name and password, then what they have. Nothing is signed in before both."""

from typing import Any

import segno
from django.conf import settings
from django.contrib.auth import login
from django.contrib.auth.views import LoginView
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from portal.accounts import second_factor
from portal.accounts.mfa import SealedSecrets
from portal.accounts.models import User
from portal.accounts.services import record_access
from portal.core import clock
from portal.core.client import address_of
from portal.core.errors import Refused
from portal.site.demo.people import demo_code
from portal.site.forms import FactorForm, OfficialSignInForm

BACKEND = "django.contrib.auth.backends.ModelBackend"
GRACE_SECONDS = 600  # between password and second factor
_PENDING = "officials.pending"
REFUSED = 422


class PasswordView(LoginView):
    """The first step. A right password is only remembered: the session is still nobody's."""

    form_class = OfficialSignInForm
    template_name = "admin/login.html"

    def form_valid(self, form: Any) -> HttpResponse:
        """On to the second step; to the telephone's first code for whoever has none yet."""
        user, request = form.get_user(), self.request
        request.session.cycle_key()
        request.session[_PENDING] = {
            "user": user.pk,
            "until": int(clock.now().timestamp()) + GRACE_SECONDS,
            "next": self.get_success_url(),
        }
        return redirect("admin:second" if second_factor.has_factor(user) else "admin:enrol")

    def get_default_redirect_url(self) -> str:
        """The board."""
        return reverse("admin:index")


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponse:
    """The code of the moment, or a recovery code."""
    user = _waiting(request)
    if user is None or not second_factor.has_factor(user):
        return redirect("admin:login")
    shown = demo_code(user)
    if request.method != "POST":
        return _second_page(request, FactorForm(initial={"code": shown}), shown)
    form = FactorForm(request.POST)
    if form.is_valid():
        try:
            second_factor.check(user=user, code=form.cleaned_data["code"], now=clock.now(), is_shown=bool(shown))
        except Refused as refused:
            _note(request, user, "sign_in_failed")
            form.add_error("code", refused.sentence)
        else:
            return redirect(_enter(request, user))
    if shown:
        form.data = {"code": shown}  # the one that was refused is over by now
    return _second_page(request, form, shown, status=REFUSED)


@never_cache
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: HttpRequest) -> HttpResponse:
    """The first time: the telephone learns its secret, and the recovery codes are shown once."""
    user = _waiting(request)
    if user is None or second_factor.has_factor(user):
        return redirect("admin:login")
    secret = _secret_of(request)
    if request.method != "POST":
        return _enrol_page(request, FactorForm(), user, secret)
    form = FactorForm(request.POST)
    if form.is_valid():
        try:
            codes = second_factor.enrol(user=user, secret=secret, code=form.cleaned_data["code"], now=clock.now())
        except Refused as refused:
            form.add_error("code", refused.sentence)
        else:
            return render(request, "site/official_recovery.html", {"codes": codes, "next": _enter(request, user)})
    return _enrol_page(request, form, user, secret, status=REFUSED)


def _waiting(request: HttpRequest) -> User | None:
    """Who has given the password in this session a moment ago."""
    pending = request.session.get(_PENDING)
    if not pending or pending["until"] < clock.now().timestamp():
        return None
    return User.objects.filter(pk=pending["user"], is_active=True, is_staff=True).first()


def _enter(request: HttpRequest, user: User) -> str:
    """Both are shown: now the session is hers. Where she wanted to go."""
    wanted = str(request.session.pop(_PENDING)["next"])
    login(request, user, backend=BACKEND)
    _note(request, user, "sign_in")
    return wanted


def _note(request: HttpRequest, user: User, action: str) -> None:
    record_access(
        actor=user,
        action=action,
        subject_kind="accounts.user",
        subject_ids=[user.pk],
        task="sign_in",
        address=address_of(request),
        now=clock.now(),
    )


def _secret_of(request: HttpRequest) -> str:
    """The secret on offer, the same until it is taken; encrypted, because sessions lie in the database."""
    pending, keep = request.session[_PENDING], SealedSecrets()
    if "secret" not in pending:
        request.session[_PENDING] = {**pending, "secret": keep.encrypt(second_factor.fresh_secret())}
    return keep.decrypt(request.session[_PENDING]["secret"])


def _second_page(request: HttpRequest, form: FactorForm, shown: str, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "is_demo": bool(shown)}
    return render(request, "site/official_second.html", context, status=status)


def _enrol_page(request: HttpRequest, form: FactorForm, user: User, secret: str, *, status: int = 200) -> HttpResponse:
    address = second_factor.address_for_app(user, secret)
    context = {
        "form": form,
        "picture": segno.make(address, micro=False).svg_data_uri(scale=5, border=4, light="#fff", dark="#000"),
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "district_name": settings.DISTRICT_NAME,
    }
    return render(request, "site/official_enrol.html", context, status=status)
