"""Birth dates as people write them: 580312, 58.3.12, 1958년 3월 12일, 오팔년 삼월 십이일, 58O3l2, 580312-1******."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from messaging.understanding.model import Span
from messaging.understanding.normalising import Normal

FIRST = date(1900, 1, 1)
_D = r"[0-9oliㅇ]"  # O for 0, l and I for 1, ㅇ for 0
_AS_DIGITS = str.maketrans("oㅇli", "0011")
_HIDDEN = r"[0-9oli*x]"
_KOREAN_DIGITS = {
    "영": 0,
    "공": 0,
    "일": 1,
    "이": 2,
    "삼": 3,
    "사": 4,
    "오": 5,
    "육": 6,
    "륙": 6,
    "칠": 7,
    "팔": 8,
    "구": 9,
}
_KOREAN_UNITS = {"십": 10, "백": 100, "천": 1000}
_K = "영공일이삼사오육륙칠팔구십백천"
_UNDER_32 = "삼십일|삼십|이십[일이삼사오육륙칠팔구]|이십|십[일이삼사오육륙칠팔구]|십|[일이삼사오육륙칠팔구]"
_DAY_WORD = f"(?:{_UNDER_32})(?=일)|(?:{_UNDER_32})"  # 십일일 is the 11th, 십일 the 10th
_SEP = r"\s?[./\-,·~_ㅡ:;'’*]{1,2}\s?"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")

PHONE = re.compile(
    r"(?:(?:전화(?:번호)?|연락처|휴대폰|휴대전화|핸드폰|핸폰|폰|h\.?p|tel)(?:번호)?(?:은|는)?[\s:.]{0,3})?"
    r"(?<!\d)(?:(?:\+?82[\s.-]?)?0?1[016789]|0(?:2|[3-6]\d|50\d?|70|80))[\s.)-]{0,2}\d{3,4}[\s.-]{0,2}\d{4}(?!\d)"
    r"|(?<!\d)1[568]\d{2}[\s-]?\d{4}(?!\d)"
)
RRN = re.compile(rf"(?<![\da-z])({_D}{{2}})({_D}{{2}})({_D}{{2}})[\s\-~ㅡ.]{{0,3}}([1-8])({_HIDDEN}{{6}})(?![\da-z])")
_HIDDEN_RRN = re.compile(r"(?<![\da-z])(\d{2})(\d{2})(\d{2})[\s\-~ㅡ.]{0,3}(?:[*x]{7})")
_PARTIAL_RRN = re.compile(rf"(?<![\da-z])({_D}{{2}})({_D}{{2}})({_D}{{2}})[\-ㅡ]([1-8])(?![\d.])(?:[*x]{{1,7}})?")
_LONG = re.compile(rf"(?<![\da-z])([12]{_D}{{3}})[ ]?({_D}{{2}})[ ]?({_D}{{2}})(?![\da-z])(?:\s?생)?")
_WRITTEN = re.compile(
    rf"(?<![\d])'?(\d{{4}}|\d{{2}}|[{_K}]{{2,8}})\s?년(?:도)?(?:생)?\s?(?:음력|양력|\(?음\)?|\(?양\)?)?[\s,.]{{0,2}}"
    rf"({_D}{{1,2}}|[{_K}시유]{{1,3}})\s?[월.]\s?({_D}{{1,2}}|{_DAY_WORD})(?![0-9])\s?(?:일생|일|생)?(?:\s?생)?"
)
# 구오공육이삼: a date said digit by digit
_SAID = re.compile(
    "((?:일구|이공)?[영공일이삼사오육륙칠팔구]{2}) ?([영공일][영공일이삼사오육륙칠팔구]) ?"
    "([영공일이삼][영공일이삼사오육륙칠팔구])(?![영공일삼사오육륙칠팔구십월])(?=$|[^가-힣]|생|이[요고구에라여]|입니|"
    "임|요|예|여)"
)
_SEPARATED = re.compile(
    rf"(?<![\da-z])'?({_D}{{4}}|{_D}{{2}}){_SEP}({_D}{{1,2}}){_SEP}({_D}{{1,2}})(?![\dol])\.?\s?(?:일생|일|생)?"
)
_MIXED = re.compile(r"(?<!\d)(\d{4}|\d{2})[\s년./-]{1,2}(\d{1,2})[\s월./-]{1,2}(\d{1,2})(?:\s?일|(?<=/\d\d))(?:\s?생)?")
_SHORT = re.compile(
    rf"(?<![\da-z])(?=(?:[oliㅇ]{{0,3}}\d){{3}})({_D}{{2}})({_D}{{2}})({_D}{{2}})(?![\da-z])(?:\s?년?생)?"
)
_HALVES = re.compile(r"(?<![\d.])(\d{4}|\d{2})[ ./-]{1,2}(\d{2})(\d{2})(?!\d)(?:\s?생)?")
_SPACED = re.compile(r"(?<!\d)(\d{4}|\d{2})\s(\d{1,2})\s(\d{1,2})(?!\d)")
_SPREAD = re.compile(r"(?<!\d)(?<!\d )((?:\d \d )?\d \d) (\d \d) (\d \d)(?! ?\d)")  # 8 2 0 1 3 0
_YEAR_LAST = re.compile(
    r"(?<!\d)(\d{1,2})\s?월\s?(\d{1,2})\s?일(?:생)?(?:이고|이며|이구|이구요|이고요|이에요|이라예|이요|입니다|"
    r"요)?[\s,(]{0,3}(?:출생)?(\d{4}|"
    r"\d{2})\s?년(?:\s?생)?"
)
_DAY_FIRST = re.compile(r"(?<!\d)(\d{1,2})[./-](\d{1,2})[./-]((?:19|20)\d{2})(?!\d)")
_MONTH = rf"({'|'.join(_MONTHS)})[a-z]{{0,6}}"
_MONTH_FIRST = re.compile(rf"(?<![a-z]){_MONTH}[.\s]{{1,2}}(\d{{1,2}})(?:st|nd|rd|th)?[,\s]{{1,2}}((?:19|20)\d{{2}})")
_MONTH_SECOND = re.compile(rf"(?<!\d)(\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?{_MONTH}[.,\s]{{1,2}}((?:19|20)\d{{2}})")
_MONTH_BEHIND_YEAR = re.compile(rf"(?<!\d)((?:19|20)\d{{2}})[.,\s]{{1,2}}{_MONTH}[.\s]{{1,2}}(\d{{1,2}})(?!\d)")
_DANGI = re.compile(r"단기")
_LUNAR = re.compile(r"음력|\(음\)|(?<![가-힣])음\s?\.?\d|\d\s?\(?음\)?(?![가-힣])")
_UNREADABLE = re.compile(
    rf"[一二三四五六七八九十〇]+\s?년?[\s\d월일]{{0,8}}|(?:[{_K}\d]{{2,8}}\s?년\s?)?(?:[{_K}시유]{{1,6}}|동짓달|"
    rf"섣달|정월)"
    r"\s?(?:월|달)?\s?(?:초|열|스무)?(?:하루|하룻날|이틀|사흘|나흘|닷새|엿새|이레|여드레|파일|아흐레|열흘|보름|그믐)"
    rf"|(?<!\d)(?:\d{{2,4}}|[{_K}]{{2,8}})\s?년\s?(?:\d{{1,2}}\s?월\s?)?생"
    r"|(?<!\d)\d{2,4}\s?(?:년|년생)?\s?(?:쥐|소|범|호랑이|토끼|용|뱀|말|양|원숭이|닭|개|돼지)띠"
)
_CORRECTED = re.compile(r"아니|정정|수정|말고|잘못")
_HAS_NUMBERS = re.compile(rf"\d|[{_K}]\s?년|[{_K}]{{6}}|[{_K}]{{2}} [{_K}]{{2}} [{_K}]{{2}}")
_CENTURY = {"1": 19, "2": 19, "5": 19, "6": 19, "3": 20, "4": 20, "7": 20, "8": 20}
_Parts = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Born:
    """What the text says of a birth: candidates oldest first, the places it stands, and what was odd about it."""

    candidates: tuple[date, ...]
    spans: tuple[Span, ...]
    flags: tuple[str, ...]


def births(normal: Normal, today: date) -> Born:
    """
    Every date that may be a birth. `today` closes the century question: nobody was born tomorrow.

    Two-digit years keep both centuries; what cannot be a date is `invalid_birth`, what cannot be read `unparsed_birth`.
    """
    text = normal.text
    flags = ["rrn_mask"] if RRN.search(text) else []
    read: list[tuple[Span, tuple[date, ...]]] = []
    wrong: list[Span] = []
    for at, dates, is_sure in _read(text, today):
        if any(at[0] < end and begin < at[1] for (begin, end), _ in read):
            continue
        if dates:
            read.append((at, dates))
        elif is_sure:
            wrong.append(at)
    wrong = [at for at in wrong if not any(at[0] < end and begin < at[1] for (begin, end), _ in read)]
    spans = [*(at for at, _ in read), *wrong]
    if wrong and not read:
        flags.append("invalid_birth")
    if _LUNAR.search(text):
        flags.append("lunar")
    if not spans and (strange := _UNREADABLE.search(text)):
        flags.append("unparsed_birth")
        spans.append(strange.span())
    return Born(_chosen(read, text, today), tuple(spans), tuple(flags))


def _chosen(read: list[tuple[Span, tuple[date, ...]]], text: str, today: date) -> tuple[date, ...]:
    """The first date by kind of writing; not the day of writing if there is another; the last one if it corrects."""
    grown = [one for one in read if min(one[1]) < today - timedelta(days=3650)] or read
    if not grown:
        return ()
    if len(grown) > 1 and _CORRECTED.search(text):
        return max(grown)[1]
    return grown[0][1]


def _read(text: str, today: date) -> Iterator[tuple[Span, tuple[date, ...], bool]]:
    if not _HAS_NUMBERS.search(text):
        return
    for pattern, parts_of, is_sure in _WAYS:
        for found in pattern.finditer(text):
            parts = parts_of(found)
            if parts is None:
                continue
            century = _CENTURY.get(found[4]) if pattern in (RRN, _PARTIAL_RRN) else None
            yield found.span(), dates_of(*parts, century, today, is_dangi=bool(_DANGI.search(text))), is_sure


def _in_order(found: re.Match[str]) -> _Parts | None:
    year, month, day = (_number(part) for part in found.groups()[:3])
    return (year, month, day) if year and month and day else None


def _spread(found: re.Match[str]) -> _Parts:
    year, month, day = (part.replace(" ", "") for part in found.groups())
    return year, month, day


def _year_last(found: re.Match[str]) -> _Parts | None:
    return found[3], found[1], found[2]


def _day_first(found: re.Match[str]) -> _Parts | None:
    """12/03/1958 may be March or December: only what can be read one way is read."""
    if int(found[1]) > 12:
        return found[3], found[2], found[1]
    return (found[3], found[1], found[2]) if int(found[2]) > 12 or found[1] == found[2] else None


def _month_first(found: re.Match[str]) -> _Parts | None:
    return found[3], str(_MONTHS.index(found[1]) + 1), found[2]


def _month_second(found: re.Match[str]) -> _Parts | None:
    return found[3], str(_MONTHS.index(found[2]) + 1), found[1]


def _month_behind_year(found: re.Match[str]) -> _Parts | None:
    return found[1], str(_MONTHS.index(found[2]) + 1), found[3]


def _number(part: str) -> str:
    """Digits as written; Korean numerals spelled as a number (오십팔) or digit by digit (오팔)."""
    if part[0] not in f"{_K}시유":
        return part.translate(_AS_DIGITS)
    part = {"시": "십", "유": "육"}.get(part, part)
    if not set(part) <= set(_K):
        return ""
    if not set(part) & set(_KOREAN_UNITS):
        return "".join(str(_KOREAN_DIGITS[one]) for one in part)
    total, digit = 0, 0
    for one in part:
        if one in _KOREAN_UNITS:
            total += (digit or 1) * _KOREAN_UNITS[one]
            digit = 0
        else:
            digit = _KOREAN_DIGITS[one]
    return str(total + digit)


_WAYS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], _Parts | None], bool], ...] = (
    (RRN, _in_order, True),
    (_HIDDEN_RRN, _in_order, True),
    (_PARTIAL_RRN, _in_order, True),
    (_YEAR_LAST, _year_last, True),
    (_WRITTEN, _in_order, True),
    (_MIXED, _in_order, True),
    (_LONG, _in_order, True),
    (_DAY_FIRST, _day_first, True),
    (_MONTH_FIRST, _month_first, True),
    (_MONTH_SECOND, _month_second, True),
    (_MONTH_BEHIND_YEAR, _month_behind_year, True),
    (_SEPARATED, _in_order, True),
    (_SHORT, _in_order, True),
    (_SPREAD, _spread, False),
    (_SAID, _in_order, False),
    (_HALVES, _in_order, False),
    (_SPACED, _in_order, False),
)


def dates_of(
    year: str, month: str, day: str, century: int | None, today: date, *, is_dangi: bool = False
) -> tuple[date, ...]:
    """The days three numbers may mean, between 1900 and today."""
    if len(year) not in (2, 4):
        return ()
    if len(year) == 4:
        years = [int(year) - 2333 if is_dangi else int(year)]
    elif century is not None:
        years = [century * 100 + int(year)]
    else:
        years = [1900 + int(year), 2000 + int(year)]
    found: list[date] = []
    for one in years:
        try:
            born = date(one, int(month), int(day))
        except ValueError:
            continue
        if FIRST <= born <= today:
            found.append(born)
    return tuple(found)
