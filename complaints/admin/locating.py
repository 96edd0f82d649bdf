"""A small drawing of where a case is and what was reported around it: no map server, nobody else is asked. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import cos, radians

from complaints.geography import METRES_PER_DEGREE, Point

HALF = 120  # metres from the middle to an edge; the drawing is as many units wide as metres


@dataclass(frozen=True, slots=True)
class Dot:
    """A neighbouring case in the drawing's units."""

    x: float
    y: float
    label: str
    url: str


def dots(here: Point, others: Sequence[tuple[Point, str, str]]) -> list[Dot]:
    """Where each of the others (place, label, address) stands around the middle; north is up."""
    along = METRES_PER_DEGREE * cos(radians(here.lat))
    found = [
        Dot(
            x=round(HALF + (place.lon - here.lon) * along, 1),
            y=round(HALF - (place.lat - here.lat) * METRES_PER_DEGREE, 1),
            label=label,
            url=url,
        )
        for place, label, url in others
    ]
    return [dot for dot in found if 0 <= dot.x <= 2 * HALF and 0 <= dot.y <= 2 * HALF]
