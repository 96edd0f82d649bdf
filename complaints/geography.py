"""Places without a map server: distance, cells of about 100 m, and which polygon a point lies in. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from math import asin, atan2, cos, degrees, floor, pi, radians, sin, sqrt
from typing import NamedTuple, TypeVar

EARTH_M = 6_371_000.0
METRES_PER_DEGREE = EARTH_M * pi / 180
CELLS_PER_DEGREE = 1000
ON_THE_EDGE = 1e-9  # degrees, about a tenth of a millimetre


class Point(NamedTuple):
    """A place on the map, in degrees."""

    lat: float
    lon: float


def is_in_korea(lat: float, lon: float) -> bool:
    """The box that every coordinate of ours must be in; (0, 0) and the rest of the world are mistakes."""
    return 33 <= lat <= 39.5 and 124 <= lon <= 132.5


def distance_m(one: Point, other: Point) -> float:
    """Metres between two points (haversine)."""
    up, across = radians(other.lat - one.lat), radians(other.lon - one.lon)
    chord = sin(up / 2) ** 2 + cos(radians(one.lat)) * cos(radians(other.lat)) * sin(across / 2) ** 2
    return 2 * EARTH_M * asin(min(1.0, sqrt(chord)))


def cell_of(lat: float, lon: float) -> int:
    """The cell a point lies in; the generated column `Complaint.cell` counts the same way."""
    return floor((lat - 30) * CELLS_PER_DEGREE) * 100_000 + floor((lon - 120) * CELLS_PER_DEGREE)


def cells_around(point: Point, radius_m: float) -> list[int]:
    """Every cell that a circle touches: up to nine for 50 m."""
    up = radius_m / METRES_PER_DEGREE
    across = up / cos(radians(point.lat))
    rows = range(floor((point.lat - up - 30) * CELLS_PER_DEGREE), floor((point.lat + up - 30) * CELLS_PER_DEGREE) + 1)
    columns = range(
        floor((point.lon - across - 120) * CELLS_PER_DEGREE), floor((point.lon + across - 120) * CELLS_PER_DEGREE) + 1
    )
    return [row * 100_000 + column for row in rows for column in columns]


@dataclass(frozen=True, slots=True)
class Area:
    """A polygon with a name. Its box is looked at first: most points are in none of them."""

    key: str
    corners: tuple[Point, ...]
    south: float = field(init=False)
    north: float = field(init=False)
    west: float = field(init=False)
    east: float = field(init=False)

    def __post_init__(self) -> None:
        lats, lons = [corner.lat for corner in self.corners], [corner.lon for corner in self.corners]
        for name, value in (("south", min(lats)), ("north", max(lats)), ("west", min(lons)), ("east", max(lons))):
            object.__setattr__(self, name, value)

    def holds(self, point: Point) -> bool:
        """Whether the point is inside, edges and corners included (ray casting)."""
        if not (self.south <= point.lat <= self.north and self.west <= point.lon <= self.east):
            return False
        is_inside = False
        for one, other in zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True):
            if _is_between(point, one, other):
                return True
            if (one.lat > point.lat) != (other.lat > point.lat):
                crossing = one.lon + (point.lat - one.lat) / (other.lat - one.lat) * (other.lon - one.lon)
                is_inside ^= point.lon < crossing
        return is_inside

    @property
    def middle(self) -> Point:
        """The centre of gravity, where its name is written."""
        twice, lat, lon = 0.0, 0.0, 0.0
        for one, other in zip(self.corners, (*self.corners[1:], self.corners[0]), strict=True):
            cross = one.lon * other.lat - other.lon * one.lat
            twice += cross
            lat += (one.lat + other.lat) * cross
            lon += (one.lon + other.lon) * cross
        return Point(lat / (3 * twice), lon / (3 * twice)) if twice else self.corners[0]


def area(key: str, corners: Sequence[Sequence[float]]) -> Area | None:
    """An area from stored corners; None if they are too few to enclose anything."""
    points = tuple(Point(float(lat), float(lon)) for lat, lon in corners)
    return Area(key, points) if len(set(points)) >= 3 else None


Found = TypeVar("Found", bound=Area)


def area_at(point: Point, areas: Iterable[Found]) -> Found | None:
    """The first area that holds the point. One on a shared border belongs to whichever is listed first."""
    return next((one for one in areas if one.holds(point)), None)


def _is_between(point: Point, one: Point, other: Point) -> bool:
    """Whether the point lies on the edge from one corner to the other."""
    cross = (point.lat - one.lat) * (other.lon - one.lon) - (point.lon - one.lon) * (other.lat - one.lat)
    length = max(abs(other.lat - one.lat), abs(other.lon - one.lon))
    if abs(cross) > ON_THE_EDGE * max(length, ON_THE_EDGE):
        return False
    return (
        min(one.lat, other.lat) - ON_THE_EDGE <= point.lat <= max(one.lat, other.lat) + ON_THE_EDGE
        and min(one.lon, other.lon) - ON_THE_EDGE <= point.lon <= max(one.lon, other.lon) + ON_THE_EDGE
    )


_WINDS = ("북쪽", "북동쪽", "동쪽", "남동쪽", "남쪽", "남서쪽", "서쪽", "북서쪽")


def direction(start: Point, end: Point) -> str:
    """북동쪽: where one is, seen from the other."""
    angle = degrees(atan2((end.lon - start.lon) * cos(radians(start.lat)), end.lat - start.lat))
    return _WINDS[round(angle / 45) % 8]
