"""What a roster says of a bill, and how one may object to it. Pure."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_noop

from portal.core.errors import Refused

# The better word stands first. `amount` is where rosters keep the column they know as 금액.
_AMOUNT = ("납부금액", "납부할금액", "고지금액", "고지세액", "부과금액", "납기내금액", "amount", "금액")
_DUE = ("납부기한", "납기", "납기일", "납부기일", "납기내기한", "납부마감일")
_NUMBER = ("전자납부번호", "전자납부", "전자수납번호")
_KIND = ("고지종류", "세목", "부과종류", "종류")
_MOST_WON = 2_000_000_000
_DATE = re.compile(r"(\d{4})\s?[-./년]?\s?(\d{1,2})\s?[-./월]?\s?(\d{1,2})\s?[.일]?")
_KINDS = {
    "fine": re.compile(r"과태료|과징금|이행강제금|범칙금"),
    "charge": re.compile(r"부담금|사용료|수수료|점용료|요금|분담금"),
    "tax": re.compile(r"세$|세 (?:고지|체납|납부)|지방세|재산세|자동차세|주민세|취득세"),
}


class LineUnreadable(Refused):
    """A row asks for money, but not for a certain amount until a certain day."""

    sentence = "금액이나 납부기한을 읽을 수 없습니다."


@dataclass(frozen=True, slots=True)
class BillLine:
    """What one row asks for."""

    kind: str
    amount_won: int
    due_on: date
    electronic_payment_number: str


def read_line(extra: Mapping[str, str], *, title: str = "") -> BillLine | None:
    """
    The bill in the further columns of one row; None without a 전자납부번호, for then the amount is no bill.

    :param title: of the campaign; it tells the kind where no column does

    :raises LineUnreadable: if there is a number, but no certain amount or day
    """
    values = {fold_title(title): value.strip() for title, value in extra.items() if value.strip()}
    number = re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", _first(values, _NUMBER)))
    if not number:
        return None
    if not re.fullmatch(r"[0-9A-Za-z]{4,30}", number):
        raise LineUnreadable("전자납부번호는 숫자로 적어 주세요.")
    return BillLine(
        kind=kind_of(_first(values, _KIND) or title),
        amount_won=read_won(_first(values, _AMOUNT)),
        due_on=read_day(_first(values, _DUE)),
        electronic_payment_number=number,
    )


def read_won(text: str) -> int:
    """
    `1,234,000원` and its spellings.

    :raises LineUnreadable: for anything that is not a whole number of won above 0
    """
    plain = re.sub(r"[\s,₩원]", "", unicodedata.normalize("NFKC", text))
    plain = re.sub(r"\.0+$", "", plain)
    if not (plain.isascii() and plain.isdigit()) or not 0 < int(plain) <= _MOST_WON:
        raise LineUnreadable("금액은 0보다 큰 원 단위 숫자로 적어 주세요.")
    return int(plain)


def read_day(text: str) -> date:
    """
    `2026-12-31`, `2026. 12. 31.`, `20261231`, `2026년 12월 31일`; a time of day is left out.

    :raises LineUnreadable: for anything else
    """
    found = _DATE.fullmatch(re.sub(r"[ T]\d{2}:\d{2}(:\d{2})?$", "", unicodedata.normalize("NFKC", text).strip()))
    if found is None:
        raise LineUnreadable("납부기한은 2026-12-31처럼 적어 주세요.")
    try:
        return date(*map(int, found.groups()))
    except ValueError as error:
        raise LineUnreadable("납부기한이 달력에 없는 날입니다.") from error


def kind_of(word: str) -> str:
    """The kind of bill behind an office's word for it, or behind the title of its campaign."""
    return next((kind for kind, pattern in _KINDS.items() if pattern.search(word.strip())), "other")


@dataclass(frozen=True, slots=True)
class Objection:
    """How one may object, by law."""

    words: str
    basis: str


_APPEAL = Objection(
    gettext_noop(
        "처분이 있음을 안 날부터 90일 안에 행정심판을 청구할 수 있습니다. 먼저 담당 부서에 이의를 말씀하셔도 됩니다."
    ),
    "행정심판법 제27조",
)
OBJECTIONS: Mapping[str, Objection] = {
    "tax": Objection(
        gettext_noop("고지서를 받은 날부터 90일 안에 이의신청이나 심판청구를 할 수 있습니다."),
        "지방세기본법 제89조부터 제91조까지",
    ),
    "fine": Objection(
        gettext_noop(
            "고지서를 받은 날부터 60일 안에 서면으로 이의를 제기할 수 있습니다. "
            "이의를 제기하면 과태료 부과처분은 효력을 잃고 법원이 다시 판단합니다."
        ),
        "질서위반행위규제법 제20조",
    ),
    "charge": _APPEAL,
    "other": _APPEAL,
}


def _first(values: Mapping[str, str], titles: tuple[str, ...]) -> str:
    return next((values[title] for title in titles if title in values), "")


def fold_title(title: str) -> str:
    """A column's title as it is compared."""
    return re.sub(r"[\s*:_]|\(.*?\)|\[.*?\]", "", unicodedata.normalize("NFKC", title)).lower()
