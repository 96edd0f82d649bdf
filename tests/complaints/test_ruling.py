"""Officials' rules: the first that holds decides, a broken one goes off and says why."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError

from complaints import rehearsing, routing_queries, services
from complaints.models import Assignment, CategoryKeyword, Complaint, Dong, Leave, RoutingRule
from complaints.services import ruling
from complaints.workflow import Stage
from messaging.models import Message
from tests.complaints.colleagues import colleague
from tests.complaints.conftest import BADA, LAMP, World

GARAM = {"code": "garam", "name": "가람동", "polygon": []}


def _rule(world: World, **changes: object) -> RoutingRule:
    values = {"ordinal": 10, "words": ["가로등"], "department": world.parks, "note": "공원 옆 가로등", **changes}
    return RoutingRule.objects.create(**values)


def test_a_rule_sends_a_case_where_its_words_would_not(world: World) -> None:
    rule = _rule(world)

    complaint = world.file()

    kept = complaint.assignments.order_by("pk").first()
    assert complaint.department == world.parks
    assert kept is not None
    assert (kept.reason, kept.breakdown["rule"]) == ("rule", rule.pk)
    assert "공원 옆 가로등" in kept.explanation


def test_a_rule_without_a_category_routes_what_no_word_explains(world: World) -> None:
    _rule(world, words=["외계인"])

    complaint = world.file(body="외계인이 왔어요")

    assert (complaint.department, complaint.category) == (world.parks, None)
    assert complaint.stage == Stage.ASSIGNED


def test_of_two_rules_that_hold_the_first_decides(world: World) -> None:
    _rule(world, ordinal=20)
    _rule(world, ordinal=10, department=world.roads)

    assert world.file().department == world.roads


def test_every_condition_must_hold_and_a_bar_means_either(world: World) -> None:
    _rule(world, words=["가로등", "산책로|공원"])

    assert world.file().department == world.roads
    assert world.file(body="산책로 가로등이 꺼졌어요").department == world.parks


def test_a_rule_may_wait_for_a_category_that_the_citizen_named(world: World) -> None:
    _rule(world, words=[], category=world.lamps)

    assert world.file(body="여기요", category=world.lamps).department == world.parks


def test_a_rule_for_another_dong_or_another_time_does_not_hold(world: World) -> None:
    _rule(world, words=[], dong=Dong.objects.create(**GARAM))
    _rule(world, ordinal=11, active_until=date(2026, 11, 1))
    _rule(world, ordinal=12, active_from=date(2026, 11, 3))

    assert world.file().department == world.roads
    assert ruling.decide(LAMP, place="", dong="garam", now=world.now).decision.department == world.parks.name


def test_the_officer_a_rule_names_gets_the_case_if_she_is_there(world: World) -> None:
    busy = colleague(world, "김지정")
    for _ in range(3):
        world.file(phone="")
    _rule(world, department=world.roads, officer=busy)

    complaint = world.file(phone="")

    assert complaint.officer == busy
    assert complaint.assignments.latest("pk").reason == "rule"
    Leave.objects.create(official=busy, starts_at=world.now, ends_at=world.now + timedelta(days=1))
    assert world.file(phone="").officer == world.officer.official


def test_a_rule_to_an_inactive_official_goes_off_is_told_and_the_words_decide(world: World) -> None:
    gone = colleague(world, "박퇴직")
    world.clerk.phone = BADA
    world.clerk.save()
    rule = _rule(world, department=world.roads, officer=gone, owner=world.clerk)
    gone.is_active = False
    gone.save()

    complaint = world.file()

    rule.refresh_from_db()
    assert complaint.officer == world.officer.official
    assert not rule.is_active
    assert "박퇴직" in rule.trouble
    assert "배정 규칙 10번" in Message.objects.get(topic="complaints.duty").body
    assert world.file().department == world.roads
    assert Message.objects.filter(topic="complaints.duty").count() == 1


def test_a_malformed_rule_goes_off_in_the_next_sweep_though_no_text_met_it(world: World) -> None:
    rule = _rule(world, words=["!!!"])
    whole = _rule(world, ordinal=11)

    services.sweep(now=world.now)

    rule.refresh_from_db()
    whole.refresh_from_db()
    assert (rule.is_active, whole.is_active) == (False, True)
    assert "!!!" in rule.trouble


def test_a_rule_to_a_closed_department_goes_off(world: World) -> None:
    rule = _rule(world)
    world.parks.is_active = False
    world.parks.save()

    assert world.file().department == world.roads
    rule.refresh_from_db()
    assert "공원녹지과" in rule.trouble


def test_a_rule_without_a_condition_is_refused_by_the_database(world: World) -> None:
    with pytest.raises(IntegrityError, match="rule_has_a_condition"):
        _rule(world, words=[])


def test_a_rehearsal_counts_what_a_rule_would_have_caught_and_writes_nothing(world: World) -> None:
    world.file()
    world.file(body="공원 벤치가 부서졌어요")
    before = list(Complaint.objects.order_by("pk").values_list("pk", "department", "version"))
    rule = RoutingRule(ordinal=10, words=["가로등"], department=world.parks)

    found = rehearsing.rehearse(rule, on=world.now.date())

    assert (found.looked_at, len(found.caught)) == (2, 1)
    assert [(one.now_with, one.would_be_with) for one in found.elsewhere] == [("도로과", "공원녹지과")]
    assert list(Complaint.objects.order_by("pk").values_list("pk", "department", "version")) == before
    assert RoutingRule.objects.count() == 0


def test_an_earlier_rule_still_comes_first_in_a_rehearsal(world: World) -> None:
    world.file()
    _rule(world, ordinal=5, department=world.roads)

    later = RoutingRule(ordinal=10, words=["가로등"], department=world.parks)

    assert rehearsing.rehearse(later, on=world.now.date()).caught == []


def test_what_officials_change_is_heard_by_the_next_case(world: World) -> None:
    assert world.file(body="보안등이 깜빡여요").stage == Stage.RECEIVED

    CategoryKeyword.objects.create(category=world.lamps, text="보안등", weight=6.0)

    assert world.file(body="보안등이 깜빡여요").department == world.roads
    CategoryKeyword.objects.filter(text="보안등").delete()
    assert world.file(body="보안등이 깜빡여요").stage == Stage.RECEIVED


def test_the_router_is_read_once_for_many_cases(world: World) -> None:
    first = routing_queries.router()

    assert routing_queries.router() is first
    world.lamps.name = "가로등과 보안등"
    world.lamps.save()
    assert routing_queries.router() is not first


def test_a_stored_explanation_leads_to_the_same_department(world: World) -> None:
    complaint = world.file()
    kept = Assignment.objects.filter(complaint=complaint, reason="model").get()

    assert kept.breakdown["words"] == [["가로등", 6.0]]
    assert complaint.department is not None
    assert routing_queries.decided_by(kept.breakdown) == complaint.department.name


def test_triage_is_offered_the_three_likeliest_departments(world: World) -> None:
    CategoryKeyword.objects.create(category=world.trees, text="나뭇가지", weight=1.0)
    complaint = world.file(body="나뭇가지가 늘어졌어요")
    assert complaint.stage == Stage.RECEIVED

    offered = routing_queries.suggestions_of(complaint)

    assert [one.department for one in offered] == [world.parks]
    assert 0 < offered[0].percent < 100


@pytest.mark.parametrize("words", [["..."], ["가로등", "?"], ["가로등|"]])
def test_a_rule_that_would_never_hold_says_which_word_is_wrong(world: World, words: list[str]) -> None:
    assert "찾을 수 없는 낱말" in services.trouble_of(RoutingRule(ordinal=1, words=words, department=world.roads))
