"""Tables for spreadsheets, as XLSX and CSV: every cell is text, and none can be run as a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:  # read when a book is written: a process that only serves pages saves 9 MB
    from openpyxl import Workbook
    from openpyxl.cell import Cell
    from openpyxl.worksheet._write_only import WriteOnlyWorksheet

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
TYPES = {"xlsx": XLSX, "csv": "text/csv; charset=utf-8"}
_WIDEST = 48
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")
Row = Sequence[str]


def defuse(value: str) -> str:
    """The value as text that no spreadsheet executes: `=HYPERLINK(…)` gets an apostrophe in front."""
    return f"'{value}" if value.lstrip(" ").startswith(_FORMULA_STARTS) else value


def as_csv(columns: Row, rows: Iterable[Row], *, watermark: str = "") -> bytes:
    """UTF-8 with a byte order mark, so that Excel opens it as Korean; the watermark is its last line."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([defuse(value) for value in row] for row in rows)
    if watermark:
        writer.writerow([defuse(watermark)])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(columns: Row, rows: Iterable[Row], *, title: str, watermark: str, name: str = "목록") -> bytes:
    """One sheet: what it is, who took it when and why, a heading, and the rows."""
    book = new_book()
    add_sheet(book, name, columns, rows, title=title, watermark=watermark)
    return saved(book)


def new_book() -> "Workbook":
    """A book without sheets, to be written line by line."""
    from openpyxl import Workbook  # noqa: PLC0415  (as above)

    return Workbook(write_only=True)


def add_sheet(
    book: "Workbook",
    name: str,
    columns: Row,
    rows: Iterable[Row],
    *,
    title: str,
    watermark: str,
    widths: Sequence[int] = (),
) -> None:
    """One more sheet of a book; without `widths` its columns are as wide as their headings ask for."""
    sheet = book.create_sheet(title=name)
    for place, width in enumerate(widths or [min(_WIDEST, 8 + 2 * len(column)) for column in columns]):
        sheet.column_dimensions[chr(ord("A") + place)].width = width
    for line in (title, watermark):
        sheet.append([_cell(sheet, line)])
    sheet.append([_cell(sheet, column, is_bold=True) for column in columns])
    for row in rows:
        sheet.append([_cell(sheet, value) for value in row])


def saved(book: "Workbook") -> bytes:
    """The finished book as a file."""
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: "WriteOnlyWorksheet", value: str, *, is_bold: bool = False) -> "Cell":
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415  (as above)
    from openpyxl.styles import Font  # noqa: PLC0415

    cell: Cell = WriteOnlyCell(sheet, value=defuse(value))
    cell.data_type = "s"
    if is_bold:
        cell.font = Font(bold=True)
    return cell
