"""The officials' pages of a roster: what the columns mean, which rows are wrong, and putting them right."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from notices.models import Campaign, ColumnMapping, Recipient, RosterImport, RosterUpload
from portal.accounts.models import AuditEntry
from tests.notices.offices import at, signed_in
from tests.notices.world import World

STRANGE = "가번,나름,다생,라폰,마\n2026-00000015,김하늘,1990-01-31,010-1234-5678,새빛구\n"
TITLED = (
    "관리번호,성명,생년월일,휴대전화,주소,비고\n"
    '2026-00000015,김하늘,1990-02-30,010-1234-5678,새빛구,"=HYPERLINK(""x"")"\n'
    "2026-00000023,박바다,1985-12-31,010-8765-4321,새빛구,\n"
    "=1+1,최솔,1971-07-07,02-123-4567,새빛구,\n"
)


def upload(world: World, campaign: Campaign, text: str, name: str = "명부.csv") -> None:
    file = SimpleUploadedFile(name, text.encode("utf-8-sig"))
    signed_in(world.drafter).post(at("files", campaign.pk), {"what": "roster", "roster": file})


SAID = {
    "sheet": "",
    "header_row": "0",
    "key": "0",
    "name": "1",
    "birth": "2",
    "phone": "3",
    "address": "4",
    "take": "1",
}


def test_file_whose_columns_nobody_can_guess_waits_and_is_read_as_the_official_says(office: World) -> None:
    campaign = office.draft()
    upload(office, campaign, STRANGE)
    client = signed_in(office.drafter)
    assert not RosterImport.objects.exists()
    assert "열 정하기" in client.get(at("files", campaign.pk)).content.decode()
    shown = client.get(at("roster", campaign.pk)).content.decode()
    assert "김하늘" in shown

    client.post(at("roster", campaign.pk), SAID)

    assert Recipient.objects.get(campaign=campaign).name == "김하늘"
    assert RosterUpload.objects.get(campaign=campaign).taken_at is not None


def test_the_same_header_is_read_by_itself_the_next_time_but_only_for_that_department(office: World) -> None:
    first, second = office.draft(), office.draft()
    upload(office, first, STRANGE)
    signed_in(office.drafter).post(at("roster", first.pk), SAID)

    upload(office, second, STRANGE.replace("00000015", "00000023"))

    assert Recipient.objects.get(campaign=second).key == "2026-00000023"
    assert RosterUpload.objects.get(campaign=second).is_remembered
    assert ColumnMapping.objects.get().department == office.department


def test_columns_that_make_no_roster_are_refused_by_name_and_nothing_is_lost(office: World) -> None:
    campaign = office.draft()
    upload(office, campaign, TITLED)

    response = signed_in(office.drafter).post(at("roster", campaign.pk), {**SAID, "phone": ""})

    assert "휴대전화 열이 없습니다" in response.content.decode()
    assert Recipient.objects.filter(campaign=campaign).count() == 3


def test_rows_with_problems_are_listed_with_reasons_and_each_is_put_right_in_place(office: World) -> None:
    campaign = office.draft()
    upload(office, campaign, TITLED)
    client = signed_in(office.drafter)
    page = client.get(at("roster_problems", campaign.pk)).content.decode()
    assert "달력에 없는 날짜입니다" in page
    assert "유선전화" in page
    wrong = Recipient.objects.get(campaign=campaign, row=2)

    values = {"key": wrong.key, "name": "김하늘", "birth": "1990-02-03", "phone": "010-1234-5678", "next": "1"}
    response = client.post(at("roster_row", campaign.pk, wrong.pk), values)

    wrong.refresh_from_db()
    assert wrong.state == "imported"
    following = Recipient.objects.get(campaign=campaign, row=4)
    assert response.url == at("roster_row", campaign.pk, following.pk)  # type: ignore[attr-defined]  # a redirect


def test_a_value_that_is_still_wrong_stays_in_its_box_with_the_reason(office: World) -> None:
    campaign = office.draft()
    upload(office, campaign, TITLED)
    wrong = Recipient.objects.get(campaign=campaign, row=2)

    response = signed_in(office.drafter).post(
        at("roster_row", campaign.pk, wrong.pk), {"key": wrong.key, "name": "김하늘", "birth": "1990-13-03"}
    )

    page = response.content.decode()
    assert 'value="1990-13-03"' in page
    assert "달력에 없는 날짜입니다" in page


def test_the_list_of_problems_can_be_taken_away_masked_and_cannot_run(office: World) -> None:
    campaign = office.draft()
    upload(office, campaign, TITLED)

    response = signed_in(office.drafter).get(at("problem_list", campaign.pk))

    text = response.content.decode("utf-8-sig")
    assert '"\'=1+1"' in text
    assert "02-123-4567" not in text
    assert AuditEntry.objects.filter(action="download", reason__contains="명부 문제 목록").exists()


def test_every_look_at_the_rows_is_written_down(office: World) -> None:
    campaign = office.draft()
    upload(office, campaign, TITLED)
    client = signed_in(office.drafter)
    before = AuditEntry.objects.count()

    client.get(at("roster", campaign.pk))
    client.get(at("roster_problems", campaign.pk))
    client.get(at("roster_row", campaign.pk, Recipient.objects.filter(campaign=campaign)[0].pk))

    assert AuditEntry.objects.count() == before + 3


@pytest.mark.parametrize("name", ["roster", "roster_problems", "problem_list"])
def test_another_department_finds_no_roster(office: World, name: str) -> None:
    campaign = office.draft()
    upload(office, campaign, TITLED)

    assert signed_in(office.drafter).get(at(name, campaign.pk)).status_code == 200
    assert signed_in(office.stranger).get(at(name, campaign.pk)).status_code == 404
