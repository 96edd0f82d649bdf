"""Pages of the ladder, of letters and of sums, through the real buttons."""

import csv
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from messaging.models import MessageStatus
from notices import services
from notices.models import Campaign, LadderStep, PaperItem, Report
from portal.accounts.models import AuditEntry
from tests.notices.offices import at, seen, signed_in
from tests.notices.world import BADA, HANEUL, World


def followed(office: World) -> Campaign:
    campaign = office.asking((HANEUL, BADA))
    office.reply(HANEUL, "1 900101")
    office.sending(campaign)
    office.arrive(campaign, MessageStatus.DELIVERED, "deliver")
    office.run(campaign)
    return campaign


def test_a_preset_is_taken_with_one_button(office: World) -> None:
    campaign = office.ready()
    client = signed_in(office.drafter)

    client.post(at("ladder", campaign.pk), {"ladder": "three_days"})

    steps = LadderStep.objects.filter(campaign=campaign, phase="deliver").order_by("position")
    assert [step.channel for step in steps] == ["alimtalk", "paper"]
    campaign.refresh_from_db()
    assert campaign.state == "checking"  # what was ready is looked at once more
    assert "알림톡" in client.get(at("ladder", campaign.pk)).content.decode()


def test_a_step_is_changed_in_its_row_and_nonsense_is_refused_in_words(office: World) -> None:
    campaign = office.ready()
    client = signed_in(office.drafter)
    rows = {"deliver-1-channel": "picture", "deliver-1-condition": "always", "deliver-1-hours": "0"}
    reminder = {"deliver-2-channel": "text", "deliver-2-condition": "unopened", "deliver-2-hours": "48"}
    asking = {"ask-1-channel": "text", "ask-1-condition": "always", "ask-1-hours": "0"}

    client.post(at("ladder", campaign.pk), {**asking, **rows, **reminder, "deliver-2-working": "on"})
    page = client.post(
        at("ladder", campaign.pk), {**asking, **rows, **reminder, "deliver-2-hours": "내일"}, follow=True
    )

    second = LadderStep.objects.get(campaign=campaign, phase="deliver", position=2)
    assert (second.wait_hours, second.counts_working_days) == (48, True)
    assert "숫자로 적어 주세요" in page.content.decode()


def test_a_list_goes_through_two_officials_and_the_post_office(office: World) -> None:
    campaign = followed(office)
    drafter, sender = signed_in(office.drafter), signed_in(office.sender)
    sender.post(at("paper", campaign.pk), {"reason": "우체국 접수"})
    own = sender.get(at("paper", campaign.pk)).content.decode()

    sender.post(at("paper_approve", campaign.pk, 1))
    assert not campaign.paper_batches.get().is_approved
    drafter.post(at("paper_approve", campaign.pk, 1))
    text = io.StringIO()
    csv.writer(text).writerows([["관리번호", "등기번호"], [office.of(campaign, BADA).key, "1234567890123"]])
    upload = SimpleUploadedFile("post.csv", text.getvalue().encode("utf-8-sig"))
    drafter.post(at("paper_posted", campaign.pk), {"what": "posted", "file": upload})

    assert "스스로 확인할 수 없습니다" in own
    assert PaperItem.objects.get().state == "posted"


def test_a_list_is_sent_back_with_a_word_why_and_its_people_are_on_the_next_one(office: World) -> None:
    campaign = followed(office)
    drafter, sender = signed_in(office.drafter), signed_in(office.sender)
    sender.post(at("paper", campaign.pk), {"reason": "우체국 접수"})
    back = at("paper_return", campaign.pk, 1)
    assert back not in seen(sender, at("paper", campaign.pk))
    assert back in seen(drafter, at("paper", campaign.pk))

    own = sender.post(back, {"reason": "주소가 다름"}, follow=True).content.decode()
    mute = drafter.post(back, {"reason": " "}, follow=True).content.decode()
    drafter.post(back, {"reason": "주소가 다름"})

    assert "스스로 돌려보낼 수 없습니다" in own
    assert "돌려보내는 사유를 적어 주세요" in mute
    page = seen(sender, at("paper", campaign.pk))
    assert "<b>돌려보냄</b> 주소가 다름" in page
    assert office.drafter.get_full_name() in page
    assert at("paper_approve", campaign.pk, 1) not in page
    sender.post(at("paper", campaign.pk), {"reason": "다시 접수"})
    drafter.post(at("paper_approve", campaign.pk, 2))
    assert at("close", campaign.pk) in seen(sender, at("paper", campaign.pk))  # what was sent back waits for nobody


def test_a_report_is_sent_back_with_a_word_why_and_leaves_no_more(office: World) -> None:
    campaign = followed(office)
    drafter, sender = signed_in(office.drafter), signed_in(office.sender)
    sender.post(at("report", campaign.pk), {"reason": "감사 자료", "unmasked": "on"})
    back = at("report_return", campaign.pk, 1)
    assert back not in seen(sender, at("balance", campaign.pk))
    assert back in seen(drafter, at("balance", campaign.pk))

    own = sender.post(back, {"reason": "범위가 넓음"}, follow=True).content.decode()
    mute = drafter.post(back, follow=True).content.decode()
    drafter.post(back, {"reason": "범위가 넓음"})

    assert "스스로 돌려보낼 수 없습니다" in own
    assert "돌려보내는 사유를 적어 주세요" in mute
    page = seen(sender, at("balance", campaign.pk))
    assert "<b>돌려보냄</b> 범위가 넓음" in page
    assert at("report_file", campaign.pk, 1, "csv") not in page
    assert sender.get(at("report_file", campaign.pk, 1, "csv")).status_code == 302


@pytest.mark.parametrize("name", ["paper_return", "report_return"])
def test_another_department_sends_nothing_back(office: World, name: str) -> None:
    campaign = followed(office)
    sender = signed_in(office.sender)
    sender.post(at("paper", campaign.pk), {"reason": "우체국 접수"})
    sender.post(at("report", campaign.pk), {"reason": "감사 자료"})

    answer = signed_in(office.stranger).post(at(name, campaign.pk, 1), {"reason": "돌려보냄"})

    assert answer.status_code == 404
    assert not campaign.paper_batches.exclude(returned_by=None).exists()
    assert not Report.objects.exclude(returned_by=None).exists()


def test_candidates_leave_with_a_reason_only(office: World) -> None:
    campaign = followed(office)
    client = signed_in(office.drafter)

    refused = client.post(at("paper_candidates", campaign.pk), {"reason": ""})
    taken = client.post(at("paper_candidates", campaign.pk), {"reason": "공시송달 공고"})

    assert refused.status_code == 302
    assert taken.content.startswith(b"PK")
    assert AuditEntry.objects.latest("pk").reason == "공시송달 공고"


def test_the_page_of_sums_shows_them_all_and_makes_a_report(office: World) -> None:
    campaign = followed(office)
    client = signed_in(office.drafter)

    client.post(at("report", campaign.pk), {"reason": "감사 자료"})
    page = client.get(at("balance", campaign.pk)).content.decode()
    taken = client.get(at("report_file", campaign.pk, 1, "csv"))

    assert Report.objects.get().row_count == 2
    assert "어긋남" not in page
    assert "그림 통지를 받은 분" in page
    assert taken.content.startswith(b"\xef\xbb\xbf")
    assert AuditEntry.objects.latest("pk").action == "download"


@pytest.mark.parametrize("name", ["ladder", "balance", "paper"])
def test_another_departments_campaign_is_not_there(office: World, name: str) -> None:
    campaign = office.ready()

    assert signed_in(office.stranger).get(at(name, campaign.pk)).status_code == 404


def test_a_cancelled_campaign_lists_everybody_it_did_not_reach(office: World) -> None:
    campaign = office.asking((HANEUL, BADA))
    services.cancel(campaign, reason="결정이 취소됨", by=office.drafter, now=office.now)

    signed_in(office.sender).post(at("paper", campaign.pk), {"reason": "우체국 접수"})

    assert campaign.paper_batches.get().row_count == 2
