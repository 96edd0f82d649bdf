"""화면 설정: how this reader wants to see the site. A cookie that names nobody; no account, no script, no flash."""

import re
from dataclasses import dataclass

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from portal.core.doors import personal, public
from portal.site import favouring

COOKIE = "look"
A_YEAR = 365 * 86_400
_VALUE = re.compile(r"(light|dark|-)\.(more|-)\.(90|110|130|150|-)\.(left|-)")


@dataclass(frozen=True, slots=True)
class Look:
    """Empty values follow the device."""

    theme: str = ""
    contrast: str = ""
    size: str = ""
    hand: str = ""


class LookForm(forms.Form):
    """Colours, contrast, size of the letters and the hand that holds the phone."""

    theme = forms.ChoiceField(
        label=gettext_lazy("화면 색"),
        choices=[
            ("", gettext_lazy("기기 설정 그대로")),
            ("light", gettext_lazy("밝게")),
            ("dark", gettext_lazy("어둡게")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    contrast = forms.ChoiceField(
        label=gettext_lazy("색 대비"),
        choices=[("", gettext_lazy("기기 설정 그대로")), ("more", gettext_lazy("아주 뚜렷하게"))],
        widget=forms.RadioSelect,
        required=False,
    )
    size = forms.ChoiceField(
        label=gettext_lazy("글자 크기"),
        choices=[
            ("90", gettext_lazy("작게")),
            ("", gettext_lazy("보통")),
            ("110", gettext_lazy("조금 크게")),
            ("130", gettext_lazy("크게")),
            ("150", gettext_lazy("아주 크게")),
        ],
        widget=forms.RadioSelect,
        required=False,
    )
    hand = forms.ChoiceField(
        label=gettext_lazy("빠른 메뉴 단추"),
        choices=[("", gettext_lazy("오른쪽")), ("left", gettext_lazy("왼쪽"))],
        widget=forms.RadioSelect,
        required=False,
    )


def read(value: str) -> Look:
    """What a cookie says; nonsense says nothing."""
    found = _VALUE.fullmatch(value)
    return Look(*("" if part == "-" else part for part in found.groups())) if found else Look()


def written(look: Look) -> str:
    """The cookie that says it."""
    return ".".join(part or "-" for part in (look.theme, look.contrast, look.size, look.hand))


def look(request: HttpRequest) -> dict[str, object]:
    """Context processor: how to draw the page, and what the floating menu holds at first."""
    return {"look": read(request.COOKIES.get(COOKIE, "")), "quick": favouring.quick(request)}


def way_back(request: HttpRequest) -> str:
    """The page a choice was made on; '' unless it is one of ours."""
    back = request.POST.get("next", "") or request.GET.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(
        back, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return back if is_ours and back.startswith("/") else ""


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def choose(request: HttpRequest) -> HttpResponse:
    """The settings; they hold on this device for a year."""
    back = way_back(request)
    if request.method != "POST":
        now = read(request.COOKIES.get(COOKIE, ""))
        form = LookForm(initial={name: getattr(now, name) for name in LookForm.base_fields})
        return render(request, "site/look.html", {"form": form, "next": back})
    form = LookForm(request.POST)
    if not form.is_valid():
        return render(request, "site/look.html", {"form": form, "next": back}, status=422)
    response = redirect(back or "site:look")
    chosen = Look(**form.cleaned_data)
    response.set_cookie(
        COOKIE, written(chosen), max_age=A_YEAR, httponly=True, samesite="Lax", secure=settings.IS_HTTPS
    )
    return response
