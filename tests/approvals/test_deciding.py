"""Who may decide, in which order, once, and about exactly what she was shown."""

import threading
from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from messaging.models import Message
from portal.accounts.models import User
from portal.approvals import queries, services, subjects
from portal.approvals.models import Approval, ApprovalEvent, ApprovalStep
from portal.approvals.services import Seat
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from tests.approvals.office import HASH, NOON, SUBJECT, Office, Role, official

TODAY = day_in_korea(NOON)


def state_of(approval: Approval) -> str:
    return Approval.objects.get(pk=approval.pk).state


def away(office: Office, absent: str, deputy: str, since: date = TODAY, until: date = TODAY) -> None:
    person = getattr(office, absent)
    services.register_stand_in(
        absent=person,
        deputy=getattr(office, deputy),
        starts_on=since,
        ends_on=until,
        reason="연가",
        by=person.user,
        now=NOON - timedelta(days=10),
    )


def test_one_after_the_other_and_the_owner_hears_the_end(office: Office) -> None:
    approval = office.propose()

    office.decide(approval, office.reviewer)
    assert (state_of(approval), office.heard) == ("in_review", [])
    office.decide(approval, office.approver)

    assert state_of(approval) == "approved"
    assert office.heard == [("N2611-0001", "approved")]
    assert list(approval.events.order_by("pk").values_list("what", flat=True)) == ["proposed", "reviewed", "approved"]


def test_nobody_decides_before_her_turn(office: Office) -> None:
    approval = office.propose()

    with pytest.raises(services.NotHerTurn):
        office.decide(approval, office.approver)


def test_the_drafter_is_never_in_the_line(office: Office) -> None:
    with pytest.raises(services.LineRefused):
        office.propose(Seat(office.drafter))


def test_the_database_refuses_the_drafter_as_well(office: Office) -> None:
    approval = office.propose()

    with pytest.raises(IntegrityError, match="nobody approves what she drafted"):
        ApprovalStep.objects.create(approval=approval, position=9, role=Role.APPROVE, official=office.drafter)


def test_the_drafter_does_not_stand_in_for_her_own_approver(office: Office) -> None:
    away(office, "approver", "drafter")
    approval = office.propose(Seat(office.approver))

    with pytest.raises(services.NotHerTurn):
        office.decide(approval, office.drafter)

    assert approval not in queries.waiting_for(office.drafter, on=TODAY)


def test_a_line_needs_somebody_who_may_approve(office: Office) -> None:
    for line in ((), (Seat(office.reviewer, Role.REVIEW),), (Seat(office.reviewer),), (Seat(office.approver),) * 2):
        with pytest.raises(services.LineRefused):
            office.propose(line=line)


def test_the_last_signature_ends_it_for_everybody_after(office: Office) -> None:
    mayor = official("mayor", office.department, "head", name="구청장")
    approval = office.propose(Seat(office.approver, is_final=True), Seat(mayor))

    office.decide(approval, office.approver)

    assert state_of(approval) == "approved"
    assert approval.steps.get(official=mayor).decision == "skipped"


def test_a_stand_in_decides_and_both_names_are_kept(office: Office) -> None:
    deputy = official("deputy", office.department, "sender", name="한대결")
    services.register_stand_in(
        absent=office.approver,
        deputy=deputy,
        starts_on=TODAY,
        ends_on=TODAY,
        reason="출장",
        by=office.approver.user,
        now=NOON,
    )
    approval = office.propose(Seat(office.approver))

    step = office.decide(approval, deputy)

    assert (step.official, step.acting_for) == (deputy, office.approver)
    assert state_of(approval) == "approved"


@pytest.mark.parametrize(("since", "until"), [(-3, -1), (1, 3)])
def test_a_stand_in_counts_only_on_her_days(office: Office, since: int, until: int) -> None:
    away(office, "approver", "stranger", TODAY + timedelta(days=since), TODAY + timedelta(days=until))
    approval = office.propose(Seat(office.approver))

    with pytest.raises(services.NotHerTurn):
        office.decide(approval, office.stranger)


def test_a_stand_in_taken_back_counts_no_more(office: Office) -> None:
    away(office, "approver", "stranger")
    services.end_stand_in(office.approver.stand_ins.get(), by=office.approver.user, now=NOON)
    approval = office.propose(Seat(office.approver))

    with pytest.raises(services.NotHerTurn):
        office.decide(approval, office.stranger)


def test_whoever_is_in_the_line_does_not_decide_twice(office: Office) -> None:
    away(office, "approver", "reviewer")
    approval = office.propose()
    office.decide(approval, office.reviewer)

    with pytest.raises(services.NotHerTurn):
        office.decide(approval, office.reviewer)


def test_nobody_makes_herself_the_stand_in_of_somebody_else(office: Office) -> None:
    head = official("head", office.department, "head", name="김과장")

    for by, deputy in ((head, head), (office.reviewer, office.stranger)):
        with pytest.raises(services.StandInRefused):
            services.register_stand_in(
                absent=office.approver,
                deputy=deputy,
                starts_on=TODAY,
                ends_on=TODAY,
                reason="연가",
                by=by.user,
                now=NOON,
            )


def test_a_double_click_decides_once(office: Office) -> None:
    approval = office.propose(Seat(office.approver))
    office.decide(approval, office.approver)

    with pytest.raises(services.AlreadyDecided):
        office.decide(approval, office.approver)

    assert office.heard == [("N2611-0001", "approved")]


@pytest.mark.django_db(transaction=True)
def test_of_two_deciders_at_once_one_wins(office: Office) -> None:
    away(office, "approver", "stranger")
    approval = office.propose(Seat(office.approver))
    outcomes: list[str] = []
    start = threading.Barrier(2)

    def press(person: str, decision: str) -> None:
        try:
            start.wait(10)
            office.decide(approval, getattr(office, person), decision)
            outcomes.append("decided")
        except Refused as refused:
            outcomes.append(type(refused).__name__)
        finally:
            connection.close()

    threads = [
        threading.Thread(target=press, args=pair) for pair in (("approver", "approved"), ("stranger", "returned"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)

    assert sorted(outcomes) == ["AlreadyDecided", "decided"]
    assert len(office.heard) == 1


def test_an_old_page_decides_nothing(office: Office) -> None:
    approval = office.propose(Seat(office.approver))

    with pytest.raises(services.OldPage):
        office.decide(approval, office.approver, sha256="b" * 64)

    assert state_of(approval) == "in_review"


def test_a_return_says_why(office: Office) -> None:
    approval = office.propose(Seat(office.approver))

    with pytest.raises(services.CommentMissing):
        office.decide(approval, office.approver, "returned", comment="  ")
    office.decide(approval, office.approver, "returned", comment="기한을 늘려 주세요")

    assert office.heard == [("N2611-0001", "returned")]
    assert approval.events.get(what=ApprovalEvent.What.RETURNED).note == "기한을 늘려 주세요"


def test_only_one_is_open_for_a_reference(office: Office) -> None:
    first = office.propose(Seat(office.approver))

    with pytest.raises(services.AlreadyOpen):
        office.propose(Seat(office.approver))
    office.decide(first, office.approver, "returned")

    assert office.propose(Seat(office.approver)).state == "in_review"


def test_void_ends_what_waits_and_what_was_approved_but_not_what_was_returned(office: Office) -> None:
    returned = office.propose(Seat(office.approver))
    office.decide(returned, office.approver, "returned")
    approved = office.propose(Seat(office.approver))
    office.decide(approved, office.approver)

    count = services.void(subject=SUBJECT, reference="N2611-0001", reason="명부가 바뀜", by=None, now=NOON)

    assert (count, state_of(returned), state_of(approved)) == (1, "returned", "void")
    with pytest.raises(services.AlreadyDecided):
        office.decide(approved, office.approver)


def test_people_with_a_registered_phone_are_told(office: Office) -> None:
    approval = office.propose()
    assert not Message.objects.filter(topic="approvals.waiting").exists()  # the reviewer has none

    office.decide(approval, office.reviewer)
    assert Message.objects.get(topic="approvals.waiting").phone == office.approver.user.phone
    office.decide(approval, office.approver)

    assert Message.objects.get(topic="approvals.decided").phone == office.drafter.user.phone


@pytest.mark.parametrize("column", ["summary", "sha256", "reference", "title", "drafter_id"])
def test_what_was_proposed_is_frozen(office: Office, column: str) -> None:
    approval = office.propose()
    changed = {"summary": [], "drafter_id": office.stranger.pk}.get(column, "b" * 64 if column == "sha256" else "다른")

    with pytest.raises(ProgrammingError, match="Cannot update"):
        Approval.objects.filter(pk=approval.pk).update(**{column: changed})


def test_history_and_decided_steps_are_never_edited(office: Office) -> None:
    approval = office.propose()
    office.decide(approval, office.reviewer)

    for rows in (approval.events.all(), approval.steps.filter(decision="approved")):
        with pytest.raises(ProgrammingError), transaction.atomic():
            rows.update(at=NOON + timedelta(days=1))
        with pytest.raises(ProgrammingError), transaction.atomic():
            rows.delete()


def test_each_official_sees_what_is_hers(office: Office) -> None:
    approval = office.propose()

    assert list(queries.waiting_for(office.reviewer, on=TODAY)) == [approval]
    assert not queries.waiting_for(office.approver, on=TODAY).exists()
    assert list(queries.proposed_by(office.drafter)) == [approval]
    assert list(queries.seen_by(office.approver)) == [approval]
    assert not queries.seen_by(office.stranger).exists()


def test_the_hash_is_the_one_that_was_proposed(office: Office) -> None:
    assert office.propose().sha256 == HASH
    with pytest.raises(IntegrityError):
        office.propose(reference="N2611-0002", sha256="nonsense")


def test_an_owner_that_finds_it_changed_voids_it_and_the_drafter_hears_one_word(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def changed(*, approval: Approval, by: User, now: datetime) -> None:
        services.void(subject=SUBJECT, reference=approval.reference, reason="명부가 바뀜", by=None, now=now)

    monkeypatch.setattr(subjects, "_handlers", {SUBJECT: changed})
    approval = office.propose(Seat(office.approver))

    office.decide(approval, office.approver)

    assert (approval.state, state_of(approval)) == ("void", "void")
    assert Message.objects.filter(topic="approvals.decided").count() == 1
