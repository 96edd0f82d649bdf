"""민원 지도: a drawing and a list of what is public, without tiles and without scripts."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from time_machine import TimeMachineFixture

from complaints.models import Category, Complaint, Dong
from complaints.public_queries import middle_of
from complaints.services import Place
from tests.complaints.conftest import MONDAY, World

MAP, DATA = reverse("complaints:map"), reverse("complaints:map_data")
HERE = Place(address="새빛로 12 김하늘네", lat=37.56651, lon=126.97801)


@pytest.fixture(autouse=True)
def on_monday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(MONDAY + timedelta(hours=1), tick=False)


def look(**query: str) -> Any:
    return Client().get(MAP, query)


def text(response: Any) -> str:
    assert response.status_code == 200
    return str(response.content.decode())


def test_a_report_is_a_dot_in_the_middle_of_its_cell(world: World) -> None:
    complaint = world.file(body="김하늘 010-1234-5678 가로등", place=HERE)

    page = text(look())
    (feature,) = Client().get(DATA).json()["features"]

    assert complaint.number in page
    assert page.count("<circle") == 1
    assert feature["geometry"] == {"type": "Point", "coordinates": [126.9785, 37.5665]}
    assert middle_of(complaint.cell) == (37.5665, 126.9785)
    for secret in ("김하늘", "1234-5678", "새빛로", "37.56651"):
        assert secret not in page
        assert secret not in str(feature)


def test_words_appear_once_an_official_has_published_them(world: World) -> None:
    complaint = world.file(place=HERE)
    assert "깜빡" not in text(look())

    Complaint.objects.filter(pk=complaint.pk).update(published_text="가로등이 <깜빡>입니다")

    assert "가로등이 &lt;깜빡&gt;입니다" in text(look())


def test_dots_of_one_cell_are_one_and_cases_without_a_place_stand_in_the_list(world: World) -> None:
    first, second, nowhere = world.file(place=HERE), world.file(place=HERE), world.file()

    page = text(look())

    assert page.count("<circle") == 1
    assert "외 1건" in page
    assert all(f'id="{one.number}"' in page for one in (first, second, nowhere))
    assert len(Client().get(DATA).json()["features"]) == 2


def test_the_outline_of_the_district_is_drawn(world: World) -> None:
    Dong.objects.create(code="d1", name="검암동", polygon=[[37.56, 126.97], [37.56, 126.99], [37.58, 126.98]])
    world.file(place=HERE)
    world.file(place=Place(address="멀리", lat=35.1, lon=129.0))  # not on the sheet

    page = text(look())

    assert "검암동</text>" in page
    assert (page.count("<polygon"), page.count("<circle")) == (1, 1)


def test_the_list_is_narrowed_and_nonsense_is_the_usual(world: World) -> None:
    lamp, tree = world.file(), world.file(body="가로수가 기울었어요")
    world.resolve(lamp)

    assert tree.number not in text(look(category="street.light"))
    assert lamp.number in text(look(state="resolved"))
    assert lamp.number not in text(look(state="open"))
    assert tree.number in text(look(days="1000000", state="x", category="y"))


def test_old_sensitive_withdrawn_and_unreceived_cases_are_not_shown(world: World) -> None:
    complaint = world.file()
    assert complaint.number in text(look())

    Complaint.objects.filter(pk=complaint.pk).update(submitted_at=MONDAY - timedelta(days=40))
    assert complaint.number not in text(look())
    assert complaint.number in text(look(days="90"))

    Category.objects.filter(pk=world.lamps.pk).update(is_sensitive=True)
    assert complaint.number not in text(look(days="90"))


def test_the_page_takes_the_same_queries_whatever_its_length(
    world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(3):
        world.file(phone="", place=HERE)
    look()  # the map itself is read once

    with django_assert_num_queries(
        6
    ):  # limit, categories (checked and drawn), cases, when they moved, has the map changed
        look()


def test_looking_again_and_again_has_an_end(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("complaints.views.map.PER_MINUTE", 1)

    assert [look().status_code, look().status_code, Client().get(DATA).status_code] == [200, 429, 429]
