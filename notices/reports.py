"""A report with a line for each citizen, as XLSX and CSV; no cell of it runs as a formula. Pure."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from notices.paper import defuse

COLUMNS = (
    *("관리번호", "성명", "생년월일", "휴대전화", "상태", "귀결", "사유", "보내는 근거"),
    *("동의 요청", "동의 확정", "발송", "전달", "열람", "등기번호"),
)


@dataclass(frozen=True, slots=True)
class Line:
    """Where one citizen stands, and when each thing happened."""

    key: str
    name: str
    birth: str
    phone: str
    state: str
    bucket: str
    reason: str
    ground: str
    asked: str
    verified: str
    sent: str
    delivered: str
    opened: str
    registered_number: str


def _cells(line: Line) -> list[str]:
    return [defuse(value) for value in astuple(line)]


def as_csv(lines: Iterable[Line], *, watermark: str) -> bytes:
    """UTF-8 with a byte order mark, so that Excel opens it as Korean; the watermark is its last line."""
    text = io.StringIO()
    writer = csv.writer(text, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows(_cells(line) for line in lines)
    writer.writerow([defuse(watermark)])
    return text.getvalue().encode("utf-8-sig")


def as_xlsx(lines: Sequence[Line], *, title: str, watermark: str) -> bytes:
    """One sheet of text cells under the title and the watermark."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(title="결과")
    for row in ([title], [watermark], list(COLUMNS)):
        sheet.append([defuse(value) for value in row])
    for line in lines:
        cells = [WriteOnlyCell(sheet, value=value) for value in _cells(line)]
        for cell in cells:
            cell.data_type = "s"
        sheet.append(cells)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()
