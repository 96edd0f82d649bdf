"""Kakao and Naver at the door: they say who it is, a proven phone says whose account it is. Off until keys are set."""

from collections.abc import Callable
from typing import Any, NoReturn

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from allauth.socialaccount.models import SocialAccount, SocialLogin
from allauth.socialaccount.providers.kakao import views as kakao
from allauth.socialaccount.providers.naver import views as naver
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from portal.accounts.models import User
from portal.core import clock
from portal.core.doors import personal, public
from portal.core.sealing import blind
from portal.site.returning import next_address

BACKEND = "django.contrib.auth.backends.ModelBackend"
LABELS = {"kakao": gettext_noop("카카오"), "naver": gettext_noop("네이버")}
_WAITING = "sign_in.social"
WAITS_FOR = 600  # seconds: then somebody else may sit there
FIRST_TIME = gettext_noop(
    "처음이라 휴대전화 번호를 한 번만 확인합니다. 확인할 때 연결에 표시하시면 다음부터는 바로 로그인합니다."
)
FAILED = gettext_noop("로그인을 마치지 못했습니다. 다시 하시거나 휴대전화 번호로 로그인해 주세요.")
View = Callable[..., HttpResponse]


class Introductions(DefaultSocialAccountAdapter):
    """Neither e-mail nor profile is kept or believed: only a fingerprint of the provider's own number."""

    def populate_user(self, request: HttpRequest, sociallogin: SocialLogin, data: Any) -> Any:
        """Nothing of the profile."""
        return sociallogin.user

    def pre_social_login(self, request: HttpRequest, sociallogin: SocialLogin) -> NoReturn:
        """
        Somebody came back from the provider: in, if she has linked it; otherwise to her phone first.

        :raises ImmediateHttpResponse: always, the rest of allauth's way is not ours
        """
        provider = str(sociallogin.account.provider)
        uid = blind(f"{provider}:{sociallogin.account.uid}", context="socialaccount.uid").hex()
        linked = SocialAccount.objects.filter(provider=provider, uid=uid).select_related("user").first()
        if linked is not None and linked.user.is_active and not linked.user.is_staff:
            back = next_address(request)
            login(request, linked.user, backend=BACKEND)
            raise ImmediateHttpResponse(redirect(back))
        request.session[_WAITING] = [provider, uid, int(clock.now().timestamp())]
        messages.info(request, _(FIRST_TIME))
        raise ImmediateHttpResponse(redirect("site:sign_in"))

    def on_authentication_error(self, request: HttpRequest, provider: Any, *args: Any, **kwargs: Any) -> NoReturn:
        """
        She said no, or it went wrong there.

        :raises ImmediateHttpResponse: back to the sign-in page
        """
        messages.error(request, _(FAILED))
        raise ImmediateHttpResponse(redirect("site:sign_in"))


def providers() -> list[tuple[str, str]]:
    """Those with keys: address name and label."""
    return [(f"{name}_login", label) for name, label in LABELS.items() if name in settings.SIGNIN_PROVIDERS]


def waiting_label(request: HttpRequest) -> str:
    """The provider somebody came back from a moment ago in this browser; it may have been somebody else."""
    provider, _uid, came_at = request.session.get(_WAITING, ["", "", 0])
    return LABELS.get(provider, "") if clock.now().timestamp() - came_at <= WAITS_FOR else ""


def settle_waiting(request: HttpRequest, user: User, *, is_wanted: bool) -> None:
    """The phone is proven: whoever came from a provider is this citizen if she says so, and forgotten otherwise."""
    is_there = bool(waiting_label(request))
    waiting = request.session.pop(_WAITING, None)
    if is_wanted and is_there:
        provider, uid, _came_at = waiting
        SocialAccount.objects.update_or_create(provider=provider, uid=uid, defaults={"user": user, "extra_data": {}})


def linked(user: User) -> list[tuple[str, str]]:
    """Through whom somebody can sign in, by code and label."""
    codes = SocialAccount.objects.filter(user=user).order_by("provider").values_list("provider", flat=True).distinct()
    return [(code, LABELS.get(code, code)) for code in codes]


def unlink(user: User, provider: str) -> None:
    """That way in is closed. The phone stays one."""
    SocialAccount.objects.filter(user=user, provider=provider).delete()


def _enabled(name: str, view: View) -> View:
    def opened(request: HttpRequest) -> HttpResponse:
        """
        :raises Http404: without keys
        """
        if name not in settings.SIGNIN_PROVIDERS:
            raise Http404
        return view(request)

    return public(personal(opened))


def _both(name: str, views: Any) -> list[Any]:
    return [
        path(f"{name}/", _enabled(name, csrf_protect(require_POST(views.oauth2_login))), name=f"{name}_login"),
        path(f"{name}/callback/", _enabled(name, require_safe(views.oauth2_callback)), name=f"{name}_callback"),
    ]


urlpatterns = [*_both("kakao", kakao), *_both("naver", naver)]
