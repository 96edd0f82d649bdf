"""표준 답변: each department keeps its own."""

import pytest
from django.contrib.auth.models import Permission
from django.urls import reverse

from complaints.models import StandardText
from portal.accounts import reference_data
from portal.accounts.models import User
from tests.complaints.conftest import World
from tests.complaints.officials import signed_in
from tests.complaints.pages import html

LIST = reverse("admin:complaints_standardtext_changelist")
ADD = reverse("admin:complaints_standardtext_add")


@pytest.fixture(autouse=True)
def roles(world: World) -> None:
    """The rights each role really has."""
    reference_data.load_roles()


def test_an_officer_keeps_answers_of_her_own_department_only(world: World) -> None:
    officer = signed_in(world.officer)
    foreign = StandardText.objects.create(department=world.parks, title="벤치 수리", text="벤치를 수리했습니다.")

    officer.post(ADD, {"title": "전구 교체", "text": "전구를 바꿨습니다.", "department": world.parks.pk})

    own = StandardText.objects.get(title="전구 교체")
    assert own.department == world.roads
    shown = html(officer.get(LIST))
    assert "전구 교체" in shown
    assert "벤치 수리" not in shown
    change = reverse("admin:complaints_standardtext_change", args=[foreign.pk])
    assert officer.post(change, {"title": "x", "text": "y"}).status_code in (302, 404)
    foreign.refresh_from_db()
    assert foreign.title == "벤치 수리"


def test_an_intake_clerk_may_look_and_not_write(world: World) -> None:
    clerk = signed_in(world.clerk)

    assert clerk.get(LIST).status_code == 200
    assert clerk.get(ADD).status_code == 403


def test_who_has_no_department_is_offered_no_standard_answer_to_write(world: World) -> None:
    stranger = User.objects.create_user("stranger", password="stranger-password", is_staff=True)
    stranger.user_permissions.add(*Permission.objects.filter(codename__endswith="_standardtext"))

    response = signed_in(stranger).post(ADD, {"title": "가", "text": "나"})

    assert response.status_code == 403
