"""One text, several departments."""

import pytest

from complaints import services
from complaints.models import Complaint
from complaints.workflow import Stage
from tests.complaints.conftest import World, texts_about


def _split(complaint: Complaint, world: World, count: int = 1) -> list[Complaint]:
    parts = [services.Part("가로수 가지가 부러졌어요", world.parks, world.trees)] * count
    return services.split(complaint, parts=parts, by=world.officer, now=world.tick(days=1))


def test_a_part_goes_to_its_department_under_the_clock_of_the_whole(world: World) -> None:
    complaint = world.file()
    received_at = complaint.received_at

    (part,) = _split(complaint, world)

    assert (part.parent, part.department, part.officer) == (complaint, world.parks, world.parks_officer.official)
    assert (part.received_at, part.due_at) == (received_at, complaint.due_at)
    assert (part.phone, part.body) == (complaint.phone, "가로수 가지가 부러졌어요")
    assert [change.step for change in part.changes.order_by("seq")] == ["file", "receive", "route", "assign"]


def test_the_citizen_hears_of_the_split_and_not_of_another_receipt(world: World) -> None:
    complaint = world.file()

    (part,) = _split(complaint, world)

    assert "소관이 달라 1건으로 나누어" in texts_about(complaint)[-1].body
    assert "접수되었습니다" not in "".join(message.body for message in texts_about(part))


def test_the_whole_waits_for_its_parts_and_names_them(world: World) -> None:
    complaint = world.file()
    (part,) = _split(complaint, world)

    with pytest.raises(services.PartsOpen, match=part.number):
        world.resolve(complaint)
    services.resolve(part, outcome="accepted", answer="잘랐습니다.", by=world.parks_officer, now=world.now)
    world.resolve(complaint)

    assert complaint.stage == Stage.RESOLVED


def test_ten_parts_at_most_and_one_level(world: World) -> None:
    complaint = world.file()
    parts = _split(complaint, world, 9)

    with pytest.raises(services.TooMany):
        _split(complaint, world, 2)
    with pytest.raises(services.NotAllowed):
        services.split(parts[0], parts=[services.Part("또", world.roads)], by=world.parks_officer, now=world.now)


def test_a_part_without_words_is_refused(world: World) -> None:
    complaint = world.file()

    for parts in ([], [services.Part(" ", world.parks)]):
        with pytest.raises(services.Missing):
            services.split(complaint, parts=parts, by=world.officer, now=world.now)


def test_withdrawing_the_whole_withdraws_its_parts(world: World) -> None:
    complaint = world.file()
    (part,) = _split(complaint, world)

    services.withdraw(complaint, by=None, now=world.now)

    part.refresh_from_db()
    assert part.stage == Stage.WITHDRAWN


def test_a_split_case_is_not_merged_while_its_parts_are_open(world: World) -> None:
    complaint = world.file()
    _split(complaint, world)

    with pytest.raises(services.NotAllowed):
        services.merge(complaint, lead=world.file(phone=""), by=world.officer, now=world.now)
