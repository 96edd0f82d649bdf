"""분류 대기: one case after another, one key each."""

import pytest
from django.test import Client
from django.urls import reverse

from complaints import services
from complaints.models import Complaint
from complaints.workflow import Stage
from tests.complaints.conftest import BADA, World
from tests.complaints.officials import page, signed_in
from tests.complaints.pages import html

pytestmark = pytest.mark.usefixtures("at_the_desk")

QUEUE = reverse("admin:complaints_complaint_triage")
UNCLEAR = "가로등 옆 벤치"


@pytest.fixture
def clerk(world: World) -> Client:
    return signed_in(world.clerk)


def _waiting(world: World, **changes: object) -> Complaint:
    complaint = world.at(Stage.RECEIVED, **changes)
    assert complaint.stage == Stage.RECEIVED
    return complaint


def test_one_key_sends_a_case_to_its_department_and_the_next_one_comes(world: World, clerk: Client) -> None:
    first, second = _waiting(world), _waiting(world, phone=BADA)

    shown = clerk.get(QUEUE)
    place = page("triage_place", first)
    response = clerk.post(place, {"route-version": first.version, "route-suggestion": "", "route-search": "가로등"})

    assert shown.context["complaint"].pk == first.pk
    assert shown.context["count"] == 2
    assert response.status_code == 302
    first.refresh_from_db()
    assert (first.department, first.category) == (world.roads, world.lamps)
    assert clerk.get(QUEUE).context["complaint"].pk == second.pk


def test_the_guesses_carry_the_keys_one_to_three(world: World, clerk: Client) -> None:
    complaint = _waiting(world)
    Complaint.objects.filter(pk=complaint.pk).update(body_sealed=b"")
    complaint.refresh_from_db()
    complaint.body = UNCLEAR
    complaint.save(update_fields=["body_sealed"])

    shown = html(clerk.get(QUEUE))

    assert 'data-key="1"' in shown
    assert 'name="route-suggestion"' in shown


def test_the_most_urgent_comes_first_and_one_can_be_put_aside(world: World, clerk: Client) -> None:
    calm, urgent = _waiting(world), _waiting(world, phone=BADA)
    Complaint.objects.filter(pk=urgent.pk).update(priority=1)

    assert clerk.get(QUEUE).context["complaint"].pk == urgent.pk
    later = clerk.get(clerk.get(QUEUE).context["skip_url"])
    assert later.context["complaint"].pk == calm.pk
    assert "미뤄 둔 민원만 남았습니다." in html(clerk.get(later.context["skip_url"]))


@pytest.mark.parametrize(
    ("typed", "words"), [("가", "여럿이 맞습니다"), ("없는 분류", "맞는 분류가 없습니다"), ("", "부서를 골라 주세요")]
)
def test_an_unclear_search_says_so_and_keeps_the_words(world: World, clerk: Client, typed: str, words: str) -> None:
    complaint = _waiting(world)

    response = clerk.post(page("triage_place", complaint), {"route-version": complaint.version, "route-search": typed})

    assert response.status_code == 422
    assert words in html(response)
    complaint.refresh_from_db()
    assert complaint.stage == Stage.RECEIVED


def test_of_two_clerks_the_second_is_told_and_sees_the_next_case(world: World, clerk: Client) -> None:
    complaint = _waiting(world)
    values = {"route-version": complaint.version, "route-search": "가로등"}
    services.route(complaint, department=world.parks, by=world.clerk, now=world.now)
    complaint.refresh_from_db()

    response = signed_in(world.examiner).post(page("triage_place", complaint), values)

    assert response.status_code == 302
    complaint.refresh_from_db()
    assert complaint.department == world.parks


def test_an_empty_queue_says_so(world: World, clerk: Client) -> None:
    assert "분류를 기다리는 민원이 없습니다." in html(clerk.get(QUEUE))


def test_officers_see_no_foreign_words_in_the_queue(world: World) -> None:
    complaint = _waiting(world)

    shown = html(signed_in(world.officer).get(QUEUE))

    assert complaint.number not in shown
    assert signed_in(world.officer).post(page("triage_place", complaint), {}).status_code == 404
