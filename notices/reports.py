"""A report with a line for each citizen, as XLSX and CSV; no cell of it runs as a formula. Pure."""

from collections.abc import Iterable
from dataclasses import astuple, dataclass

from notices import sheets

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


def as_csv(lines: Iterable[Line], *, watermark: str) -> bytes:
    """One row for each citizen, under the names of the columns."""
    return sheets.as_csv(COLUMNS, (astuple(line) for line in lines), watermark=watermark)


def as_xlsx(lines: Iterable[Line], *, title: str, watermark: str) -> bytes:
    """The same on one sheet, under the title and the watermark."""
    rows = (astuple(line) for line in lines)
    return sheets.as_xlsx(COLUMNS, rows, title=title, watermark=watermark, name="결과")
