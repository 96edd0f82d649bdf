"""민원 신청: one page, one button. What was typed or photographed is never lost."""

from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from complaints import pending, places_queries, queries, routing, services
from complaints.drawing import drawing_of
from complaints.forms import FilingForm, key_of
from complaints.geography import is_in_korea
from complaints.guards import remember
from complaints.models import Channel, Complaint
from complaints.views.before import Warnings, warnings_for
from complaints.views.following import follow_instead
from portal.accounts.guards import citizen_of
from portal.accounts.services import take_token
from portal.core import clock, phones
from portal.core.client import address_of
from portal.core.doors import findable, personal, public
from portal.core.errors import Refused

HOURLY_PER_ADDRESS = 60  # a whole office or a mobile carrier may stand behind one address
TOO_MANY = gettext_noop(
    "짧은 시간에 너무 많은 신고가 들어왔습니다. 쓰신 내용은 그대로 있으니 잠시 뒤에 다시 보내 주세요."
)
_BESIDE = {services.Missing: "body", services.TooLong: "body", services.PlaceRefused: "place"}


@dataclass(frozen=True, slots=True)
class Danger:
    """The banner above a report whose words sound like danger: whom to call first."""

    label: str
    phones: tuple[str, ...]


def danger_in(text: str) -> Danger | None:
    """Danger to life only; what can wait an hour gets no banner."""
    urgency = routing.urgency_of(text, queries.alarms())
    if urgency is None or urgency.priority > 1:
        return None
    return Danger(urgency.label, urgency.phones)


@public
@personal
@findable
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """The form. It may come filled in, from a link (`?text=`) or from the chat (POST with `prefill`)."""
    if request.method == "POST" and "danger" in request.POST:
        return render(request, "complaints/_danger.html", {"danger": danger_in(request.POST.get("body", ""))})
    if request.method == "POST" and "prefill" not in request.POST:
        return _sent(request)
    text = request.POST.get("body", "") or request.GET.get("text", "")
    citizen = citizen_of(request)
    initial = {
        "body": _(text) if text else "",  # a menu's own first words, in the reader's language
        "place": request.GET.get("place", ""),
        "phone": phones.display(citizen.phone) if citizen and citizen.phone else "",
        "name": citizen.name if citizen else "",
        "intake_key": uuid4(),
    }
    return _page(request, FilingForm(initial=initial), text=text)


def _page(
    request: HttpRequest, form: FilingForm, *, text: str, status: int = 200, warnings: Warnings | None = None
) -> HttpResponse:
    context = {
        "form": form,
        "danger": danger_in(text),
        "kept": form.kept,
        "warnings": warnings or Warnings(),
        "drawing": drawing_of(places_queries.geography()),
    }
    return render(request, "complaints/new.html", context, status=status)


def _sent(request: HttpRequest) -> HttpResponse:
    key = key_of(request.POST)
    form = FilingForm(request.POST, request.FILES, kept=pending.sizes(key) if key else [])
    now = clock.now()
    if not take_token(
        key=f"complaints.new:{address_of(request)}", capacity=HOURLY_PER_ADDRESS, per_seconds=3600, now=now
    ):
        form.add_error(None, _(TOO_MANY))
        return _handed_back(request, form, status=429)
    is_good = form.is_valid()
    try:
        phone = form.cleaned_data.get("phone", "")
        services.weigh(form.good_photos, address=address_of(request), phone=phone, now=now)
    except services.TooHeavy as refused:
        form.good_photos = []  # not kept either: what is written is
        form.refuse(refused, field="photos")
        return _handed_back(request, form, status=429)
    if "follow" in request.POST:
        return follow_instead(request, form) or _handed_back(request, form)
    if not is_good:
        return _handed_back(request, form)
    warnings = _not_yet_seen(request, form)
    if warnings:
        return _handed_back(request, form, status=200, warnings=warnings)
    try:
        complaint = _file(request, form)
    except Refused as refused:
        form.refuse(refused, field=_BESIDE.get(type(refused)))
        return _handed_back(request, form)
    pending.discard(form.cleaned_data["intake_key"])
    remember(request, complaint)
    receipt = reverse("complaints:detail", args=[complaint.number])
    response = redirect(f"{receipt}?{urlencode({'receipt': 1})}")
    response.status_code = 303
    return response


def _not_yet_seen(request: HttpRequest, form: FilingForm) -> Warnings:
    """What should be known before sending and was not shown yet. Cards that stood on the page are not shown twice."""
    if "anyway" in request.POST or Complaint.objects.filter(intake_key=form.cleaned_data["intake_key"]).exists():
        return Warnings()
    place = form.given_place
    if place.point is None or not is_in_korea(*place.point):
        return Warnings()
    found = warnings_for(request, place.point, form.cleaned_data["body"])
    return Warnings(found.outside, () if "seen" in request.POST else found.cards)


def _file(request: HttpRequest, form: FilingForm) -> Complaint:
    values = form.cleaned_data
    pending.remove(values["intake_key"], values["drop"])
    filing = services.Filing(
        channel=Channel.WEB,
        body=values["body"],
        place=form.given_place,
        photos=[*pending.photos(values["intake_key"]), *form.good_photos],
        phone=values["phone"],
        name=" ".join(values["name"].split()),
    )
    return services.file(filing=filing, by=citizen_of(request), intake_key=values["intake_key"], now=clock.now())


def _handed_back(
    request: HttpRequest, form: FilingForm, *, status: int = 422, warnings: Warnings | None = None
) -> HttpResponse:
    """Everything as it was typed; files that are all right are kept under the form's key."""
    key = key_of(request.POST)
    if key is None:
        data = request.POST.copy()
        data["intake_key"] = str(uuid4())
        form.data = data
    else:
        form.is_valid()  # runs the fields if a limit refused before them
        pending.remove(key, form.cleaned_data.get("drop") or [])
        pending.keep(key, form.good_photos, now=clock.now())
        form.kept = pending.sizes(key)
    return _page(request, form, text=request.POST.get("body", ""), status=status, warnings=warnings)
