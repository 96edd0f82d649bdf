"""Finding a case again: by number and phone, or by the link of a message."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods, require_safe

from complaints import queries, tracking
from complaints.announcements import due_words
from complaints.forms import TrackForm
from complaints.models import Complaint
from complaints.views.proof import known, remember
from complaints.views.words import stage_label
from portal.accounts.services import take_token
from portal.core import clock, sealing
from portal.core.client import address_of
from portal.core.doors import personal, public

TRIES, PER_SECONDS = 5, 15 * 60
NOT_FOUND = "접수번호와 휴대전화 번호가 맞는 민원을 찾지 못했습니다. 두 번호를 다시 확인해 주세요."
TOO_OFTEN = "짧은 시간에 여러 번 찾으셨습니다. 몇 분 뒤에 다시 해 주세요. 급하면 대표전화로 알려 주세요."


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def track(request: HttpRequest) -> HttpResponse:
    """내 민원: those this device knows, and the way to the others."""
    if request.method != "POST":
        return _page(request, TrackForm(initial={"number": request.GET.get("number", "")}))
    form = TrackForm(request.POST)
    if not form.is_valid():
        return _page(request, form, status=422)
    values = form.cleaned_data
    if not _may_try(request, values["number"]):
        form.add_error(None, TOO_OFTEN)
        return _page(request, form, status=429)
    complaint = queries.by_number_and_phone(values["number"], values["phone"])
    if complaint is None:
        form.add_error(None, NOT_FOUND)
        return _page(request, form, status=422)
    remember(request, complaint)
    return redirect("complaints:detail", complaint.number)


def _page(request: HttpRequest, form: TrackForm, *, status: int = 200) -> HttpResponse:
    cases = [
        {
            "number": complaint.number,
            "stage": complaint.stage,
            "label": stage_label(complaint),
            "title": complaint.title or "사진 신고",
            "due": due_words(complaint) if complaint.is_open else "",
        }
        for complaint in known(request)
    ]
    return render(request, "complaints/track.html", {"form": form, "cases": cases}, status=status)


def _may_try(request: HttpRequest, number: str) -> bool:
    """Five tries in a quarter of an hour, of one address and for one number; numbers are not personal, phones are."""
    now = clock.now()
    keys = (
        f"complaints.track:{address_of(request)}",
        f"complaints.track:{sealing.blind(number, context='track').hex()}",
    )
    return all(take_token(key=key, capacity=TRIES, per_seconds=PER_SECONDS, now=now) for key in keys)


@public
@personal
@require_safe
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The button of a message: stages and officer, no words and no pictures of the citizen's."""
    complaint = queries.by_token(token)
    if complaint is None:
        raise Http404
    return render(request, "complaints/link.html", progress_of(complaint))


def progress_of(complaint: Complaint) -> dict[str, object]:
    """What the timeline shows to whoever holds the link."""
    return {
        "complaint": complaint,
        "stage_label": stage_label(complaint),
        "rows": tracking.timeline(complaint),
        "due": due_words(complaint),
        "is_due_shown": complaint.is_open and complaint.due_at is not None,
    }
