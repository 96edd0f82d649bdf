"""The list for the post office, as XLSX and CSV. A cell that a spreadsheet could run as a formula is defused. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

COLUMNS = ("관리번호", "성명", "우편번호", "주소", "쪽수", "사유", "확인")
_WIDTHS = (20, 14, 10, 60, 12, 40, 16)
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Letter:
    """One line of the list. `note` says why it cannot be posted as it is; such lines stand apart."""

    key: str
    name: str
    postcode: str
    address: str
    pages: str
    reason: str
    note: str = ""


def defuse(value: str) -> str:
    """The value as text that no spreadsheet executes: `=HYPERLINK(…)` gets an apostrophe in front."""
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA_STARTS) else value


def _cells(letter: Letter) -> list[str]:
    return [defuse(value) for value in astuple(letter)]


def as_csv(letters: Iterable[Letter], *, watermark: str = "") -> bytes:
    """UTF-8 with a byte order mark, so that Excel opens it as Korean; the watermark is its last line."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(letter) for letter in letters)
    if watermark:
        writer.writerow([defuse(watermark)])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(letters: Sequence[Letter], *, title: str, watermark: str) -> bytes:
    """Sheets with a heading row; every cell is text. The watermark says who took the list, when and why."""
    book = Workbook(write_only=True)
    apart = [letter for letter in letters if letter.note]
    _write_sheet(book, "종이 우편", [one for one in letters if not one.note], title=title, watermark=watermark)
    if apart:
        _write_sheet(book, "따로 확인", apart, title=f"{title} (따로 확인할 분)", watermark=watermark)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _write_sheet(book: Workbook, name: str, letters: Sequence[Letter], *, title: str, watermark: str) -> None:
    sheet = book.create_sheet(title=name)
    for column, width in zip("ABCDEFG", _WIDTHS, strict=True):
        sheet.column_dimensions[column].width = width
    sheet.append([defuse(title)])
    sheet.append([defuse(watermark)])
    heading = [WriteOnlyCell(sheet, value=name) for name in COLUMNS]
    for cell in heading:
        cell.font = Font(bold=True)
    sheet.append(heading)
    for letter in letters:
        cells = [WriteOnlyCell(sheet, value=value) for value in _cells(letter)]
        for cell in cells:
            cell.data_type = "s"
        sheet.append(cells)
