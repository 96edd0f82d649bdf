"""결재 of a campaign: what must be tried first, who decides, and that only exactly what was approved is started."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from messaging.models import Message, Price, SenderNumber, TemplateVersion
from notices import services
from notices.models import Asset, Campaign, LadderStep, Notice, Option, Question, Recipient, SourceDocument
from notices.services.manifests import manifest_of
from notices.workflow import NotAllowed
from portal.approvals import services as approvals
from portal.approvals.models import Approval, ApprovalStep
from portal.approvals.services import Seat
from tests.notices.world import APPROVED, BADA, HANEUL, SOL, World, official

RETURNED = ApprovalStep.Decision.RETURNED


def decide(world: World, approval: Approval, decision: ApprovalStep.Decision = APPROVED, **changes: Any) -> Approval:
    values: dict[str, Any] = {"sha256": approval.sha256, "by": world.sender, "now": world.now, "comment": "고쳐 주세요"}
    approvals.decide(approval, decision=decision, **{**values, **changes})
    return Approval.objects.get(pk=approval.pk)


def state_of(campaign: Campaign) -> str:
    return Campaign.objects.get(pk=campaign.pk).state


def test_the_question_and_the_final_list_are_approved_one_after_the_other(world: World) -> None:
    campaign = world.ready()
    world.launch(campaign)
    world.run(campaign)
    world.arrive(campaign)
    world.reply(HANEUL, "1 900101")
    services.close_asking(campaign, by=world.drafter, now=world.tick(hours=1), reason="모두 회신함")

    with pytest.raises(NotAllowed):
        services.launch(campaign, manifest=campaign.manifest_sha256, by=world.sender, now=world.now)
    world.launch(campaign)
    world.run(campaign)

    assert [one.state for one in Approval.objects.order_by("pk")] == ["approved", "approved"]
    assert len({one.sha256 for one in Approval.objects.all()}) == 2
    assert campaign.sends_approved_by == world.sender
    assert world.state(campaign, HANEUL) == "queued"


def test_nothing_is_proposed_untried(world: World) -> None:
    campaign = world.ready()
    line = [Seat(world.sender.official)]

    with pytest.raises(services.NotTried, match="점검"):
        services.propose(campaign, line=line, by=world.drafter, now=world.now)
    world.tried(campaign)
    Question.objects.filter(campaign=campaign).update(text="다른 물음")
    with pytest.raises(services.NotTried, match="점검"):
        services.propose(campaign, line=line, by=world.drafter, now=world.now)

    assert state_of(campaign) == "ready"


def test_a_test_that_arrived_wrong_stands_in_the_way(world: World) -> None:
    campaign = world.ready()
    run = world.tried(campaign)
    test = campaign.test_sends.get()
    later = campaign.test_sends.create(
        phase=test.phase, head_sha256=test.head_sha256, official=test.official, code="0009", at=world.now
    )
    services.confirm_test(
        later, is_good=False, code="", note="그림이 잘렸습니다", by=world.drafter, now=world.tick(minutes=1)
    )

    with pytest.raises(services.NotTried, match="시험"):
        services.propose(campaign, line=[Seat(world.sender.official)], by=world.drafter, now=world.now)
    assert run.is_clean


def test_whoever_drafted_is_not_in_the_line_even_if_somebody_else_proposes(world: World) -> None:
    campaign = world.ready()
    world.tried(campaign)
    world.drafter.groups.add(*world.sender.groups.all())

    with pytest.raises(approvals.LineRefused):
        services.propose(campaign, line=[Seat(world.drafter.official)], by=world.sender, now=world.now)


def test_whoever_drafted_does_not_stand_in_for_the_approver(world: World) -> None:
    campaign = world.ready()
    other = official("other", world.department, "officer", name="박기안")
    world.drafter.groups.add(*world.sender.groups.all())
    world.tried(campaign)
    approval = services.propose(campaign, line=[Seat(world.sender.official)], by=other, now=world.now)
    day = world.now.date()
    approvals.register_stand_in(
        absent=world.sender.official,
        deputy=world.drafter.official,
        starts_on=day,
        ends_on=day,
        reason="연가",
        by=world.sender,
        now=world.now,
    )

    with pytest.raises(NotAllowed):
        decide(world, approval, by=world.drafter)

    assert state_of(campaign) == "approving"


def test_a_return_leads_back_and_the_next_proposal_is_a_new_one(world: World) -> None:
    campaign = world.ready()
    decide(world, world.proposed(campaign), RETURNED)

    assert state_of(campaign) == "ready"
    campaign.refresh_from_db()
    world.launch(campaign)
    assert state_of(campaign) == "asking"


def test_another_campaigns_or_an_old_approval_approves_nothing(world: World) -> None:
    first, second = world.ready(), world.ready()
    old = world.proposed(first)
    services.void_approval(first, reason="시험", by=world.drafter, now=world.now)
    first.refresh_from_db()
    world.proposed(first)
    approval = world.proposed(second)

    with pytest.raises(approvals.AlreadyDecided):
        decide(world, old)
    with pytest.raises(approvals.OldPage):
        decide(world, approval, sha256=first.manifest_sha256)

    assert (state_of(first), state_of(second)) == ("approving", "approving")


def _newer_wording(world: World, _: Campaign) -> None:
    old = TemplateVersion.objects.filter(template__code="notices.consent").latest("number")
    TemplateVersion.objects.create(
        template=old.template,
        number=old.number + 1,
        title=old.title,
        purpose=old.purpose,
        route=old.route,
        body=old.body + "\n감사합니다.",
        review_state="approved",
        approved_at=world.now,
        created_at=world.now,
    )


def _price(world: World, _: Campaign) -> None:
    today = timezone.now().date() - timedelta(days=1)
    Price.objects.create(channel="lms", won="99.00", valid_from=today)


def _of_campaign(**values: Any) -> Callable[[World, Campaign], object]:
    return lambda world, campaign: Campaign.objects.filter(pk=campaign.pk).update(**values)


def _of_haneul(**values: Any) -> Callable[[World, Campaign], object]:
    return lambda world, campaign: Recipient.objects.filter(pk=world.of(campaign, HANEUL).pk).update(**values)


CHANGES: dict[str, Callable[[World, Campaign], object]] = {
    "title": _of_campaign(title="다른 통지서"),
    "legal basis": _of_campaign(legal_basis="지방세기본법 제28조"),
    "effect": _of_campaign(effect="opened"),
    "identity": _of_campaign(identity="both"),
    "paper": _of_campaign(has_paper=False),
    "mail price": _of_campaign(mail_won=3_000),
    "question": lambda world, one: Question.objects.filter(campaign=one).update(text="다른 물음"),
    "option": lambda world, one: Option.objects.filter(question__campaign=one, digit=1).update(label="찬성"),
    "step": lambda world, one: LadderStep.objects.filter(campaign=one, position=2).update(wait_hours=999),
    "wording": _newer_wording,
    "price": _price,
    "sender number": lambda world, one: SenderNumber.objects.filter(is_default=True).update(number="0299998888"),
    "phone": _of_haneul(phone_index=b"x" * 16),
    "birth": _of_haneul(birth_index=b"y" * 16),
    "key": _of_haneul(key="2026-99999999"),
    "out": _of_haneul(state="excluded", bucket="excluded"),
    "pages": lambda world, one: Notice.objects.filter(recipient=world.of(one, HANEUL)).update(pages=[2]),
    "picture": lambda world, one: Asset.objects.filter(recipient=world.of(one, HANEUL)).update(sha256="f" * 64),
    "document": lambda world, one: SourceDocument.objects.filter(campaign=one).update(sha256="f" * 64),
}


@pytest.mark.parametrize("what", CHANGES)
def test_whatever_changes_under_review_voids_the_approval(world: World, what: str) -> None:
    campaign = world.ready()
    approval = world.proposed(campaign)

    CHANGES[what](world, campaign)
    approval = decide(world, approval)

    assert approval.state == "void"
    assert state_of(campaign) == "ready"


@pytest.mark.parametrize("what", ["legal basis", "wording", "phone", "price"])
def test_whatever_changes_after_the_approval_is_not_started(world: World, what: str) -> None:
    campaign = world.ready()
    approval = world.approve(campaign)

    CHANGES[what](world, campaign)
    with pytest.raises(services.ManifestChanged):
        services.launch(campaign, manifest=campaign.manifest_sha256, by=world.sender, now=world.now)

    approval.refresh_from_db()
    assert approval.state == "void"
    assert state_of(campaign) == "ready"
    assert not Message.objects.filter(topic="notices.consent").exists()


def test_taking_somebody_out_under_review_voids_the_approval(world: World) -> None:
    campaign = world.ready()
    approval = world.proposed(campaign)

    services.exclude(world.of(campaign, SOL), reason="사망", by=world.drafter, now=world.now)

    approval.refresh_from_db()
    assert approval.state == "void"
    assert state_of(campaign) == "checking"


def test_withdrawing_after_the_final_approval_is_obeyed_and_voids_nothing(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "1 851231")
    services.close_asking(campaign, by=world.drafter, now=world.tick(hours=1), reason="모두 회신함")
    world.approve(campaign)

    world.reply(BADA, "2")
    services.launch(campaign, manifest=campaign.manifest_sha256, by=world.sender, now=world.tick(minutes=1))
    world.run(campaign)

    assert (world.state(campaign, HANEUL), world.state(campaign, BADA)) == ("queued", "revoked")


def test_whoever_is_not_on_the_final_list_gets_no_notice(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    services.close_asking(campaign, by=world.drafter, now=world.tick(hours=1), reason="모두 회신함")
    world.approve(campaign)
    Recipient.objects.filter(pk=world.of(campaign, BADA).pk).update(
        state="verified",
        bucket=None,
        reason="",
        ground="reply",
        verified_at=world.now,
        identified_at=world.now,
    )

    services.launch(campaign, manifest=campaign.manifest_sha256, by=world.sender, now=world.now)
    world.run(campaign)

    assert (world.state(campaign, HANEUL), world.state(campaign, BADA)) == ("queued", "cancelled")


def test_whoever_waits_for_a_decision_is_on_the_list_and_sent_to_only_after_a_yes(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "1번인지 2번인지 모르겠어요 851231")
    services.close_asking(campaign, by=world.drafter, now=world.tick(hours=1), reason="모두 회신함")
    world.launch(campaign)
    world.run(campaign)
    before = world.state(campaign, BADA)

    services.decide_answer(world.undecided(campaign), meaning="consent", by=world.drafter, now=world.now)
    world.run(campaign)

    assert before not in ("queued", "cancelled")
    assert world.state(campaign, BADA) == "queued"


def test_words_for_a_few_need_no_approval_but_always_a_second_official(world: World) -> None:
    campaign = world.ready(kind="text", words="내일 물이 나오지 않습니다.")
    manifest = campaign.manifest_sha256

    with pytest.raises(NotAllowed):
        services.launch(campaign, manifest=manifest, by=world.drafter, now=world.now)
    services.launch(campaign, manifest=manifest, by=world.sender, now=world.now)

    assert state_of(campaign) == "sending"


def test_words_for_a_few_that_a_second_official_starts_are_sent_and_go_on_after_a_pause(world: World) -> None:
    campaign = world.ready(kind="text", words="내일 물이 나오지 않습니다.", identity="none")
    services.launch(campaign, manifest=campaign.manifest_sha256, by=world.sender, now=world.now)

    services.pause(campaign, reason="문구 확인", by=world.sender, now=world.now)
    services.resume(campaign, by=world.sender, now=world.now)
    world.run(campaign)

    assert world.state(campaign, HANEUL) == "queued"
    assert Message.objects.filter(topic="notices.notice").count() == 3


def test_voiding_the_final_list_leaves_the_approval_of_the_question_that_was_asked(world: World) -> None:
    campaign = world.asking()
    world.reply(HANEUL, "1 900101")
    services.close_asking(campaign, by=world.drafter, now=world.tick(hours=1), reason="모두 회신함")
    world.proposed(campaign)

    services.void_approval(campaign, reason="시험", by=world.drafter, now=world.now)

    assert list(Approval.objects.order_by("pk").values_list("state", flat=True)) == ["approved", "void"]


def test_cancelling_under_review_leaves_nobody_an_approval_to_decide(world: World) -> None:
    campaign = world.ready()
    approval = world.proposed(campaign)

    services.cancel(campaign, reason="사업이 취소됨", by=world.sender, now=world.now)

    approval.refresh_from_db()
    assert approval.state == "void"


def test_two_who_start_at_once_start_once(world: World) -> None:
    campaign = world.ready()
    world.approve(campaign)
    stale = Campaign.objects.get(pk=campaign.pk)
    services.launch(campaign, manifest=campaign.manifest_sha256, by=world.sender, now=world.now)

    with pytest.raises((NotAllowed, services.ManifestChanged)):
        services.launch(stale, manifest=stale.manifest_sha256, by=world.sender, now=world.now)

    assert campaign.changes.filter(cause="launch").count() == 1
    assert state_of(campaign) == "asking"


def test_equal_people_in_another_order_make_an_equal_manifest(world: World) -> None:
    campaign = world.ready()
    before = manifest_of(campaign)
    rows = list(Asset.objects.filter(recipient__campaign=campaign).order_by("-pk"))
    Asset.objects.filter(recipient__campaign=campaign).delete()
    for row in rows:
        row.pk = None
    Asset.objects.bulk_create(rows)

    assert manifest_of(campaign) == before


def test_a_test_is_confirmed_once_however_often_the_button_is_pressed(world: World) -> None:
    campaign = world.ready()
    test = campaign.test_sends.create(
        phase="ask", head_sha256="0" * 64, official=world.drafter.official, code="0009", at=world.now
    )

    with CaptureQueriesContext(connection) as seen:
        services.confirm_test(test, is_good=True, code="0009", note="", by=world.drafter, now=world.now)
    with pytest.raises(NotAllowed, match="이미 확인"):
        services.confirm_test(test, is_good=True, code="0009", note="", by=world.drafter, now=world.now)

    assert any("notices_testsend" in one["sql"] and "FOR NO KEY UPDATE" in one["sql"] for one in seen)
