"""The list for the post office: complete, in Korean, and harmless to open."""

import csv
import io
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from messaging.models import MessageStatus
from notices import services
from notices.models import Campaign, PaperItem, Recipient
from notices.paper import COLUMNS, Letter, as_csv, as_xlsx
from notices.sheets import defuse
from notices.workflow import NotAllowed
from tests.notices.world import BADA, HANEUL, SOL, World

EVIL = '=HYPERLINK("http://evil")'


@pytest.mark.parametrize("value", [EVIL, "+1", "-1", "@SUM(A1)", "\tx", "\rx", "＝1", "  =1", "＠x"])
def test_what_a_spreadsheet_would_run_is_defused(value: str) -> None:
    assert defuse(value) == f"'{value}"


@given(st.text(max_size=30))
def test_no_cell_starts_with_a_formula_sign(value: str) -> None:
    assert not defuse(value).lstrip(" ").startswith(("=", "+", "-", "@", "\t", "\r", "＝"))


def test_plain_values_stay_as_they_are() -> None:
    assert defuse("김하늘") == "김하늘"


def test_the_csv_opens_as_korean() -> None:
    content = as_csv([Letter("1", "김하늘", "01234", "한빛시 새빛구", "3, 4", "미동의")])

    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert rows == [list(COLUMNS), ["1", "김하늘", "01234", "한빛시 새빛구", "3, 4", "미동의", ""]]


def test_the_workbook_holds_text_only() -> None:
    content = as_xlsx([Letter("0012", EVIL, "01234", "-", "1", "미동의")], title="제목", watermark="누가 언제 왜")

    rows = list(load_workbook(io.BytesIO(content))["종이 우편"].iter_rows())
    assert [cell.value for cell in rows[2]] == list(COLUMNS)
    assert [cell.data_type for cell in rows[3][:-1]] == ["s"] * (len(COLUMNS) - 1)
    assert rows[3][1].value == f"'{EVIL}"
    assert rows[3][0].value == "0012"
    assert rows[1][0].value == "누가 언제 왜"


def _followed(world: World) -> Campaign:
    campaign = world.asking((HANEUL, BADA, SOL, ("유선전화", date(1960, 1, 1), "")))
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "2")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, "deliver")
    world.run(campaign)
    return campaign


def test_everybody_without_a_picture_is_on_the_list_with_her_reason(world: World) -> None:
    campaign = _followed(world)

    batch = services.export_paper(campaign, reason="우체국 접수", by=world.sender, now=world.now)
    services.approve_paper(batch, by=world.drafter, now=world.now)

    rows = list(csv.reader(io.StringIO(services.open_paper(batch, kind="csv", now=world.now).decode("utf-8-sig"))))
    reasons = {row[1]: row[5] for row in rows[1:-1]}
    assert reasons == {
        "박바다": "동의하지 않았습니다",
        "최솔": "마감까지 회신이 없습니다",
        "유선전화": "휴대전화 번호가 없습니다",
    }
    assert batch.row_count == 3
    assert PaperItem.objects.count() == Recipient.objects.filter(bucket="paper").count()


def test_nobody_is_listed_twice(world: World) -> None:
    campaign = _followed(world)
    services.export_paper(campaign, reason="우체국 접수", by=world.sender, now=world.now)

    with pytest.raises(NotAllowed):
        services.export_paper(campaign, reason="다시", by=world.sender, now=world.now)


def test_a_list_needs_a_reason_and_ones_own_department(world: World) -> None:
    campaign = _followed(world)

    with pytest.raises(NotAllowed):
        services.export_paper(campaign, reason=" ", by=world.sender, now=world.now)
    with pytest.raises(NotAllowed):
        services.export_paper(campaign, reason="우체국", by=world.stranger, now=world.now)


def test_who_is_on_a_list_stays_on_paper_when_a_receipt_comes_late(world: World) -> None:
    campaign = world.asking((HANEUL, BADA))
    world.reply(HANEUL, "1 900101")
    world.sending(campaign)
    (message,) = world.arrive(campaign, MessageStatus.FAILED, "deliver")
    world.run(campaign)
    services.export_paper(campaign, reason="우체국 접수", by=world.sender, now=world.now)

    world.settle(message, MessageStatus.DELIVERED)

    recipient = world.of(campaign, HANEUL)
    assert (recipient.state, recipient.bucket) == ("undelivered", "paper")
    assert recipient.delivered_at is not None


def test_a_late_receipt_before_the_list_spares_the_letter(world: World) -> None:
    campaign = world.asking((HANEUL, BADA))
    world.reply(HANEUL, "1 900101")
    world.sending(campaign)
    (message,) = world.arrive(campaign, MessageStatus.FAILED, "deliver")

    world.settle(message, MessageStatus.DELIVERED)

    assert world.of(campaign, HANEUL).bucket == "electronic"


def test_the_stored_lists_are_sealed_and_come_back_byte_for_byte(world: World) -> None:
    campaign = _followed(world)
    batch = services.export_paper(campaign, reason="우체국 접수", by=world.sender, now=world.now)
    services.approve_paper(batch, by=world.drafter, now=world.now)

    first = services.open_paper(batch, kind="xlsx", now=world.now)

    assert first == services.open_paper(batch, kind="xlsx", now=world.now)
    assert first.startswith(b"PK")
