"""A bank's list of money that came in (수납 자료), as CSV: which number, how much, when. Pure."""

import csv
import io
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from notices.bills import LineUnreadable, fold_title, read_day, read_won
from portal.core.errors import Refused

MOST_ROWS = 100_000
_NUMBER = ("전자납부번호", "납부번호", "전납번호")
_WON = ("수납금액", "납부금액", "금액")
_DAY = ("수납일", "수납일자", "납부일", "납부일자", "납부일시")
_REFERENCE = ("수납번호", "거래번호", "영수증번호")


class ListUnreadable(Refused):
    """The file is not a list of money that came in."""

    sentence = "수납 자료를 읽을 수 없습니다. 전자납부번호, 수납금액, 수납일 열이 있는 CSV 파일로 저장해 주세요."


@dataclass(frozen=True, slots=True)
class Came:
    """One payment at a bank. `reference`: the bank's number for it; the day and the amount tell it apart if none."""

    row: int
    number: str
    won: int
    day: date
    reference: str


def read_list(content: bytes) -> list[Came]:
    """
    Every row, or none.

    :raises ListUnreadable: naming the row that is not clear
    """
    rows = list(csv.reader(io.StringIO(_decoded(content), newline="")))
    if len(rows) > MOST_ROWS:
        raise ListUnreadable(f"수납 자료는 한 번에 {MOST_ROWS:,}건까지 올릴 수 있습니다. 나누어 올려 주세요.")
    titles = [fold_title(title) for title in rows[0]] if rows else []
    number, won, day = (_place(titles, names) for names in (_NUMBER, _WON, _DAY))
    reference = next((titles.index(name) for name in _REFERENCE if name in titles), -1)
    found = []
    for place, row in enumerate(rows[1:], start=2):
        if any(cell.strip() for cell in row):
            found.append(_came(place, row, number, won, day, reference))
    return found


def _came(place: int, row: Sequence[str], number: int, won: int, day: int, reference: int) -> Came:
    if len(row) <= max(number, won, day, reference):
        raise ListUnreadable(f"수납 자료 {place}행의 칸이 모자랍니다.")
    plain = re.sub(r"[\s'-]", "", unicodedata.normalize("NFKC", row[number]))
    if not re.fullmatch(r"[0-9A-Za-z]{4,30}", plain):
        raise ListUnreadable(f"수납 자료 {place}행의 전자납부번호를 읽을 수 없습니다. 글자 서식으로 저장해 주세요.")
    try:
        amount, came_on = read_won(row[won]), read_day(row[day])
    except LineUnreadable as unreadable:
        raise ListUnreadable(f"수납 자료 {place}행: {unreadable.sentence}") from unreadable
    said = row[reference].strip() if reference >= 0 else ""
    return Came(place, plain, amount, came_on, (said or f"{plain}/{came_on}/{amount}")[:80])


def _decoded(content: bytes) -> str:
    for encoding in ("utf-8-sig", "cp949"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise ListUnreadable


def _place(titles: Sequence[str], names: Sequence[str]) -> int:
    for name in names:
        if name in titles:
            return titles.index(name)
    raise ListUnreadable
