"""Tables for spreadsheets, as XLSX and CSV: every cell is text, and none can be run as a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence

from openpyxl import Workbook
from openpyxl.cell import Cell, WriteOnlyCell
from openpyxl.styles import Font
from openpyxl.worksheet._write_only import WriteOnlyWorksheet

from notices.paper import defuse

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
_WIDEST = 48
Row = Sequence[str]


def as_csv(columns: Row, rows: Iterable[Row], *, watermark: str) -> bytes:
    """UTF-8 with a byte order mark, so that Excel opens it as Korean; the watermark is its last line."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([defuse(value) for value in row] for row in rows)
    writer.writerow([defuse(watermark)])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(columns: Row, rows: Iterable[Row], *, title: str, watermark: str) -> bytes:
    """One sheet: what it is, who took it when and why, a heading, and the rows."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title=title[:31])
    for place, column in enumerate(columns):
        sheet.column_dimensions[chr(ord("A") + place)].width = min(_WIDEST, 8 + 2 * len(column))
    for line in (title, watermark):
        sheet.append([_cell(sheet, line)])
    sheet.append([_cell(sheet, column, is_bold=True) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: WriteOnlyWorksheet, value: str, *, is_bold: bool = False) -> Cell:
    cell: Cell = WriteOnlyCell(sheet, value=defuse(value))
    cell.data_type = "s"
    if is_bold:
        cell.font = Font(bold=True)
    return cell
