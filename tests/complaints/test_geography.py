"""Places without a map server: distances, cells, and who owns a border."""

import tomllib
from pathlib import Path

import pytest

from complaints import geography
from complaints.geography import Area, Point, area, area_at, cell_of, cells_around, direction, distance_m

REFERENCE = Path(geography.__file__).parent / "reference"
SQUARE = Area("square", (Point(37.0, 127.0), Point(37.0, 127.1), Point(37.1, 127.1), Point(37.1, 127.0)))


def test_a_degree_of_latitude_is_111_kilometres() -> None:
    assert distance_m(Point(37, 127), Point(38, 127)) == pytest.approx(111_195, abs=1)
    assert distance_m(Point(37.5665, 126.978), Point(37.5665, 126.978)) == 0


@pytest.mark.parametrize(
    ("point", "is_inside"),
    [
        (Point(37.05, 127.05), True),
        (Point(37.0, 127.05), True),  # an edge
        (Point(37.1, 127.05), True),
        (Point(37.05, 127.1), True),
        (Point(37.0, 127.0), True),  # a corner
        (Point(37.1, 127.1), True),
        (Point(36.99999, 127.05), False),
        (Point(37.05, 127.10001), False),
        (Point(37.2, 127.0), False),  # on the line of an edge, beyond it
    ],
)
def test_edges_and_corners_belong_to_an_area(point: Point, is_inside: bool) -> None:
    assert SQUARE.holds(point) is is_inside


def test_a_bay_is_outside_though_the_box_holds_it() -> None:
    shape = area("U", [[0, 0], [0, 3], [3, 3], [3, 2], [1, 2], [1, 1], [3, 1], [3, 0]])

    assert shape is not None
    assert not shape.holds(Point(2, 1.5))
    assert shape.holds(Point(2, 0.5))
    assert shape.holds(Point(0.5, 1.5))


def test_fewer_than_three_corners_enclose_nothing() -> None:
    assert area("line", [[0, 0], [1, 1], [1, 1]]) is None


def test_a_point_on_a_shared_border_has_one_owner() -> None:
    left, right = Area("가동", SQUARE.corners), area("나동", [[37, 127.1], [37, 127.2], [37.1, 127.2], [37.1, 127.1]])
    assert right is not None

    found = area_at(Point(37.05, 127.1), [left, right])

    assert found is not None
    assert found.key == "가동"


def test_cells_around_hold_everything_within_the_radius() -> None:
    centre = Point(37.5549, 126.6751)

    cells = cells_around(centre, 50)

    assert cell_of(*centre) in cells
    assert len(cells) <= 9
    for up, across in ((0.00044, 0), (-0.00044, 0), (0, 0.00056), (0, -0.00056)):
        near = Point(centre.lat + up, centre.lon + across)
        assert distance_m(centre, near) <= 50
        assert cell_of(*near) in cells


def test_a_direction_is_said_as_people_say_it() -> None:
    start = Point(37.5, 127.0)

    assert direction(start, Point(37.6, 127.0)) == "북쪽"
    assert direction(start, Point(37.5, 126.9)) == "서쪽"
    assert direction(start, Point(37.45, 127.06)) == "남동쪽"


def _shipped() -> list[Area]:
    rows = tomllib.loads((REFERENCE / "dongs.toml").read_text("utf-8"))["dongs"]
    return [found for row in rows if (found := area(row["name"], row["polygon"])) is not None]


def test_the_shipped_polygons_leave_no_gap_between_them() -> None:
    dongs = _shipped()
    middles = [dong.middle for dong in dongs]

    assert len(dongs) == 16
    assert all(dong.holds(dong.middle) for dong in dongs)
    for one in middles:
        for other in middles:
            if distance_m(one, other) < 2000:  # neighbours: nowhere on the way between them is nobody's
                for part in range(1, 20):
                    share = part / 20
                    point = Point(one.lat + (other.lat - one.lat) * share, one.lon + (other.lon - one.lon) * share)
                    assert area_at(point, dongs) is not None


def test_every_shipped_place_lies_in_its_own_dong() -> None:
    dongs = {dong.key: dong for dong in _shipped()}
    places = tomllib.loads((REFERENCE / "places.toml").read_text("utf-8"))["places"]

    assert len(places) > 90
    assert [row["name"] for row in places if not dongs[row["dong"]].holds(Point(row["lat"], row["lon"]))] == []
    assert len({(row["name"], row["dong"]) for row in places}) == len(places)
