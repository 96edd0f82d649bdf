"""민원 처리: the case on one page, with the one step that usually comes next, and every other in a menu."""

from functools import partial

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from complaints import queries, services
from complaints.admin import case_page
from complaints.admin.access import address, complaint_for, key_in, list_address, note_look
from complaints.admin.case_page import Shown
from complaints.admin.doing import DOINGS, Doing
from complaints.admin.forms import NoteForm, RevealForm, StepForm
from complaints.admin.previewing import preview
from complaints.models import Complaint, Proposal
from complaints.views.pictures import picture
from complaints.workflow import step_named
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused


@require_GET
def case(request: HttpRequest, pk: int) -> HttpResponse:
    """The page; `?step=` puts another step's form in front."""
    complaint = complaint_for(request, pk)
    return _page(request, complaint, Shown(active=request.GET.get("step", "")))


@require_GET
def why(request: HttpRequest, pk: int) -> HttpResponse:
    """왜 이 날짜인가요? The days that were counted and those that were not; a part of the case page, or a page."""
    complaint = complaint_for(request, pk)
    found = {
        "due_lines": case_page.why_due(complaint),
        "complaint": complaint,
        "title": f"{complaint.number} 처리 기한",
    }
    if "fragment" in request.GET:
        return render(request, "admin/complaints/_due_lines.html", found)
    return render(request, "admin/complaints/why.html", {**case_page.site(request), **found})


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
        result = _take(doing, complaint, form, request)
    except services.Stale as stale:
        return _outdated(request, pk, name, form, stale)
    except Refused as refused:
        _put(form, refused)
        return _refused(request, complaint_for(request, pk), name, form)
    services.drop_draft(complaint, step=name, by=user_of(request))
    messages.success(request, f"{complaint.number}: {outcome_words(name, result)}")
    return _back(request, complaint)


def outcome_words(name: str, result: object) -> str:
    """What happened, or that somebody has to sign first."""
    if isinstance(result, Proposal):
        return f"‘{step_named(name).label}’ 결재를 올렸습니다. 결재가 끝나면 처리됩니다."
    return f"‘{step_named(name).label}’ 처리했습니다."


def _take(doing: Doing, complaint: Complaint, form: StepForm, request: HttpRequest) -> object:
    return doing.service(
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
    since = form.cleaned_data["version"]
    form.hold(fresh.version)
    return _page(request, fresh, Shown(active=name, form=form, stale=stale.changes, since=since, status=409))


def _back(request: HttpRequest, complaint: Complaint) -> HttpResponse:
    """To the case if the official may still see it, to the list if it has left."""
    if queries.seen_by(user_of(request)).filter(pk=complaint.pk).exists():
        return redirect(address("case", complaint.pk))
    return redirect(list_address())


@require_POST
def draft(request: HttpRequest, pk: int, name: str) -> HttpResponse:
    """Keep what has been typed so far, or throw it away (`drop`); each official her own."""
    complaint = complaint_for(request, pk)
    if name not in DOINGS:
        raise Http404
    if "drop" in request.POST:
        services.drop_draft(complaint, step=name, by=user_of(request))
        return redirect(f"{address('case', pk)}?step={name}")
    words = {
        field.removeprefix(f"{name}-"): str(value)
        for field, value in request.POST.items()
        if field.startswith(f"{name}-") and field != f"{name}-version"
    }
    try:
        services.keep_draft(complaint, step=name, words=words, by=user_of(request), now=clock.now())
    except services.NotAnOfficial as refused:
        raise PermissionDenied from refused
    return HttpResponse(status=204)


@require_POST
def note(request: HttpRequest, pk: int) -> HttpResponse:
    """Write an internal note."""
    complaint = complaint_for(request, pk)
    form = NoteForm(request.POST, prefix="note")
    if not form.is_valid():
        return _page(request, complaint, Shown(note_form=form, status=422))
    try:
        services.note(complaint, text=form.cleaned_data["text"], by=user_of(request), now=clock.now())
    except Refused as refused:
        form.add_error("text", refused.sentence)
        return _page(request, complaint, Shown(note_form=form, status=422))
    return redirect(f"{address('case', pk)}#notes")


@require_POST
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """The citizen's messages have been read, up to the version the page showed."""
    complaint = complaint_for(request, pk)
    try:
        services.mark_read(complaint, by=user_of(request), seen_version=key_in(request.POST.get("version", "")))
    except Refused as refused:
        messages.error(request, refused.sentence)
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
    context = {**case_page.site(request), **case_page.context(complaint, shown, user=user_of(request))}
    if not shown.is_revealed:
        note_look(request, [complaint.pk])
    response = render(request, "admin/complaints/case.html", context, status=shown.status)
    response.headers["Cache-Control"] = "private, no-store"
    return response
