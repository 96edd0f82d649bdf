"""Rosters as other programs save them, very long ones, and the columns beside the person."""

import zipfile
from pathlib import Path

import openpyxl
import pytest

from notices.rosters import Column, RosterRefused, build_roster, read_roster
from notices.rosters.building import DEFECTS
from notices.rosters.columns import column_titled, fingerprint, guess_columns
from tests.notices.test_rosters import HEADER, SOMEBODY, write_csv

CI = "A" * 86 + "=="


def write_ods(path: Path, rows: list[list[str]]) -> Path:
    """A table as LibreOffice saves it, with the parts a reader needs."""
    cells = "".join(
        "<table:table-row>"
        + "".join(
            f'<table:table-cell office:value-type="string"><text:p>{cell}</text:p></table:table-cell>' for cell in row
        )
        + "</table:table-row>"
        for row in rows
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{kind}:1.0"'
        for name, kind in (("office", "office"), ("table", "table"), ("text", "text"))
    )
    body = f'<office:spreadsheet><table:table table:name="명부">{cells}</table:table></office:spreadsheet>'
    kind = "application/vnd.oasis.opendocument.spreadsheet"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", kind)
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            f'<manifest:file-entry manifest:full-path="/" manifest:media-type="{kind}"/></manifest:manifest>',
        )
        archive.writestr(
            "content.xml",
            f"<?xml version='1.0' encoding='UTF-8'?><office:document-content {spaces}>"
            f"<office:body>{body}</office:body></office:document-content>",
        )
    return path


def test_ods_of_libreoffice_is_read(tmp_path: Path) -> None:
    roster = read_roster(write_ods(tmp_path / "roster.ods", [HEADER, SOMEBODY]))

    assert roster.sheet == "명부"
    assert [(row.key, row.name, row.phone) for row in roster.rows] == [("2026-00000015", "김하늘", "+821012345678")]


def test_header_may_stand_in_the_third_row_below_merged_titles_and_above_blank_rows(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["2026년 대상자 명부"])
    sheet.merge_cells("A1:F1")
    sheet.append(["작성: 환경과"])
    sheet.append(HEADER)
    sheet.append(SOMEBODY)
    for _ in range(50):
        sheet.append([None] * 6)
    book.save(tmp_path / "roster.xlsx")

    roster = read_roster(tmp_path / "roster.xlsx")

    assert roster.header.row == 2
    assert [row.row for row in roster.rows] == [4]


def test_hundred_thousand_rows_are_read_and_a_million_are_refused_in_words(tmp_path: Path) -> None:
    def lines(count: int) -> str:
        people = "".join(f"2026-{n:08d},김하늘,1990-01-31,01012345678,새빛구,1\n" for n in range(count))
        return ",".join(HEADER) + "\n" + people

    path = tmp_path / "roster.csv"
    path.write_text(lines(100_000), "utf-8")
    assert len(read_roster(path).rows) == 100_000
    path.write_text(lines(1_000_000), "utf-8")

    with pytest.raises(RosterRefused) as caught:
        read_roster(path)

    assert "300,000줄까지" in caught.value.sentence


def carried(**cells: str) -> tuple[dict[str, str], set[str]]:
    titles = [*HEADER, *cells]
    roster = build_roster([titles, [*SOMEBODY, *cells.values()]], guess_columns(0, titles))
    (row,) = roster.rows
    return dict(row.extra), set(row.problems)


@pytest.mark.parametrize(
    ("title", "cell", "kept"),
    [
        ("납기일", "2026.11.30.", {"납부기한": "2026-11-30"}),
        ("납부기한", "20261130", {"납부기한": "2026-11-30"}),
        ("전자납부번호", "12345-1-22-33-4444444-5", {"전자납부번호": "123451223344444445"}),
        ("언어", "베트남어", {"언어": "vi"}),
        ("LANG", "EN", {"언어": "en"}),
        ("연계정보(CI)", CI, {"연계정보(CI)": CI}),
        ("CI", CI, {"연계정보(CI)": CI}),
        ("비고", "=1+1", {"비고": "=1+1"}),
    ],
)
def test_what_stands_beside_a_person_is_kept_in_one_form_under_our_word(
    title: str, cell: str, kept: dict[str, str]
) -> None:
    assert carried(**{title: cell}) == (kept, set())


@pytest.mark.parametrize(
    ("title", "cell", "code"),
    [
        ("납부기한", "2026-02-30", "due_on_unreadable"),
        ("전자납부번호", "1.23E+18", "payment_number_unreadable"),
        ("언어", "화성어", "language_unreadable"),
        ("CI", "짧음", "ci_unreadable"),
    ],
)
def test_what_is_no_certain_value_is_left_out_and_named_but_the_person_stays(title: str, cell: str, code: str) -> None:
    kept, problems = carried(**{title: cell})

    assert kept == {}
    assert problems == {code}
    assert not problems & DEFECTS


def test_roster_of_a_campaign_that_asks_for_nobody_s_birth_needs_none(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "roster.csv", [["관리번호", "성명", "휴대전화"], ["1", "김하늘", "010-1234-5678"]])

    roster = read_roster(path, required=(Column.KEY, Column.NAME, Column.PHONE))

    assert roster.rows[0].birth is None
    assert not roster.rows[0].is_defective


def test_fingerprint_knows_a_header_again_however_it_is_spaced_and_tells_no_title() -> None:
    assert fingerprint(["관리 번호", "성명*", "HP"]) == fingerprint(["관리번호", "성명", "hp", "", ""])
    assert fingerprint(["관리번호", "성명"]) != fingerprint(["성명", "관리번호"])
    assert "성명" not in fingerprint(["성명"])


def test_column_is_known_by_our_word_and_by_the_office_s() -> None:
    assert column_titled("휴대폰 번호") == Column.PHONE
    assert column_titled("연계정보(CI)") == Column.CI
    assert column_titled("비고") is None
