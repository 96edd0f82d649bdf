"""The socket of place finders and its default plug: names of the district, no network."""

import unicodedata

import pytest
from django.test import Client
from pytest_django import Settings

from complaints import places_queries, services
from complaints.finders.base import FinderError, FoundPlace, PlaceFinder
from complaints.finders.gazetteer import Gazetteer
from complaints.geography import Point
from complaints.models import Agency, Dong, ParkingRule, Place


class Broken:
    """A finder behind a network that is down."""

    def find(self, text: str, *, most: int = 5) -> list[FoundPlace]:
        raise FinderError

    def describe(self, point: Point) -> str:
        raise FinderError


@pytest.fixture
def district(db: None, settings: Settings) -> None:
    """The invented district, as `manage.py setup` loads it."""
    settings.DISTRICT_IS_DEMO = True
    services.load_places()


def names(text: str) -> list[str]:
    return [found.name for found in places_queries.find_places(text)]


@pytest.mark.parametrize("finder", [Gazetteer(), Broken()])
def test_every_finder_keeps_the_contract(finder: PlaceFinder) -> None:
    assert isinstance(finder, PlaceFinder)


def test_the_gazetteer_finds_a_name_in_a_sentence(district: None) -> None:
    assert names("새빛초등학교 정문 앞")[0] == "새빛초등학교"
    assert names("거북로 21 앞 공사장")[0] == "거북로"


@pytest.mark.parametrize("alias", ["새빛초", "새빛초 앞", " 새빛 초 "])
def test_an_alias_is_as_good_as_a_name(district: None, alias: str) -> None:
    assert names(alias)[0] == "새빛초등학교"


def test_decomposed_letters_are_the_same_letters(district: None) -> None:
    assert names(unicodedata.normalize("NFD", "새빛초등학교"))[0] == "새빛초등학교"


def test_a_dong_narrows_what_is_meant(district: None) -> None:
    assert names("당하동 초등학교")[0] == "당하초등학교"
    assert "청라중앙공원" in names("청라2동 중앙공원")[0]


def test_nothing_and_one_syllable_find_nothing(district: None) -> None:
    assert names("") == names("가") == names("없는 곳 이름") == []


def test_a_point_is_described_by_what_is_near(district: None) -> None:
    school = Place.objects.get(name="새빛초등학교")

    at_school = places_queries.describe(Point(school.lat, school.lon))
    north = places_queries.describe(Point(school.lat + 0.0018, school.lon))

    assert at_school == "가정동 새빛초등학교 근처"
    assert north == "가정동 새빛초등학교에서 북쪽으로 200m"
    assert places_queries.describe(Point(35.1, 129.0)) == ""


def test_a_finder_that_fails_is_passed_over(district: None, settings: Settings) -> None:
    settings.PLACE_FINDERS = {
        "far": {"BACKEND": f"{__name__}.Broken"},
        "gazetteer": {"BACKEND": "complaints.finders.gazetteer.Gazetteer"},
    }

    assert names("새빛초")[0] == "새빛초등학교"


def test_a_place_outside_names_the_office_there_and_its_number(district: None) -> None:
    Agency.objects.create(name="국민권익위원회(국민신문고)", phone="110")

    inside, east, far = Point(37.555, 126.675), Point(37.55, 126.80), Point(35.1, 129.0)

    assert places_queries.office_for(inside) is None
    assert places_queries.office_for(east) == places_queries.Office("은빛구청", "02-120-2000")
    assert places_queries.office_for(far) == places_queries.Office("국민권익위원회(국민신문고)", "110")


def test_without_polygons_nothing_is_outside(db: None) -> None:
    assert places_queries.office_for(Point(35.1, 129.0)) is None


def test_a_changed_polygon_is_seen_at_once(district: None) -> None:
    somewhere = Point(35.1, 129.0)
    assert places_queries.dong_of(point=somewhere, text="") is None

    moved = Dong.objects.get(name="가정동")
    moved.polygon = [[35.0, 128.9], [35.0, 129.1], [35.2, 129.1], [35.2, 128.9]]
    moved.save()

    assert places_queries.dong_of(point=somewhere, text="") == moved.pk


def test_a_typed_dong_or_its_alias_is_a_dong(district: None) -> None:
    cheongna = Dong.objects.get(name="청라2동")

    assert places_queries.dong_of(point=None, text="청라 2동 중앙공원 옆길") == cheongna.pk
    assert places_queries.dong_of(point=None, text="시천동 12") == Dong.objects.get(name="검암동").pk
    assert places_queries.dong_of(point=None, text="어딘가") is None


def test_loading_again_keeps_what_officials_changed(district: None) -> None:
    Place.objects.filter(name="새빛초등학교").update(lat=37.5)
    before = (Dong.objects.count(), Place.objects.count(), ParkingRule.objects.count(), Agency.objects.count())

    assert services.load_places() == 16

    assert before == (Dong.objects.count(), Place.objects.count(), ParkingRule.objects.count(), Agency.objects.count())
    assert Place.objects.get(name="새빛초등학교").lat == 37.5


def test_a_real_district_never_sees_invented_places(db: None, settings: Settings) -> None:
    settings.DISTRICT_IS_DEMO = False

    services.load_places()

    assert not Dong.objects.exists()
    assert not Place.objects.exists()
    assert ParkingRule.objects.exists()


def test_form_goes_without_the_lines_of_the_map_until_it_is_opened(district: None, client: Client) -> None:
    form = client.get("/complaints/new/").content.decode()
    lines = client.get("/complaints/map/lines/")

    assert 'data-lines="/complaints/map/lines/"' in form
    assert 'class="dong"' not in form
    assert len(form.encode()) < 12_000
    assert 'class="dong"' in lines.content.decode()
    assert "새빛초등학교" in lines.content.decode()
    assert lines.headers["Cache-Control"] == "public, max-age=3600"


def test_there_are_no_lines_where_nothing_is_drawn(db: None, client: Client) -> None:
    lines = client.get("/complaints/map/lines/")

    assert lines.status_code == 200
    assert 'class="dong"' not in lines.content.decode()
