"""Who is writing: birth dates and names as people write them. What is found here leaves the text before options are read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from messaging.understanding.model import Identity, Person, Question, Span
from messaging.understanding.normalising import Normal

SURNAMES = frozenset(
    "김이박최정강조윤장임한오서신권황안송류전홍고문양손배백허유남심노하곽성차주우구나민진지엄채원천방공현함변염여추도소석선설마길연위표명기반라왕금옥육인맹제모탁국어은편용예경봉사부가복태목형피두감호음빈동온시범좌팽승간상갈단"
)
LONG_SURNAMES = ("남궁", "황보", "제갈", "사공", "선우", "서문", "독고", "동방")
_SUFFIX = re.compile(
    r"(?:이라고\s?합니다|라고\s?합니다|입니다|이에요|이예요|예요|에요|이여유|이유|여유|이요|이라예|라예|이고요|이구요|드림|올림|배상|씨|님|요|임|이고|본인)+$"
)
_NO_NAME = re.compile(
    r"^(?:동의|미동의|부동의|참석|불참|찬성|반대|확인|거부|안녕|안내|안\S?(?:하|해|할|함|합|받|가|갈)|이번|문자|전화|우편|주세|주소|주민|신청|민원|지금|오늘|내일|공무|"
    r"구청|시청|남자|여자|남성|여성|이사|고맙|고마|감사|성함|성명|이름|생일|생년|조금|제가|저는|저도|우리|유선|방금|문의|수고|하겠|하세|하지|하나|한번|모두|모르|전부|정말|"
    r"예|네|넵|넹|응|아니|원합|원해|원하|음력|양력|여기|이거|이것|그거|그래|좋|노인|어르|어머|아버|엄마|아빠|아들|며느|사위|사람|사기|사망|보내|받|통지|고지|보상|"
    r"소음|비행|광고|대출|연락|번호|가로|가능|가겠|가요|가지|갑니|나중|나요|일이|시간|장소|언제|얼마|어디|어떻|왜|무슨|뭐|누구|싫|못|안돼|안되|오케|오키|옙|인정|공감|"
    r"명단|차단|그만|스팸|수신|지난|진짜|인데|인가|이미|위와|상기|본인|하이|화이|환영|기타|기권|반려|보류|부탁|부디|소식|현재|현장|황당|한글|한국)"
)
_VERB_ENDING = re.compile(r"[어아여해네지세데군게래거나혀구고]$")
_PHONE = re.compile(r"(?<!\d)0\d{1,2}[\s.-]?\d{3,4}[\s.-]?\d{4}(?!\d)|(?<!\d)1[568]\d{2}[\s-]?\d{4}(?!\d)")
_RRN = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})[\s-]{0,3}([1-8])(\d{6}|\*{6})(?!\d)")
_PARTIAL_RRN = re.compile(r"(?<!\d)(\d{2})(\d{2})(\d{2})-([1-8])(?!\d)")
_LONG = re.compile(r"(?<!\d)((?:19|20)\d{2})(\d{2})(\d{2})(?!\d)")
_WRITTEN = re.compile(r"(?<!\d)(\d{4}|\d{2})\s?년\s?(\d{1,2})\s?월\s?(\d{1,2})\s?일?(?:\s?생)?")
_SEPARATED = re.compile(r"(?<!\d)(\d{4}|\d{2})\s?[./\-,·]\s?(\d{1,2})\s?[./\-,·]\s?(\d{1,2})(?!\d)\.?(?:\s?생)?")
_SPACED = re.compile(r"(?<!\d)(\d{4}|\d{2}) (\d{2}) (\d{2})(?!\d)")
_SHORT = re.compile(r"(?<![\da-z])(?=(?:[ol]*\d){4})([\dol]{2})([\dol]{2})([\dol]{2})(?:\s?생)?(?![\da-z])")
_LUNAR = re.compile(r"음력")
_UNREADABLE = re.compile(r"[一二三四五六七八九十]+\s?년|(?:일|이|삼|사|오|육|칠|팔|구|십|백|천){2,}\s?년")
_FIRST_CENTURY = {"1": 19, "2": 19, "5": 19, "6": 19, "3": 20, "4": 20, "7": 20, "8": 20}


@dataclass(frozen=True, slots=True)
class Identified:
    """Name and birth as read, what they rest on, and the places to leave out of everything that follows."""

    name: str = ""
    birth: date | None = None
    candidates: tuple[date, ...] = ()
    spans: tuple[Span, ...] = ()
    flags: tuple[str, ...] = ()


def identify(normal: Normal, person: Person | None, *, today: date) -> Identified:
    """Find birth and name. `today` closes the century question: nobody was born tomorrow."""
    flags: list[str] = []
    spans: list[Span] = []
    phones = [found.span() for found in _PHONE.finditer(normal.text) if not _RRN.match(found[0])]
    text = normal.without(*phones)
    candidates: tuple[date, ...] = ()
    for found, dates in _births(text.text, today):
        spans.append(found.span())
        if dates:
            candidates = dates
            break
        flags.append("invalid_birth")
    for found in _RRN.finditer(text.text):
        flags.append("rrn_mask")
        spans.append(found.span())
    if candidates and "invalid_birth" in flags:
        flags.remove("invalid_birth")
    if _LUNAR.search(text.text):
        flags.append("lunar")
    if not candidates and (strange := _UNREADABLE.search(text.text)):
        flags.append("unparsed_birth")
        spans.append(strange.span())
    name, at = _name(text.without(*spans), spans, person)
    if at is not None:
        spans.append(at)
    return Identified(
        name, _settled(candidates, person, today), candidates, (*spans, *phones), tuple(dict.fromkeys(flags))
    )


def _births(text: str, today: date) -> Iterator[tuple[re.Match[str], tuple[date, ...]]]:
    for pattern in (_RRN, _PARTIAL_RRN, _LONG, _WRITTEN, _SEPARATED, _SHORT, _SPACED):
        for found in pattern.finditer(text):
            year, month, day = (_digits(part) for part in found.groups()[:3])
            century = _FIRST_CENTURY.get(found[4]) if pattern in (_RRN, _PARTIAL_RRN) else None
            yield found, _dates(year, month, day, century, today)


def _digits(part: str) -> str:
    return part.replace("o", "0").replace("l", "1")


def _dates(year: str, month: str, day: str, century: int | None, today: date) -> tuple[date, ...]:
    if len(year) == 4:
        years = [int(year)]
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
        if date(1900, 1, 1) <= born <= today:
            found.append(born)
    return tuple(found)


def _settled(candidates: tuple[date, ...], person: Person | None, today: date) -> date | None:
    """The roster decides between centuries; without one the younger reading stands, as dates to come fell out already."""
    if person is not None and person.birth in candidates:
        return person.birth
    return candidates[-1] if candidates else None


def _name(text: Normal, births: list[Span], person: Person | None) -> tuple[str, Span | None]:
    if person is not None and person.name:
        loose = r"\s*".join(map(re.escape, person.name.replace(" ", "").lower()))
        if known := re.search(loose, text.text):
            return person.name.replace(" ", ""), known.span()
    for found in re.finditer(r"(?<![가-힣])[가-힣](?: [가-힣]){1,3}(?![가-힣])", text.text):
        joined = found[0].replace(" ", "")
        if _is_name(joined):
            return joined, found.span()
    for found in re.finditer(r"[가-힣]{2,}", text.text):
        bare = _SUFFIX.sub("", found[0])
        has_suffix = bare != found[0] and not (found[0][len(bare) :] == "요" and _VERB_ENDING.search(bare))
        if _is_name(bare) and (has_suffix or _is_beside(found.span(), births, text.text)):
            return bare, (found.start(), found.end())
    for found in re.finditer(r"(?<![a-z])[a-z]{2,}(?: [a-z]{2,}){1,3}(?![a-z])", text.text):
        if births:
            return found[0].title(), found.span()
    return "", None


def _is_name(word: str) -> bool:
    if _NO_NAME.match(word):
        return False
    if word.startswith(LONG_SURNAMES):
        return 3 <= len(word) <= 5
    return 2 <= len(word) <= 4 and word[0] in SURNAMES


def _is_beside(at: Span, births: list[Span], text: str) -> bool:
    """Nothing but blanks and punctuation between the word and a birth date."""
    for begin, end in births:
        between = text[at[1] : begin] if at[1] <= begin else text[end : at[0]]
        if not re.search(r"[0-9a-z가-힣]", between):
            return True
    return False


def compare(found: Identified, question: Question, person: Person | None) -> Identity:
    """What was asked for against what was found: match, partial, mismatch or missing."""
    if question.identity == "none" or person is None:
        return "not_asked"
    verdicts: list[bool | None] = []
    if question.identity in ("name", "both") and person.name:
        verdicts.append(None if not found.name else _same_name(found.name, person.name))
    if question.identity in ("birth", "both") and person.birth:
        verdicts.append(None if not found.candidates else person.birth in found.candidates)
    if "invalid_birth" in found.flags:
        verdicts.append(False)
    if False in verdicts:
        return "mismatch"
    if not verdicts or all(verdict is None for verdict in verdicts):
        return "missing"
    return "partial" if None in verdicts else "match"


def _same_name(one: str, other: str) -> bool:
    return one.replace(" ", "").lower() == other.replace(" ", "").lower()
