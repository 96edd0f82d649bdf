"""The screens for held notices and the sample: one at a time, written down, decided by the buttons they show."""

import pytest

from notices import services
from notices.models import Campaign, Notice, Sample, SampleVerdict
from portal.accounts.models import AuditEntry
from portal.core.clock import now as real_now
from tests.notices.offices import at, seen, signed_in
from tests.notices.reading import analysed
from tests.notices.test_releasing import hold, scan_of
from tests.notices.world import BADA, HANEUL, SOL, World


@pytest.fixture
def checking(world: World) -> Campaign:
    world.now = real_now()
    return world.checking(samples=False)


def test_held_notices_are_walked_through_in_page_order(world: World, checking: Campaign) -> None:
    first, second = (hold(world, checking, "name_differs", person=one) for one in (HANEUL, SOL))
    client = signed_in(world.drafter)

    assert client.get(at("held", checking.pk)).headers["Location"] == at("held_notice", checking.pk, first.pk)
    page = seen(client, at("held_notice", checking.pk, first.pk))
    assert at("held_notice", checking.pk, second.pk) in page
    assert "1 / 2" in page
    assert "통지서의 성명이 명부와 다릅니다" in page
    assert "두 사람이 풀 수 있습니다" in page


def test_two_officials_release_by_the_button_of_the_screen(world: World, checking: Campaign) -> None:
    notice = hold(world, checking, "birth_differs")

    for user in (world.drafter, world.sender):
        page = seen(signed_in(user), at("held_notice", checking.pk, notice.pk))
        assert at("release", checking.pk, notice.pk) in page
        signed_in(user).post(at("release", checking.pk, notice.pk), {"reason": "주민등록표를 봄"})

    assert Notice.objects.get(pk=notice.pk).state == "released"
    assert "보류 풀림" in seen(signed_in(world.drafter), at("held_notice", checking.pk, notice.pk))
    signed_in(world.drafter).post(at("hold_again", checking.pk, notice.pk))
    assert Notice.objects.get(pk=notice.pk).state == "held"


def test_what_a_code_contradicts_shows_no_button(world: World, checking: Campaign) -> None:
    notice = hold(world, checking, "qr_differs")
    client = signed_in(world.drafter)

    page = seen(client, at("held_notice", checking.pk, notice.pk))
    response = client.post(at("release", checking.pk, notice.pk), {"reason": "괜찮아 보임"}, follow=True)

    assert at("release", checking.pk, notice.pk) not in page
    assert "누구도 풀 수 없습니다" in page
    assert "사람이 풀 수 없는" in response.content.decode()


def test_a_look_at_a_held_notice_is_written_down(world: World, checking: Campaign) -> None:
    notice = hold(world, checking, "name_differs")

    seen(signed_in(world.drafter), at("held_notice", checking.pk, notice.pk))

    look = AuditEntry.objects.latest("pk")
    assert (look.action, look.subject_ids) == ("view_held", [notice.recipient_id])


@pytest.mark.parametrize("name", ["held", "sample"])
def test_another_department_checks_nothing_here(world: World, checking: Campaign, name: str) -> None:
    assert signed_in(world.stranger).get(at(name, checking.pk)).status_code == 404


def test_the_sample_is_drawn_walked_through_and_opens_the_settling(world: World, checking: Campaign) -> None:
    client = signed_in(world.drafter)
    assert "표본 뽑기" in seen(client, at("sample", checking.pk))
    assert "disabled" in seen(client, at("review", checking.pk))

    client.post(at("sample", checking.pk))
    for number in range(3):
        assert f"{number} / 3건 봄" in seen(client, at("sample", checking.pk))
        page = Sample.objects.get().first_pages[number]
        client.post(at("sample", checking.pk), {"first_page": page, "verdict": "right"})

    assert "95% 믿을 수" in seen(client, at("sample", checking.pk))
    client.post(at("settle", checking.pk))
    assert Campaign.objects.get(pk=checking.pk).state == "ready"


def test_settling_without_the_sample_says_what_is_missing(world: World, checking: Campaign) -> None:
    response = signed_in(world.drafter).post(at("settle", checking.pk), follow=True)

    assert "표본 확인을 먼저" in response.content.decode()
    assert Campaign.objects.get(pk=checking.pk).state == "checking"


def test_a_wrong_group_holds_everything_and_says_so(world: World, checking: Campaign) -> None:
    client = signed_in(world.drafter)
    client.post(at("sample", checking.pk))
    page = Sample.objects.get().first_pages[0]

    client.post(at("sample", checking.pk), {"first_page": page, "verdict": "wrong", "reason": "다른 사람의 주소"})

    assert not Notice.objects.sendable().exists()
    assert f"{page}쪽이 남의 것입니다" in seen(client, at("sample", checking.pk))


def test_a_second_official_takes_a_wrong_verdict_back_on_the_page_of_the_sample(world: World) -> None:
    world.now = real_now()
    campaign = analysed(world)
    drafter, sender = signed_in(world.drafter), signed_in(world.sender)
    drafter.post(at("sample", campaign.pk))
    page = Sample.objects.get().first_pages[0]
    drafter.post(at("sample", campaign.pk), {"first_page": page, "verdict": "wrong", "reason": "잘못 누름"})
    back = at("sample_withdraw", campaign.pk, SampleVerdict.objects.get().pk)
    assert back not in seen(drafter, at("sample", campaign.pk))
    held = seen(sender, at("sample", campaign.pk))
    assert back in held
    assert "문서 전체를 보류했습니다" in held

    own = drafter.post(back, {"reason": "다시 보니 같음"}, follow=True).content.decode()
    mute = sender.post(back, follow=True).content.decode()
    assert signed_in(world.stranger).post(back, {"reason": "같음"}).status_code == 404
    done = sender.post(back, {"reason": "다시 보니 같음"})

    assert "스스로 거둘 수 없습니다" in own
    assert "왜 잘못된 판정인지 적어 주세요" in mute
    assert done.headers["Location"] == at("progress", campaign.pk)
    again = seen(sender, at("sample", campaign.pk))
    assert "쪽을 다시 확인하고 있습니다" in again
    assert "모두 보았습니다" not in again
    services.work_on_files(now=world.now, seconds=100)
    shown = seen(sender, at("sample", campaign.pk))
    assert "남의 것입니다.</b>" not in shown
    assert f"{page}쪽의 판정을 거두었습니다.</b> 다시 보니 같음 ({world.sender.get_full_name()}, " in shown


def test_a_scanned_page_finds_its_owner_on_a_screen(world: World, checking: Campaign) -> None:
    claim = scan_of(world, checking)
    client = signed_in(world.drafter)
    owner, other = world.of(checking, HANEUL), world.of(checking, BADA)

    page = seen(client, at("stray", checking.pk, claim.page))
    assert owner.key in page
    assert other.key not in page
    response = client.post(at("stray", checking.pk, claim.page), {"key": owner.key})

    notice = Notice.objects.get(recipient=owner)
    assert response.headers["Location"] == at("held_notice", checking.pk, notice.pk)
    assert notice.reasons == ["no_text"]


def test_the_sample_of_settled_campaigns_can_still_be_looked_at(world: World) -> None:
    world.now = real_now()
    campaign = world.checking()
    services.settle_checking(campaign, by=world.drafter, now=world.now)

    assert "모두 보았습니다" in seen(signed_in(world.drafter), at("sample", campaign.pk))
