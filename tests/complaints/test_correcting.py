"""Correcting what was filed, and asking how it goes."""

from datetime import timedelta
from typing import Any

import pytest

from complaints import services
from complaints.models import Complaint, Revision
from complaints.services import Proof
from complaints.workflow import Stage
from messaging.models import Message
from portal.accounts.models import User
from tests.complaints.conftest import BADA, HANEUL, World, texts_about


def _correct(complaint: Complaint, world: World, *, by: User | None = None, **changes: object) -> list[Revision]:
    proof = Proof.OFFICIAL if by is not None and by.is_staff else Proof.DEVICE
    return services.correct(
        complaint, changes=changes, proof=proof, version=complaint.version, by=by, now=world.tick(minutes=1)
    )


def test_a_wrong_address_is_corrected_and_both_readings_are_kept(world: World) -> None:
    complaint = world.file(place=services.Place(address="중앙로 1"))

    (revision,) = _correct(complaint, world, address="중앙로 12")

    assert complaint.address == "중앙로 12"
    assert (revision.field, revision.old, revision.new) == ("address", "중앙로 1", "중앙로 12")
    assert revision.seq == complaint.version
    assert "고치신 내용(장소)을 반영" in texts_about(complaint)[-1].body
    assert complaint.unread_count == 1


def test_every_field_has_its_own_revision_and_nothing_in_clear(world: World) -> None:
    complaint = world.file()

    revisions = _correct(complaint, world, body="가로등 3개가 꺼졌어요", name="김하늘빛")

    assert {one.field for one in revisions} == {"body", "name"}
    assert all("가로등" not in bytes(one.new_sealed).decode("latin-1") for one in revisions)
    stored = Complaint.objects.get(pk=complaint.pk)
    assert (stored.body, stored.name) == ("가로등 3개가 꺼졌어요", "김하늘빛")


def test_nothing_changed_is_no_step(world: World) -> None:
    complaint = world.file()
    version = complaint.version

    assert _correct(complaint, world, body=complaint.body) == []
    assert Complaint.objects.get(pk=complaint.pk).version == version


def test_a_form_opened_before_a_change_is_stale(world: World) -> None:
    complaint = world.file()
    opened = complaint.version
    services.review(complaint, by=world.officer, now=world.now)

    with pytest.raises(services.Stale):
        services.correct(
            complaint, changes={"body": "다름"}, proof=Proof.DEVICE, version=opened, by=None, now=world.now
        )


def test_an_ended_case_and_a_strangers_case_are_not_corrected(world: World) -> None:
    ended, foreign = world.at(Stage.RESOLVED), world.file(by=world.haneul)

    with pytest.raises(services.NotAllowed):
        _correct(ended, world, body="다름")
    for stranger in (world.bada, world.parks_officer, world.examiner):
        with pytest.raises(services.NotAllowed):
            _correct(foreign, world, by=stranger, body="다름")


def test_another_number_needs_a_fresh_code_and_the_old_one_is_told(world: World) -> None:
    complaint = world.file()
    with pytest.raises(services.CodeNeeded):
        _correct(complaint, world, phone=BADA)

    services.correct(
        complaint,
        changes={"phone": "010-8765-4321"},
        proof=Proof.CODE,
        version=complaint.version,
        by=None,
        now=world.now,
    )

    assert complaint.phone == BADA
    assert [message.phone for message in texts_about(complaint)[-2:]] == [BADA, HANEUL]
    assert "바뀌었습니다" in texts_about(complaint)[-1].body


def test_a_resident_number_is_masked_and_the_words_cannot_vanish(world: World) -> None:
    complaint = world.file()

    _correct(complaint, world, body="제 번호는 900101-1234567")
    assert "1234567" not in complaint.body
    with pytest.raises(services.Missing):
        _correct(complaint, world, body="  ")


@pytest.mark.parametrize("place", [{"lat": 35.0}, {"lat": 0.0, "lon": 0.0}, {"lon": 127.0}])
def test_coordinates_are_a_pair_in_korea(place: dict[str, Any], world: World) -> None:
    with pytest.raises(services.PlaceRefused):
        _correct(world.file(), world, **place)


def test_another_category_moves_the_case_while_nobody_works_on_it(world: World) -> None:
    complaint = world.file()

    _correct(complaint, world, by=world.officer, category=world.trees)

    assert (complaint.department, complaint.officer) == (world.parks, world.parks_officer.official)
    assert [change.step for change in complaint.changes.order_by("-seq")[:2]] == ["assign", "correct"]
    assert complaint.changes.get(step="correct").after == Stage.ROUTED


def test_once_somebody_has_looked_the_case_stays_and_the_officer_sees_it(world: World) -> None:
    complaint = world.at(Stage.INSPECTING)

    _correct(complaint, world, address="중앙로 12", category=world.trees)

    assert (complaint.stage, complaint.department, complaint.unread_count) == (Stage.INSPECTING, world.roads, 1)
    services.mark_read(complaint, by=world.officer, seen_version=complaint.version)
    assert Complaint.objects.get(pk=complaint.pk).unread_count == 0


def test_a_new_category_brings_its_period_from_the_old_beginning(world: World) -> None:
    complaint = world.at(Stage.INSPECTING)
    world.trees.period_value = 14
    world.trees.save()
    received_at, due_at = complaint.received_at, complaint.due_at

    _correct(complaint, world, by=world.officer, category=world.trees)

    assert complaint.received_at == received_at
    assert complaint.due_at is not None
    assert due_at is not None
    assert complaint.due_at > due_at


def test_what_an_official_puts_right_is_told_as_hers(world: World) -> None:
    complaint = world.at(Stage.INSPECTING)

    _correct(complaint, world, by=world.officer, address="중앙로 12")

    assert "담당자가 민원의 장소 항목을 바로잡았습니다" in texts_about(complaint)[-1].body
    assert complaint.unread_count == 0


def test_a_nudge_reaches_the_officer_and_the_head_and_waits_three_working_days(world: World) -> None:
    complaint = world.file()
    for user, phone in ((world.officer, "+821011112222"), (world.head, "+821033334444")):
        user.phone = phone
        user.save()

    services.nudge(complaint, by=None, now=world.now)

    texts = Message.objects.filter(template_version__template__code="casework.nudged")
    assert sorted(message.phone for message in texts) == ["+821011112222", "+821033334444"]
    assert complaint.unread_count == 1
    with pytest.raises(services.TooMany):
        services.nudge(complaint, by=None, now=world.now + timedelta(days=2))
    services.nudge(complaint, by=None, now=world.now + timedelta(days=3))


def test_a_nudge_on_a_saturday_reaches_the_office_on_monday(world: World) -> None:
    complaint = world.file()
    world.officer.phone = "+821011112222"
    world.officer.save()

    services.nudge(complaint, by=None, now=world.tick(days=5))

    text = Message.objects.get(template_version__template__code="casework.nudged")
    assert text.due_at is not None
    assert text.due_at.weekday() == 0


def test_words_that_say_whose_case_it_is_bring_category_and_period_too(world: World) -> None:
    complaint = world.file(body="도와주세요")
    assert (complaint.stage, complaint.period_unit) == (Stage.RECEIVED, "immediate")

    _correct(complaint, world, body="우리집 앞 가로등이 안 켜져요")

    complaint.refresh_from_db()
    assert complaint.stage == Stage.ASSIGNED
    assert complaint.category == world.lamps
    assert (complaint.period_value, complaint.period_unit) == (7, "day")
