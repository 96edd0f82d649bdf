"""An officer goes away: what falls due meanwhile finds others, by one click of the head."""

from datetime import timedelta

import pytest

from complaints import services
from complaints.models import Complaint, Leave
from complaints.services import redistributing
from complaints.workflow import Stage
from messaging.models import Message
from portal.accounts.models import Official
from portal.accounts.reference_data import load_roles
from tests.complaints.colleagues import colleague
from tests.complaints.conftest import BADA, World
from tests.complaints.officials import signed_in


def _leave(world: World, *, days: int = 14, substitute: Official | None = None) -> Leave:
    return Leave.objects.create(
        official=world.officer.official,
        starts_at=world.now,
        ends_at=world.now + timedelta(days=days),
        substitute=substitute,
    )


def _three_cases(world: World) -> list[Complaint]:
    return [world.file(phone="", category=world.lamps) for _ in range(3)]


def test_the_proposal_counts_each_case_before_the_next_and_writes_nothing(world: World) -> None:
    cases = _three_cases(world)
    colleague(world, "가")
    colleague(world, "나")

    moves = services.proposal(_leave(world), now=world.now)

    taken = [move.officer.name for move in moves if move.officer]
    assert sorted(taken) in (["가", "가", "나"], ["가", "나", "나"])
    assert [move.complaint for move in moves] == cases
    assert set(Complaint.objects.values_list("officer", flat=True)) == {world.officer.official.pk}


def test_one_click_does_what_was_proposed(world: World) -> None:
    _three_cases(world)
    colleague(world, "가")
    colleague(world, "나")
    leave = _leave(world)
    proposed = [move.officer for move in services.proposal(leave, now=world.now)]

    moved = services.redistribute(leave, by=world.head, now=world.now)

    assert [one.officer for one in moved] == proposed
    assert services.proposal(leave, now=world.now) == []
    complaint = Complaint.objects.first()
    assert complaint is not None
    assert complaint.assignments.latest("pk").reason == "leave"
    assert "부재" in complaint.changes.latest("seq").internal_text


def test_what_falls_due_after_the_return_stays(world: World) -> None:
    case = world.file(phone="", category=world.lamps)
    assert case.due_at is not None
    colleague(world, "가")

    assert services.proposal(_leave(world, days=2), now=world.now) == []
    assert case.due_at > world.now + timedelta(days=2)


def test_the_substitute_comes_first_unless_far_busier(world: World) -> None:
    colleague(world, "가")
    substitute = colleague(world, "대직")
    Complaint.objects.filter(pk__in=[one.pk for one in _three_cases(world)]).update(officer=world.officer.official)

    moves = services.proposal(_leave(world, substitute=substitute), now=world.now)

    assert [move.officer for move in moves] == [substitute] * 3


def test_what_nobody_can_take_stays_and_says_why(world: World) -> None:
    _three_cases(world)
    colleague(world, "가", max_open=1)

    moved = services.redistribute(_leave(world), by=world.head, now=world.now)

    assert [bool(one.refused) for one in moved] == [False, True, True]
    assert "맡을 수 있는 담당자가 없습니다" in moved[1].refused
    assert Complaint.objects.filter(officer=world.officer.official, stage=Stage.ASSIGNED).count() == 2


@pytest.mark.parametrize("who", ["clerk", "parks_head"])
def test_only_the_departments_head_hands_over_others_cases(world: World, who: str) -> None:
    _three_cases(world)
    colleague(world, "가")

    moved = services.redistribute(_leave(world), by=getattr(world, who), now=world.now)

    assert all(one.refused for one in moved)


def test_at_the_beginning_of_a_leave_head_and_substitute_hear_of_it_once(world: World) -> None:
    world.head.phone = BADA
    world.head.save()
    _three_cases(world)
    leave = _leave(world, substitute=colleague(world, "대직", phone="+821055550001"))

    assert redistributing.announce(now=leave.starts_at - timedelta(minutes=1)) == 0
    for _ in range(2):
        redistributing.announce(now=leave.starts_at)

    texts = Message.objects.filter(template_version__template__code="casework.leave")
    assert texts.count() == 2
    assert all("3건" in one.body for one in texts)


def test_the_page_shows_the_proposal_and_a_press_carries_it_out(world: World) -> None:
    load_roles()
    _three_cases(world)
    taker = colleague(world, "가")
    leave = _leave(world)
    head = signed_in(world.head)

    page = head.get(f"/admin/complaints/leave/{leave.pk}/takeover/")
    done = head.post(f"/admin/complaints/leave/{leave.pk}/takeover/", follow=True)

    assert "가 주무관" in page.content.decode()
    assert "3건을 나누었습니다" in done.content.decode()
    assert set(Complaint.objects.values_list("officer", flat=True)) == {taker.pk}


def test_another_departments_leave_is_not_there(world: World) -> None:
    leave = _leave(world)

    assert signed_in(world.parks_head).get(f"/admin/complaints/leave/{leave.pk}/takeover/").status_code in (403, 404)
