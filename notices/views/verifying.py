"""진위확인: a number in, and what may be told about the document out. Wrong and unknown look alike."""

from django.http import HttpRequest, HttpResponse, HttpResponsePermanentRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from notices import opening_queries
from notices.codes import normal_code
from notices.forms import VerifyForm
from portal.accounts.services import take_token
from portal.certificates import queries as certificates
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import personal, public

TRIES, PER_SECONDS = 10, 60
TOO_OFTEN = gettext_lazy("짧은 시간에 여러 번 확인하셨습니다. 1분 뒤에 다시 해 주세요.")


@public
@personal
@require_safe
def verify(request: HttpRequest) -> HttpResponse:
    """The box for a number; a number that has the right shape leads to its own page."""
    if "code" not in request.GET:
        return _form(request, VerifyForm())
    form = VerifyForm(request.GET)
    if not form.is_valid():
        return _form(request, form, status=422)
    return redirect("notices:verify_code", form.cleaned_data["code"])


@public
@personal
@require_safe
def verify_code(request: HttpRequest, code: str) -> HttpResponse:
    """What the number says: whose, what, since when, and whether it still counts."""
    if not take_token(
        key=f"notices.verify:{address_of(request)}", capacity=TRIES, per_seconds=PER_SECONDS, now=clock.now()
    ):
        form = VerifyForm({"code": code})
        form.add_error(None, TOO_OFTEN)
        return _form(request, form, status=429)
    certificate = certificates.verified(code, now=clock.now())
    if certificate is not None:
        return render(request, "certificates/verified.html", {"facts": certificate})
    facts = opening_queries.verified(code)
    return render(request, "notices/verified.html", {"facts": facts}, status=200 if facts else 404)


@public
@personal
@require_safe
def short(request: HttpRequest, code: str) -> HttpResponse:
    """What a QR code can hold in its smallest alphabet."""
    return HttpResponsePermanentRedirect(reverse("notices:verify_code", args=[normal_code(code) or code]))


def _form(request: HttpRequest, form: VerifyForm, *, status: int = 200) -> HttpResponse:
    return render(request, "notices/verify.html", {"form": form}, status=status)
