"""불법 주정차 신고: two photos, each sent when it is taken. Works as plain pages; the script only saves a press."""

import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_http_methods

from complaints import parking_queries, pending, places_queries, services
from complaints.attachments import MOST_FILES, Photo
from complaints.drawing import drawing_of
from complaints.evidence import Lack, Requirement, Shot, Verdict
from complaints.forms import key_of
from complaints.geography import Point
from complaints.guards import remember
from complaints.models import Channel, Complaint, LocationSource
from complaints.parking_forms import ParkingForm
from complaints.services import Filing, Place
from portal.accounts.guards import citizen_of
from portal.accounts.services import take_token
from portal.core import clock, phones
from portal.core.cage import IMAGE, CageError, run_caged
from portal.core.client import address_of
from portal.core.clock import day_in_korea
from portal.core.doors import findable, personal, public
from portal.core.errors import Refused

HOURLY_PER_ADDRESS = 120
TOO_MANY = gettext_noop(
    "짧은 시간에 너무 많은 사진이 올라왔습니다. 찍으신 사진은 그대로 있으니 잠시 뒤에 이어서 해 주세요."
)
NO_ZONE = gettext_noop("어떤 곳에 세운 차인지 골라 주세요.")
NO_PHOTO = gettext_noop("사진을 찍어 주세요.")
BROKEN = gettext_noop("사진을 열지 못했습니다. 다시 찍어 주세요.")
ANY_ZONE = Requirement("")


@dataclass(frozen=True, slots=True)
class Sheet:
    """What has been collected so far."""

    zones: list[parking_queries.Zone]
    kept: list[pending.Kept]
    zone: parking_queries.Zone | None
    verdict: Verdict


@public
@personal
@findable
@csrf_protect
@require_http_methods(["GET", "HEAD", "POST"])
def parking(request: HttpRequest) -> HttpResponse:
    """Take a photo, wait a minute, take another, send. A photo that is here stays here for a day."""
    now = clock.now()
    zones = parking_queries.zones(day_in_korea(now))
    if request.method != "POST":
        citizen = citizen_of(request)
        phone = phones.display(citizen.phone) if citizen and citizen.phone else ""
        form = ParkingForm(initial={"intake_key": uuid4(), "phone": phone}, zones=zones)
        return _page(request, form, Sheet(zones, [], None, Verdict(())))
    key = key_of(request.POST) or uuid4()
    data = request.POST.copy()
    data["intake_key"] = str(key)
    form = ParkingForm(data, request.FILES, zones=zones)
    limit = f"complaints.parking:{address_of(request)}"
    if not take_token(key=limit, capacity=HOURLY_PER_ADDRESS, per_seconds=3600, now=now):
        form.add_error(None, _(TOO_MANY))
        return _page(request, form, _sheet(form, key, zones, now=now), status=429)
    is_good = form.is_valid()
    _receive(form, key, address=address_of(request), now=now)
    sheet = _sheet(form, key, zones, now=now)
    if not is_good:
        return _page(request, form, sheet, status=422)
    if "send" in request.POST or "ordinary" in request.POST:
        return _sent(request, form, sheet, key)
    return _page(request, form, sheet)


def _receive(form: ParkingForm, key: UUID, *, address: str, now: datetime) -> None:
    """Keep the photo with the moment it reached us and what its header says."""
    shot: Photo | None = form.cleaned_data.get("shot")
    if shot is None:
        return
    if len(pending.sizes(key)) >= MOST_FILES:
        form.add_error("shot", _("사진은 %(most_files)s장까지 보낼 수 있습니다.") % {"most_files": MOST_FILES})
        return
    if any(one.photo.content == shot.content for one in pending.kept(key)):
        form.add_error("shot", _("방금 올린 사진과 같은 사진입니다. 새로 찍어 주세요."))
        return
    try:
        services.weigh([shot], address=address, phone=form.cleaned_data.get("phone", ""), now=now)
    except services.TooHeavy as refused:
        form.refuse(refused, field="shot")
        return
    try:
        facts = json.loads(run_caged("complaints.exif_cage", shot.content, limits=IMAGE))
    except CageError as error:
        form.add_error(
            "shot", error.message if error.reason == "refused" else _("사진을 열지 못했습니다. 다시 찍어 주세요.")
        )
        return
    pending.keep(key, [shot], now=now, facts=facts)


def _sheet(form: ParkingForm, key: UUID, zones: list[parking_queries.Zone], *, now: datetime) -> Sheet:
    kept = pending.kept(key)
    chosen = form.cleaned_data.get("zone") if form.is_bound and hasattr(form, "cleaned_data") else None
    zone = next((one for one in zones if one.pk == chosen), None)
    requirement = zone.requirement if zone else ANY_ZONE
    return Sheet(zones, kept, zone, parking_queries.verdict_on([_shot(one) for one in kept], requirement, now=now))


def _shot(kept: pending.Kept) -> Shot:
    facts = kept.facts
    taken_at = datetime.fromisoformat(facts["taken_at"]) if facts.get("taken_at") else None
    point = Point(facts["lat"], facts["lon"]) if facts.get("lat") is not None else None
    return Shot(kept.photo.received_at or clock.now(), taken_at, point)


def _sent(request: HttpRequest, form: ParkingForm, sheet: Sheet, key: UUID) -> HttpResponse:
    known = Complaint.objects.filter(intake_key=key).first()
    if known is None and not sheet.kept:
        form.add_error("shot", _(NO_PHOTO))
    elif known is None and sheet.zone is None:
        form.add_error("zone", _(NO_ZONE))
    elif known is None and not sheet.verdict.is_enough and "ordinary" not in request.POST:
        return _page(request, form, sheet)
    if not form.is_valid():
        return _page(request, form, sheet, status=422)
    try:
        complaint = known or _file(request, form, sheet, key)
    except Refused as refused:
        form.refuse(refused)
        return _page(request, form, sheet, status=422)
    pending.discard(key)
    remember(request, complaint)
    return redirect(f"{reverse('complaints:detail', args=[complaint.number])}?receipt=1")


def _file(request: HttpRequest, form: ParkingForm, sheet: Sheet, key: UUID) -> Complaint:
    verdict, zone = sheet.verdict, sheet.zone.name if sheet.zone else ""
    more = form.cleaned_data["body"].strip()
    filing = Filing(
        channel=Channel.WEB,
        body=f"불법 주정차 신고 ({zone})" + (f"\n{more}" if more else ""),
        category=parking_queries.category(),
        place=_place(form, sheet),
        photos=[one.photo for one in sheet.kept],
        phone=form.cleaned_data["phone"],
        evidence={
            "zone": zone,
            "is_enough": verdict.is_enough,
            "lacks": [lack.value for lack in verdict.lacks],
            "gap_seconds": int(verdict.gap.total_seconds()),
            "distance_m": None if verdict.distance_m is None else round(verdict.distance_m, 1),
        },
    )
    return services.file(filing=filing, by=citizen_of(request), intake_key=key, now=clock.now())


def _place(form: ParkingForm, sheet: Sheet) -> Place:
    """Pin or phone, else what the first photo says."""
    given = form.given_place
    point = next((shot.point for shot in map(_shot, sheet.kept) if shot.point), None)
    if given.point is not None or point is None:
        return given
    return Place(address=given.address, lat=point.lat, lon=point.lon, source=LocationSource.EXIF)


def _page(request: HttpRequest, form: ParkingForm, sheet: Sheet, *, status: int = 200) -> HttpResponse:
    wanted = sheet.zone.requirement if sheet.zone else ANY_ZONE
    context = {
        "form": form,
        "sheet": sheet,
        "photo_count": len(sheet.kept),
        "has_pair": len(sheet.kept) > 1,
        "is_refused": "send" in request.POST or len(sheet.kept) > 1,
        "can_complete": not {Lack.TOO_LATE, Lack.OUT_OF_HOURS} & set(sheet.verdict.lacks),
        "next_number": len(sheet.kept) + 1,
        "needs_more": len(sheet.kept) < wanted.photo_count or bool(sheet.verdict.wait) or not sheet.verdict.is_enough,
        "wait_seconds": int(-(-sheet.verdict.wait.total_seconds() // 1)),
        "minutes": int(wanted.gap.total_seconds() // 60),
        "lacks": parking_queries.sentences_of(sheet.verdict) if sheet.kept else [],
        "is_enough": bool(sheet.kept) and sheet.verdict.is_enough,
        "drawing": drawing_of(places_queries.geography()),
    }
    return render(request, "complaints/parking.html", context, status=status)
