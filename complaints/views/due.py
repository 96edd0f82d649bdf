"""왜 이 날짜인가요? Day by day, from the function that set the date; and the citizen's word on a second extension."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from complaints import clock_queries, services
from complaints.guards import proven
from complaints.models import Complaint
from complaints.views.own import asked_for_proof
from complaints.wording import due_lines, due_words
from portal.accounts.models import User
from portal.core import clock
from portal.core.doors import personal, public
from portal.core.errors import Refused

ANSWERS: dict[str, tuple[Callable[..., object], str]] = {
    "grant": (services.grant_extension, gettext_noop("연장에 동의하셨습니다. 새 처리기한을 확인해 주세요.")),
    "refuse": (
        services.refuse_extension,
        gettext_noop("동의하지 않으신다고 담당자에게 전했습니다. 처리기한은 그대로입니다."),
    ),
}


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def due(request: HttpRequest, number: str) -> HttpResponse:
    """The explanation; a POST answers whether the period may be extended once more."""
    complaint = proven(request, number)
    if complaint is None:
        return asked_for_proof(number)
    if request.method == "POST":
        return _answer(request, complaint)
    return _page(request, complaint)


def _answer(request: HttpRequest, complaint: Complaint) -> HttpResponse:
    found = ANSWERS.get(request.POST.get("answer", ""))
    if found is None:
        raise Http404
    verb, done = found
    user = request.user
    by = user if isinstance(user, User) and complaint.citizen_id == user.pk else None
    try:
        verb(complaint, by=by, now=clock.now())
    except Refused as refused:
        complaint.refresh_from_db()
        return _page(request, complaint, refused=_(refused.sentence), status=422)
    messages.success(request, _(done))
    return redirect(reverse("complaints:due", args=[complaint.number]))


def _page(request: HttpRequest, complaint: Complaint, *, refused: str = "", status: int = 200) -> HttpResponse:
    found = clock_queries.why_due(complaint)
    context: dict[str, Any] = {
        "complaint": complaint,
        "due": due_words(complaint),
        "lines": due_lines(found) if found else [],
        "is_hourly": found is not None and found.last_on is None,
        "phone": complaint.department.phone if complaint.department else settings.DISTRICT_PHONE,
        "extensions": clock_queries.extensions_of(complaint),
        "standing": clock_queries.open_exclusions(complaint),
        "moves": clock_queries.moves_of(complaint),
        "asked": clock_queries.asked_extension(complaint),
        "refused": refused,
    }
    return render(request, "complaints/due.html", context, status=status)
