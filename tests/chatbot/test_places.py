"""Layers of places: shipped examples, the page that lists them, and no empty map anywhere."""

import json

import pytest
from django.test import Client
from pytest_django import Settings

from chatbot.cards import Place
from chatbot.channels.web import sketch_of
from chatbot.models import MapPlace
from chatbot.services.places import load_map_places
from chatbot.shipped import REFERENCE
from complaints.geography import Point
from complaints.places_queries import geography
from complaints.services import load_places

pytestmark = pytest.mark.django_db


def layers() -> set[str]:
    rows = json.loads((REFERENCE / "faq.json").read_text("utf-8"))
    entries = rows if isinstance(rows, list) else next(one for one in rows.values() if isinstance(one, list))
    return {entry["map"]["layer"] for entry in entries if entry["map"] and entry["map"].get("layer")}


def test_every_layer_an_answer_names_has_places(settings: Settings) -> None:
    settings.DISTRICT_IS_DEMO = True

    count = load_map_places()
    load_map_places()

    assert MapPlace.objects.count() == count
    assert set(MapPlace.objects.values_list("layer", flat=True)) == layers()
    assert not MapPlace.objects.filter(is_sample=False).exists()


def test_a_real_district_gets_no_invented_places(settings: Settings) -> None:
    settings.DISTRICT_IS_DEMO = False

    assert load_map_places() == 0
    assert not MapPlace.objects.exists()


def test_the_page_lists_every_place_and_draws_it_without_tiles(client: Client, settings: Settings) -> None:
    settings.DISTRICT_IS_DEMO = True
    load_places()
    load_map_places()

    page = client.get("/chat/map/kiosk/").content.decode()

    assert page.count('id="place-') == MapPlace.objects.filter(layer="kiosk").count()
    assert "예시" in page
    assert page.index("places-list") < page.index("<svg viewBox")
    assert "http://" not in page.replace("http://www.w3.org", "")


def test_all_shipped_places_lie_in_the_invented_district(settings: Settings) -> None:
    settings.DISTRICT_IS_DEMO = True
    load_places()
    load_map_places()
    known = geography()

    outside = [one.name for one in MapPlace.objects.all() if known.dong_at(Point(one.lat, one.lon)) is None]

    assert outside == []


def test_a_layer_without_places_is_no_empty_map(client: Client) -> None:
    assert client.get("/chat/map/kiosk/").status_code == 404
    assert client.get("/chat/map/nowhere/").status_code == 404


def test_a_place_outside_of_the_drawing_is_only_words() -> None:
    load_places()

    assert sketch_of([Place("한라산", "제주", 33.36, 126.53)]) is None
    assert sketch_of([Place("주소만", "어디")]) is None
