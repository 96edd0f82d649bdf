"""Which column of a roster is which: the header row is found and named by the words officials use."""

import hashlib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.core.errors import Refused

SEARCHED_ROWS = 20
Row = Sequence[str]


class Column(StrEnum):
    """What a column may hold. Columns with other names are kept as merge values."""

    KEY = "key"
    NAME = "name"
    BIRTH = "birth"
    RESIDENT_NUMBER = "resident_number"
    CENTURY = "century"
    PHONE = "phone"
    ADDRESS = "address"
    POSTCODE = "postcode"
    AMOUNT = "amount"
    DUE_ON = "due_on"
    PAYMENT_NUMBER = "payment_number"
    LANGUAGE = "language"
    CI = "ci"
    PAGES = "pages"


LABELS: Mapping[Column, str] = {
    Column.KEY: "관리번호",
    Column.NAME: "성명",
    Column.BIRTH: "생년월일",
    Column.RESIDENT_NUMBER: "주민등록번호",
    Column.CENTURY: "주민번호 뒤 첫 자리",
    Column.PHONE: "휴대전화",
    Column.ADDRESS: "주소",
    Column.POSTCODE: "우편번호",
    Column.AMOUNT: "금액",
    Column.DUE_ON: "납부기한",
    Column.PAYMENT_NUMBER: "전자납부번호",
    Column.LANGUAGE: "언어",
    Column.CI: "연계정보(CI)",
    Column.PAGES: "쪽수",
}
# The better word stands first: a roster with 전화번호 and 휴대전화 means the second.
SYNONYMS: Mapping[Column, tuple[str, ...]] = {
    Column.KEY: (
        "관리번호", "고유번호", "고유관리번호", "대상자번호", "식별번호", "결정번호", "통지번호", "고지번호",
        "접수번호", "신청번호", "관리no", "관리코드", "key",
    ),
    Column.NAME: (
        "성명", "이름", "성함", "대상자성명", "신청인성명", "수신자성명", "대상자명", "수신자명", "신청인", "수신자",
        "대상자", "납세자", "납부자", "수급자", "체납자", "성명한글", "name",
    ),
    Column.BIRTH: ("생년월일", "출생년월일", "출생일자", "출생일", "생일", "생년월", "birth", "birthday"),
    Column.RESIDENT_NUMBER: ("주민등록번호", "주민번호", "주민등록", "실명번호"),
    Column.CENTURY: ("주민번호뒤첫자리", "주민번호7번째자리", "세기", "성별코드"),
    Column.PHONE: (
        "휴대전화", "휴대전화번호", "휴대폰", "휴대폰번호", "핸드폰", "핸드폰번호", "이동전화", "이동전화번호",
        "무선전화", "hp", "h.p", "수신번호", "연락처", "전화번호", "전화", "phone", "mobile",
    ),
    Column.ADDRESS: ("주소", "도로명주소", "송달주소", "주소지", "거주지", "거주지주소", "현주소", "address"),
    Column.POSTCODE: ("우편번호", "우편", "새우편번호", "postcode", "zip"),
    Column.AMOUNT: ("금액", "결정금액", "고지금액", "보상금액", "보상금", "납부금액", "부과금액", "합계금액"),
    Column.DUE_ON: ("납부기한", "납기일", "납기일자", "납기", "납부기일", "납기내일자"),
    Column.PAYMENT_NUMBER: ("전자납부번호", "전납번호", "납부번호"),
    Column.LANGUAGE: ("언어", "사용언어", "안내언어", "언어코드", "language", "lang"),
    Column.CI: ("연계정보", "ci", "연계정보ci", "ci값"),
    Column.PAGES: ("쪽수", "페이지수", "페이지", "매수", "면수", "장수", "pages"),
}  # fmt: skip
REQUIRED = (Column.KEY, Column.NAME, Column.BIRTH, Column.PHONE)
# Columns whose values ride along under our own word for them, whatever the file calls them.
CARRIED = (Column.DUE_ON, Column.PAYMENT_NUMBER, Column.LANGUAGE, Column.CI)


class HeaderRefused(Refused):
    """The columns cannot be told, or one that is needed is missing."""

    sentence = "명부의 머리글을 찾지 못했습니다. 첫 줄에 관리번호, 성명, 생년월일, 휴대전화가 있어야 합니다."


@dataclass(frozen=True, slots=True)
class Header:
    """Where the header row is (from 0) and which column (from 0) holds what."""

    row: int
    titles: tuple[str, ...]
    columns: Mapping[Column, int]

    def title_of(self, column: Column) -> str:
        """The column's title as the file spells it, or our own word for it."""
        return self.titles[self.columns[column]] if column in self.columns else LABELS[column]


def find_header(rows: Sequence[Row]) -> Header:
    """
    The row among the first twenty that names the most columns we know.

    :raises HeaderRefused: if no row names two of them
    """
    headers = [guess_columns(index, row) for index, row in enumerate(rows[:SEARCHED_ROWS])]
    best = max(headers, key=lambda header: (len(header.columns), -header.row), default=None)
    if best is None or len(best.columns) < 2:
        raise HeaderRefused
    return best


def guess_columns(index: int, row: Row) -> Header:
    """Read one row as a header; of two titles that mean the same, the better word wins, then the first."""
    titles = tuple(unicodedata.normalize("NFC", cell).strip() for cell in row)
    folded = [_fold_title(title) for title in titles]
    columns: dict[Column, int] = {}
    for column, synonyms in SYNONYMS.items():
        ranked = [(synonyms.index(title), place) for place, title in enumerate(folded) if title in synonyms]
        if ranked:
            columns[column] = min(ranked)[1]
    return Header(index, titles, columns)


def column_titled(title: str) -> Column | None:
    """The column officials mean by one title, if it is one we know."""
    folded = _fold_title(title)
    known = (column for column in Column if folded in (_fold_title(LABELS[column]), *SYNONYMS[column]))
    return next(known, None)


def check_header(header: Header, *, required: Sequence[Column] = REQUIRED) -> None:
    """
    Refuse a header that lacks a column or has one twice.

    :raises HeaderRefused: naming the column
    """
    known = set(header.columns)
    if Column.RESIDENT_NUMBER in known:
        known.add(Column.BIRTH)
    missing = [LABELS[column] for column in required if column not in known]
    if missing:
        raise HeaderRefused(
            f"명부에 {', '.join(missing)} 열이 없습니다. 머리글의 이름을 확인하거나 열을 직접 지정해 주세요."
        )
    counts = Counter(header.titles)
    twice = [title for title in map(header.title_of, header.columns) if counts[title] > 1]
    if twice:
        raise HeaderRefused(f"‘{twice[0]}’ 열이 두 개 있습니다. 어느 열을 쓸지 알 수 없으니 하나를 지워 주세요.")


def fingerprint(titles: Sequence[str]) -> str:
    """The same for two headers with the same words in the same order, however they are spaced; tells no title."""
    folded = [_fold_title(title) for title in titles]
    while folded and not folded[-1]:
        folded.pop()
    return hashlib.sha256("\x1f".join(folded).encode()).hexdigest()


def extra_titles(header: Header) -> dict[int, str]:
    """The columns we do not know, by place, each with a name of its own: they are values for mail merge."""
    names: dict[int, str] = {}
    used = set(header.columns.values())
    ours = {LABELS[column] for column in header.columns}
    for place, title in enumerate(header.titles):
        if title and place not in used:
            is_taken = title in ours or title in names.values()
            names[place] = f"{title} ({place + 1})" if is_taken else title
    return names


def _fold_title(title: str) -> str:
    folded = re.sub(r"[\s*:_]|\(.*?\)|\[.*?\]", "", unicodedata.normalize("NFKC", title))
    return folded.lower()
