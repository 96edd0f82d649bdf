"""The officials' page of a notice of our own: written, looked at for anybody, made; locked, scoped, audited."""

from pathlib import Path

from notices.models import Campaign, MergeLetter, Recipient, SourceDocument
from notices.services import merging as making
from portal.accounts.models import AuditEntry
from tests.notices.offices import at, signed_in
from tests.notices.test_merging import LETTER, PEOPLE, drafted
from tests.notices.world import World

WRITTEN = {
    "title": "결정 통지서",
    "body": "#{성명} 님께 알려 드립니다.",
    "table": "",
    "closing": "",
    "issuer": "새빛구청장",
}


def first(campaign: Campaign) -> Recipient:
    return Recipient.objects.filter(campaign=campaign).order_by("row")[0]


def test_official_writes_looks_and_makes(office: World, tmp_path: Path) -> None:
    campaign = drafted(office, tmp_path)
    client = signed_in(office.drafter)

    client.post(at("letter", campaign.pk), WRITTEN)
    page = client.get(at("letter", campaign.pk)).content.decode()
    picture = client.get(at("letter_preview", campaign.pk, first(campaign).pk), {"picture": "1"})
    client.post(at("make_letters", campaign.pk))

    assert "#{성명}" in page
    assert "3명의 통지서 만들기" in page
    assert picture.headers["Content-Type"] == "image/png"
    assert picture.headers["Cache-Control"].startswith("private, no-store")
    assert SourceDocument.objects.get(campaign=campaign).kind == "made"
    assert AuditEntry.objects.filter(action="view_page").exists()


def test_words_nobody_s_row_can_fill_are_said_beside_the_boxes_and_nothing_is_lost(
    office: World, tmp_path: Path
) -> None:
    campaign = drafted(office, tmp_path)

    page = (
        signed_in(office.drafter).post(at("letter", campaign.pk), {**WRITTEN, "body": "#{없는열} 님"}).content.decode()
    )

    assert "‘없는열’ 열이 없습니다" in page
    assert "#{없는열} 님</textarea>" in page
    assert not MergeLetter.objects.exists()


def test_look_at_a_row_that_cannot_be_filled_says_what_is_missing(office: World, tmp_path: Path) -> None:
    campaign = drafted(
        office, tmp_path, [*PEOPLE, ["2026-00000049", "한별", "1999-09-09", "01099998888", "새빛구", ""]]
    )
    making.write_letter(campaign, letter=LETTER, by=office.drafter, now=office.now)
    empty = Recipient.objects.get(campaign=campaign, row=5)

    page = signed_in(office.drafter).get(at("letter_preview", campaign.pk, empty.pk)).content.decode()

    assert "값이 비어 있습니다: 금액" in page
    assert at("roster_row", campaign.pk, empty.pk) in page


def test_another_department_finds_no_letter(office: World, tmp_path: Path) -> None:
    campaign = drafted(office, tmp_path)

    assert signed_in(office.stranger).get(at("letter", campaign.pk)).status_code == 404
    assert signed_in(office.stranger).get(at("letter_preview", campaign.pk, first(campaign).pk)).status_code == 404
