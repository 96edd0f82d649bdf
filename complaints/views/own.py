"""One's own case: receipt, progress, answer, and what the citizen may say about it."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, NamedTuple
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from complaints import clock_queries, places_queries, services, tracking
from complaints.announcements import link_of
from complaints.drawing import drawing_of
from complaints.forms import CitizenForm, RatingForm, ReopenForm, WordsForm
from complaints.geography import Point
from complaints.guards import proven
from complaints.models import Attachment, Complaint, Outcome
from complaints.views.filing import danger_in
from complaints.views.pictures import document, picture
from complaints.views.tracking import progress_of
from complaints.wording import stage_label
from complaints.workflow import Stage
from portal.accounts.models import User
from portal.accounts.services import take_token
from portal.core import clock
from portal.core.doors import personal, public
from portal.core.errors import Refused

HOURLY_WORDS = 20
SLOW_DOWN = gettext_noop("짧은 시간에 여러 번 보내셨습니다. 잠시 뒤에 다시 보내 주세요.")


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
        gettext_noop("보완 내용을 보냈습니다. 처리를 이어서 합니다."),
    ),
    "more_time": Act(
        CitizenForm,
        lambda complaint: complaint.stage == Stage.SUPPLEMENTING,
        lambda complaint, values, by: services.extend_supplement(complaint, by=by, now=clock.now()),
        gettext_noop("보완 기한을 늘렸습니다."),
    ),
    "write": Act(
        WordsForm,
        lambda complaint: complaint.is_open and complaint.stage != Stage.SUPPLEMENTING,
        lambda complaint, values, by: services.write(complaint, text=values["text"], by=by, now=clock.now()),
        gettext_noop("담당자에게 전했습니다."),
    ),
    "nudge": Act(
        CitizenForm,
        lambda complaint: complaint.is_open and complaint.stage not in (Stage.SUBMITTED, Stage.SUPPLEMENTING),
        lambda complaint, values, by: services.nudge(complaint, by=by, now=clock.now()),
        gettext_noop("담당자에게 다시 알렸습니다."),
    ),
    "rate": Act(
        RatingForm,
        lambda complaint: complaint.stage == Stage.RESOLVED,
        lambda complaint, values, by: services.rate(
            complaint, score=values["score"], comment=values["comment"], by=by, now=clock.now()
        ),
        gettext_noop("평가해 주셔서 고맙습니다."),
    ),
    "reopen": Act(
        ReopenForm,
        lambda complaint: complaint.stage == Stage.RESOLVED,
        lambda complaint, values, by: services.reopen(complaint, reason=values["reason"], by=by, now=clock.now()),
        gettext_noop("재검토를 요청했습니다. 부서에서 확인한 뒤 알려 드립니다."),
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
        return asked_for_proof(number)
    if request.method == "POST":
        return _act(request, complaint)
    if "receipt" in request.GET:
        return _receipt(request, complaint)
    return _page(request, complaint)


def asked_for_proof(number: str) -> HttpResponse:
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
        form.add_error(None, _(SLOW_DOWN))
        return _page(request, complaint, refused=form, status=429)
    try:
        act.run(complaint, form.cleaned_data, by_of(request, complaint))
    except Refused as refused:
        form.refuse(refused)
        return _page(request, complaint, refused=form, status=422)
    messages.success(request, _(act.done))
    return redirect("complaints:detail", complaint.number)


def by_of(request: HttpRequest, complaint: Complaint) -> User | None:
    """The citizen who is signed in, if the case is hers; whoever only holds the proof is nobody in particular."""
    user = request.user
    return user if isinstance(user, User) and complaint.citizen_id == user.pk else None


def _page(
    request: HttpRequest, complaint: Complaint, *, refused: CitizenForm | None = None, status: int = 200
) -> HttpResponse:
    if refused is not None:
        complaint.refresh_from_db()
    forms = {name: act.form(prefix=name) for name, act in ACTS.items() if act.is_open(complaint)}
    if refused is not None:
        forms[str(refused.prefix)] = refused
    files = list(complaint.attachments.exclude(state=Attachment.State.REFUSED).order_by("ordinal"))
    context = {
        **progress_of(complaint),
        **_spot(complaint),
        "rows": [_without_answer(row) for row in tracking.timeline(complaint)],
        "form": refused,
        "forms": forms,
        "photos": [row for row in files if row.purpose != Attachment.Purpose.DOCUMENT],
        "documents": [row for row in files if row.purpose == Attachment.Purpose.DOCUMENT],
        "revised_at": complaint.revisions.order_by("-at").values_list("at", flat=True).first(),
        "supplement": complaint.supplements.filter(ended_at=None).first(),
        "asked": clock_queries.asked_extension(complaint),
        "outcome": Outcome(complaint.outcome).label if complaint.outcome else "",
        "rating": complaint.satisfactions.filter(round=complaint.round).first(),
        "parts": [(part.number, stage_label(part)) for part in complaint.parts.order_by("pk")],
        "link": link_of(complaint),
    }
    return render(request, "complaints/detail.html", context, status=status)


def _spot(complaint: Complaint) -> dict[str, object]:
    """The place on the district's outline, as far as it is known."""
    drawing = drawing_of(places_queries.geography())
    if drawing is None or complaint.lat is None or complaint.lon is None:
        return {}
    point = Point(complaint.lat, complaint.lon)
    x, y = drawing.place(point)
    if not (0 <= x <= drawing.width and 0 <= y <= drawing.height):
        return {"here": places_queries.describe(point)}
    return {"drawing": drawing, "spot": {"x": x, "y": y}, "here": places_queries.describe(point)}


def _without_answer(row: tracking.Row) -> tracking.Row:
    """The answer stands above the timeline already."""
    return replace(row, text="") if row.stage == Stage.RESOLVED else row


@public
@personal
@require_safe
def photo(request: HttpRequest, number: str, ordinal: int, copy: str) -> HttpResponse:
    """One of the citizen's own pictures, cleaned; the original never leaves the quarantine."""
    complaint = proven(request, number)
    if complaint is None:
        raise Http404
    return picture(complaint, ordinal, copy)


@public
@personal
@require_safe
def file(request: HttpRequest, number: str, ordinal: int) -> HttpResponse:
    """One of the citizen's own documents, for download only."""
    complaint = proven(request, number)
    if complaint is None:
        raise Http404
    return document(complaint, ordinal)
