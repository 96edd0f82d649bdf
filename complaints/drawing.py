"""The district as lines: outlines of its 행정동 in metres from the north-western corner. No tiles, no map server."""

from dataclasses import dataclass
from math import cos, radians

from complaints.geography import METRES_PER_DEGREE, Point
from complaints.places_queries import Geography

MARGIN_M = 300
MOST_NAMES = 150


@dataclass(frozen=True, slots=True)
class Shape:
    """One 행정동: its border as an SVG path, and where its name stands."""

    name: str
    path: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Label:
    """A name people know their way by."""

    name: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything an SVG needs. A point is drawn at ((lon − west)·east_m, (north − lat)·north_m)."""

    north: float
    west: float
    east_m: float
    north_m: float
    width: int
    height: int
    shapes: tuple[Shape, ...]
    labels: tuple[Label, ...]

    def place(self, point: Point) -> tuple[int, int]:
        """Where a point is drawn."""
        return round((point.lon - self.west) * self.east_m), round((self.north - point.lat) * self.north_m)


_last: dict[str, Drawing | None] = {}


def drawing_of(known: Geography) -> Drawing | None:
    """The drawing, made once for each version of the map; None without any 행정동."""
    if known.version not in _last:
        _last.clear()
        _last[known.version] = _drawn(known)
    return _last[known.version]


def _drawn(known: Geography) -> Drawing | None:
    if not known.dongs:
        return None
    north, south = max(dong.north for dong in known.dongs), min(dong.south for dong in known.dongs)
    west, east = min(dong.west for dong in known.dongs), max(dong.east for dong in known.dongs)
    north_m = METRES_PER_DEGREE
    east_m = north_m * cos(radians((north + south) / 2))
    north, west = north + MARGIN_M / north_m, west - MARGIN_M / east_m
    frame = Drawing(
        north, west, east_m, north_m,
        width=round((east - west) * east_m) + MARGIN_M, height=round((north - south) * north_m) + MARGIN_M,
        shapes=(), labels=(),
    )  # fmt: skip
    shapes = tuple(
        Shape(dong.key, _path([frame.place(corner) for corner in dong.corners]), *frame.place(dong.middle))
        for dong in known.dongs
    )
    labels = tuple(Label(named.name, *frame.place(named.point)) for named in known.places[:MOST_NAMES])
    return Drawing(north, west, east_m, north_m, frame.width, frame.height, shapes, labels)


def _path(corners: list[tuple[int, int]]) -> str:
    return "M" + "L".join(f"{x} {y}" for x, y in corners) + "Z"
