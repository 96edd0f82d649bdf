"""Where things are: 행정동, names, neighbours. Held in memory, and read again when a row has changed."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TypeVar

from django.conf import settings
from django.db import connection

from complaints.finders.base import FinderError, FoundPlace, PlaceFinder
from complaints.geography import Area, Point, area, area_at
from complaints.models import Agency, Dong, Place
from portal.core.bilingual import in_language
from portal.core.plugs import built

NATIONAL = "국민신문고"  # who takes a report from anywhere in the country
# Where each row lies and which transaction wrote it: any change of any row changes the sum.
_FINGERPRINT = " union all ".join(
    f"select concat_ws(' ', count(*), sum(hashtext(concat_ws(' ', ctid, xmin)))) from {model._meta.db_table}"  # noqa: S608
    for model in (Dong, Place, Agency)
)


@dataclass(frozen=True, slots=True)
class DongArea(Area):
    """A 행정동 with its polygon. `key` is its name."""

    pk: int = field(kw_only=True)
    code: str = field(kw_only=True)
    names: tuple[str, ...] = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Neighbour(Area):
    """The area of another office. `key` is its name."""

    phone: str = field(kw_only=True)
    name_en: str = field(kw_only=True)


@dataclass(frozen=True, slots=True)
class Named:
    """A place by name."""

    name: str
    names: tuple[str, ...]
    dong: str
    point: Point


@dataclass(frozen=True, slots=True)
class Geography:
    """Everything that is known about where things are. `version` changes with any row."""

    version: str
    dongs: Sequence[DongArea]
    places: Sequence[Named]
    neighbours: Sequence[Neighbour]

    def dong_at(self, point: Point) -> DongArea | None:
        """The 행정동 a point lies in; one on a border belongs to the first."""
        return area_at(point, self.dongs)

    def is_outside(self, point: Point) -> bool:
        """Whether the point is not ours. Without any polygon nobody can say so."""
        return bool(self.dongs) and self.dong_at(point) is None

    def dong_named_in(self, text: str) -> DongArea | None:
        """The 행정동 that a typed place names, the longest name first."""
        squeezed = "".join(text.split())
        named = [(len(name), dong) for dong in self.dongs for name in dong.names if name and name in squeezed]
        return max(named, key=lambda pair: pair[0])[1] if named else None


@dataclass(frozen=True, slots=True)
class Office:
    """Whom to turn to instead, by its name in the reader's language."""

    name: str
    phone: str


def geography() -> Geography:
    """
    The map, from memory while nothing has changed.

    Whether it has is asked of the database each time: a tenth of a millisecond for a few hundred rows. So an
    official's change reaches every process at once.
    """
    with connection.cursor() as cursor:
        cursor.execute(_FINGERPRINT)
        return _read("|".join(str(row[0]) for row in cursor.fetchall()))


@lru_cache(maxsize=2)
def _read(fingerprint: str) -> Geography:
    dongs = [
        dong
        for row in Dong.objects.order_by("code")
        if (dong := _area(DongArea, row.name, row.polygon, pk=row.pk, code=row.code, names=(row.name, *row.aliases)))
    ]
    places = [
        Named(row.name, (row.name, *row.aliases), row.dong.name if row.dong else "", Point(row.lat, row.lon))
        for row in Place.objects.select_related("dong").order_by("name", "pk")
    ]
    neighbours = [
        found
        for row in Agency.objects.filter(is_active=True).exclude(area=[]).order_by("pk")
        if (found := _area(Neighbour, row.name, row.area, phone=row.phone, name_en=row.name_en))
    ]
    return Geography(fingerprint, dongs, places, neighbours)


Kind = TypeVar("Kind", bound=Area)


def _area(kind: type[Kind], name: str, corners: Sequence[Sequence[float]], **more: object) -> Kind | None:
    plain = area(name, corners)
    return kind(plain.key, plain.corners, **more) if plain else None


def office_for(point: Point) -> Office | None:
    """Who is responsible for a place: None if we are, else the neighbour there or the national window."""
    known = geography()
    if not known.is_outside(point):
        return None
    neighbour = area_at(point, known.neighbours)
    if neighbour is not None:
        return Office(in_language(neighbour.key, neighbour.name_en), neighbour.phone)
    national = Agency.objects.filter(is_active=True, name__contains=NATIONAL).first()
    return Office(national.spoken_name, national.phone) if national else Office(NATIONAL, "110")


def dong_area_of(*, point: Point | None, text: str) -> DongArea | None:
    """The 행정동 of a report: by its coordinates, else by the name that was typed."""
    known = geography()
    return known.dong_at(point) if point else known.dong_named_in(text)


def dong_of(*, point: Point | None, text: str) -> int | None:
    """The key of that 행정동."""
    dong = dong_area_of(point=point, text=text)
    return dong.pk if dong else None


def _finders() -> list[PlaceFinder]:
    return [built(entry, may_simulate=settings.MESSAGING_ALLOW_SIMULATOR) for entry in settings.PLACE_FINDERS.values()]


def find_places(text: str, *, most: int = 5) -> Sequence[FoundPlace]:
    """Places that words may mean. A finder that fails is passed over; the last one needs no network."""
    for finder in _finders():
        try:
            return finder.find(text, most=most)
        except FinderError:
            continue
    return []


def describe(point: Point) -> str:
    """Where a point is, in a few words."""
    for finder in _finders():
        try:
            return finder.describe(point)
        except FinderError:
            continue
    return ""
