"""The way from a checked campaign to one that asks, through the pages: dry run, test, 결재, start. And what each finds."""

import pytest
from django.test import Client
from django.urls import reverse

from messaging.models import Message
from messaging.topics import WrongImage
from notices import making_up, services
from notices.approvals import load_test_picture
from notices.fitting import read_codes
from notices.layout import PORTABLE
from notices.models import Asset, Campaign, DryRun, Recipient, TestResult, TestSend
from notices.services import vault
from notices.workflow import NotAllowed
from notices.zones import Template, load_templates
from portal.accounts.models import AuditEntry
from portal.accounts.reference_data import load_roles
from portal.accounts.services import PhoneTaken, register_phone
from portal.approvals.models import Approval
from portal.core import clock
from tests.notices.offices import at, signed_in
from tests.notices.test_campaign_files import analysed
from tests.notices.world import BADA, HANEUL, World

OWN, OTHER = "010-5550-0001", "010-5550-0002"


def words_of(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200, address
    return str(answer.content.decode())


def told(client: Client, address: str, **values: object) -> str:
    """What the page says after a button was pressed."""
    return str(client.post(address, values, follow=True).content.decode())


@pytest.fixture(autouse=True)
def roles(db: None) -> None:
    """What each role may open, as an installation has it."""
    load_roles()


@pytest.fixture
def campaign(world: World) -> Campaign:
    """A campaign of the demo's files, with real pictures, waiting to be tried."""
    world.now = clock.now()  # pages ask the clock
    found = analysed(world)
    services.settle_checking(found, by=world.drafter, now=world.now)
    return found


def test_from_the_checked_campaign_to_the_first_question_through_the_pages(world: World, campaign: Campaign) -> None:
    drafter, sender = signed_in(world.drafter), signed_in(world.sender)
    page = at("approval", campaign.pk)
    assert "아직 안 함" in words_of(drafter, page)

    assert "문제가 없습니다" in told(drafter, at("rehearse", campaign.pk))
    assert "등록했습니다" in told(sender, at("own_phone", campaign.pk), phone=OWN)
    approver = world.sender.official
    assert "시험 문자를 보냈습니다" in told(drafter, at("send_test", campaign.pk), official=approver.pk)
    test = TestSend.objects.get()
    assert "확인 숫자가 다릅니다" in told(
        sender, at("confirm_test", campaign.pk), test=test.pk, is_good="1", code="xxxx", note=""
    )
    told(sender, at("confirm_test", campaign.pk), test=test.pk, is_good="1", code=test.code, note="")
    assert "결재를 올렸습니다" in told(drafter, at("propose", campaign.pk), approver=approver.pk, is_final="")
    approval = Approval.objects.get()
    decision = reverse("admin:approvals_approval_change", args=[approval.pk])
    shown = words_of(sender, decision)
    for words in ("누구에게", "군소음보상법", "등기우편이면", "확인", "표본 그림 1"):
        assert words in shown
    told(sender, decision, decision="approved", sha256=approval.sha256, comment="")
    assert "묻기 시작</button>" in words_of(sender, page)
    campaign.refresh_from_db()
    assert "시작했습니다" in told(sender, at("launch", campaign.pk), manifest=campaign.manifest_sha256)

    campaign.refresh_from_db()
    assert campaign.state == "asking"
    assert {one.topic for one in Message.objects.all()} == {"portal.test", "approvals.waiting"}
    looked = set(AuditEntry.objects.values_list("subject_kind", "action"))
    assert {("approvals.approval", "view"), ("approvals.approval", "approved")} <= looked


def test_sample_pictures_show_the_page_and_not_a_letter(world: World, campaign: Campaign) -> None:
    recipient = Recipient.objects.filter(campaign=campaign, state="addressable")[0]

    small = services.small_picture(recipient, now=world.now)

    assert small is not None
    assert read_codes(small) == []
    assert len(small) < 20_000


def test_the_dry_run_shows_the_boundaries_and_finds_what_is_lost(world: World, campaign: Campaign) -> None:
    clean = services.rehearse(campaign, by=world.drafter, now=world.now)
    lost = Asset.objects.filter(recipient__campaign=campaign, part=1).exclude(profile="page").order_by("pk")[0]
    vault.full_path(lost.stored_as).unlink()

    second = services.rehearse(campaign, by=world.drafter, now=world.now)

    why = {reason for _, reason in clean.shown}
    assert clean.is_clean
    assert {"가장 긴 이름", "가장 큰 그림", "보류된 쪽의 이웃", "무작위"} <= why
    assert clean.recipient_count == Recipient.objects.filter(campaign=campaign, state="addressable").count()
    assert 90 < clean.longest_bytes < 2_000
    assert 0 < clean.least_won < clean.most_won
    assert any("보관된 자리에 없는 그림이 1장" in problem for problem in second.problems)


def test_the_dry_run_finds_a_strange_key_and_a_missing_part(world: World) -> None:
    campaign = world.ready()
    Asset.objects.filter(recipient=world.of(campaign, HANEUL)).update(read_back_key="2026-99999999")
    Asset.objects.filter(recipient=world.of(campaign, BADA)).update(parts=2)

    run = services.rehearse(campaign, by=world.drafter, now=world.now)

    assert any("다른 관리번호가 되읽히는 그림이 1장" in problem for problem in run.problems)
    assert any("그림이 없거나 빠진 사람이 1명" in problem for problem in run.problems)


def test_tests_go_to_officials_own_numbers_only(world: World) -> None:
    campaign = world.ready()

    for official in (world.sender.official, world.stranger.official):
        with pytest.raises(services.NoOwnPhone):
            services.send_test(campaign, official=official, by=world.drafter, now=world.now)
    register_phone(user=world.stranger, phone=OTHER)
    with pytest.raises(services.NoOwnPhone):
        services.send_test(campaign, official=world.stranger.official, by=world.drafter, now=world.now)
    with pytest.raises(PhoneTaken):
        register_phone(user=world.sender, phone=OTHER)

    assert not Message.objects.exists()


def test_only_whoever_got_the_test_says_what_arrived_and_once(world: World) -> None:
    campaign = world.ready()
    register_phone(user=world.sender, phone=OWN)
    test = services.send_test(campaign, official=world.sender.official, by=world.drafter, now=world.now)

    with pytest.raises(NotAllowed):
        services.confirm_test(test, is_good=True, code=test.code, note="", by=world.drafter, now=world.now)
    services.confirm_test(test, is_good=True, code=test.code, note="", by=world.sender, now=world.now)
    with pytest.raises(NotAllowed):
        services.confirm_test(test, is_good=False, code="", note="늦음", by=world.sender, now=world.now)

    assert TestResult.objects.get().is_good
    assert {one.phone for one in Message.objects.all()} == {"+821055500001"}
    assert DryRun.objects.count() == 0


def test_the_test_of_a_notice_carries_a_made_up_persons_picture(world: World, campaign: Campaign) -> None:
    world.launch(campaign)
    services.close_asking(campaign, by=world.drafter, now=world.tick(hours=1), reason="모두 회신함")
    register_phone(user=world.sender, phone=OWN)

    test = services.send_test(campaign, official=world.sender.official, by=world.drafter, now=world.now)

    message = Message.objects.get(key=f"notices.test:{test.pk}:words")
    handles = [image.handle for image in message.images.order_by("pk")]
    assert len(handles) == test.pictures.count() > 0
    codes = [code for handle in handles for code in read_codes(load_test_picture(handle, message))]
    assert [code.split("|")[0] for code in codes] == [making_up.KEY]
    with pytest.raises(WrongImage):
        load_test_picture(handles[0], Message.objects.get(key=f"notices.test:{test.pk}:code"))


@pytest.mark.parametrize("template", load_templates(), ids=lambda one: one.title)
def test_a_made_up_page_fits_like_everybodys(template: Template) -> None:
    parts = making_up.pictures_of(template, PORTABLE, title="결정 통지서", department="환경과", secret=b"secret")

    assert 1 <= len(parts) <= PORTABLE.max_images
    assert all(part.width <= 1000 and part.height <= 1000 and len(part.jpeg) <= 200_000 for part in parts)
