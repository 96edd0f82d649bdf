"""Names of offices and of kinds of reports: English for who reads English, where an official gave one."""

import re

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory
from django.utils.translation import override
from pytest_django import DjangoAssertNumQueries, Settings

from complaints import places_queries, public_queries
from complaints.geography import Point
from complaints.models import Agency, Category
from complaints.services.places import load_places
from complaints.services.reference import load_reference
from portal.accounts import queries
from portal.accounts.models import Department, User
from portal.accounts.reference_data import load_departments
from portal.core.context import the_district
from portal.site import search_queries

pytestmark = pytest.mark.django_db
EAST = Point(37.55, 126.80)


@pytest.fixture
def reference() -> None:
    """What the demo district ships."""
    load_departments()
    load_reference()


def read(path: str, language: str) -> str:
    client = Client()
    client.cookies["language"] = language
    return client.get(path).content.decode()


def test_every_shipped_name_has_an_english_side(reference: None) -> None:
    for model in (Department, Category, Agency):
        named = dict(model._default_manager.values_list("name", "name_en"))

        assert named
        assert all(re.fullmatch(r"[ -~]+", english) for english in named.values()), named


def test_district_is_named_in_the_readers_language() -> None:
    assert "<span>Saebit-gu <b>Sotong</b></span>" in read("/", "en")
    assert "Saebit-gu Office, Hanbit-si" in read("/", "en")
    assert "<span>새빛구 <b>소통</b></span>" in read("/", "ko")


def test_district_without_an_english_name_keeps_its_own(settings: Settings) -> None:
    settings.DISTRICT_NAME_EN = ""

    with override("en"):
        assert the_district().name == "새빛구"
    assert '<span lang="ko">새빛구</span>' in read("/", "en")


def test_departments_are_listed_by_their_english_names(reference: None) -> None:
    Department.objects.filter(code="tax").update(name_en="")

    english, korean = read("/departments/", "en"), read("/departments/", "ko")

    assert "<b>Roads Division</b>" in english
    assert '<b><span lang="ko">세무과</span></b>' in english
    assert "Roads Division" not in korean
    assert "<b>도로과</b>" in korean


def test_map_offers_kinds_in_english(reference: None) -> None:
    assert ">Road damage</option>" in read("/complaints/map/", "en")
    assert ">도로파손</option>" in read("/complaints/map/", "ko")


def test_search_finds_and_shows_english_names(reference: None) -> None:
    with override("en"):
        found = {one.entry.spoken_title: one for one in search_queries.suggestions("road damage")}
        about = found["Road damage"].entry.spoken_about

    assert about == "Apply to Roads Division"
    assert found["Road damage"].entry.title == "도로파손"
    assert "Roads Division" in {one.entry.title_en for one in search_queries.suggestions("roads division")}


def test_neighbouring_office_is_named_in_the_readers_language(reference: None, settings: Settings) -> None:
    settings.DISTRICT_IS_DEMO = True
    load_places()

    korean = places_queries.office_for(EAST)
    with override("en"):
        english = places_queries.office_for(EAST)

    assert korean == places_queries.Office("은빛구청", "02-120-2000")
    assert english == places_queries.Office("Eunbit-gu Office", "02-120-2000")


def test_names_in_the_book_are_looked_up_only_for_who_reads_english(
    reference: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(0):
        assert queries.spoken_names(["도로과"]) == {}
    with override("en"), django_assert_num_queries(1):
        assert queries.spoken_names(["도로과", "없어진과"]) == {"도로과": "Roads Division"}


def test_other_systems_read_korean_names_whatever_the_cookie(reference: None) -> None:
    body = read("/open311/v2/services.json", "en")

    assert "도로파손" in body
    assert "Road damage" not in body


def test_officials_edit_the_english_name(rf: RequestFactory) -> None:
    request = rf.get("/")
    request.user = User.objects.create_superuser("root")

    for model in (Department, Category, Agency):
        assert "name_en" in admin.site.get_model_admin(model).get_form(request).base_fields


def test_loading_again_names_what_was_loaded_before_and_keeps_what_officials_wrote(reference: None) -> None:
    Category.objects.filter(code="road.damage").update(name_en="")
    Category.objects.filter(code="env.noise").update(name_en="Loud noise")

    load_reference()

    assert Category.objects.get(code="road.damage").name_en == "Road damage"
    assert Category.objects.get(code="env.noise").name_en == "Loud noise"
    assert {one.spoken_name for one in public_queries.offered()} >= {"도로파손"}
