"""Merging, and asking to look again."""

from datetime import timedelta

import pytest

from complaints import services
from complaints.models import Complaint, Outcome
from complaints.workflow import Clock, Stage
from tests.complaints.conftest import BADA, World, texts_about


def _pair(world: World) -> tuple[Complaint, Complaint]:
    complaint, lead = world.file(), world.file(phone=BADA, name="박바다")
    services.merge(complaint, lead=lead, by=world.officer, now=world.now)
    return complaint, lead


def test_a_merged_complainant_hears_what_happens_to_the_lead(world: World) -> None:
    complaint, lead = _pair(world)

    world.tick(hours=1)
    world.resolve(lead)

    last = texts_about(complaint)[-1]
    assert "처리가 완료" in last.body
    assert complaint.number in last.body
    assert lead.number not in last.body
    assert last.phone == complaint.phone
    assert last.topic == "complaints.result"


def test_a_supplement_is_asked_of_the_leads_complainant_alone(world: World) -> None:
    complaint, lead = _pair(world)
    heard = len(texts_about(complaint))

    world.ask(lead)

    assert len(texts_about(complaint)) == heard


def test_what_a_merged_complainant_writes_reaches_the_lead_out_of_the_others_sight(world: World) -> None:
    complaint, lead = _pair(world)

    change = services.write(complaint, text="우리집 쪽도 봐 주세요", by=None, now=world.now)

    lead.refresh_from_db()
    assert change.complaint == lead
    assert lead.unread_count == 1
    assert (change.public_text, change.internal_text) == ("", "우리집 쪽도 봐 주세요")
    assert change.data == {"number": complaint.number}


def test_unmerging_restores_the_cases_own_clock(world: World) -> None:
    complaint, _ = _pair(world)
    due_at = Complaint.objects.get(pk=complaint.pk).due_at

    services.unmerge(complaint, by=world.head, now=world.tick(days=1))

    assert (complaint.lead, complaint.clock, complaint.due_at) == (None, Clock.RUNNING, due_at)
    assert complaint.officer == world.officer.official


def test_after_a_month_merged_cases_stay_merged(world: World) -> None:
    complaint, _ = _pair(world)

    with pytest.raises(services.TooMany):
        services.unmerge(complaint, by=world.head, now=world.tick(days=31))


def test_a_chain_of_merges_is_flattened(world: World) -> None:
    first, second = _pair(world)
    third = world.file(phone="")

    services.merge(second, lead=third, by=world.officer, now=world.now)

    first.refresh_from_db()
    assert first.lead == third
    assert second.lead == third


def test_a_merged_or_ended_case_cannot_lead(world: World) -> None:
    merged, _ = _pair(world)
    withdrawn = world.at(Stage.WITHDRAWN)
    another = world.file(phone="")

    for wrong in (merged, withdrawn, another):
        with pytest.raises(services.NotAllowed):
            services.merge(another, lead=wrong, by=world.officer, now=world.now)


def test_a_lead_the_officer_cannot_see_does_not_exist_for_him(world: World) -> None:
    foreign = world.file(body="공원 벤치가 부서졌어요")

    with pytest.raises(services.NotAllowed):
        services.merge(world.file(), lead=foreign, by=world.officer, now=world.now)


@pytest.mark.parametrize("how", ["withdraw", "close"])
def test_the_others_go_on_when_the_lead_ends_for_its_own_reasons(how: str, world: World) -> None:
    complaint, lead = _pair(world)

    if how == "withdraw":
        services.withdraw(lead, by=None, now=world.now)
    else:
        services.close(lead, reason="반복 민원", by=world.head, now=world.now)

    complaint.refresh_from_db()
    assert complaint.stage == Stage.ASSIGNED
    assert complaint.lead is None


def test_a_supplement_under_way_ends_with_the_merge(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)

    services.merge(complaint, lead=world.file(phone=BADA), by=world.officer, now=world.tick(hours=1))

    assert complaint.supplements.get().ended_at == world.now
    assert complaint.supplements.get().answered_at is None


def test_a_second_look_starts_a_new_round_with_a_new_period(world: World) -> None:
    complaint = world.at(Stage.RESOLVED)
    services.reopen(complaint, reason="또 꺼졌어요", by=None, now=world.tick(days=3))
    assert (complaint.stage, complaint.clock, complaint.is_open) == (Stage.REOPENING, Clock.INTAKE, True)

    services.accept_reopening(complaint, by=world.head, now=world.tick(hours=2))

    assert (complaint.stage, complaint.round, complaint.received_at) == (Stage.ASSIGNED, 2, world.now)
    assert (complaint.outcome, complaint.answer) == ("", "")
    assert complaint.changes.get(step="resolve").public_text == "가로등을 고쳤습니다."


def test_the_old_answer_may_stand(world: World) -> None:
    complaint = world.at(Stage.REOPENING)

    services.decline_reopening(complaint, reason="부품을 기다립니다.", by=world.head, now=world.now)

    assert (complaint.stage, complaint.outcome) == (Stage.RESOLVED, Outcome.ACCEPTED)


def test_a_second_look_may_be_asked_for_within_a_month_and_twice(world: World) -> None:
    complaint = world.at(Stage.RESOLVED)
    for _ in range(2):
        services.reopen(complaint, reason="또", by=None, now=world.now)
        services.accept_reopening(complaint, by=world.head, now=world.now)
        world.resolve(complaint)

    with pytest.raises(services.TooMany):
        services.reopen(complaint, reason="또", by=None, now=world.now)
    late = world.at(Stage.RESOLVED)
    with pytest.raises(services.TooMany):
        services.reopen(late, reason="또", by=None, now=world.now + timedelta(days=31))
    assert complaint.round == 3
