"""The list for the post office, as XLSX and CSV. A cell that a spreadsheet could run as a formula is defused. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Font

COLUMNS = ("관리번호", "성명", "우편번호", "주소", "쪽수", "사유")
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")


@dataclass(frozen=True)
class Letter:
    """One line of the list."""

    key: str
    name: str
    postcode: str
    address: str
    pages: str
    reason: str


def defuse(value: str) -> str:
    """The value as text that no spreadsheet executes: `=HYPERLINK(…)` gets an apostrophe in front."""
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA_STARTS) else value


def _cells(letter: Letter) -> list[str]:
    return [defuse(value) for value in astuple(letter)]


def as_csv(letters: Iterable[Letter]) -> bytes:
    """UTF-8 with a byte order mark, so that Excel opens it as Korean."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(letter) for letter in letters)
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(letters: Sequence[Letter], *, title: str, watermark: str) -> bytes:
    """A sheet with a heading row; every cell is text. The watermark says who took the list, when and why."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title="종이 우편")
    for column, width in zip("ABCDEF", (20, 14, 10, 60, 8, 40), strict=True):
        sheet.column_dimensions[column].width = width
    sheet.append([title])
    sheet.append([watermark])
    heading = [WriteOnlyCell(sheet, value=name) for name in COLUMNS]
    for cell in heading:
        cell.font = Font(bold=True)
    sheet.append(heading)
    for letter in letters:
        cells = [WriteOnlyCell(sheet, value=value) for value in _cells(letter)]
        for cell in cells:
            cell.data_type = "s"
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
