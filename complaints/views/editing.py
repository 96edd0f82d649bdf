"""고치기: from the device that filed, or behind the last four digits; until the case ends, without signing in again."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from complaints import places_queries, services
from complaints.drawing import drawing_of
from complaints.editing_forms import EditForm, initial_of
from complaints.guards import proof_of, proven
from complaints.models import Attachment, Complaint
from complaints.services.photos import add_photos
from complaints.views.own import asked_for_proof, by_of
from portal.accounts.services import take_token
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import personal, public
from portal.core.errors import Refused

HOURLY_EDITS = 20
SLOW_DOWN = gettext_noop("짧은 시간에 여러 번 고치셨습니다. 쓰신 내용은 그대로 있으니 잠시 뒤에 다시 보내 주세요.")
ENDED = gettext_noop("처리가 끝난 민원은 고칠 수 없습니다. 다시 살펴볼 일이 있으면 아래에서 알려 주세요.")


@public
@personal
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: HttpRequest, number: str) -> HttpResponse:
    """Words, place and more photos of one's own open case."""
    complaint = proven(request, number)
    if complaint is None:
        return asked_for_proof(number)
    if not complaint.is_open:
        messages.info(request, _(ENDED))
        return redirect("complaints:detail", complaint.number)
    if request.method != "POST":
        return _page(request, complaint, EditForm(initial=initial_of(complaint)))
    held = complaint.attachments.exclude(state=Attachment.State.REFUSED).count()
    form = EditForm(request.POST, request.FILES, held_count=held)
    key = f"complaints.edit:{complaint.pk}"
    if not take_token(key=key, capacity=HOURLY_EDITS, per_seconds=3600, now=clock.now()):
        form.add_error(None, _(SLOW_DOWN))
        return _page(request, complaint, form, status=429)
    if not form.is_valid():
        return _page(request, complaint, form, status=422)
    return _saved(request, complaint, form)


def _saved(request: HttpRequest, complaint: Complaint, form: EditForm) -> HttpResponse:
    by, now = by_of(request, complaint), clock.now()
    photos = form.cleaned_data["photos"]
    try:
        services.weigh(photos, address=address_of(request), phone=complaint.phone, now=now)
    except services.TooHeavy as refused:
        form.refuse(refused, field="photos")
        return _page(request, complaint, form, status=429)
    try:
        services.correct(
            complaint,
            changes=form.changes,
            proof=proof_of(request, complaint),
            version=form.cleaned_data["version"],
            by=by,
            now=now,
        )
        if photos:
            add_photos(complaint, photos, by=by, now=now)
    except services.Stale as stale:
        return _overtaken(request, complaint, form, stale)
    except Refused as refused:
        form.refuse(refused, field=getattr(refused, "field", None))
        return _page(request, complaint, form, status=422)
    messages.success(request, _("고치신 내용을 반영했습니다."))
    return redirect("complaints:detail", complaint.number)


def _overtaken(request: HttpRequest, complaint: Complaint, form: EditForm, stale: services.Stale) -> HttpResponse:
    """Something happened meanwhile: show it, keep what was typed, and let the next press count."""
    complaint.refresh_from_db()
    data = request.POST.copy()
    data["version"] = str(complaint.version)
    form.data = data
    form.refuse(stale)
    return _page(request, complaint, form, status=409, happened=[change.get_step_display() for change in stale.changes])


def _page(
    request: HttpRequest,
    complaint: Complaint,
    form: EditForm,
    *,
    status: int = 200,
    happened: list[str] | None = None,
) -> HttpResponse:
    context = {
        "complaint": complaint,
        "form": form,
        "happened": happened or [],
        "photo_count": complaint.attachments.exclude(state=Attachment.State.REFUSED).count(),
        "drawing": drawing_of(places_queries.geography()),
    }
    return render(request, "complaints/edit.html", context, status=status)
