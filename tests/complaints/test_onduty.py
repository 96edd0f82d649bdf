"""Who is there and who knows the matter: by 동, by leave, by the citizen's last case; and what happens if nobody is."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from pytest_django import Settings

from complaints import services, sharing
from complaints.models import Assignment, Complaint, Dong, Duty, Leave
from complaints.services import Place, sweeping
from complaints.workflow import Stage
from messaging.models import Message
from portal.accounts.models import Official
from tests.complaints.colleagues import colleague
from tests.complaints.conftest import BADA, LAMP, MONDAY, World, build_world

HERE, THERE = Place(lat=37.5791, lon=126.9365), Place(lat=37.5905, lon=126.9490)


def _away(official: Official, world: World, *, days: int = 3, **more: object) -> Leave:
    return Leave.objects.create(
        official=official, starts_at=world.now, ends_at=world.now + timedelta(days=days), **more
    )


def _counts(world: World) -> dict[str, int]:
    return {
        one.name: Complaint.objects.filter(officer=one).count()
        for one in Official.objects.filter(department=world.roads, duties__max_open__gt=0).distinct()
    }


def test_duties_by_dong_share_only_their_own_and_what_has_no_dong(world: World) -> None:
    garam = Dong.objects.create(code="garam", name="가람동")
    narae = Dong.objects.create(code="narae", name="나래동")
    Duty.objects.filter(official=world.officer.official).update(dong=garam)
    complaint = world.at(Stage.ROUTED)
    other = colleague(world, "나나래", dong=narae)

    Complaint.objects.filter(pk=complaint.pk).update(dong=narae)
    complaint.refresh_from_db()
    services.share(complaint, now=world.now)

    assert complaint.officer == other
    assert world.file(phone="").officer == world.officer.official  # nobody knows where: anybody's


def test_the_same_citizens_next_case_at_the_spot_stays_with_its_officer(world: World) -> None:
    colleague(world, "김균형")
    first = world.file(place=HERE)

    again = world.file(place=HERE)

    assert again.officer == first.officer
    assert again.assignments.latest("pk").reason == "sticky"


@pytest.mark.parametrize("changes", [{"place": THERE}, {"place": HERE, "phone": BADA}, {}])
def test_another_spot_another_citizen_or_no_place_goes_by_load(world: World, changes: dict[str, Any]) -> None:
    colleague(world, "김균형")
    first = world.file(place=HERE)

    assert world.file(**changes).officer != first.officer


def test_after_thirty_days_nobody_remembers(world: World) -> None:
    colleague(world, "김균형")
    first = world.file(place=HERE)
    world.tick(days=31)

    assert world.file(place=HERE).officer != first.officer


def test_stickiness_ends_where_the_slack_does(world: World, settings: Settings) -> None:
    settings.COMPLAINTS_STICKY_SLACK = 1
    colleague(world, "김균형")

    found = [world.file(place=HERE).officer for _ in range(4)]

    assert found[:3] == [found[0]] * 3  # 0 above the mean, then 0.5, then 1.0
    assert found[3] != found[0]


def test_when_nobody_is_there_the_head_and_the_substitute_are_told_once(world: World) -> None:
    world.head.phone = BADA
    world.head.save()
    substitute = colleague(world, "오대신", phone="+821055550001", max_open=0)
    _away(world.officer.official, world, substitute=substitute)

    first, second = world.file(phone=""), world.file(phone="")
    services.sweep(now=world.tick(minutes=1))

    assert {first.stage, second.stage} == {Stage.ROUTED}
    told = Message.objects.filter(topic="complaints.duty")
    assert sorted(one.phone for one in told) == ["+821055550001", BADA]
    assert all(first.number in one.body for one in told)


def test_an_urgent_case_is_told_each_time_and_a_head_without_a_number_stops_nothing(world: World) -> None:
    substitute = colleague(world, "오대신", phone="+821055550001", max_open=0)
    _away(world.officer.official, world, substitute=substitute)

    for _ in range(2):
        world.file(body="가로등 기둥에서 감전됐어요 전기가 통해요", phone="")

    assert sum("긴급" in one.body for one in Message.objects.filter(topic="complaints.duty")) == 2


def test_a_waiting_case_is_taken_when_somebody_comes_back(world: World) -> None:
    _away(world.officer.official, world)
    complaint = world.file(phone="")

    assert services.sweep(now=world.tick(days=3)) == 1
    complaint.refresh_from_db()
    assert complaint.officer == world.officer.official


def test_a_leave_moves_nobody_elses_cases(world: World) -> None:
    names = ["가", "나", "다"]
    colleagues = [colleague(world, name) for name in names]
    for _ in range(12):
        world.file(phone="")
    before = dict(Complaint.objects.values_list("pk", "officer"))
    leave = _away(colleagues[0], world, days=14)

    services.redistribute(leave, by=world.head, now=world.now)

    after = dict(Complaint.objects.values_list("pk", "officer"))
    moved = {pk for pk in before if before[pk] != after[pk]}
    assert moved == {pk for pk, officer in before.items() if officer == colleagues[0].pk}


@pytest.mark.parametrize("seed", range(3))
def test_every_stored_choice_can_be_repeated(world: World, seed: int) -> None:
    colleague(world, "가", weight=2.0)
    colleague(world, "나", max_open=2)
    for number in range(8):
        world.file(place=HERE if (number + seed) % 3 else THERE, phone=BADA if number % 2 else "")

    kept = Assignment.objects.filter(officer__isnull=False)

    assert kept.count() == 8
    assert all(sharing.repeated(one.breakdown) == one.officer_id for one in kept)


@pytest.mark.django_db(transaction=True)
def test_a_hundred_cases_at_once_are_shared_equally(settings: Settings) -> None:
    world = build_world()
    for name in ("가", "나", "다", "라"):
        colleague(world, name)

    def file(_: int) -> None:
        try:
            filing = services.Filing(channel="web", body=LAMP)
            services.file(filing=filing, by=None, intake_key=uuid4(), now=MONDAY)
        finally:
            connection.close()

    with ThreadPoolExecutor(20) as pool:
        list(pool.map(file, range(100)))

    counts = _counts(world)
    assert sum(counts.values()) == 100
    assert max(counts.values()) - min(counts.values()) <= 1
    assert all(sharing.repeated(one.breakdown) == one.officer_id for one in Assignment.objects.filter(reason="balance"))


def test_a_department_where_nobody_is_there_keeps_no_other_waiting(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sweeping, "BATCH", 2)
    Duty.objects.filter(official=world.parks_officer.official).update(max_open=0)
    stuck = [world.file(body="공원 벤치가 부서졌어요", phone="") for _ in range(3)]
    world.tick(minutes=5)
    waiting = world.at(Stage.ROUTED, phone="")
    assert all(one.due_at is not None and waiting.due_at is not None and one.due_at <= waiting.due_at for one in stuck)

    assert services.sweep(now=world.tick(minutes=1)) == 1

    waiting.refresh_from_db()
    assert waiting.stage == Stage.ASSIGNED
