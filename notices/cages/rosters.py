"""In the cage: a spreadsheet or CSV file becomes one table of plain strings."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import cast
from xml.etree import ElementTree

from python_calamine import CalamineError, CalamineWorkbook, PasswordError, SheetTypeEnum, SheetVisibleEnum, ZipError

from notices.rosters.columns import SEARCHED_ROWS, HeaderRefused, find_header
from notices.rosters.files import RosterRefused
from portal.core.cage import given_file

MOST_ROWS = 300_000
MOST_COLUMNS = 200
MOST_MEMBERS = 10_000
MOST_UNPACKED_RATIO = 100
FREELY_UNPACKED = 64 * 1024 * 1024
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_HIDDEN_ROW = re.compile(rb'<(?:x:)?row\b(?=[^>]*\shidden="(?:1|true)")[^>]*?\sr="(\d+)"')
_FORMULA_WITHOUT_VALUE = re.compile(
    rb'<c\b[^>]*?\sr="([A-Z]+)(\d+)"[^>]*>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?:<v\s*/>|<v>\s*</v>)?\s*</c>'
)


def main(payload: bytes) -> bytes:
    """Read `given_file(0)`; the payload may name a `sheet` and a number of `rows` to stop after."""
    wanted = json.loads(payload)
    path = given_file(0)
    head = path.read_bytes()[:4096]
    if not head.strip():
        raise RosterRefused("빈 파일입니다.")
    if head.startswith((b"PK\x03\x04", OLE)):
        table = _spreadsheet(path, head, wanted["sheet"])
    else:
        table = _csv(path.read_bytes())
    rows = cast(list[list[str]], table["rows"])  # the one list of lists in it
    if len(rows) > MOST_ROWS:
        raise RosterRefused(f"명부가 너무 깁니다. 한 파일에 {MOST_ROWS:,}줄까지 올릴 수 있습니다.")
    table["row_count"] = len(rows)
    table["rows"] = rows[: wanted["rows"] or None]
    return json.dumps(table, ensure_ascii=False).encode()


# --- spreadsheets ---------------------------------------------------------------------------------------------------


def _spreadsheet(path: Path, head: bytes, wanted: str) -> dict[str, object]:
    if head.startswith(OLE):
        _refuse_other_ole(path)
    else:
        _check_archive(path)
    try:
        book = CalamineWorkbook.from_path(str(path))
        sheets = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and (sheet.visible == SheetVisibleEnum.Visible)
        ]
        name = _choose_sheet(book, sheets, wanted)
        rows = _rows(book, name)
    except PasswordError:
        raise RosterRefused("암호가 걸린 파일입니다. 암호를 풀어 다시 저장해 주세요.") from None
    except (CalamineError, ZipError):
        raise RosterRefused from None
    hidden, formulas = _what_calamine_does_not_say(path, name) if head.startswith(b"PK") else ([], [])
    return {
        "sheets": sheets, "sheet": name, "encoding": "", "rows": rows, "hidden": hidden, "formulas": formulas
    }  # fmt: skip


def _refuse_other_ole(path: Path) -> None:
    content = path.read_bytes()
    if b"HWP Document File" in content[:1_000_000]:
        raise RosterRefused("한글(HWP) 파일은 명부로 읽을 수 없습니다. 엑셀(xlsx)이나 CSV로 저장해 주세요.")
    if "EncryptedPackage".encode("utf-16-le") in content:
        raise RosterRefused("암호가 걸린 파일입니다. 암호를 풀어 다시 저장해 주세요.")


def _check_archive(path: Path) -> None:
    """Look into the directory of the archive before anything is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile:
        raise RosterRefused("파일이 깨져 있습니다. 다시 저장해서 올려 주세요.") from None
    unpacked, packed = sum(m.file_size for m in members), sum(m.compress_size for m in members)
    if len(members) > MOST_MEMBERS or unpacked > max(FREELY_UNPACKED, MOST_UNPACKED_RATIO * packed):
        raise RosterRefused("압축을 풀면 지나치게 커지는 파일입니다.")
    names = {member.filename for member in members}
    if any(name.startswith("/") or ".." in Path(name).parts for name in names):
        raise RosterRefused("파일 안에 허용되지 않는 경로가 있습니다.")
    if not any(name in names for name in ("xl/workbook.xml", "xl/workbook.bin", "content.xml")):
        raise RosterRefused("엑셀 파일이 아닙니다. 엑셀(xlsx)이나 CSV로 저장해 주세요.")


def _choose_sheet(book: CalamineWorkbook, sheets: Sequence[str], wanted: str) -> str:
    if wanted:
        if wanted not in sheets:
            raise RosterRefused(f"‘{wanted}’ 시트가 없습니다.")
        return wanted
    if not sheets:
        raise RosterRefused("보이는 시트가 없습니다.")
    scores = {}
    for name in sheets:
        try:
            scores[name] = len(find_header(_rows(book, name, most=SEARCHED_ROWS)).columns)
        except HeaderRefused:
            scores[name] = 0
    return max(sheets, key=lambda name: scores[name])


def _rows(book: CalamineWorkbook, name: str, *, most: int | None = None) -> list[list[str]]:
    sheet = book.get_sheet_by_name(name)
    if sheet.total_width > MOST_COLUMNS and sheet.total_height * sheet.total_width > MOST_ROWS * 20:
        raise RosterRefused("시트가 너무 큽니다. 빈 열과 빈 줄을 지우고 다시 저장해 주세요.")
    return [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False, nrows=most)]


def _text(cell: object) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).upper()
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == datetime.min.time() else cell.isoformat(sep=" ")
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def _what_calamine_does_not_say(path: Path, sheet: str) -> tuple[list[int], list[tuple[int, int]]]:
    """Hidden rows, and formulas nobody has computed: (rows from 1), (row from 1, column from 0)."""
    with zipfile.ZipFile(path) as archive:
        member = _member_of_sheet(archive, sheet)
        content = archive.read(member) if member else b""
    hidden = [int(found[1]) for found in _HIDDEN_ROW.finditer(content)]
    formulas = [
        (int(found[2]), _column_number(found[1].decode())) for found in _FORMULA_WITHOUT_VALUE.finditer(content)
    ]
    return hidden, formulas


def _member_of_sheet(archive: zipfile.ZipFile, sheet: str) -> str:
    names = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= names:
        return ""
    book = ElementTree.fromstring(archive.read("xl/workbook.xml"))  # noqa: S314 - inside the cage, under its limits
    relations = ElementTree.fromstring(archive.read("xl/_rels/workbook.xml.rels"))  # noqa: S314
    targets = {relation.get("Id"): relation.get("Target", "") for relation in relations}
    for element in book.iter():
        if element.tag.endswith("}sheet") and element.get("name") == sheet:
            target = targets.get(element.get(_RELATION), "")
            member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return member if member in names else ""
    return ""


def _column_number(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


# --- CSV ------------------------------------------------------------------------------------------------------------


def _csv(content: bytes) -> dict[str, object]:
    text, encoding = _decode(content)
    delimiter = max(",\t;|", key="\n".join(text.splitlines()[:SEARCHED_ROWS]).count)
    csv.field_size_limit(1_000_000)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        rows = list(reader)
    except csv.Error:
        raise RosterRefused(f"{reader.line_num}번째 줄의 따옴표나 칸 나눔이 잘못되었습니다.") from None
    return {"sheets": [], "sheet": "", "encoding": encoding, "rows": rows, "hidden": [], "formulas": []}


def _decode(content: bytes) -> tuple[str, str]:
    """Strictly UTF-8, then CP949; a byte that is neither is an error with its place, never a guessed character."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise RosterRefused("UTF-16으로 저장된 파일입니다. 엑셀에서 ‘CSV UTF-8’로 다시 저장해 주세요.")
    if b"\0" in content:
        raise RosterRefused("글자로 된 파일이 아닙니다. 엑셀(xlsx)이나 CSV로 저장해 주세요.")
    furthest = 0
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return content.decode(encoding), encoding
        except UnicodeDecodeError as error:
            furthest = max(furthest, error.start)
            if content.startswith(b"\xef\xbb\xbf"):
                break
    line = content[:furthest].rpartition(b"\n")[2]
    row, column = content.count(b"\n", 0, furthest) + 1, line.count(b",") + 1
    raise RosterRefused(
        f"{row}번째 줄 {column}번째 칸의 글자를 읽을 수 없습니다. "
        "UTF-8도 CP949(한글 윈도)도 아닙니다. 엑셀에서 ‘CSV UTF-8’로 다시 저장해 주세요."
    )
