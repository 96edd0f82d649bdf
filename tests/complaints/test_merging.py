"""Merging, and asking to look again."""

from datetime import timedelta

import pytest

from complaints import services
from complaints.clock_queries import why_due
from complaints.models import Complaint, Leave, Outcome
from complaints.workflow import Clock, Stage
from messaging.models import Message
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
    assert "함께 처리한 민원이 끝났습니다" in last.body
    assert complaint.number in last.body
    assert lead.number not in last.body
    assert last.phone == complaint.phone
    assert last.topic == "complaints.result"
    assert "만족" not in last.body


def test_a_merged_complainant_hears_of_a_later_date_too(world: World) -> None:
    complaint, lead = _pair(world)

    services.extend(
        lead, reason="fact_check", explanation="야간에 현장을 다시 봅니다.", value=7, by=world.officer, now=world.now
    )

    last = texts_about(complaint)[-1]
    assert "까지 연장" in last.body
    assert last.phone == complaint.phone
    assert lead.number not in last.body


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


def test_an_ended_case_cannot_lead(world: World) -> None:
    withdrawn = world.at(Stage.WITHDRAWN)
    another = world.file(phone="")

    for wrong in (withdrawn, another):
        with pytest.raises(services.NotAllowed):
            services.merge(another, lead=wrong, by=world.officer, now=world.now)


def test_a_merged_case_stands_for_its_lead(world: World) -> None:
    merged, lead = _pair(world)
    another = world.file(phone="")

    services.merge(another, lead=merged, by=world.officer, now=world.now)

    assert another.lead == lead
    with pytest.raises(services.AlreadyMerged):
        services.merge(lead, lead=merged, by=world.officer, now=world.now)


def test_cases_of_another_family_are_not_merged(world: World) -> None:
    lead = world.file(category=world.trees)

    with pytest.raises(services.NotAllowed):
        services.merge(world.file(), lead=lead, by=world.clerk, now=world.now)


def test_unmerging_gives_the_case_back_to_its_officer_or_whoever_is_there(world: World) -> None:
    stays, leaves = world.at(Stage.MERGED), world.at(Stage.MERGED)
    services.unmerge(stays, by=world.head, now=world.now)
    Leave.objects.create(official=world.officer.official, starts_at=world.now, ends_at=world.now + timedelta(days=9))
    services.unmerge(leaves, by=world.head, now=world.now)

    assert (stays.stage, stays.officer) == (Stage.ASSIGNED, world.officer.official)
    assert (leaves.stage, leaves.officer) == (Stage.ROUTED, None)


def test_a_second_look_that_was_merged_goes_on_as_one(world: World) -> None:
    complaint = world.at(Stage.REOPENING)
    services.merge(complaint, lead=world.file(phone=BADA), by=world.officer, now=world.now)

    services.unmerge(complaint, by=world.head, now=world.now)

    assert (complaint.stage, complaint.round, complaint.answer) == (Stage.ASSIGNED, 2, "")


def test_followers_hear_the_stages_and_nothing_that_was_written(world: World) -> None:
    complaint, lead = _pair(world)
    services.follow(lead, phone="+821055550000", by=None, now=world.now)
    services.follow(complaint, phone="+821055550001", by=None, now=world.now)
    services.follow(lead, phone=complaint.phone, by=None, now=world.now)

    world.tick(hours=1)
    world.resolve(lead, answer="박바다님 댁 앞을 고쳤습니다.")

    change = lead.changes.get(step="resolve")
    heard = Message.objects.filter(key__startswith=f"complaints.stage:{change.pk}:")
    assert sorted(message.phone for message in heard) == sorted(
        [BADA, complaint.phone, "+821055550000", "+821055550001"]
    )
    assert all("박바다" not in message.body for message in heard if "5555" in message.phone)
    assert heard.filter(key__contains="follower")[0].body == (
        f"[새빛구] 알림을 신청하신 신고({lead.number})가 지금 ‘처리 완료(수용)’ 단계입니다. 문의 02-100-0001"
    )


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
        world.sign(lead, "close", by=world.head, reason="not_a_petition")

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


def test_a_second_look_goes_to_somebody_who_is_there(world: World) -> None:
    complaint = world.at(Stage.REOPENING)
    world.officer.official.is_active = False
    world.officer.official.save()

    services.accept_reopening(complaint, by=world.head, now=world.now)

    assert complaint.officer != world.officer.official
    assert complaint.stage == (Stage.ASSIGNED if complaint.officer else Stage.ROUTED)


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


def test_a_second_look_that_was_merged_counts_anew_without_the_first_rounds_extension(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    services.extend(
        complaint, reason="fact_check", explanation="현지 조사", value=7, by=world.officer, now=world.tick(days=1)
    )
    world.resolve(complaint)
    services.reopen(complaint, reason="또 꺼졌어요", by=None, now=world.tick(days=20))
    services.merge(complaint, lead=world.file(phone=BADA), by=world.officer, now=world.now)

    services.unmerge(complaint, by=world.head, now=world.tick(days=1))

    assert (complaint.round, complaint.received_at, complaint.extension_count) == (2, world.now, 0)
    assert complaint.due_at is not None
    assert complaint.due_at > world.now
    explained = why_due(complaint)
    assert explained is not None
    assert explained.at == complaint.due_at


def test_an_old_answer_that_stands_was_given_when_it_was_given(world: World) -> None:
    complaint = world.at(Stage.RESOLVED)
    answered_at = complaint.ended_at
    services.reopen(complaint, reason="또 꺼졌어요", by=None, now=world.tick(days=20))

    services.decline_reopening(complaint, reason="부품을 기다립니다.", by=world.head, now=world.tick(days=1))

    assert complaint.ended_at == answered_at
    with pytest.raises(services.TooMany):  # the month counts from the answer
        services.reopen(complaint, reason="또", by=None, now=world.tick(days=20))
