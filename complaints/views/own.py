"""One's own case: receipt, progress, answer, and what the citizen may say about it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from complaints import queries, services, tracking
from complaints.announcements import due_words, link_of
from complaints.forms import CitizenForm, RatingForm, ReopenForm, WordsForm
from complaints.models import Attachment, Complaint, Outcome
from complaints.views.filing import danger_in
from complaints.views.pictures import picture
from complaints.views.proof import proven
from complaints.views.tracking import progress_of
from complaints.views.words import due_lines
from complaints.workflow import Stage
from portal.accounts.models import User
from portal.accounts.services import take_token
from portal.core import clock
from portal.core.doors import personal, public
from portal.core.errors import Refused

HOURLY_WORDS = 20
SLOW_DOWN = "짧은 시간에 여러 번 보내셨습니다. 잠시 뒤에 다시 보내 주세요."


class Act(NamedTuple):
    """Something a citizen may do to the case: its form, when it is offered, the service, and what is said after."""

    form: type[CitizenForm]
    is_open: Callable[[Complaint], bool]
    run: Callable[[Complaint, dict[str, Any], User | None], object]
    done: str


ACTS: dict[str, Act] = {
    "supplement": Act(
        WordsForm,
        lambda complaint: complaint.stage == Stage.SUPPLEMENTING,
        lambda complaint, values, by: services.answer_supplement(
            complaint, content=values["text"], by=by, now=clock.now()
        ),
        "보완 내용을 보냈습니다. 처리를 이어서 합니다.",
    ),
    "write": Act(
        WordsForm,
        lambda complaint: complaint.is_open and complaint.stage != Stage.SUPPLEMENTING,
        lambda complaint, values, by: services.write(complaint, text=values["text"], by=by, now=clock.now()),
        "담당자에게 전했습니다.",
    ),
    "rate": Act(
        RatingForm,
        lambda complaint: complaint.stage == Stage.RESOLVED,
        lambda complaint, values, by: services.rate(
            complaint, score=values["score"], comment=values["comment"], by=by, now=clock.now()
        ),
        "평가해 주셔서 고맙습니다.",
    ),
    "reopen": Act(
        ReopenForm,
        lambda complaint: complaint.stage == Stage.RESOLVED,
        lambda complaint, values, by: services.reopen(complaint, reason=values["reason"], by=by, now=clock.now()),
        "재검토를 요청했습니다. 부서에서 확인한 뒤 알려 드립니다.",
    ),
}


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, number: str) -> HttpResponse:
    """The case of somebody who has proven that it is hers; everybody else is asked for number and phone."""
    complaint = proven(request, number)
    if complaint is None:
        return _asked_for_proof(number)
    if request.method == "POST":
        return _act(request, complaint)
    if "receipt" in request.GET:
        return _receipt(request, complaint)
    return _page(request, complaint)


def _asked_for_proof(number: str) -> HttpResponse:
    """The same answer for a case that exists and for one that does not."""
    return redirect(f"{reverse('complaints:track')}?{urlencode({'number': number[:20]})}")


def _receipt(request: HttpRequest, complaint: Complaint) -> HttpResponse:
    context = {
        **progress_of(complaint),
        "danger": danger_in(complaint.body),
        "receive_by_at": complaint.receive_by_at if complaint.stage == Stage.SUBMITTED else None,
        "refused_photos": complaint.attachments.filter(state=Attachment.State.REFUSED).order_by("ordinal"),
        "link": link_of(complaint),
        "has_phone": bool(complaint.phone),
        "photo_count": complaint.attachments.exclude(state=Attachment.State.REFUSED).count(),
    }
    return render(request, "complaints/receipt.html", context)


def _act(request: HttpRequest, complaint: Complaint) -> HttpResponse:
    name = request.POST.get("act", "")
    act = ACTS.get(name)
    if act is None:
        raise Http404
    form = act.form(request.POST, prefix=name)
    if not form.is_valid():
        return _page(request, complaint, refused=form, status=422)
    if not take_token(key=f"complaints.words:{complaint.pk}", capacity=HOURLY_WORDS, per_seconds=3600, now=clock.now()):
        form.add_error(None, SLOW_DOWN)
        return _page(request, complaint, refused=form, status=429)
    user = request.user
    by = user if isinstance(user, User) and complaint.citizen_id == user.pk else None
    try:
        act.run(complaint, form.cleaned_data, by)
    except Refused as refused:
        form.refuse(refused)
        return _page(request, complaint, refused=form, status=422)
    messages.success(request, act.done)
    return redirect("complaints:detail", complaint.number)


def _page(
    request: HttpRequest, complaint: Complaint, *, refused: CitizenForm | None = None, status: int = 200
) -> HttpResponse:
    if refused is not None:
        complaint.refresh_from_db()
    forms = {name: act.form(prefix=name) for name, act in ACTS.items() if act.is_open(complaint)}
    if refused is not None:
        forms[str(refused.prefix)] = refused
    photos = complaint.attachments.exclude(state=Attachment.State.REFUSED).order_by("ordinal")
    context = {
        **progress_of(complaint),
        "rows": [_without_answer(row) for row in tracking.timeline(complaint)],
        "form": refused,
        "forms": forms,
        "photos": list(photos),
        "supplement": complaint.supplements.filter(ended_at=None).first(),
        "outcome": Outcome(complaint.outcome).label if complaint.outcome else "",
        "rating": complaint.satisfactions.filter(round=complaint.round).first(),
        "link": link_of(complaint),
    }
    return render(request, "complaints/detail.html", context, status=status)


def _without_answer(row: tracking.Row) -> tracking.Row:
    """The answer stands above the timeline already."""
    return replace(row, text="") if row.stage == Stage.RESOLVED else row


@public
@personal
@require_safe
def due(request: HttpRequest, number: str) -> HttpResponse:
    """왜 이 날짜인가요? Day by day, from the function that set the date."""
    complaint = proven(request, number)
    if complaint is None:
        return _asked_for_proof(number)
    found = queries.why_due(complaint)
    context = {
        "complaint": complaint,
        "due": due_words(complaint),
        "lines": due_lines(found) if found else [],
        "is_hourly": found is not None and found.last_on is None,
        "phone": complaint.department.phone if complaint.department else settings.DISTRICT_PHONE,
    }
    return render(request, "complaints/due.html", context)


@public
@personal
@require_safe
def photo(request: HttpRequest, number: str, ordinal: int, copy: str) -> HttpResponse:
    """One of the citizen's own pictures, cleaned; the original never leaves the quarantine."""
    complaint = proven(request, number)
    if complaint is None:
        raise Http404
    return picture(complaint, ordinal, copy)
