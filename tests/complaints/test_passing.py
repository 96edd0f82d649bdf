"""How often and how long a case may be passed on."""

import pytest

from complaints import services
from complaints.workflow import Stage
from tests.complaints.conftest import World


def test_after_the_hours_only_the_examiner_hands_a_case_to_another_agency(world: World) -> None:
    complaint = world.file()
    world.tick(days=1, minutes=1)  # eight working hours and a minute

    with pytest.raises(services.TooLate):
        services.transfer(complaint, agency=world.police, reason="신호등", by=world.officer, now=world.now)
    services.transfer(complaint, agency=world.police, reason="신호등", by=world.examiner, now=world.now)

    assert complaint.stage == Stage.TRANSFERRED


def test_after_the_hours_only_the_examiner_sends_it_to_another_department(world: World) -> None:
    complaint = world.file()
    world.tick(hours=5)  # lunch does not count: four working hours

    with pytest.raises(services.TooLate):
        services.reroute(complaint, department=world.parks, reason="공원", by=world.head, now=world.now)
    services.reroute(complaint, department=world.parks, reason="공원", by=world.examiner, now=world.now)
    services.reroute(complaint, department=world.roads, reason="아님", by=world.parks_head, now=world.now)

    assert complaint.department == world.roads


def test_the_fourth_transfer_is_the_examiners(world: World) -> None:
    complaint = world.file()
    for _ in range(3):
        services.transfer(complaint, agency=world.police, reason="신호등", by=world.clerk, now=world.now)
        services.bounce(complaint, note="구청 소관", by=world.clerk, now=world.now)

    with pytest.raises(services.TooMany):
        services.transfer(complaint, agency=world.police, reason="신호등", by=world.clerk, now=world.now)
    services.transfer(complaint, agency=world.police, reason="신호등", by=world.examiner, now=world.now)

    assert complaint.stage == Stage.TRANSFERRED
