"""Work on a case, the clock, and the ways a case ends."""

from datetime import date, timedelta
from itertools import pairwise

import pytest

from complaints import queries, services
from complaints.models import Complaint, Outcome
from complaints.workflow import Clock, Stage
from portal.core.workdays import KST
from tests.complaints.conftest import World


def _last_day(complaint: Complaint) -> date:
    assert complaint.due_at is not None
    return (complaint.due_at - timedelta.resolution).astimezone(KST).date()


def test_an_officer_inspects_reviews_and_answers(world: World) -> None:
    complaint = world.file()

    services.inspect(complaint, by=world.officer, now=world.tick(hours=1))
    services.review(complaint, by=world.officer, now=world.tick(hours=1))
    world.tick(hours=1)
    world.resolve(complaint)

    stored = Complaint.objects.get(pk=complaint.pk)
    assert stored.stage == Stage.RESOLVED
    assert (stored.outcome, stored.answer) == (Outcome.ACCEPTED, "가로등을 고쳤습니다.")
    assert (stored.clock, stored.ended_at, stored.is_open) == (Clock.STOPPED, world.now, False)


@pytest.mark.parametrize(
    ("asked", "answered", "last_day"),
    [
        (date(2026, 11, 4), date(2026, 11, 6), date(2026, 11, 13)),
        (date(2026, 11, 4), date(2026, 11, 4), date(2026, 11, 11)),
        (date(2026, 11, 6), date(2026, 11, 9), date(2026, 11, 12)),
    ],
)
def test_a_supplement_stops_the_clock_from_its_day_to_the_arrival_day(
    asked: date, answered: date, last_day: date, world: World
) -> None:
    complaint = world.file()
    assert _last_day(complaint) == date(2026, 11, 10)

    world.tick(days=(asked - date(2026, 11, 2)).days)
    world.ask(complaint)
    assert complaint.clock == Clock.PAUSED
    world.tick(days=(answered - asked).days, hours=1)
    services.answer_supplement(complaint, content="12번 가로등", by=None, now=world.now)

    assert (complaint.stage, complaint.clock) == (Stage.ASSIGNED, Clock.RUNNING)
    assert _last_day(complaint) == last_day
    assert complaint.supplements.get().answer == "12번 가로등"


def test_the_stored_due_date_is_what_the_explanation_computes(world: World) -> None:
    complaint = world.file()
    world.ask(complaint)
    services.answer_supplement(complaint, content="여기", by=None, now=world.tick(days=2))

    explained = queries.why_due(complaint)

    assert explained is not None
    assert explained.at == complaint.due_at
    assert any("보완" in line.reason for line in explained.lines)


def test_a_supplement_returns_to_the_stage_it_interrupted(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    world.ask(complaint)

    services.answer_supplement(complaint, content="여기", by=None, now=world.now)

    assert (complaint.stage, complaint.stage_before) == (Stage.REVIEWING, "")


def test_a_supplement_needs_somebody_to_ask_and_a_day_to_come(world: World) -> None:
    nobody = world.file(phone="")
    with pytest.raises(services.NotAllowed):
        world.ask(nobody)

    with pytest.raises(services.DateRefused):
        services.ask_supplement(world.file(), items="번호", due_on=date(2026, 11, 2), by=world.officer, now=world.now)


def test_a_case_is_sent_back_only_after_the_supplements_last_day(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)  # due on the 9th

    with pytest.raises(services.TooEarly):
        services.send_back(complaint, reason="미보완", by=world.officer, now=world.tick(days=7))
    world.tick(days=1)
    world.sign(complaint, "send_back", by=world.officer, reason="미보완")

    assert (complaint.stage, complaint.stage_before) == (Stage.RETURNED, "")
    assert complaint.supplements.get().ended_at == world.now


def test_a_refusal_needs_a_reason_and_a_remedy(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)

    with pytest.raises(services.Missing):
        world.resolve(complaint, outcome=Outcome.REFUSED)
    with pytest.raises(services.Missing):
        world.resolve(complaint, outcome=Outcome.REFUSED, refusal_reason="사유지입니다.")
    world.resolve(complaint, outcome=Outcome.REFUSED, refusal_reason="사유지입니다.", remedy="90일 안에 행정심판")

    stored = Complaint.objects.get(pk=complaint.pk)
    assert (stored.refusal_reason, stored.remedy) == ("사유지입니다.", "90일 안에 행정심판")


def test_a_transferred_case_may_come_back_with_its_old_clock(world: World) -> None:
    complaint = world.file()
    received_at = complaint.received_at
    world.tick(days=1)
    services.transfer(complaint, agency=world.police, reason="신호등", by=world.officer, now=world.now)
    assert (complaint.stage, complaint.clock) == (Stage.TRANSFERRED, Clock.STOPPED)

    services.bounce(complaint, note="구청 소관", by=world.clerk, now=world.tick(days=1))

    assert (complaint.stage, complaint.department, complaint.officer) == (Stage.RECEIVED, None, None)
    assert complaint.received_at == received_at
    assert _last_day(complaint) == date(2026, 11, 12)  # the 3rd and 4th do not count
    assert complaint.transfers.get().bounce_note == "구청 소관"


def test_it_may_be_transferred_again_after_it_came_back(world: World) -> None:
    complaint = world.at(Stage.TRANSFERRED)
    services.bounce(complaint, note="구청 소관", by=world.clerk, now=world.now)

    services.transfer(complaint, agency=world.police, reason="확인함", by=world.clerk, now=world.now)

    assert complaint.transfers.count() == 2


def test_the_citizen_may_withdraw_and_the_clerk_may_for_a_caller(world: World) -> None:
    own, called = world.file(), world.file()

    services.withdraw(own, by=None, now=world.now)
    services.withdraw(called, by=world.clerk, note="전화로 취하", now=world.now)

    assert own.stage == called.stage == Stage.WITHDRAWN
    assert own.changes.latest("seq").actor == "citizen"
    assert called.changes.latest("seq").internal_text == "전화로 취하"


def test_a_form_opened_before_a_change_is_stale_and_shows_what_happened(world: World) -> None:
    complaint = world.file()
    opened_at_version = complaint.version
    services.write(complaint, text="아직인가요?", by=None, now=world.now)

    with pytest.raises(services.Stale) as refusal:
        services.review(complaint, by=world.officer, now=world.now, version=opened_at_version)

    assert [change.public_text for change in refusal.value.changes] == ["아직인가요?"]


def test_each_write_raises_the_version_and_the_book_has_a_line_for_it(world: World) -> None:
    complaint = world.at(Stage.RESOLVED)

    changes = list(complaint.changes.order_by("seq"))

    assert [change.seq for change in changes] == list(range(1, complaint.version + 1))
    assert all(later.before == earlier.after for earlier, later in pairwise(changes))
    assert changes[-1].after == complaint.stage
