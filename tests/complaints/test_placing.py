"""Departments and officers: routed, handed over, shared fairly."""

from datetime import date, timedelta

import pytest
from django.contrib.auth.models import Group

from complaints import services
from complaints.models import Assignment, Complaint, Duty, Leave
from complaints.workflow import Stage
from portal.accounts.models import Official, User
from tests.complaints.conftest import World


def _colleague(world: World, name: str, **duty: object) -> Official:
    user = User.objects.create(username=f"roads-{name}", password="!", is_staff=True)
    user.groups.set([Group.objects.get(name="officer")])
    official = Official.objects.create(user=user, department=world.roads, name=name, office_phone="02-123-4568")
    Duty.objects.create(official=official, **{"starts_on": date(2026, 1, 1), **duty})
    return official


def test_a_clerks_choice_of_department_brings_an_officer_and_the_categorys_period(world: World) -> None:
    complaint = world.at(Stage.RECEIVED)
    before = complaint.due_at

    services.route(complaint, department=world.parks, category=world.trees, by=world.clerk, now=world.now)

    assert complaint.officer == world.parks_officer.official
    assert before is not None
    assert complaint.due_at is not None
    assert complaint.due_at > before  # 기타 is 즉시, the category promises seven days
    assert complaint.received_at == world.now


def test_a_wrong_department_is_corrected_without_touching_the_clock(world: World) -> None:
    complaint = world.file()
    due_at = complaint.due_at

    services.reroute(complaint, department=world.parks, reason="공원 안 가로등", by=world.head, now=world.tick(hours=1))

    assert (complaint.department, complaint.officer) == (world.parks, world.parks_officer.official)
    assert complaint.due_at == due_at
    assert complaint.rerouted_count == 1


def test_the_fourth_time_only_the_examiner_decides(world: World) -> None:
    complaint = world.file()
    heads = {world.roads: world.head, world.parks: world.parks_head}
    for target in (world.parks, world.roads, world.parks):
        services.reroute(complaint, department=target, reason="소관", by=heads[complaint.department], now=world.now)  # type: ignore[index]

    with pytest.raises(services.TooMany):
        services.reroute(complaint, department=world.roads, reason="소관", by=world.parks_head, now=world.now)
    complaint = Complaint.objects.get(pk=complaint.pk)
    services.reroute(complaint, department=world.roads, reason="심사관 결정", by=world.examiner, now=world.now)

    assert complaint.department == world.roads


def test_it_cannot_be_sent_where_it_is_or_to_a_closed_department(world: World) -> None:
    complaint = world.file()
    world.parks.is_active = False
    world.parks.save()

    with pytest.raises(services.NotAvailable):
        services.reroute(complaint, department=world.roads, reason="그대로", by=world.head, now=world.now)
    with pytest.raises(services.NotAvailable):
        services.reroute(complaint, department=world.parks, reason="소관", by=world.head, now=world.now)


def test_equal_officers_share_equally(world: World) -> None:
    _colleague(world, "김균형")
    _colleague(world, "박균형")

    for _ in range(10):
        world.file(phone="")

    open_counts = [
        Complaint.objects.filter(officer=official).count()
        for official in Official.objects.filter(department=world.roads, duties__max_open__gt=0)
    ]
    assert sorted(open_counts) == [3, 3, 4]


def test_a_double_share_takes_twice_as_many(world: World) -> None:
    eager = _colleague(world, "나열심", weight=2.0)

    for _ in range(9):
        world.file(phone="")

    assert Complaint.objects.filter(officer=eager).count() == 6


def test_who_is_on_leave_gets_nothing(world: World) -> None:
    Leave.objects.create(
        official=world.officer.official, starts_at=world.now - timedelta(hours=1), ends_at=world.now + timedelta(days=3)
    )
    substitute = _colleague(world, "오대신")

    assert world.file().officer == substitute
    world.tick(days=4)
    assert world.file().officer == world.officer.official  # back, and with less to do


def test_a_duty_of_another_category_or_another_time_does_not_count(world: World) -> None:
    Duty.objects.filter(official=world.officer.official).delete()
    _colleague(world, "이나무", category=world.trees)
    _colleague(world, "김옛날", ends_on=date(2026, 10, 31))
    _colleague(world, "박나중", starts_on=date(2026, 11, 3))

    assert world.file().stage == Stage.ROUTED


def test_whoever_is_full_gets_no_more(world: World) -> None:
    Duty.objects.filter(official=world.officer.official).update(max_open=1)

    assert world.file(phone="").stage == Stage.ASSIGNED
    assert world.file(phone="").stage == Stage.ROUTED


def test_the_choice_can_be_reproduced_from_what_was_stored(world: World) -> None:
    _colleague(world, "김균형")
    for _ in range(3):
        world.file(phone="")

    kept = Assignment.objects.filter(reason="balance").latest("pk").breakdown

    def order(one: dict[str, object]) -> tuple[object, ...]:
        return one["cost"], one["last_assigned_at"] or "", one["official_id"]

    assert (
        min((one for one in kept["candidates"] if one["open_count"] < one["max_open"]), key=order)["official_id"]
        == kept["chosen"]
    )


def test_the_head_names_an_officer(world: World) -> None:
    complaint = world.at(Stage.ROUTED)

    services.assign(complaint, officer=world.officer.official, by=world.head, now=world.now)

    assert complaint.stage == Stage.ASSIGNED
    assert complaint.assignments.latest("pk").reason == "manual"


def test_an_officer_of_another_department_or_on_leave_cannot_be_named(world: World) -> None:
    complaint = world.at(Stage.ROUTED)
    Leave.objects.create(official=world.officer.official, starts_at=world.now, ends_at=world.now + timedelta(days=1))

    for officer in (world.parks_officer.official, world.officer.official):
        with pytest.raises(services.NotAvailable):
            services.assign(complaint, officer=officer, by=world.head, now=world.now)


def test_a_handover_keeps_its_note_and_a_supplement_stays_open(world: World) -> None:
    colleague = _colleague(world, "김인계")
    complaint = world.at(Stage.SUPPLEMENTING)

    change = services.reassign(complaint, officer=colleague, reason="출장", by=world.officer, now=world.now)

    assert (complaint.stage, complaint.officer) == (Stage.SUPPLEMENTING, colleague)
    assert (change.internal_text, change.public_text) == ("출장", "")
    assert complaint.supplements.get().ended_at is None


def test_a_case_in_work_goes_back_to_assigned_with_its_new_officer(world: World) -> None:
    colleague = _colleague(world, "김인계")
    complaint = world.at(Stage.REVIEWING)

    services.reassign(complaint, officer=colleague, reason="출장", by=world.head, now=world.now)

    assert complaint.stage == Stage.ASSIGNED
    with pytest.raises(services.NotAvailable):
        services.reassign(complaint, officer=colleague, reason="또", by=world.head, now=world.now)
