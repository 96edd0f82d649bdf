"""PostgreSQL refuses what no step may produce: tried with raw SQL, past every form and service."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from complaints import services
from complaints.models import Category, Complaint, Leave
from complaints.workflow import Stage
from tests.complaints.conftest import World

# constraint → (stage of the row, what raw SQL tries)
WRONG = {
    "complaint_stage_known": (Stage.ASSIGNED, "stage = 'eaten'"),
    "complaint_kind_known": (Stage.ASSIGNED, "kind = 'love_letter'"),
    "complaint_channel_known": (Stage.ASSIGNED, "channel = 'pigeon'"),
    "complaint_outcome_known": (Stage.RESOLVED, "outcome = 'whatever'"),
    "received_has_due_date": (Stage.ASSIGNED, "due_at = null"),
    "resolved_has_answer": (Stage.RESOLVED, "answer_sealed = ''"),
    "refused_has_reason_and_remedy": (Stage.RESOLVED, "outcome = 'refused'"),
    "ended_has_stopped_clock": (Stage.RESOLVED, "clock = 'running'"),
    "intake_clock_before_receiving": (Stage.ASSIGNED, "clock = 'intake'"),
    "supplement_pauses_clock": (Stage.SUPPLEMENTING, "clock = 'running'"),
    "in_hand_has_officer": (Stage.ASSIGNED, "officer_id = null"),
    "routed_has_department": (Stage.ROUTED, "department_id = null"),
    "merged_has_lead": (Stage.MERGED, "lead_id = null"),
    "no_merge_into_itself": (Stage.MERGED, "lead_id = id"),
    "place_is_in_korea": (Stage.ASSIGNED, "lat = 37.5"),
    "priority_from_1_to_4": (Stage.ASSIGNED, "priority = 5"),
    "reopened_at_most_twice": (Stage.ASSIGNED, "round = 4"),
    "phone_is_indexed": (Stage.ASSIGNED, "phone_index = null"),
}


def _raw(sql: str, *values: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, values)


@pytest.mark.parametrize("name", WRONG)
def test_a_complaint_that_no_step_could_make_is_refused(name: str, world: World) -> None:
    stage, change = WRONG[name]
    complaint = world.at(stage)

    with pytest.raises(IntegrityError, match=name):
        _raw(f"update complaints_complaint set version = version + 1, {change} where id = %s", complaint.pk)  # noqa: S608


def test_the_stage_moves_only_together_with_the_version(world: World) -> None:
    complaint = world.file()

    with pytest.raises(DatabaseError, match="stage_moves_with_version"):
        _raw("update complaints_complaint set stage = 'reviewing' where id = %s", complaint.pk)
    with pytest.raises(DatabaseError, match="version_never_falls"):
        _raw("update complaints_complaint set version = version - 1 where id = %s", complaint.pk)


@pytest.mark.parametrize("table", ["complaints_stagechange", "complaints_assignment", "complaints_note"])
def test_history_can_be_neither_edited_nor_deleted(table: str, world: World) -> None:
    services.note(world.file(), text="현장 사진 있음", by=world.officer, now=world.now)

    with pytest.raises(DatabaseError, match="append_only"):
        _raw(f"update {table} set at = now()")  # noqa: S608
    with pytest.raises(DatabaseError, match="append_only"):
        _raw(f"delete from {table}")  # noqa: S608


def test_a_complaint_is_never_deleted(world: World) -> None:
    complaint = world.file()

    with pytest.raises(DatabaseError, match="complaints_are_kept"):
        _raw("delete from complaints_complaint where id = %s", complaint.pk)


@pytest.mark.parametrize("stage", Stage)
def test_whether_a_case_is_open_follows_from_its_stage(stage: Stage, world: World) -> None:
    complaint = world.at(stage)

    is_open = Complaint.objects.values_list("is_open", flat=True).get(pk=complaint.pk)

    assert complaint.stage == stage
    assert is_open == (stage not in {"resolved", "transferred", "withdrawn", "returned", "closed", "merged"})


def test_one_supplement_is_open_at_a_time(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)

    with pytest.raises(IntegrityError, match="one_open_supplement"), transaction.atomic():
        complaint.supplements.create(ordinal=2, items="또", due_on=world.now.date(), asked_at=world.now)


def test_leaves_of_one_official_do_not_overlap(world: World) -> None:
    official = world.officer.official
    Leave.objects.create(official=official, starts_at=world.now, ends_at=world.now + timedelta(days=2))

    with pytest.raises(IntegrityError, match="leaves_do_not_overlap"), transaction.atomic():
        Leave.objects.create(
            official=official, starts_at=world.now + timedelta(days=1), ends_at=world.now + timedelta(days=3)
        )
    Leave.objects.create(
        official=official, starts_at=world.now + timedelta(days=2), ends_at=world.now + timedelta(days=3)
    )


def test_a_period_has_a_length_or_is_immediate(world: World) -> None:
    Category.objects.create(code="now", name="즉시", department=world.roads, period_value=0, period_unit="immediate")

    with pytest.raises(IntegrityError, match="category_period_has_length"), transaction.atomic():
        Category.objects.create(code="never", name="없음", department=world.roads, period_value=0, period_unit="day")
