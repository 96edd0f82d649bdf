"""Where a report is: names and points looked up while one is filling in the form. Answers; keeps nothing."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.views.decorators.csrf import csrf_protect
from django.views.decorators.http import require_POST, require_safe

from complaints import places_queries
from complaints.drawing import drawing_of
from complaints.geography import Point, is_in_korea
from complaints.views.before import warnings_for
from portal.accounts.services import take_token
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import personal, public

LOOKS, PER_SECONDS = 240, 600  # of one address: somebody who types and drags, not a machine
LONGEST = 200
LONGEST_TEXT = 3000


def _may_look(request: HttpRequest) -> bool:
    return take_token(
        key=f"complaints.places:{address_of(request)}", capacity=LOOKS, per_seconds=PER_SECONDS, now=clock.now()
    )


def point_in(request: HttpRequest) -> Point | None:
    """The coordinates a form came with, if they can be somewhere in Korea."""
    try:
        lat, lon = float(request.POST.get("lat", "")), float(request.POST.get("lon", ""))
    except ValueError:
        return None
    return Point(lat, lon) if is_in_korea(lat, lon) else None


@public
@personal
@csrf_protect
@require_POST
def places(request: HttpRequest) -> HttpResponse:
    """Names for what was typed, or words for a point. A POST: where a citizen is belongs in no address."""
    if not _may_look(request):
        return JsonResponse({"found": [], "here": ""}, status=429)
    point = point_in(request)
    text = request.POST.get("text", "")[:LONGEST]
    found = places_queries.find_places(text) if text.strip() else []
    return JsonResponse(
        {
            "found": [
                {"name": one.name, "area": one.area, "lat": one.point.lat, "lon": one.point.lon} for one in found
            ],
            "here": places_queries.describe(point) if point else "",
        }
    )


@public
@personal
@csrf_protect
@require_POST
def nearby(request: HttpRequest) -> HttpResponse:
    """The cards that stand above 보내기: another office's place, cases that may be the same matter."""
    if not _may_look(request):
        return HttpResponse(status=429)
    text = request.POST.get("body", "")[:LONGEST_TEXT]
    context = {"warnings": warnings_for(request, point_in(request), text), "is_live": True}
    return render(request, "complaints/_before.html", context)


@public
@require_safe
def map_lines(request: HttpRequest) -> HttpResponse:
    """The borders and names of the map, fetched when somebody opens it: a form that is only filled in goes without."""
    response = render(request, "complaints/_lines.html", {"drawing": drawing_of(places_queries.geography())})
    response.headers["Cache-Control"] = "public, max-age=3600"
    return response
