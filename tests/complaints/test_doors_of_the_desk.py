"""Every page of the officials' desk × every role: what one may not see is not there, and nothing tells that it exists."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.test import Client
from django.urls import reverse

from complaints.admin import _PAGES
from complaints.models import Complaint, SavedView
from complaints.workflow import Stage
from portal.accounts import reference_data
from portal.accounts.models import User
from portal.core import clock
from tests.complaints.conftest import World
from tests.complaints.officials import LIST, signed_in
from tests.complaints.pages import html

ABOUT_A_CASE = {
    "case": ("get", ()),
    "why": ("get", ()),
    "step": ("post", ("inspect",)),
    "draft": ("post", ("resolve",)),
    "note": ("post", ()),
    "read": ("post", ()),
    "reveal": ("post", ()),
    "photo": ("get", (1, "view")),
    "triage_place": ("post", ()),
}
WITHOUT_A_CASE = {
    "news": ("get", ()),
    "triage": ("get", ()),
    "statistics": ("get", ()),
    "find": ("post", ()),
    "take": ("post", ()),
    "bulk": ("post", ()),
    "bulk_run": ("post", ("review",)),
    "keep_view": ("post", ()),
    "drop_view": ("post", (1,)),
}


@pytest.fixture(autouse=True)
def roles(world: World) -> None:
    """The rights each role really has."""
    world.now = clock.now()
    reference_data.load_roles()


def _ask(client: Client, name: str, way: str, *args: object) -> int:
    address = reverse(f"admin:complaints_complaint_{name}", args=args)
    status: int = getattr(client, way)(address).status_code
    return status


def test_the_matrix_names_every_page() -> None:
    assert {name for name, _, _ in _PAGES} == set(ABOUT_A_CASE) | set(WITHOUT_A_CASE)


@pytest.mark.parametrize("who", ["parks_officer", "parks_head", "clerk"])
@pytest.mark.parametrize("name", ABOUT_A_CASE)
def test_a_case_of_another_department_is_not_there(world: World, who: str, name: str) -> None:
    complaint = world.file()
    way, args = ABOUT_A_CASE[name]
    client = signed_in(getattr(world, who))

    foreign = _ask(client, name, way, complaint.pk, *args)
    nothing = _ask(client, name, way, 999_999_999, *args)

    assert foreign == nothing == 404
    complaint.refresh_from_db()
    assert (complaint.stage, complaint.version) == (Stage.ASSIGNED, complaint.version)


@pytest.mark.parametrize("name", [*ABOUT_A_CASE, *WITHOUT_A_CASE])
def test_nobody_else_gets_in_at_all(world: World, name: str) -> None:
    complaint = world.file()
    way, args = {**ABOUT_A_CASE, **WITHOUT_A_CASE}[name]
    ids = (complaint.pk,) if name in ABOUT_A_CASE else ()
    lonely = User.objects.create(username="new", password="!", is_staff=True)
    auditor = User.objects.create(username="auditor", password="!", is_staff=True)
    auditor.groups.set(Group.objects.filter(name="auditor"))

    assert _ask(Client(), name, way, *ids, *args) == 302
    assert _ask(signed_in(world.haneul), name, way, *ids, *args) == 302
    assert _ask(signed_in(lonely), name, way, *ids, *args) in (403, 404)
    assert _ask(signed_in(auditor), name, way, *ids, *args) in (403, 404)


def test_lists_counts_and_statistics_hold_nothing_of_another_department(world: World) -> None:
    mine = world.file()
    client = signed_in(world.parks_officer)

    queries: list[dict[str, str]] = [
        {},
        {"tab": "all"},
        {"tab": "open", "department": str(world.roads.pk)},
        {"q": mine.number},
    ]
    for query in queries:
        response = client.get(LIST, query)
        assert f"{mine.number}</small>" not in html(response)
        assert response.context["listed"].result_count == 0
    statistics = client.get(reverse("admin:complaints_complaint_statistics"))
    assert statistics.context["numbers"][0].count == 0
    assert "도로과" not in [line["name"] for line in statistics.context["departments"]]


def test_a_sensitive_case_is_hidden_from_the_department_it_is_about(world: World) -> None:
    complaint = world.file()
    type(world.lamps).objects.filter(pk=world.lamps.pk).update(is_sensitive=True)

    seen = Complaint.objects.visible_to(world.officer).filter(pk=complaint.pk).exists()

    assert signed_in(world.officer).get(LIST, {"tab": "all"}).context["listed"].result_count == int(seen)


def test_views_of_others_cannot_be_thrown_away(world: World) -> None:
    view = SavedView.objects.create(official=world.officer.official, name="내 것", query="tab=mine")
    address = reverse("admin:complaints_complaint_drop_view", args=[view.pk])

    assert signed_in(world.parks_officer).post(address).status_code == 404
    assert SavedView.objects.filter(pk=view.pk).exists()


def test_who_only_looks_changes_nothing(world: World) -> None:
    complaint = world.file()
    Group.objects.get(name="examiner").permissions.set(
        Permission.objects.filter(content_type__app_label="complaints", codename="view_complaint")
    )

    response = signed_in(world.examiner).post(
        reverse("admin:complaints_complaint_step", args=[complaint.pk, "inspect"]),
        {"inspect-version": complaint.version},
    )

    assert response.status_code == 422
    complaint.refresh_from_db()
    assert complaint.stage == Stage.ASSIGNED
