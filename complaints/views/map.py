"""민원 지도: where something was reported and how far it is. Cells, stages and dates; words only once published."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from math import cos, radians

from django import forms
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from complaints import public_queries
from complaints.geography import Area
from complaints.places_queries import geography
from complaints.public_queries import PublicCase
from complaints.workflow import OPEN, Stage
from portal.accounts.services import take_token
from portal.core import clock
from portal.core.client import address_of
from portal.core.doors import public

MOST_SHOWN = 200
PER_MINUTE = 60
TOO_OFTEN = gettext_lazy("지도를 짧은 시간에 너무 여러 번 여셨습니다. 잠시 뒤에 다시 열어 주세요.")
WIDTH = 1000  # of the drawing, in its own units
EDGE = 30
SPANS = (("7", gettext_lazy("최근 7일")), ("30", gettext_lazy("최근 30일")), ("90", gettext_lazy("최근 90일")))
STATES = (("", gettext_lazy("모두")), ("open", gettext_lazy("처리 중")), ("resolved", gettext_lazy("처리 완료")))
_STAGES = {
    "": (*OPEN, Stage.RESOLVED),
    "open": OPEN,
    "resolved": (Stage.RESOLVED,),
}


def _categories() -> list[tuple[str, str]]:
    return [("", _("모든 분류")), *((one.code, one.spoken_name) for one in public_queries.offered())]


class MapForm(forms.Form):
    """What to show. Whatever is not understood is the usual."""

    category = forms.ChoiceField(label=gettext_lazy("분류"), choices=_categories, required=False)
    state = forms.ChoiceField(label=gettext_lazy("단계"), choices=STATES, required=False)
    days = forms.ChoiceField(label=gettext_lazy("기간"), choices=SPANS, required=False, initial="30")


@dataclass(frozen=True, slots=True)
class Dot:
    """A cell with reports in it, in the drawing's units."""

    x: int
    y: int
    radius: int
    stage: str
    number: str
    words: str


@dataclass(frozen=True, slots=True)
class Outline:
    """A 행정동, as the drawing has it."""

    name: str
    points: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """The whole picture: it needs neither tiles nor scripts."""

    height: int
    outlines: Sequence[Outline]
    dots: Sequence[Dot]


@public
@require_safe
def reports_map(request: HttpRequest) -> HttpResponse:
    """The picture, and the same as a list."""
    if not _may_look(request):
        return render(request, "complaints/map.html", {"refusal": TOO_OFTEN}, status=429)
    form, cases = _asked(request)
    context = {"form": form, "cases": cases, "drawing": _drawing(cases), "most": MOST_SHOWN}
    return render(request, "complaints/map.html", context)


@public
@require_safe
def reports_map_data(request: HttpRequest) -> HttpResponse:
    """The same as GeoJSON, for other people's maps."""
    if not _may_look(request):
        return JsonResponse({"error": TOO_OFTEN}, status=429, json_dumps_params={"ensure_ascii": False})
    cases = _asked(request)[1]
    body = {"type": "FeatureCollection", "features": [_feature(case) for case in cases if case.lat is not None]}
    response = JsonResponse(body, content_type="application/geo+json", json_dumps_params={"ensure_ascii": False})
    response.headers["Access-Control-Allow-Origin"] = "*"
    return response


def _may_look(request: HttpRequest) -> bool:
    key = f"complaints.map:{address_of(request)}"
    return take_token(key=key, capacity=PER_MINUTE, per_seconds=60, now=clock.now())


def _asked(request: HttpRequest) -> tuple[MapForm, list[PublicCase]]:
    now = clock.now()
    form = MapForm({"days": "30", **request.GET.dict()})
    values = form.cleaned_data if form.is_valid() else {}
    category = values.get("category") or ""
    cases = public_queries.between(
        now - timedelta(days=int(values.get("days") or 30)),
        now,
        categories=[category] if category else [],
        stages=_STAGES[values.get("state") or ""],
        most=MOST_SHOWN,
    )
    return form, cases


def _feature(case: PublicCase) -> dict[str, object]:
    return {
        "type": "Feature",
        "geometry": {"type": "Point", "coordinates": [case.lon, case.lat]},
        "properties": {
            "number": case.number,
            "category": case.category,
            "stage": case.stage.value,
            "stage_name": str(case.stage.label),
            "submitted_on": clock.day_in_korea(case.submitted_at).isoformat(),
            "text": case.text,
        },
    }


def _drawing(cases: Sequence[PublicCase]) -> Drawing | None:
    """North is up; the district fills the width. None if nothing is on the map."""
    placed = [case for case in cases if case.lat is not None and case.lon is not None]
    areas: Sequence[Area] = geography().dongs
    corners = [(point.lat, point.lon) for one in areas for point in one.corners]
    known = corners or [(case.lat or 0.0, case.lon or 0.0) for case in placed]
    if not known:
        return None
    sheet = _Sheet(known)
    outlines = [
        Outline(one.key, " ".join(f"{x},{y}" for x, y in map(sheet.spot, one.corners)), *sheet.spot(one.middle))
        for one in areas
    ]
    return Drawing(sheet.height, outlines, list(_dots(placed, sheet)))


class _Sheet:
    """Degrees to units of the drawing."""

    def __init__(self, known: Sequence[tuple[float, float]]) -> None:
        lats, lons = [lat for lat, _ in known], [lon for _, lon in known]
        self._north, self._west = max(lats), min(lons)
        self._across = cos(radians(self._north))
        east_west = max((max(lons) - self._west) * self._across, 0.005)
        self._scale = (WIDTH - 2 * EDGE) / east_west
        self.height = min(2 * WIDTH, round((self._north - min(lats)) * self._scale) + 2 * EDGE)

    def spot(self, point: tuple[float, float]) -> tuple[int, int]:
        """Where a place is drawn."""
        lat, lon = point
        x = (lon - self._west) * self._across * self._scale
        return round(x) + EDGE, round((self._north - lat) * self._scale) + EDGE

    def holds(self, x: int, y: int) -> bool:
        """Whether it is on the sheet: a report from elsewhere stays in the list."""
        return 0 <= x <= WIDTH and 0 <= y <= self.height


def _dots(placed: Iterable[PublicCase], sheet: _Sheet) -> Iterable[Dot]:
    """One dot for each cell, the newest case on top; more cases make it larger."""
    cells: dict[tuple[float | None, float | None], list[PublicCase]] = {}
    for case in placed:
        cells.setdefault((case.lat, case.lon), []).append(case)
    for (lat, lon), here in cells.items():
        x, y = sheet.spot((lat or 0.0, lon or 0.0))
        if sheet.holds(x, y):
            newest = here[0]
            more = _(" 외 %(here)s건") % {"here": len(here) - 1} if len(here) > 1 else ""
            words = f"{newest.category or _('분류 중')}{more}, {_(newest.stage.label)}"
            yield Dot(x, y, min(28, 10 + 3 * len(here)), newest.stage.value, newest.number, words)
