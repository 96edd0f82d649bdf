"""The life of a letter: two officials, numbers read back, letters that come back, pages in the order of the list."""

import csv
import io
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pypdfium2
import pytest
from django.db import connection, transaction
from openpyxl import Workbook

from messaging.models import MessageStatus
from notices import balancing, letter_queries, reports, services
from notices.balance_queries import all_facts_of
from notices.models import Campaign, PaperBatch, PaperItem, Report
from notices.printing import Pages, PrintRefused, printed
from notices.services.mailing import make_prints
from notices.services.reporting import approve_report, make_report, open_report, return_report
from notices.workflow import NotAllowed
from tests.notices.world import BADA, HANEUL, SOL, World

NUMBER = "1234567890123"


def with_letters(world: World) -> tuple[Campaign, PaperBatch]:
    """박바다 and 최솔 get letters, and are on a list."""
    campaign = world.asking((HANEUL, BADA, SOL))
    world.reply(HANEUL, "1 900101")
    world.reply(BADA, "2")
    world.sending(campaign)
    world.arrive(campaign, MessageStatus.DELIVERED, "deliver")
    world.run(campaign)
    return campaign, world.post(campaign)


def table(tmp_path: Path, rows: list[list[str]], name: str = "post.csv") -> Path:
    file = tmp_path / name
    with file.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows(rows)
    return file


def test_the_maker_of_a_list_cannot_approve_it_and_nobody_reads_it_before(world: World) -> None:
    campaign = world.asking()
    services.cancel(campaign, reason="취소", by=world.drafter, now=world.now)
    batch = services.export_paper(campaign, reason="우체국 접수", by=world.sender, now=world.now)

    with pytest.raises(NotAllowed):
        services.open_paper(batch, kind="csv", now=world.now)
    for by in (world.sender, world.stranger):
        with pytest.raises(NotAllowed):
            services.approve_paper(batch, by=by, now=world.now)
    services.approve_paper(batch, by=world.drafter, now=world.now)
    with pytest.raises(NotAllowed):
        services.approve_paper(batch, by=world.drafter, now=world.now)

    assert services.open_paper(batch, kind="csv", now=world.now).startswith(b"\xef\xbb\xbf")


def test_a_campaign_with_a_list_nobody_stands_for_is_not_closed(world: World) -> None:
    campaign = world.asking()
    world.sending(campaign)
    services.export_paper(campaign, reason="우체국 접수", by=world.sender, now=world.now)

    with pytest.raises(services.NotSettled):
        services.close(campaign, by=world.drafter, now=world.now)


def test_who_has_no_address_stands_apart(world: World) -> None:
    campaign, batch = with_letters(world)

    rows = list(csv.reader(io.StringIO(services.open_paper(batch, kind="csv", now=world.now).decode("utf-8-sig"))))

    assert {row[1]: row[6] for row in rows[1:-1]} == {"박바다": "주소 없음", "최솔": "주소 없음"}
    assert campaign.number not in rows[-1][0]  # the watermark says who, when and why
    assert "우체국 접수" in rows[-1][0]


def test_registered_numbers_are_read_back_and_the_same_file_twice_is_harmless(world: World, tmp_path: Path) -> None:
    campaign, _ = with_letters(world)
    bada, sol = world.of(campaign, BADA), world.of(campaign, SOL)
    file = table(tmp_path, [["관리번호", "등기번호"], [bada.key, "12345-67890-123"], [sol.key, "9999999999999"]])

    first = services.mark_posted(campaign, file=file, by=world.drafter, now=world.now)
    again = services.mark_posted(campaign, file=file, by=world.drafter, now=world.now)

    assert (first.taken_count, again.taken_count, again.known_count) == (2, 0, 2)
    assert (bada.paper_item.state, bada.paper_item.registered_number) == ("posted", NUMBER)


def test_what_is_wrong_with_a_line_is_said_and_the_others_are_taken(world: World, tmp_path: Path) -> None:
    campaign, _ = with_letters(world)
    keys = [world.of(campaign, one).key for one in (HANEUL, BADA, SOL)]
    file = table(
        tmp_path,
        [
            ["고객번호", "우편물번호"],
            [keys[0], NUMBER],  # got hers electronically
            ["2026-99999999", "1111111111111"],
            [keys[1], "123"],
            [keys[2], "2222222222222"],
        ],
    )

    done = services.mark_posted(campaign, file=file, by=world.drafter, now=world.now)

    assert done.taken_count == 1
    assert [row for row, _ in done.problems] == [2, 3, 4]


def test_one_number_for_two_letters_is_refused(world: World, tmp_path: Path) -> None:
    campaign, _ = with_letters(world)
    file = table(
        tmp_path,
        [["관리번호", "등기번호"], [world.of(campaign, BADA).key, NUMBER], [world.of(campaign, SOL).key, NUMBER]],
    )

    done = services.mark_posted(campaign, file=file, by=world.drafter, now=world.now)

    assert (done.taken_count, len(done.problems)) == (0, 2)


def test_letters_that_came_back_are_candidates(world: World, tmp_path: Path) -> None:
    campaign, _ = with_letters(world)
    bada = world.of(campaign, BADA)
    posted = table(tmp_path, [["관리번호", "등기번호"], [bada.key, NUMBER]])
    services.mark_posted(campaign, file=posted, by=world.drafter, now=world.now)
    back = table(tmp_path, [["등기번호"], [NUMBER], ["5555555555555"]], "back.csv")

    done = services.mark_came_back(campaign, file=back, by=world.drafter, now=world.now)

    assert (done.taken_count, len(done.problems)) == (1, 1)
    (item,) = letter_queries.came_back(campaign)
    assert letter_queries.letter_of(item).note == f"등기 {NUMBER} 반송"
    assert dict(letter_queries.letters_by_state(campaign)) == {
        "우편 대상": 0,
        "목록에 실림": 1,
        "등기 접수": 0,
        "반송": 1,
        "보내지 않음": 0,
    }


def test_a_file_without_the_columns_is_refused(world: World, tmp_path: Path) -> None:
    campaign, _ = with_letters(world)

    with pytest.raises(services.PostingRefused):
        services.mark_posted(campaign, file=table(tmp_path, [["이름"], ["김"]]), by=world.drafter, now=world.now)


def test_a_list_nobody_has_pages_for_has_nothing_to_print(world: World) -> None:
    _, batch = with_letters(world)  # nobody of the sample has an address

    make_prints(now=world.now)

    batch.refresh_from_db()
    assert (batch.pdf_page_count, batch.pdf_made_at) == (0, world.now)


@pytest.mark.django_db(transaction=True)
def test_a_list_that_another_process_prints_is_left_to_it(world: World) -> None:
    _, batch = with_letters(world)

    def beside() -> int:
        try:
            return make_prints(now=world.now)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other, transaction.atomic():
        PaperBatch.objects.select_for_update(no_key=True).get(pk=batch.pk)
        assert other.submit(beside).result(timeout=60) == 0

    assert make_prints(now=world.now) == 1


def document(path: Path, widths: list[int]) -> Path:
    made = pypdfium2.PdfDocument.new()
    for width in widths:
        made.new_page(width, 800)
    made.save(path)
    return path


def test_each_letter_begins_on_a_front_side_in_the_order_of_the_list(tmp_path: Path) -> None:
    one = document(tmp_path / "one.pdf", [101, 102, 103, 104])
    other = document(tmp_path / "other.pdf", [201, 202, 203])
    letters = [Pages(0, (3,)), Pages(0, (1, 2)), Pages(1, (1, 2, 3)), Pages(0, (4,))]

    count = printed(letters, sources=[one, other], target=tmp_path / "print.pdf")

    made = pypdfium2.PdfDocument(tmp_path / "print.pdf")
    widths = [round(made[index].get_size()[0]) for index in range(len(made))]
    assert widths == [103, 103, 101, 102, 201, 202, 203, 203, 104, 104]
    assert count == len(widths)


def test_a_broken_source_is_no_print_and_no_crash(tmp_path: Path) -> None:
    broken = tmp_path / "broken.pdf"
    broken.write_bytes(b"%PDF-1.7 nothing")

    with pytest.raises(PrintRefused):
        printed([Pages(0, (1,))], sources=[broken], target=tmp_path / "print.pdf")


def test_a_report_is_masked_unless_a_second_official_stands_for_it(world: World) -> None:
    campaign, _ = with_letters(world)

    masked = make_report(campaign, reason="감사 자료", is_masked=True, by=world.drafter, now=world.now)
    with pytest.raises(NotAllowed):
        make_report(campaign, reason="감사 자료", is_masked=False, by=world.drafter, now=world.now)
    plain = make_report(campaign, reason="감사 자료", is_masked=False, by=world.sender, now=world.now)

    content = open_report(masked, kind="csv", now=world.now).decode("utf-8-sig")
    assert "김*늘" in content
    assert "김하늘" not in content
    with pytest.raises(NotAllowed):
        open_report(plain, kind="csv", now=world.now)
    with pytest.raises(NotAllowed):
        approve_report(plain, by=world.sender, now=world.now)
    approve_report(plain, by=world.drafter, now=world.now)
    assert "김하늘" in open_report(plain, kind="csv", now=world.now).decode("utf-8-sig")


def test_a_large_report_needs_a_second_official(world: World) -> None:
    campaign, _ = with_letters(world)
    report = make_report(campaign, reason="감사 자료", is_masked=True, by=world.drafter, now=world.now)

    Report.objects.filter(pk=report.pk).update(row_count=1_001)
    report.refresh_from_db()

    assert not report.may_leave


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_report_needs_a_reason(world: World, reason: str) -> None:
    campaign, _ = with_letters(world)

    with pytest.raises(NotAllowed):
        make_report(campaign, reason=reason, is_masked=True, by=world.drafter, now=world.now)


def test_no_cell_of_a_report_runs_as_a_formula() -> None:
    line = reports.Line("1", '=HYPERLINK("x")', *["+1"] * 12)

    rows = list(csv.reader(io.StringIO(reports.as_csv([line], watermark="=who").decode("utf-8-sig"))))

    assert not [cell for row in rows for cell in row if cell.startswith(("=", "+"))]
    assert reports.as_xlsx([line], title="=t", watermark="-w").startswith(b"PK")


def test_an_xlsx_of_the_post_office_is_read_too(world: World, tmp_path: Path) -> None:
    campaign, _ = with_letters(world)
    book = Workbook()
    book.active.append(["우체국 접수 결과"])  # type: ignore[union-attr]  # a new book has a sheet
    book.active.append(["관리번호", "등기번호"])  # type: ignore[union-attr]
    book.active.append([world.of(campaign, BADA).key, int(NUMBER)])  # type: ignore[union-attr]
    book.save(tmp_path / "post.xlsx")

    done = services.mark_posted(campaign, file=tmp_path / "post.xlsx", by=world.drafter, now=world.now)

    assert done.taken_count == 1
    assert PaperItem.objects.get(registered_number=NUMBER).recipient == world.of(campaign, BADA)


def waiting_list(world: World) -> tuple[Campaign, PaperBatch]:
    """Three letters on a list nobody has stood for yet."""
    campaign = world.asking()
    services.cancel(campaign, reason="취소", by=world.drafter, now=world.now)
    return campaign, services.export_paper(campaign, reason="우체국 접수", by=world.sender, now=world.now)


def test_a_second_official_sends_a_list_back_and_everybody_is_on_the_next_one(world: World) -> None:
    campaign, batch = waiting_list(world)
    for by, note in ((world.sender, "주소가 다름"), (world.stranger, "주소가 다름"), (world.drafter, " ")):
        with pytest.raises(NotAllowed):
            services.return_paper(batch, note=note, by=by, now=world.now)

    services.return_paper(batch, note="주소가 다름", by=world.drafter, now=world.now)

    with pytest.raises(NotAllowed):
        services.approve_paper(batch, by=world.drafter, now=world.now)
    with pytest.raises(NotAllowed):
        services.return_paper(batch, note="다시", by=world.drafter, now=world.now)
    again = world.post(campaign)
    assert (again.number, again.row_count) == (2, batch.row_count)
    assert not balancing.broken(balancing.identities(all_facts_of(campaign)))
    assert set(PaperItem.objects.values_list("batch", "state")) == {(again.pk, "exported")}


def test_numbers_of_a_list_nobody_stands_for_are_refused(world: World, tmp_path: Path) -> None:
    campaign, _ = waiting_list(world)
    rows = [["관리번호", "등기번호"], [world.of(campaign, BADA).key, NUMBER]]

    done = services.mark_posted(campaign, file=table(tmp_path, rows), by=world.drafter, now=world.now)

    assert done.taken_count == 0
    assert "확인하지 않은" in done.problems[0][1]


def test_a_report_sent_back_is_taken_out_by_nobody(world: World) -> None:
    campaign, _ = with_letters(world)
    report = make_report(campaign, reason="감사 자료", is_masked=False, by=world.sender, now=world.now)
    with pytest.raises(NotAllowed):
        return_report(report, note="범위가 넓음", by=world.sender, now=world.now)

    return_report(report, note="범위가 넓음", by=world.drafter, now=world.now)

    for act in (approve_report, lambda *a, **k: return_report(*a, note="다시", **k)):
        with pytest.raises(NotAllowed):
            act(report, by=world.drafter, now=world.now)
    with pytest.raises(NotAllowed):
        open_report(report, kind="csv", now=world.now)
