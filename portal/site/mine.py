"""내 정보: what is the citizen's own, each row one tap from its action."""

from typing import cast

from django.contrib import messages
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from complaints import queries as complaints
from complaints.citizen_queries import asked_of
from notices import citizen_queries as notices
from portal.accounts import sessions
from portal.accounts.guards import citizen_of, citizens_only, recent_proof
from portal.accounts.models import Device, User
from portal.certificates import queries as certificates
from portal.core import clock, privacy
from portal.core.client import address_of
from portal.site import keeping, pushing, social
from portal.site.mine_lists import bill_row, case_row, notice_row

SHOWN = 3
NEEDS = 5  # of each kind: the rest stands on its own page


@citizens_only
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """What needs me, and everything else one tap away. A linked account is let go of here."""
    user = cast(User, citizen_of(request))
    if request.method == "POST":
        social.unlink(user, request.POST.get("unlink", ""))
        messages.success(request, _("연결을 끊었습니다. 휴대전화 번호로는 그대로 로그인할 수 있습니다."))
        return redirect("site:me")
    now = clock.now()
    asked, unopened, unpaid = asked_of(user)[:NEEDS], notices.unopened_by(user)[:NEEDS], notices.unpaid_by(user)[:NEEDS]
    words = {
        "phone": privacy.mask_phone(user.phone),
        "asked": [{"number": one.complaint.number, "items": one.items, "due_on": one.due_on} for one in asked],
        "unopened": [notice_row(one) for one in unopened],
        "unpaid": [bill_row(one, now=now) for one in unpaid],
        "cases": [case_row(case) for case in complaints.of_citizen(user)[:SHOWN]],
        "links": social.linked(user),
    }
    is_push_offered = pushing.is_on() and bool(words["cases"])
    return render(request, "site/me.html", {**words, "is_push_offered": is_push_offered})


@citizens_only
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """로그인 기기: where one is signed in, and signing out there."""
    user, here = cast(User, citizen_of(request)), request.session.session_key or ""
    found = sessions.signed_in_devices(user, now=clock.now())
    if request.method == "POST":
        _end(request.POST.get("device", ""), found, user, here)
        messages.success(request, _("로그아웃했습니다."))
        return redirect("site:devices")
    rows = [{"device": device, "is_here": device.session_key == here} for device in found]
    return render(request, "site/devices.html", {"rows": rows, "has_others": len(rows) > 1})


@recent_proof
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: HttpRequest) -> HttpResponse:
    """탈퇴: what goes now and what the law keeps; then everything is over, here and on every device."""
    user = cast(User, citizen_of(request))
    if request.method != "POST":
        counts = {
            "case_count": complaints.of_citizen(user).count(),
            "certificate_count": certificates.of_owner(user).filter(issued_at__isnull=False, erased_at=None).count(),
        }
        return render(request, "site/leave.html", counts)
    keeping.leave(user, address=address_of(request), now=clock.now())
    logout(request)
    messages.success(request, _("탈퇴했습니다. 그동안 이용해 주셔서 고맙습니다."))
    response = redirect("site:home")
    response.headers["Clear-Site-Data"] = '"storage"'  # what this browser kept for the pages goes too
    return response


def _end(wanted: str, found: list[Device], user: User, here: str) -> None:
    if wanted == "others":
        sessions.end_all(user, but=here)
        return
    device = next((one for one in found if str(one.pk) == wanted), None)
    if device is None:
        raise Http404
    sessions.end(device)
