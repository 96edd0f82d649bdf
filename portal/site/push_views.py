"""내 정보 · 푸시 알림: on this device or not. Offered to whoever has reported something already."""

from typing import cast

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from complaints import queries as complaints
from portal.accounts import sessions
from portal.accounts.guards import citizen_of, citizens_only
from portal.accounts.models import User
from portal.core import clock
from portal.core.errors import Refused
from portal.site import pushing
from portal.site.models import PushEndpoint


def is_offered(user: User) -> bool:
    """Never on a first visit: only where it is set up, after the first report."""
    return pushing.is_on() and complaints.of_citizen(user).exists()


@citizens_only
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def push(request: HttpRequest) -> HttpResponse:
    """
    One button to begin, one to end.

    :raises Http404: where nothing is pushed
    """
    user, is_shared = cast(User, citizen_of(request)), sessions.is_shared(request.session)
    if not pushing.is_on():
        raise Http404
    if request.method != "POST":
        words = {
            "key": pushing.public_key(),
            "is_offered": is_offered(user) and not is_shared,
            "is_shared": is_shared,
            "count": PushEndpoint.objects.filter(user=user).count(),
        }
        return render(request, "site/push.html", words)
    if request.POST.get("act") == "forget":
        pushing.forget_endpoints(user=user)
        messages.success(request, _("푸시 알림을 모두 껐습니다. 알림톡과 문자는 그대로 갑니다."))
        return redirect("site:push")
    if is_shared:
        return redirect("site:push")  # its page says why
    device = pushing.Subscription(*(request.POST.get(name, "")[:600] for name in ("endpoint", "p256dh", "auth")))
    try:
        key = request.session.session_key or ""
        pushing.keep_endpoint(user=user, subscription=device, session_key=key, now=clock.now())
    except Refused as refused:
        messages.error(request, _(refused.sentence))
    else:
        messages.success(request, _("이 기기로도 새 소식을 알려 드립니다."))
    return redirect("site:push")
