"""Steps that need a second signature: frozen, decided, taken; void when the case changes."""

from datetime import timedelta
from typing import Any

import pytest

from complaints import services
from complaints.approvals import _details as details
from complaints.models import Complaint, Outcome, Proposal
from complaints.workflow import Stage
from messaging.models import Message
from portal.approvals.models import Approval
from tests.complaints.conftest import World, texts_about

REFUSAL: dict[str, Any] = {
    "outcome": Outcome.REFUSED,
    "answer": "사유지라 고칠 수 없습니다.",
    "refusal_reason": "사유지입니다.",
    "remedy": "90일 안에 행정심판",
}


def _proposed(world: World) -> tuple[Complaint, Approval]:
    complaint = world.at(Stage.REVIEWING)
    done = services.act(complaint, step="resolve", by=world.officer, now=world.now, **REFUSAL)
    assert isinstance(done, Proposal)
    return complaint, Approval.objects.get(reference=complaint.number)


def test_a_refusal_waits_for_the_head_and_is_told_when_she_signs(world: World) -> None:
    complaint, approval = _proposed(world)
    assert approval.steps.get().official == world.head.official
    assert Complaint.objects.get(pk=complaint.pk).stage == Stage.REVIEWING

    world.tick(hours=3)
    world.decide(complaint)

    complaint.refresh_from_db()
    assert (complaint.stage, complaint.outcome) == (Stage.RESOLVED, Outcome.REFUSED)
    change = complaint.changes.latest("seq")
    assert (change.by, change.actor, change.data["approval"]) == (world.officer, "officer", approval.pk)
    assert "사유: 사유지입니다." in [one.body for one in texts_about(complaint)][-1]
    assert complaint.proposals.get().ending == "taken"


def test_no_path_takes_the_step_without_the_signature(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)
    other, approval = _proposed(world)

    with pytest.raises(services.SignatureNeeded):
        services.resolve(complaint, by=world.officer, now=world.now, **REFUSAL)
    with pytest.raises(services.SignatureNeeded):  # open
        services.resolve(other, by=world.officer, now=world.now, approval=approval, **REFUSAL)
    world.decide(other)
    with pytest.raises(services.SignatureNeeded):  # about another case
        services.resolve(
            complaint,
            by=world.officer,
            now=world.now,
            approval=Approval.objects.get(pk=approval.pk),
            **REFUSAL,
        )


def test_a_category_may_want_every_answer_signed(world: World) -> None:
    world.lamps.requires_approval = True
    world.lamps.save()

    done = services.act(
        world.at(Stage.REVIEWING), step="resolve", by=world.officer, now=world.now, outcome="accepted", answer="고침"
    )

    assert isinstance(done, Proposal)


def test_an_ordinary_answer_goes_at_once(world: World) -> None:
    complaint = world.at(Stage.REVIEWING)

    services.act(complaint, step="resolve", by=world.officer, now=world.now, outcome="accepted", answer="고침")

    assert complaint.stage == Stage.RESOLVED
    assert not Approval.objects.exists()


def test_a_correction_voids_what_waits_and_the_drafter_hears_it(world: World) -> None:
    world.officer.phone = "+821011112222"
    world.officer.save()
    complaint, approval = _proposed(world)
    complaint.refresh_from_db()

    services.correct(
        complaint,
        changes={"body": "다른 가로등입니다"},
        proof="device",
        version=complaint.version,
        by=None,
        now=world.now,
    )

    approval.refresh_from_db()
    assert approval.state == Approval.State.VOID
    assert complaint.proposals.get().ending == "void"
    assert Message.objects.filter(template_version__template__code="approvals.decided").count() == 1


def test_a_nudge_leaves_what_waits_alone(world: World) -> None:
    complaint, _ = _proposed(world)

    services.nudge(complaint, by=None, now=world.now)
    world.decide(complaint)

    complaint.refresh_from_db()
    assert complaint.stage == Stage.RESOLVED


def test_a_masked_text_is_published_while_the_signature_waits(world: World) -> None:
    complaint, approval = _proposed(world)
    complaint.refresh_from_db()

    services.publish(complaint, text="가로등이 안 켜져요", by=world.officer, now=world.now)
    assert Approval.objects.get(pk=approval.pk).state == Approval.State.IN_REVIEW
    world.decide(complaint)

    complaint.refresh_from_db()
    assert (complaint.stage, complaint.published_text) == (Stage.RESOLVED, "가로등이 안 켜져요")


def test_what_the_head_returns_stays_with_the_officer(world: World) -> None:
    complaint, _ = _proposed(world)

    world.decide(complaint, decision="returned", comment="근거를 더 적어 주세요.")

    complaint.refresh_from_db()
    assert complaint.stage == Stage.REVIEWING
    assert complaint.proposals.get().ending == "returned"
    assert isinstance(services.act(complaint, step="resolve", by=world.officer, now=world.now, **REFUSAL), Proposal)


def test_a_drafter_who_left_meanwhile_takes_no_step(world: World) -> None:
    complaint, approval = _proposed(world)
    world.officer.official.is_active = False
    world.officer.official.save()

    world.decide(complaint)

    approval.refresh_from_db()
    complaint.refresh_from_db()
    assert (approval.state, complaint.stage) == (Approval.State.VOID, Stage.REVIEWING)


def test_the_clock_keeps_running_while_an_approval_waits(world: World) -> None:
    complaint, _ = _proposed(world)
    due_at = Complaint.objects.get(pk=complaint.pk).due_at

    world.tick(days=2)

    fresh = Complaint.objects.get(pk=complaint.pk)
    assert (fresh.clock, fresh.due_at) == ("running", due_at)


def test_what_could_not_be_taken_is_not_proposed(world: World) -> None:
    complaint = world.at(Stage.SUPPLEMENTING)

    with pytest.raises(services.TooEarly):
        services.act(complaint, step="send_back", by=world.officer, now=world.now, reason="미보완")
    with pytest.raises(services.NotAllowed):
        services.act(complaint, step="send_back", by=world.head, now=world.now + timedelta(days=9), reason="미보완")

    assert not Proposal.objects.exists()


def test_a_case_waits_for_one_signature_at_a_time(world: World) -> None:
    complaint, _ = _proposed(world)
    fresh = Complaint.objects.get(pk=complaint.pk)

    with pytest.raises(services.AlreadyProposed):
        services.act(fresh, step="close", by=world.examiner, now=world.now, reason="not_a_petition")


def test_a_head_who_closes_asks_the_examiner_and_the_examiner_the_head(world: World) -> None:
    for by, signer in ((world.head, world.examiner), (world.examiner, world.head)):
        complaint = world.file()
        services.act(complaint, step="close", by=by, now=world.now, reason="abusive")
        approval = Approval.objects.get(reference=complaint.number)
        assert approval.steps.get().official == signer.official


def test_a_case_without_a_department_is_signed_by_any_head(world: World) -> None:
    complaint = world.at(Stage.RECEIVED)

    world.sign(complaint, "close", by=world.examiner, reason="not_a_petition")

    assert complaint.stage == Stage.CLOSED


def test_nobody_there_to_sign_is_said(world: World) -> None:
    for user in (world.head, world.examiner):
        user.official.is_active = False
        user.official.save()

    with pytest.raises(services.NoApprover):
        services.act(world.at(Stage.REVIEWING), step="resolve", by=world.officer, now=world.now, **REFUSAL)


def test_the_summary_holds_no_words_about_a_person_and_the_page_opens_them(world: World) -> None:
    complaint, approval = _proposed(world)

    kept = str(approval.summary) + approval.title
    shown = str(details(approval))

    assert "사유지" not in kept
    assert complaint.body not in kept
    assert "사유지" in shown
    assert complaint.body in shown
    assert "사유지" not in bytes(complaint.proposals.get().arguments_sealed).decode("latin-1")
