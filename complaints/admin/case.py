"""민원 처리: the case on one page, with the one step that usually comes next, and every other in a menu."""

from dataclasses import dataclass
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from complaints import queries, services, tracking
from complaints.admin.access import address, complaint_for, note_look
from complaints.admin.doing import DOINGS, Doing, front, ways
from complaints.admin.due import d_day
from complaints.admin.forms import NoteForm, RevealForm, StepForm
from complaints.admin.previewing import Preview, preview
from complaints.announcements import due_words
from complaints.models import Complaint, Outcome, StageChange
from complaints.views.pictures import picture
from complaints.views.words import due_lines, stage_label
from complaints.workflow import Actor, Clock, Stage, step_named
from messaging.queries import messages_about
from portal.accounts.looking import user_of
from portal.core import clock, phones
from portal.core.errors import Refused
from portal.core.privacy import mask_name, mask_phone

SAME_PHONE = 5
MESSAGES = 20
ASSIGNMENTS = 2  # why this department, why this officer


@dataclass(slots=True)
class Shown:
    """What differs between a first look and a page that came back: the form in front, and what to say above it."""

    active: str = ""
    form: StepForm | None = None
    previews: list[Preview] | None = None
    stale: list[StageChange] | None = None
    is_revealed: bool = False
    note_form: NoteForm | None = None
    reveal_form: RevealForm | None = None
    status: int = 200


@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; `?step=` puts another step's form in front."""
    complaint = complaint_for(request, pk)
    return _page(request, complaint, Shown(active=request.GET.get("step", "")))


@require_POST
def step(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Take a step, or look at what it would send (`preview`)."""
    complaint = complaint_for(request, pk)
    doing = DOINGS.get(name)
    if doing is None:
        raise Http404
    form = doing.form(request.POST, complaint=complaint, prefix=name)
    if not form.is_valid():
        return _refused(request, complaint, name, form)
    if "preview" in request.POST:
        return _previewed(request, complaint, name, form, doing)
    try:
        _take(doing, complaint, form, request)
    except services.Stale as stale:
        return _outdated(request, pk, name, form, stale)
    except Refused as refused:
        _put(form, refused)
        return _refused(request, complaint_for(request, pk), name, form)
    messages.success(request, f"{complaint.number}: ‘{step_named(name).label}’ 처리했습니다.")
    return _back(request, complaint)


def _take(doing: Doing, complaint: Complaint, form: StepForm, request: HttpRequest) -> None:
    doing.service(
        complaint,
        **form.arguments(),
        by=user_of(request),
        now=clock.now(),
        version=form.cleaned_data["version"],
    )


def _put(form: StepForm, refused: Refused) -> None:
    """A refusal stands beside its field if it names one."""
    named = getattr(refused, "field", None)
    beside = {"reason": "refusal_reason"} if "refusal_reason" in form.fields else {}
    field = beside.get(named, named) if isinstance(named, str) else None
    form.add_error(field if field in form.fields else None, refused.sentence)


def _refused(request: HttpRequest, complaint: Complaint, name: str, form: StepForm) -> HttpResponse:
    if "fragment" in request.POST:
        return HttpResponse(status=204)
    return _page(request, complaint, Shown(active=name, form=form, status=422))


def _previewed(request: HttpRequest, complaint: Complaint, name: str, form: StepForm, doing: Doing) -> HttpResponse:
    try:
        found = preview(complaint, partial(_take, doing, complaint, form, request))
    except services.Stale as stale:
        return _outdated(request, complaint.pk, name, form, stale)
    except Refused as refused:
        _put(form, refused)
        return _refused(request, complaint_for(request, complaint.pk), name, form)
    if "fragment" in request.POST:
        return render(request, "admin/complaints/_preview.html", {"previews": found})
    return _page(request, complaint_for(request, complaint.pk), Shown(active=name, form=form, previews=found))


def _outdated(request: HttpRequest, pk: int, name: str, form: StepForm, stale: services.Stale) -> HttpResponse:
    """409: what happened meanwhile, and the form with the typed words on the present version."""
    if "fragment" in request.POST:
        return HttpResponse(status=204)
    fresh = complaint_for(request, pk)
    form.hold(fresh.version)
    return _page(request, fresh, Shown(active=name, form=form, stale=stale.changes, status=409))


def _back(request: HttpRequest, complaint: Complaint) -> HttpResponse:
    """To the case if the official may still see it, to the list if it has left."""
    if queries.seen_by(user_of(request)).filter(pk=complaint.pk).exists():
        return redirect(address("case", complaint.pk))
    return redirect(reverse("admin:complaints_complaint_changelist"))


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an internal note."""
    complaint = complaint_for(request, pk)
    form = NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return _page(request, complaint, Shown(note_form=form, status=422))
    services.note(complaint, text=form.cleaned_data["text"], by=user_of(request), now=clock.now())
    return redirect(f"{address('case', pk)}#notes")


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """The citizen's messages have been read, up to the version the page showed."""
    complaint = complaint_for(request, pk)
    version = request.POST.get("version", "")
    seen = int(version) if version.isdecimal() else 0
    services.mark_read(complaint, by=user_of(request), seen_version=seen)
    return redirect(f"{address('case', pk)}#words")


@require_POST
def reveal(request: HttpRequest, pk: int) -> HttpResponse:
    """Name and number in clear, on this one page, with a reason in the audit book."""
    complaint = complaint_for(request, pk)
    form = RevealForm(request.POST, prefix="reveal")
    if not form.is_valid():
        return _page(request, complaint, Shown(reveal_form=form, status=422))
    note_look(request, [complaint.pk], action="reveal", reason=form.cleaned_data["reason"])
    return _page(request, complaint, Shown(is_revealed=True))


@require_GET
def photo(request: HttpRequest, pk: int, ordinal: int, copy: str) -> HttpResponse:
    """A cleaned picture of a case the official may see."""
    complaint = complaint_for(request, pk)
    if copy == "view":
        note_look(request, [complaint.pk], action="view")
    response = picture(complaint, ordinal, copy)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _page(request: HttpRequest, complaint: Complaint, shown: Shown) -> HttpResponse:
    now = clock.now()
    user = user_of(request)
    found = ways(complaint, by=user)
    allowed = {way.name for way in found if way.is_allowed}
    if shown.form is None:
        shown.active = shown.active if shown.active in allowed else front(complaint, found)
    doing = DOINGS.get(shown.active)
    form = shown.form or (doing.form(complaint=complaint, prefix=shown.active) if doing else None)
    context: dict[str, Any] = {
        **admin.site.each_context(request),
        "title": complaint.number,
        "complaint": complaint,
        "stage_label": stage_label(complaint),
        "left": d_day(complaint, now=now),
        "rows": tracking.timeline(complaint),
        "ways": [way for way in found if way.name != shown.active],
        "active": shown.active,
        "active_label": next((way.label for way in found if way.name == shown.active), ""),
        "doing": doing,
        "form": form,
        "previews": shown.previews,
        "stale": shown.stale,
        "note_form": shown.note_form or NoteForm(prefix="note"),
        "reveal_form": shown.reveal_form or RevealForm(prefix="reveal"),
        **_person(complaint, is_revealed=shown.is_revealed),
        **_words(complaint),
        **_due(complaint),
        "others": _others(complaint, request),
        "messages_sent": messages_about(complaint.number).order_by("-pk")[:MESSAGES],
        "list_url": reverse("admin:complaints_complaint_changelist"),
    }
    if not shown.is_revealed:
        note_look(request, [complaint.pk])
    response = render(request, "admin/complaints/case.html", context, status=shown.status)
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _person(complaint: Complaint, *, is_revealed: bool) -> dict[str, Any]:
    name, phone = complaint.name, complaint.phone
    return {
        "is_revealed": is_revealed,
        "name": name if is_revealed else mask_name(name),
        "phone": phones.display(phone) if is_revealed else mask_phone(phone) if phone else "",
        "has_contact": bool(name or phone),
    }


def _words(complaint: Complaint) -> dict[str, Any]:
    """What the citizen said after filing, what colleagues noted, the pictures, and why it came here."""
    said = complaint.changes.filter(actor=Actor.CITIZEN).exclude(step="file").order_by("seq")
    return {
        "said": [change for change in said if change.public_text or change.internal_text],
        "notes": complaint.notes.select_related("by__official").order_by("pk"),
        "photos": list(complaint.attachments.order_by("ordinal")),
        "assignments": list(complaint.assignments.order_by("-pk")[:ASSIGNMENTS])[::-1],
        "supplement": complaint.supplements.filter(ended_at=None).first()
        if complaint.stage == Stage.SUPPLEMENTING
        else None,
        "outcome": Outcome(complaint.outcome).label if complaint.outcome else "",
        "has_no_phone": not complaint.phone,
    }


def _due(complaint: Complaint) -> dict[str, Any]:
    found = queries.why_due(complaint) if complaint.due_at else None
    return {
        "due": due_words(complaint),
        "is_paused": complaint.clock == Clock.PAUSED,
        "due_lines": due_lines(found) if found else [],
    }


def _others(complaint: Complaint, request: HttpRequest) -> list[dict[str, Any]]:
    """The same phone's other cases, as far as the official may see them."""
    if complaint.phone_index is None:
        return []
    rows = queries.seen_by(user_of(request)).filter(phone_index=complaint.phone_index).exclude(pk=complaint.pk)
    return [{"complaint": row, "label": stage_label(row), "url": address("case", row.pk)} for row in rows[:SAME_PHONE]]
