"""More time for a supplement, and asking once more."""

from datetime import date, timedelta

import pytest

from complaints import services
from complaints.workflow import Clock, Stage
from tests.complaints.conftest import World, texts_about


def test_the_citizen_may_take_as_long_again_twice(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)  # asked on the 2nd, until the 9th

    services.extend_supplement(complaint, by=None, now=world.tick(days=1))
    assert complaint.supplements.get().due_on == date(2026, 11, 16)
    assert "11월 16일(월)까지로 바뀌었습니다" in texts_about(complaint)[-1].body
    assert texts_about(complaint)[-1].topic == "complaints.supplement"
    services.extend_supplement(complaint, by=None, now=world.tick(days=1))

    assert (complaint.supplements.get().due_on, complaint.clock) == (date(2026, 11, 23), Clock.PAUSED)
    with pytest.raises(services.TooMany):
        services.extend_supplement(complaint, by=None, now=world.now)


def test_after_the_last_day_it_is_too_late_for_more_time(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)

    with pytest.raises(services.TooMany):
        services.extend_supplement(complaint, by=None, now=world.tick(days=8))


def test_the_officer_asks_once_more_within_ten_days(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)
    with pytest.raises(services.NotYet):
        services.ask_again(complaint, due_on=date(2026, 11, 13), by=world.officer, now=world.now)
    world.tick(days=8)  # the 10th
    for wrong in (date(2026, 11, 10), date(2026, 11, 21)):
        with pytest.raises(services.DateRefused):
            services.ask_again(complaint, due_on=wrong, by=world.officer, now=world.now)

    services.ask_again(complaint, due_on=date(2026, 11, 18), by=world.officer, now=world.now)

    assert (complaint.supplements.get().due_on, complaint.clock) == (date(2026, 11, 18), Clock.PAUSED)
    with pytest.raises(services.TooMany):
        services.ask_again(complaint, due_on=date(2026, 11, 30), by=world.officer, now=world.tick(days=10))
    services.answer_supplement(complaint, content="12번", by=None, now=world.now)
    assert complaint.stage == Stage.ASSIGNED


def test_two_requests_that_reached_nobody_let_the_case_be_closed(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)
    with pytest.raises(services.NotEnoughProof):
        services.act(complaint, step="close", by=world.examiner, now=world.now, reason="unreachable")
    complaint.supplements.update(bounced_count=2)

    world.sign(complaint, "close", by=world.examiner, reason="unreachable")

    assert complaint.stage == Stage.CLOSED
    assert complaint.changes.latest("seq").data["bounces"] == 2
    assert "국민권익위원회" in texts_about(complaint)[-1].body


def test_a_supplement_does_not_count_however_often_its_date_moves(world: World) -> None:
    complaint = world.file()
    due_at = complaint.due_at
    assert due_at is not None
    world.ask(complaint)
    services.extend_supplement(complaint, by=None, now=world.tick(days=1))

    services.answer_supplement(complaint, content="12번", by=None, now=world.tick(days=1))  # the 4th

    assert complaint.due_at == due_at + timedelta(days=3)  # the 2nd, 3rd and 4th do not count
