"""Finding a case again: by number and phone, or by the link of a message."""

from hmac import compare_digest

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from complaints import queries, tracking
from complaints.forms import DigitsForm, TrackForm
from complaints.guards import known, remember
from complaints.models import Complaint
from complaints.wording import due_words, stage_label
from portal.accounts.services import return_token, take_token
from portal.core import clock, sealing
from portal.core.client import address_of
from portal.core.doors import findable, personal, public

TRIES, PER_SECONDS = 5, 15 * 60
NOT_FOUND = gettext_noop("접수번호와 휴대전화 번호가 맞는 민원을 찾지 못했습니다. 두 번호를 다시 확인해 주세요.")
WRONG_DIGITS = gettext_noop("신청할 때 남긴 휴대전화 번호의 끝 네 자리와 다릅니다.")
LOCKED = gettext_noop("다섯 번 맞지 않아 15분 동안 잠겼습니다. 잠시 뒤에 다시 해 주세요.")
TOO_OFTEN = gettext_noop("짧은 시간에 여러 번 찾으셨습니다. 몇 분 뒤에 다시 해 주세요. 급하면 대표전화로 알려 주세요.")


@public
@personal
@findable
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
    keys = _keys(request, values["number"])
    if not _may_try(keys):
        form.add_error(None, _(TOO_OFTEN))
        return _page(request, form, status=429)
    complaint = queries.by_number_and_phone(values["number"], values["phone"])
    if complaint is None:
        form.add_error(None, _(NOT_FOUND))
        return _page(request, form, status=422)
    for key in keys:
        return_token(key=key, capacity=TRIES)
    remember(request, complaint)
    return redirect("complaints:detail", complaint.number)


def _page(request: HttpRequest, form: TrackForm, *, status: int = 200) -> HttpResponse:
    cases = [
        {
            "number": complaint.number,
            "stage": complaint.stage,
            "label": stage_label(complaint),
            "title": complaint.title or _("사진 신고"),
            "due": due_words(complaint) if complaint.is_open else "",
        }
        for complaint in known(request)
    ]
    return render(request, "complaints/track.html", {"form": form, "cases": cases}, status=status)


def _keys(request: HttpRequest, number: str) -> tuple[str, str]:
    """What tries are counted by: the address and the number. Numbers are not personal, phones are."""
    return (
        f"complaints.track:{address_of(request)}",
        f"complaints.track:{sealing.blind(number, context='track').hex()}",
    )


def _may_try(keys: tuple[str, str]) -> bool:
    """Five wrong tries in a quarter of an hour; whoever finds her case gets the try back."""
    now = clock.now()
    return all(take_token(key=key, capacity=TRIES, per_seconds=PER_SECONDS, now=now) for key in keys)


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """The button of a message: stages and officer. The last four digits of the phone open words, photos and edit."""
    complaint = queries.by_token(token)
    if complaint is None:
        raise Http404
    if request.method != "POST":
        form = DigitsForm() if complaint.phone else None
        return render(request, "complaints/link.html", {**progress_of(complaint), "form": form})
    form = DigitsForm(request.POST)
    if form.is_valid() and _opens(form, complaint):
        remember(request, complaint, by_digits=True)
        return redirect("complaints:detail", complaint.number)
    status = 429 if form.is_locked else 422
    return render(request, "complaints/link.html", {**progress_of(complaint), "form": form}, status=status)


def _opens(form: DigitsForm, complaint: Complaint) -> bool:
    """The fifth wrong try locks for a quarter of an hour, and each one after it again; a right one costs nothing."""
    key = f"complaints.digits:{complaint.pk}"
    if not take_token(key=key, capacity=TRIES, per_seconds=TRIES * PER_SECONDS, now=clock.now()):
        form.is_locked = True
        form.add_error("digits", _(LOCKED))
        return False
    if not complaint.phone or not compare_digest(complaint.phone[-4:], form.cleaned_data["digits"]):
        form.add_error("digits", _(WRONG_DIGITS))
        return False
    return_token(key=key, capacity=TRIES)
    return True


def progress_of(complaint: Complaint) -> dict[str, object]:
    """What the timeline shows to whoever holds the link."""
    return {
        "complaint": complaint,
        "stage_label": stage_label(complaint),
        "rows": tracking.timeline(complaint),
        "due": due_words(complaint),
        "is_due_shown": complaint.is_open and complaint.due_at is not None,
    }
