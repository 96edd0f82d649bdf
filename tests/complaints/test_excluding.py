"""처리기간 제외: the clock stands for what the law names, several things at once count once, and an end ends it."""

from datetime import datetime

import pytest

from complaints import clock_queries, services
from complaints.admin.due import d_day
from complaints.models import Complaint, Exclusion
from complaints.workflow import Clock, Stage
from portal.core.workdays import KST
from tests.complaints.conftest import World, texts_about


def at(month: int, day: int, hour: int = 0) -> datetime:
    return datetime(2026, month, day, hour, tzinfo=KST)


def exclude(complaint: Complaint, world: World, reason: str = "inspection") -> None:
    world.sign(complaint, "exclude", reason=reason, explanation="조도 검사 의뢰", by=world.officer)


def end(complaint: Complaint, world: World, reason: str = "") -> None:
    services.end_exclusion(complaint, reason=reason, by=world.officer, now=world.now)


def test_the_clock_stands_from_that_day_and_runs_on_after_the_end(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    world.now = at(11, 4, 10)
    exclude(complaint, world)
    assert complaint.clock == Clock.PAUSED
    assert complaint.stage == Stage.REVIEWING
    assert complaint.due_at == at(11, 11)
    assert d_day(complaint, now=world.now).words == "제외 중"

    world.now = at(11, 6, 16)
    end(complaint, world)

    assert complaint.clock == Clock.RUNNING
    assert complaint.due_at == at(11, 14)
    assert complaint.promised_due_at == at(11, 11)
    explained = clock_queries.why_due(complaint)
    assert explained is not None
    assert explained.at == complaint.due_at
    assert "시험·검사·기술 검토 기간(시행령 §20)" in {line.reason for line in explained.lines}
    assert "11월 10일(화)에서 11월 13일(금)로 바뀌었습니다" in texts_about(complaint)[-1].body


def test_workload_is_nothing_the_law_leaves_out(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)

    with pytest.raises(services.NotALegalReason):
        exclude(complaint, world, "workload")
    with pytest.raises(services.Missing):
        services.exclude(complaint, reason="hearing", explanation=" ", by=world.officer, now=world.now)
    with pytest.raises(services.SignatureNeeded):
        services.exclude(complaint, reason="hearing", explanation="청취", by=world.officer, now=world.now)


def test_the_same_reason_stands_once_and_what_does_not_stand_cannot_end(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    with pytest.raises(services.ExclusionRefused):
        end(complaint, world)
    exclude(complaint, world)

    with pytest.raises(services.ExclusionRefused):
        exclude(complaint, world)


def test_two_that_overlap_count_once_and_the_clock_waits_for_both(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    world.now = at(11, 4, 10)
    exclude(complaint, world, "hearing")
    world.now = at(11, 5, 10)
    exclude(complaint, world, "inspection")

    world.now = at(11, 5, 15)
    end(complaint, world, "hearing")
    assert complaint.clock == Clock.PAUSED
    world.now = at(11, 6, 15)
    end(complaint, world)

    assert complaint.clock == Clock.RUNNING
    assert complaint.due_at == at(11, 14)


def test_a_supplement_during_an_exclusion_leaves_the_clock_standing(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    exclude(complaint, world)
    world.ask(complaint)
    services.answer_supplement(complaint, content="12번", by=None, now=world.tick(hours=2))

    assert complaint.stage == Stage.REVIEWING
    assert complaint.clock == Clock.PAUSED


def test_an_exclusion_may_end_while_a_supplement_is_awaited(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    exclude(complaint, world)
    world.ask(complaint)

    end(complaint, world)

    assert complaint.stage == Stage.SUPPLEMENTING
    assert complaint.clock == Clock.PAUSED
    services.answer_supplement(complaint, content="12번", by=None, now=world.tick(hours=2))
    assert complaint.clock == Clock.RUNNING


def test_a_case_that_ends_waits_for_nothing_any_more(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    exclude(complaint, world)

    world.resolve(complaint)

    assert complaint.clock == Clock.STOPPED
    assert Exclusion.objects.get().ends_at == world.now


def test_an_earlier_rounds_exclusion_leaves_the_new_round_alone(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    exclude(complaint, world)
    world.resolve(complaint)
    services.reopen(complaint, reason="또 꺼졌어요", by=None, now=world.tick(days=1))
    services.accept_reopening(complaint, by=world.head, now=world.tick(hours=1))

    assert complaint.due_at == at(11, 12)


def test_a_new_category_recounts_from_the_old_beginning_and_keeps_what_was_left_out(world: World) -> None:
    """5일 → 7일 mid-way."""
    world.lamps.period_value = 5
    world.lamps.save()
    complaint = world.at(Stage.ROUTED)
    assert complaint.due_at == at(11, 9, 10)

    services.reroute(
        complaint, department=world.parks, category=world.trees, reason="소관", by=world.head, now=world.tick(hours=1)
    )

    assert complaint.due_at == at(11, 11)
    assert complaint.received_at is not None
    assert complaint.received_at < world.now


def test_a_period_changed_by_law_is_for_new_cases_only(world: World) -> None:
    complaint = world.at(Stage.ASSIGNED)
    world.lamps.period_value = 14
    world.lamps.save()

    world.ask(complaint)
    services.answer_supplement(complaint, content="12번", by=None, now=world.tick(hours=1))

    assert complaint.period_value == 7
    assert complaint.due_at == at(11, 12)
    assert world.file().period_value == 14
