"""One step for many cases: each goes through the very same verb, and each has its own result."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.contrib import admin, messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST

from complaints import queries, services
from complaints.admin.access import address, complaint_for, list_address, note_look
from complaints.admin.desk_forms import MOST_AT_ONCE, MarksForm
from complaints.admin.doing import DOINGS, Doing
from complaints.admin.forms import StepForm
from complaints.admin.worklist import Listing, listing_of
from complaints.models import Complaint, Proposal
from complaints.workflow import step_named
from portal.accounts.looking import user_of
from portal.core import clock
from portal.core.errors import Refused

# What makes sense for many cases with the same words; everything else is done on the case itself.
BULK: Mapping[str, str] = {
    name: step_named(name).label
    for name in (
        "receive",
        "route",
        "assign",
        "reassign",
        "reroute",
        "inspect",
        "review",
        "resolve",
        "transfer",
        "merge",
        "close",
    )
}
NOT_SEEN = "볼 수 없는 민원입니다."
_ABOUT_ONE_CASE = ("version", "suggestion")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one case."""

    number: str
    title: str
    url: str
    trouble: str = ""
    said: str = ""


@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """From the list: the chosen rows and the chosen step; the form of the step comes next."""
    name = request.POST.get("step", "")
    if name not in BULK:
        raise Http404
    listing = listing_of(request)
    marks = _everything(listing, request) if "everything" in request.POST else request.POST.getlist("row")
    if not marks:
        messages.warning(request, "처리할 민원을 먼저 골라 주세요.")
        return redirect(f"{list_address()}?{request.POST.get('query', '')}")
    form = MarksForm({"marks": " ".join(marks)})
    if not form.is_valid():
        messages.error(request, str(form.errors["marks"][0]))
        return redirect(list_address())
    return _page(request, name, form)


def _everything(listing: Listing, request: HttpRequest) -> list[str]:
    """The whole list behind the page, in its order, as far as one bulk step goes."""
    whole = Listing(listing.user, QueryDict(request.POST.get("query", "")), listing.now)
    rows = whole.found.order_by(*whole.order.sorting()).values_list("pk", "version")[:MOST_AT_ONCE]
    return [f"{pk}.{version}" for pk, version in rows]


@require_POST
def run(request: HttpRequest, name: str) -> HttpResponse:
    """Take the step for every case, one after the other; a refusal stops only its own."""
    if name not in BULK:
        raise Http404
    listing_of(request)
    marks = MarksForm(request.POST)
    if not marks.is_valid():
        messages.error(request, str(marks.errors["marks"][0]))
        return redirect(list_address())
    form = _form(name, _cases(request, marks.cleaned_data["marks"]), request.POST)
    if form is None or not form.is_valid():
        return _page(request, name, marks, form=form, status=422)
    results = _run(request, DOINGS[name], form, marks.cleaned_data["marks"])
    return _results(request, name, results)


def _run(request: HttpRequest, doing: Doing, form: StepForm, versions: Mapping[int, int]) -> list[Result]:
    cases = _cases(request, versions)
    note_look(request, cases, action="bulk")
    results = []
    for pk, version in versions.items():
        case = cases.get(pk)
        if case is None:
            results.append(Result(f"#{pk}", "", "", NOT_SEEN))
            continue
        trouble = said = ""
        try:
            taken = doing.service(case, **form.arguments(), by=user_of(request), now=clock.now(), version=version)
            said = "결재를 올렸습니다." if isinstance(taken, Proposal) else ""
        except Refused as refused:
            trouble = refused.sentence
        results.append(Result(case.number, case.title, address("case", pk), trouble, said))
    return results


def _cases(request: HttpRequest, versions: Mapping[int, int]) -> dict[int, Complaint]:
    """The marked cases that the official may see."""
    return {case.pk: case for case in queries.seen_by(user_of(request)).filter(pk__in=list(versions))}


def _form(name: str, cases: Mapping[int, Complaint], data: Any = None) -> StepForm | None:
    """The step's own form, without what concerns one case only; None if no case is left."""
    first = next(iter(cases.values()), None)
    if first is None:
        return None
    form = DOINGS[name].form(data, complaint=first, prefix=name)
    for field in _ABOUT_ONE_CASE:
        form.fields.pop(field, None)
    return form


def _page(
    request: HttpRequest, name: str, marks: MarksForm, *, form: StepForm | None = None, status: int = 200
) -> HttpResponse:
    versions: Mapping[int, int] = marks.cleaned_data["marks"]
    cases = _cases(request, versions)
    form = form or _form(name, cases)
    if form is None:
        messages.error(request, NOT_SEEN)
        return redirect(list_address())
    note_look(request, cases, action="list")
    context = {
        **admin.site.each_context(request),
        "title": f"{len(versions)}건 한꺼번에: {BULK[name]}",
        "label": BULK[name],
        "button": DOINGS[name].button,
        "is_grave": DOINGS[name].is_grave,
        "count": len(versions),
        "marks": marks.data["marks"],
        "form": form,
        "cases": [cases[pk] for pk in versions if pk in cases],
        "action": address("bulk_run", name),
        "list_url": list_address(),
    }
    return render(request, "admin/complaints/bulk.html", context, status=status)


def _results(request: HttpRequest, name: str, results: Sequence[Result]) -> HttpResponse:
    failed = [one for one in results if one.trouble]
    context = {
        **admin.site.each_context(request),
        "title": f"{BULK[name]} 결과",
        "label": BULK[name],
        "done": [one for one in results if not one.trouble],
        "failed": failed,
        "list_url": list_address(),
    }
    return render(request, "admin/complaints/bulk_done.html", context)


@require_POST
def take(request: HttpRequest) -> HttpResponse:
    """내가 맡기, from the list."""
    mark = request.POST.get("take", "")
    form = MarksForm({"marks": mark})
    if not form.is_valid() or len(form.cleaned_data["marks"]) != 1:
        raise Http404
    ((pk, version),) = form.cleaned_data["marks"].items()
    complaint = complaint_for(request, pk)
    try:
        services.claim(complaint, by=user_of(request), now=clock.now(), version=version)
    except Refused as refused:
        messages.error(request, f"{complaint.number}: {refused.sentence}")
    else:
        messages.success(request, f"{complaint.number}: 이제 회원님이 담당합니다.")
    return redirect(f"{list_address()}?{request.POST.get('query', '')}")
