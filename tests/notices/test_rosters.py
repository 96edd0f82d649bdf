"""Rosters as officials really save them: every good cell is read, every bad one is named, nothing is guessed."""

import csv
import io
import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path

import openpyxl
import pytest

import notices
from notices.rosters import Column, HeaderRefused, Roster, RosterRefused, look_at, read_roster
from notices.rosters.cells import BirthRefused, fold_name, is_same_birth, is_same_name, parse_birth

DEMO = Path(notices.__file__).parent / "reference" / "demo"
HEADER = ["관리번호", "성명", "생년월일", "휴대전화", "주소", "쪽수"]
SOMEBODY = ["2026-00000015", "김하늘", "1990-01-31", "010-1234-5678", "새빛구 가온동 1", "2"]


def write_csv(path: Path, rows: Sequence[Sequence[str]], encoding: str = "utf-8-sig", delimiter: str = ",") -> Path:
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter).writerows(rows)
    path.write_bytes(out.getvalue().encode(encoding))
    return path


def read(tmp_path: Path, *rows: Sequence[str], header: Sequence[str] = HEADER) -> Roster:
    return read_roster(write_csv(tmp_path / "roster.csv", [header, *rows]))


def somebody(**changes: str) -> list[str]:
    return [changes.get(title, value) for title, value in zip(HEADER, SOMEBODY, strict=True)]


# --- files ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["roster.xlsx", "roster_utf8sig.csv", "roster_cp949.csv"])
def test_demo_roster_is_read_from_each_of_its_files(name: str) -> None:
    roster = read_roster(DEMO / name)

    assert len(roster.rows) == 53
    assert roster.unique_count == 52
    assert {"duplicate_row", "name_formula", "phone_empty", "phone_landline"} <= {p.code for p in roster.problems}


@pytest.mark.parametrize(("encoding", "told"), [("utf-8-sig", "utf-8-sig"), ("utf-8", "utf-8-sig"), ("cp949", "cp949")])
@pytest.mark.parametrize("delimiter", [",", "\t", ";"])
def test_csv_is_read_in_the_encodings_and_with_the_separators_of_korean_offices(
    tmp_path: Path, encoding: str, told: str, delimiter: str
) -> None:
    path = write_csv(tmp_path / "roster.csv", [HEADER, somebody(성명="김똠방")], encoding, delimiter)

    roster = read_roster(path)

    assert roster.rows[0].name == "김똠방"
    assert roster.encoding == told


def test_broken_byte_is_refused_with_its_row_and_column(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    good = ",".join(HEADER).encode("cp949")
    path.write_bytes(good + b"\n2026-00000015,\xb1\xe8\xff\xff,1990-01-31,01012345678,x,1\n")

    with pytest.raises(RosterRefused) as caught:
        read_roster(path)

    assert "2번째 줄 2번째 칸" in caught.value.sentence


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "빈 파일"),
        (" ,성명".encode("utf-16"), "UTF-16"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 500 + b"HWP Document File", "한글(HWP)"),
        (b"PK\x03\x04 broken", "깨져 있습니다"),
        (b"\x89PNG\r\n\x1a\n\0\0", "글자로 된 파일이 아닙니다"),
    ],
)
def test_what_is_no_roster_is_refused_in_words(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "roster.xlsx"
    path.write_bytes(content)

    with pytest.raises(RosterRefused) as caught:
        read_roster(path)

    assert words in caught.value.sentence


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = tmp_path / "roster.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", bytes(80 << 20))

    with pytest.raises(RosterRefused) as caught:
        read_roster(path)

    assert "지나치게 커지는" in caught.value.sentence


def test_workbook_with_titles_hidden_rows_formulas_and_two_sheets(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    cover = book.active
    assert cover is not None
    cover.append(["군소음 보상금"])
    sheet = book.create_sheet("대상자 명부")
    sheet.append(["2026년 군소음 보상금 대상자"])
    sheet.merge_cells("A1:F1")
    sheet.append([])
    sheet.append(HEADER)
    sheet.append(["2026-00000015", "김하늘", date(1990, 1, 31), 1012345678, "새빛구", 2])
    sheet.append(["2026-00000023", "박바다", 19850203, "010-2222-3333", "새빛구", "=1+1"])
    sheet.append([None, None, None])
    sheet.row_dimensions[5].hidden = True
    book.save(tmp_path / "roster.xlsx")

    roster = read_roster(tmp_path / "roster.xlsx")

    assert (roster.sheet, roster.header.row, roster.hidden_count) == ("대상자 명부", 2, 1)
    first, second = roster.rows
    assert (first.row, first.birth, first.phone, first.pages) == (4, date(1990, 1, 31), "+821012345678", 2)
    assert (second.row, second.birth) == (5, date(1985, 2, 3))
    assert [(p.row, p.code) for p in roster.problems] == [(5, "formula_without_value")]
    assert second.is_defective


def test_preview_shows_sheets_rows_and_our_guess() -> None:
    preview = look_at(DEMO / "roster.xlsx")

    assert preview.sheets == ("명부",)
    assert preview.row_count == 54
    assert len(preview.rows) == 40
    assert preview.header is not None
    assert preview.header.columns[Column.PHONE] == 3


def test_unknown_sheet_is_refused() -> None:
    with pytest.raises(RosterRefused) as caught:
        read_roster(DEMO / "roster.xlsx", sheet="다른 명부")

    assert "‘다른 명부’ 시트가 없습니다" in caught.value.sentence


# --- columns --------------------------------------------------------------------------------------------------------


def test_columns_are_known_by_the_words_officials_use(tmp_path: Path) -> None:
    header = [
        "연번",
        "고유 번호",
        "대상자 성명(한글)",
        "출생일자",
        "전화번호",
        "휴대폰 번호*",
        "도로명주소",
        "매수",
        "비고",
    ]

    row = read(
        tmp_path, ["1", "A-1", "김하늘", "1990.01.31", "02-123-4567", "01012345678", "x", "1", "급함"], header=header
    ).rows[0]

    assert (row.key, row.name, row.birth, row.phone) == ("A-1", "김하늘", date(1990, 1, 31), "+821012345678")
    assert row.extra == {"연번": "1", "전화번호": "02-123-4567", "비고": "급함"}


def test_missing_columns_are_named(tmp_path: Path) -> None:
    with pytest.raises(HeaderRefused) as caught:
        read(tmp_path, ["A-1", "김하늘"], header=["관리번호", "성명"])

    assert "생년월일, 휴대전화 열이 없습니다" in caught.value.sentence


def test_roster_without_a_header_is_refused(tmp_path: Path) -> None:
    with pytest.raises(HeaderRefused) as caught:
        read(tmp_path, SOMEBODY, header=SOMEBODY)

    assert "머리글을 찾지 못했습니다" in caught.value.sentence


def test_one_column_twice_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(HeaderRefused) as caught:
        read(tmp_path, [*SOMEBODY, "박바다"], header=[*HEADER, "성명"])

    assert "‘성명’ 열이 두 개" in caught.value.sentence


def test_official_may_say_which_column_is_which(tmp_path: Path) -> None:
    path = write_csv(tmp_path / "roster.csv", [["가", "나", "다", "라"], ["A-1", "김하늘", "32874", "01012345678"]])
    columns = {Column.KEY: 0, Column.NAME: 1, Column.BIRTH: 2, Column.PHONE: 3}

    roster = read_roster(path, header_row=0, columns=columns, is_birth_serial=True)

    assert roster.rows[0].birth == date(1990, 1, 1)
    assert not roster.problems


# --- rows -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"관리번호": " "}, "key_missing"),
        ({"성명": ""}, "name_missing"),
        ({"성명": "김?늘"}, "name_unreadable"),
        ({"성명": '\'=HYPERLINK("http://evil/","김하늘")'}, "name_formula"),
        ({"성명": "＝cmd"}, "name_formula"),
        ({"생년월일": ""}, "birth_missing"),
        ({"생년월일": "1980-02-30"}, "birth_not_a_date"),
        ({"생년월일": "19800101-1"}, "birth_not_a_date"),
        ({"생년월일": "800101"}, "birth_century_unknown"),
        ({"생년월일": "44927"}, "birth_serial"),
        ({"쪽수": "두 장"}, "pages_unreadable"),
    ],
)
def test_bad_cell_is_a_problem_of_its_row_and_column(tmp_path: Path, changes: dict[str, str], code: str) -> None:
    roster = read(tmp_path, somebody(**changes), somebody(관리번호="2026-00000023"))

    (problem,) = roster.problems
    assert (problem.row, problem.column, problem.code) == (2, next(iter(changes)), code)
    assert problem.sentence.endswith(("요.", "다."))
    assert roster.rows[0].is_defective
    assert not roster.rows[1].problems


@pytest.mark.parametrize(
    ("phone", "code"),
    [
        ("", "phone_empty"),
        ("031-212-3456", "phone_landline"),
        ("1.08E+09", "phone_unreadable"),
        ("010-0000-0000", "phone_unreadable"),
        ("010-123-45", "phone_not_mobile"),
    ],
)
def test_bad_phone_is_a_problem_but_the_notice_can_still_be_proved(tmp_path: Path, phone: str, code: str) -> None:
    roster = read(tmp_path, somebody(휴대전화=phone))

    assert [problem.code for problem in roster.problems] == [code]
    assert roster.rows[0].phone == ""
    assert not roster.rows[0].is_defective


@pytest.mark.parametrize(
    "phone",
    ["01012345678", "010-1234-5678", "+82 10-1234-5678", "1012345678", "010.1234.5678", "０１０１２３４５６７８",
     "010–1234–5678", "010?1234?5678"],
)  # fmt: skip
def test_phone_is_read_in_every_spelling_of_the_sample(tmp_path: Path, phone: str) -> None:
    assert read(tmp_path, somebody(휴대전화=phone)).rows[0].phone == "+821012345678"


def test_problem_shows_values_masked_only(tmp_path: Path) -> None:
    roster = read(tmp_path, somebody(성명="김?늘", 생년월일="19900231", 휴대전화="010-9876-543"))

    shown = " ".join(f"{problem.value} {problem.sentence}" for problem in roster.problems)
    assert not any(secret in shown for secret in ("김?늘", "19900231", "9876"))


def test_both_rows_of_one_number_are_problems_until_one_is_chosen(tmp_path: Path) -> None:
    roster = read(tmp_path, SOMEBODY, somebody(관리번호="B"), somebody(성명="김하눌"))

    assert [(p.row, p.code) for p in roster.problems] == [(2, "duplicate_row"), (4, "duplicate_row")]
    assert "4번째 줄" in roster.problems[0].sentence
    assert [row.is_defective for row in roster.rows] == [True, False, True]
    assert roster.unique_count == 2


def test_namesakes_born_on_one_day_are_two_people(tmp_path: Path) -> None:
    roster = read(tmp_path, SOMEBODY, somebody(관리번호="2026-00000023"))

    assert not roster.problems


def test_resident_number_gives_the_birth_date_and_is_not_kept(tmp_path: Path) -> None:
    header = ["관리번호", "성명", "주민등록번호", "휴대전화", "비고"]

    roster = read(
        tmp_path,
        ["A", "김하늘", "900131-2718281", "01012345678", "본인 900131-2718281 확인"],
        ["B", "박바다", "010203-3******", "01012345679", ""],
        header=header,
    )

    assert [row.birth for row in roster.rows] == [date(1990, 1, 31), date(2001, 2, 3)]
    assert "2718281" not in repr(roster)


def test_six_digits_are_settled_by_a_century_column_only(tmp_path: Path) -> None:
    header = [*HEADER, "성별코드"]

    roster = read(tmp_path, [*somebody(생년월일="900131"), "1"], header=header)

    assert roster.rows[0].birth == date(1990, 1, 31)


def test_one_number_on_every_row_is_reported_once_per_row(tmp_path: Path) -> None:
    roster = read(tmp_path, *([SOMEBODY] * 5_000))

    assert len(roster.problems) == 5_000


# --- cells ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("김하늘", "김하늘"),
        ("김하늘", " 김 하\u3000늘 "),
        ("nguyen thi lan", "NGUYEN THI LAN"),
        ("ＳＭＩＴＨ", "Smith"),
        ("김하늘", "김\u200b하늘"),
    ],
)
def test_names_that_look_alike_fold_to_one(one: str, other: str) -> None:
    assert fold_name(one) == fold_name(other)


@pytest.mark.parametrize(
    ("page", "roster", "is_same"),
    [
        ("김*늘", "김하늘", True),
        ("김*늘", "김하눌", False),
        ("김**", "김하늘", True),
        ("김*", "김하늘", False),
        ("***", "김하늘", False),
        ("", "", False),
        ("김하늘", "김*늘", False),
    ],
)
def test_masked_name_is_compared_position_by_position(page: str, roster: str, is_same: bool) -> None:
    assert is_same_name(page, roster) is is_same


@pytest.mark.parametrize(
    ("text", "birth"),
    [
        ("1990-01-31", date(1990, 1, 31)),
        ("19900131", date(1990, 1, 31)),
        ("1990. 1. 31.", date(1990, 1, 31)),
        ("1990년 1월 31일", date(1990, 1, 31)),
        ("1990/01/31", date(1990, 1, 31)),
        ("１９９０－０１－３１", date(1990, 1, 31)),
        ("19900131.0", date(1990, 1, 31)),
        ("900131-1******", date(1990, 1, 31)),
        ("010203-4", date(2001, 2, 3)),
    ],
)
def test_birth_is_read_from_every_certain_spelling(text: str, birth: date) -> None:
    assert parse_birth(text) == birth
    assert is_same_birth(text, birth)


@pytest.mark.parametrize("text", ["900131", "1990-13-01", "1899-12-31", "199001311", "1990-1", "없음"])
def test_birth_that_could_be_two_dates_or_none_is_not_guessed(text: str) -> None:
    with pytest.raises(BirthRefused):
        parse_birth(text)
    assert not is_same_birth(text, date(1990, 1, 31))
