"""The finder that is always there: names of the district as rows of `Place`, without any network."""

import unicodedata
from collections.abc import Sequence

from complaints.finders.base import FoundPlace
from complaints.geography import Point, direction, distance_m
from complaints.places_queries import Named, geography

AT_M = 40  # so near, and one is there
NEAR_M = 450  # beyond this a place says nothing about where one is


class Gazetteer:
    """Looks a name up among the places and 행정동 that officials keep."""

    def find(self, text: str, *, most: int = 5) -> Sequence[FoundPlace]:
        """
        Places whose name or alias is in the words, or begins with them.

        A 행정동 in the words narrows the rest: `당하동 초등학교` is the school of that 동.
        """
        asked = squeezed(text)
        if len(asked) < 2:
            return []
        known = geography()
        dong = known.dong_named_in(text)
        rest = asked
        for name in sorted(dong.names if dong else (), key=len, reverse=True):
            rest = rest.replace(squeezed(name), "", 1)
        ranked = []
        for named in known.places:
            is_near = dong is not None and named.dong == dong.key
            score = max(_score(asked, squeezed(name), rest if is_near else "") for name in named.names)
            if score:
                ranked.append((-score - (5 if is_near else 0), named.name, named))
        return [_found(named) for _, _, named in sorted(ranked, key=lambda row: row[:2])[:most]]

    def describe(self, point: Point) -> str:
        """가정동 새빛초등학교에서 북쪽으로 120m."""
        known = geography()
        dong = known.dong_at(point)
        where = dong.key if dong else ""
        near = min(known.places, key=lambda named: distance_m(named.point, point), default=None)
        metres = distance_m(near.point, point) if near else NEAR_M + 1
        if near is None or metres > NEAR_M:
            return where
        name = near.name if where and near.name.startswith(where) else f"{where} {near.name}".strip()
        if metres <= AT_M:
            return f"{name} 근처"
        return f"{name}에서 {direction(near.point, point)}으로 {round(metres, -1):.0f}m"


def squeezed(text: str) -> str:
    """As people type it: composed, lower case, without spaces."""
    return "".join(unicodedata.normalize("NFC", text).lower().split())


def _score(asked: str, name: str, rest: str) -> float:
    """How well a name fits; `rest` is what was asked without the 행정동 that the place lies in."""
    if asked == name:
        return 100
    if name in asked:
        return 50 + len(name)  # the longest name says most: 새빛초등학교 before 새빛
    if name.startswith(asked):
        return 30
    return 10 if asked in name or (len(rest) >= 2 and rest in name) else 0


def _found(named: Named) -> FoundPlace:
    return FoundPlace(named.name, named.dong, named.point)
