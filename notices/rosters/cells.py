"""What one cell of a roster says: names as they are compared, dates of birth, page counts."""

import re
import unicodedata
from datetime import date, timedelta

from portal.core.errors import Refused

MASKS = "*●○◯"
_SPREADSHEET_EPOCH = date(1899, 12, 30)
_EARLIEST = date(1900, 1, 1)
_EIGHT_DIGITS = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SEPARATED = re.compile(r"(\d{4})\s?[-./년]\s?(\d{1,2})\s?[-./월]\s?(\d{1,2})\s?[.일]?")
_SHORT = re.compile(r"(\d{2})[-./]?(\d{2})[-./]?(\d{2})")
_RESIDENT = re.compile(r"(\d{2})(\d{2})(\d{2})\s?-?\s?([0-9])[\d*●○◯]{0,6}")
_SERIAL = re.compile(r"\d{4,5}(?:\.0+)?")
_CENTURY_OF_DIGIT = {"9": 1800, "0": 1800, "1": 1900, "2": 1900, "5": 1900, "6": 1900} | dict.fromkeys("3478", 2000)


class BirthRefused(Refused):
    """The cell is not one certain date of birth. `code`: missing, not_a_date, century_unknown or serial."""

    sentence = "생년월일을 1990-01-31처럼 여덟 자리로 적어 주세요."

    def __init__(self, code: str, sentence: str = "") -> None:
        self.code = code
        super().__init__(sentence)


def plain(text: str) -> str:
    """The text in composed form without white space at its ends, and without the apostrophe that shields a formula."""
    composed = unicodedata.normalize("NFC", text).strip()
    return composed[1:] if composed[:2] in ("'=", "'+", "'-", "'@") else composed


def fold_name(name: str) -> str:
    """
    A name as it is compared: composed, compatibility forms resolved, upper case, no white or invisible characters.

    Roster and page must fold to the same text; the original is kept for print.
    """
    folded = unicodedata.normalize("NFKC", plain(name))
    return "".join(char for char in folded if not char.isspace() and unicodedata.category(char) != "Cf").upper()


def is_same_name(on_page: str, on_roster: str) -> bool:
    """Whether the page names the person of the roster; a masked page (김*준) is compared position by position."""
    page, roster = fold_name(on_page), fold_name(on_roster)
    if not page or not roster or set(roster) & set(MASKS):
        return False
    if not set(page) & set(MASKS):
        return page == roster
    shown = [(shown, real) for shown, real in zip(page, roster, strict=False) if shown not in MASKS]
    return len(page) == len(roster) and bool(shown) and all(one == other for one, other in shown)


def is_same_birth(on_page: str, birth: date | None) -> bool:
    """Whether the page's date of birth is this one; 900101-1****** counts as date and century."""
    if birth is None:
        return False
    try:
        return parse_birth(on_page) == birth
    except BirthRefused:
        return False


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would run this text. It is data to us, but nobody is called that."""
    return unicodedata.normalize("NFKC", text).lstrip(" '")[:1] in ("=", "+", "-", "@", "\t")


def is_unreadable(text: str) -> bool:
    """Whether a character was lost before the file reached us: CP949 wrote ? for what it cannot say."""
    return "?" in text or "\ufffd" in text


def parse_birth(text: str, *, century: str = "", is_serial: bool = False) -> date:
    """
    The one date the text can mean. Nothing is guessed.

    :param century: the digit after the hyphen of a resident number, from a column of its own; settles six digits
    :param is_serial: the official said that this column holds spreadsheet day numbers
    :raises BirthRefused: if it is empty, no calendar date, or could mean two dates
    """
    cleaned = unicodedata.normalize("NFKC", text).strip().removeprefix("'").removesuffix(" 00:00:00")
    cleaned = cleaned.removesuffix(".0")
    if not cleaned:
        raise BirthRefused("missing", "생년월일이 비어 있습니다.")
    if is_serial and _SERIAL.fullmatch(cleaned):
        return _SPREADSHEET_EPOCH + timedelta(days=int(cleaned.split(".")[0]))
    if found := _EIGHT_DIGITS.fullmatch(cleaned) or _SEPARATED.fullmatch(cleaned):
        return _calendar_date(int(found[1]), int(found[2]), int(found[3]))
    if found := _SHORT.fullmatch(cleaned):
        return _date_of_century(found, century.strip()[:1])
    if found := _RESIDENT.fullmatch(cleaned):
        return _date_of_century(found, found[4])
    if _SERIAL.fullmatch(cleaned):
        raise BirthRefused("serial", "엑셀의 날짜 일련번호로 보입니다. 날짜 서식을 확인해 주세요.")
    raise BirthRefused("not_a_date")


def _date_of_century(found: re.Match[str], digit: str) -> date:
    if digit not in _CENTURY_OF_DIGIT:
        raise BirthRefused(
            "century_unknown", "생년월일이 여섯 자리라 태어난 세기를 알 수 없습니다. 여덟 자리로 적어 주세요."
        )
    return _calendar_date(_CENTURY_OF_DIGIT[digit] + int(found[1]), int(found[2]), int(found[3]))


def _calendar_date(year: int, month: int, day: int) -> date:
    try:
        birth = date(year, month, day)
    except ValueError:
        raise BirthRefused("not_a_date", "달력에 없는 날짜입니다.") from None
    if birth < _EARLIEST:
        raise BirthRefused("not_a_date", "1900년보다 앞선 날짜입니다.")
    return birth


def parse_count(text: str) -> int | None:
    """A whole number from 1 to 99 as spreadsheets write it (2, 2.0, ２), or None."""
    found = re.fullmatch(r"([1-9]\d?)(?:\.0+)?", unicodedata.normalize("NFKC", text).strip())
    return int(found[1]) if found else None
