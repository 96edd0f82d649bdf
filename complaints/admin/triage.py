"""분류 대기: one case at a time, the three likeliest departments as keys 1, 2 and 3, and a line to search in."""

from collections.abc import Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from complaints import desk_queries, queries, services
from complaints.admin import case_page
from complaints.admin.access import address, complaint_for, list_address, note_look
from complaints.admin.desk_forms import TriageForm
from complaints.admin.due import d_day
from complaints.admin.worklist import listing_of
from complaints.models import Attachment, Complaint, ComplaintQuerySet
from complaints.permissions import actor_for
from complaints.workflow import Stage, step_named
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused

PREFIX = "route"
MOST_SKIPPED = 50


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """The most urgent case that waits, but for those put aside on this round."""
    listing_of(request)
    waiting = _waiting(request)
    skipped = _skipped(request.GET.get("skip", ""))
    complaint = waiting.exclude(pk__in=skipped).order_by("priority", "due_at", "pk").first()
    if complaint is None:
        return _empty(request, is_round_over=bool(skipped))
    return _page(request, complaint, skipped=skipped)


def _waiting(request: HttpRequest) -> ComplaintQuerySet:
    return queries.seen_by(user_of(request)).filter(stage=Stage.RECEIVED, is_open=True).order_by()


def _skipped(written: str) -> list[int]:
    """Cases put aside, the latest last."""
    return [int(pk) for pk in written.split("-") if pk.isascii() and pk.isdecimal() and len(pk) < 19][-MOST_SKIPPED:]


@require_POST
def place(request: HttpRequest, pk: int) -> HttpResponse:
    """Say whose case it is; the next one comes."""
    complaint = complaint_for(request, pk)
    skipped = _skipped(request.POST.get("skip", ""))
    form = TriageForm(request.POST, complaint=complaint, prefix=PREFIX)
    if not form.is_valid():
        return _page(request, complaint, skipped=skipped, form=form, status=422)
    try:
        services.route(
            complaint,
            **form.arguments(),
            by=user_of(request),
            now=clock.now(),
            version=form.cleaned_data["version"],
        )
    except Refused as refused:
        messages.error(request, f"{complaint.number}: {refused.sentence}")
    else:
        name = complaint.department.name if complaint.department else ""
        messages.success(request, f"{complaint.number}: {name}에 배정했습니다.")
    return redirect(_next(skipped))


def _next(skipped: Sequence[int]) -> str:
    return f"{address('triage')}?skip={'-'.join(map(str, skipped))}" if skipped else address("triage")


def _empty(request: HttpRequest, *, is_round_over: bool) -> HttpResponse:
    context = {
        **case_page.site(request),
        "title": "분류 대기",
        "is_round_over": is_round_over,
        "list_url": list_address(),
        "again_url": address("triage"),
    }
    return render(request, "admin/complaints/triage.html", context)


def _page(
    request: HttpRequest,
    complaint: Complaint,
    *,
    skipped: Sequence[int],
    form: TriageForm | None = None,
    status: int = 200,
) -> HttpResponse:
    form = form or TriageForm(complaint=complaint, prefix=PREFIX)
    context: dict[str, Any] = {
        **case_page.site(request),
        "title": "분류 대기",
        "complaint": complaint,
        "left": d_day(complaint, now=clock.now()),
        "form": form,
        "guesses": [{"key": number, "guess": guess} for number, guess in enumerate(form.guesses, start=1)],
        "photos": complaint.attachments.exclude(purpose=Attachment.Purpose.DOCUMENT).order_by("ordinal"),
        "count": desk_queries.capped_counts({"": _waiting(request)})[""],
        "most": desk_queries.MOST_COUNTED,
        "skip": "-".join(map(str, skipped)),
        "skip_url": _next([*skipped, complaint.pk]),
        "case_url": address("case", complaint.pk),
        "list_url": list_address(),
        "may_place": actor_for(step_named("route"), complaint, user_of(request)) is not None,
    }
    note_look(request, [complaint.pk])
    response = render(request, "admin/complaints/triage.html", context, status=status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
