"""
What an answer to one question of a petition means. Text in, a plain value out, or a kind sentence why not.

Values are what JSON can hold: text, numbers, true and false, lists; days and moments in ISO form. Photos and files
arrive by upload and are counted, not read here.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from complaints.questions import is_question, is_request
from portal.core.clock import in_korea
from portal.core.errors import Refused
from portal.core.hangul import josa
from portal.core.phones import PhoneRefused, parse_mobile
from portal.core.privacy import mask_resident_numbers
from portal.core.workdays import WEEKDAYS

LONGEST_TEXT = 3000
LONGEST_COUNT = 12  # characters; a longer question that holds a number or a day is a question
_SPOKEN = {"number": "숫자로", "money": "금액을 숫자로", "date": "날짜를", "datetime": "언제인지"}
YES, NO = "예", "아니요"
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")  # no complaint can hold one; a messenger may send it


class SlotRefused(Refused):
    """The answer cannot be read as this question wants it; the sentence helps."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One question. `least` and `most` bound a text's length, a number, a count of photos."""

    name: str
    type: str
    ask: str
    help: str = ""
    why: str = ""
    options: tuple[str, ...] = ()
    least: int | None = None
    most: int | None = None
    is_optional: bool = False
    is_sensitive: bool = False
    default: str = ""
    shown_by: str = ""
    shown_for: tuple[str, ...] = ()
    label: str = ""

    @property
    def is_free_text(self) -> bool:
        """Whether whatever somebody writes is the answer: nothing else may claim it."""
        return self.type == "text"

    @property
    def is_uploaded(self) -> bool:
        """Whether it is answered by files, not by words."""
        return self.type in ("photo", "file")

    def applies(self, answers: Mapping[str, object]) -> bool:
        """Whether it is asked at all, given the answers so far."""
        if not self.shown_by:
            return True
        answer = answers.get(self.shown_by)
        given = answer if isinstance(answer, list) else [answer]
        return any(one in self.shown_for for one in given)

    def read(self, text: str, *, now: datetime) -> object:
        """
        The value of a written answer.

        :raises SlotRefused: if it is none
        """
        text = _CONTROL.sub("", text)
        cleaned = " ".join(unicodedata.normalize("NFC", text).split()) if not self.is_free_text else text.strip()
        if not cleaned:
            raise SlotRefused("내용을 적어 주세요.")
        if mask_resident_numbers(cleaned) != cleaned:
            raise SlotRefused("주민등록번호는 적지 마세요. 지우고 다시 적어 주세요.")
        if self.type in _SPOKEN and len(cleaned) > LONGEST_COUNT and is_question(cleaned):
            raise SlotRefused(f"{_SPOKEN[self.type]} 적어 주세요.")
        return _READERS[self.type](self, cleaned, now)

    def accepts(self, value: object) -> bool:
        """Whether a stored value is still an answer: a petition may have changed since it was given."""
        if self.type == "choice":
            return value in self.options
        if self.type == "choices":
            return isinstance(value, list) and bool(value) and all(one in self.options for one in value)
        if self.is_uploaded:
            return isinstance(value, int) and self._counts(value)
        return isinstance(value, bool if self.type == "consent" else (int if self.type in ("number", "money") else str))

    def _counts(self, count: int) -> bool:
        return (self.least or 0) <= count <= (self.most or count)

    def count(self, count: int) -> int:
        """
        The value of some uploaded files: how many there are.

        :raises SlotRefused: if there are too few or too many
        """
        if not self._counts(count):
            wanted = f"{self.least}장 이상" if count < (self.least or 0) else f"{self.most}장까지"
            raise SlotRefused(f"{wanted} 올려 주세요.")
        return count


def _text(slot: Slot, text: str, _: datetime) -> str:
    most = slot.most or LONGEST_TEXT
    if len(text) > most:
        raise SlotRefused(f"{most:,}자까지 쓸 수 있습니다. 지금 {len(text):,}자입니다.")
    if len(text) < (slot.least or 1):
        raise SlotRefused("조금만 더 자세히 적어 주세요.")
    return text


def _key(text: str) -> str:
    return re.sub(r"[\W_]+", "", text).lower()


_ORDINALS = {"첫": 1, "하나": 1, "둘": 2, "두": 2, "셋": 3, "세": 3, "넷": 4, "네": 4, "다섯": 5, "여섯": 6, "일곱": 7}
_NUMBERED = re.compile(
    r"^(?:제)?(\d{1,2}|" + "|".join(_ORDINALS) + r")\s*(?:번째|번쨰|번|째)?(?:이요|요|으로|로|입니다)?[.!]?$"
)


def _chosen(slot: Slot, text: str) -> str | None:
    numbered = _NUMBERED.match(text)
    if numbered:
        number = _ORDINALS.get(numbered[1]) or (int(numbered[1]) if numbered[1].isdigit() else 0)
        return slot.options[number - 1] if 1 <= number <= len(slot.options) else None
    written = _key(text)
    keys = {_key(option): option for option in slot.options}
    if written in keys:
        return keys[written]
    near = [option for key, option in keys.items() if len(written) >= 2 and (written in key or key in written)]
    return near[0] if len(near) == 1 else None


def _choice(slot: Slot, text: str, _: datetime) -> str:
    chosen = _chosen(slot, text)
    if chosen is None:
        listed = " · ".join(f"{place}. {option}" for place, option in enumerate(slot.options, 1))
        raise SlotRefused(f"이 가운데에서 골라 주세요. {listed}")
    return chosen


def _choices(slot: Slot, text: str, now: datetime) -> list[str]:
    whole = _chosen(slot, text)
    pieces = [text] if whole else [one for one in re.split(r"[,/·\s]+|그리고|하고|랑", text) if one]
    found = [_choice(slot, piece, now) for piece in pieces]
    return [option for option in slot.options if option in found]


_YES = re.compile(
    r"^(예|네|넵|넹|녜|응|어$|그래|맞|있|그렇|동의|좋|했|합니다|할게|받|ㅇㅇ|ㅇㅋ|o$|y|yes|ok|1$|1번)", re.IGNORECASE
)
_NO = re.compile(r"^(아니|아뇨|아닙|없|안|싫|못|ㄴㄴ|n$|no|x$|2$|2번|노$)", re.IGNORECASE)
_DENIED = re.compile(r"안\s?[하받했할합돼되]|않|못\s?[하받했]|싫|거부|아니|없")


def _yes_no(_: Slot, text: str, __: datetime) -> str:
    says_no, says_yes = bool(_NO.match(text)), bool(_YES.match(text)) and not _DENIED.search(text)
    if says_no == says_yes:
        raise SlotRefused("‘예’ 또는 ‘아니요’로 알려 주세요.")
    return YES if says_yes else NO


def _consent(slot: Slot, text: str, now: datetime) -> bool:
    """Only a clear yes is a consent; without it what needs it cannot go on, and the refusal says so."""
    if _yes_no(slot, text, now) == NO:
        raise SlotRefused(
            "동의하지 않으시면 이 신청은 온라인으로 이어 갈 수 없습니다. 전화나 방문으로 신청하실 수 있습니다."
        )
    return True


_DIGITS = {"한": 1, "하나": 1, "두": 2, "둘": 2, "세": 3, "셋": 3, "네": 4, "넷": 4, "다섯": 5, "여섯": 6, "일곱": 7,
           "여덟": 8, "아홉": 9, "열": 10}  # fmt: skip
_COUNTED = re.compile(
    r"(\d[\d,]*)|(?<![가-힣])("
    + "|".join(sorted(_DIGITS, key=len, reverse=True))
    + r")(?=\s*(?:개|대|마리|명|분|식구|사람|해|년|살|번|점|짝|이|요|$|[^가-힣]))"
)


def _number(slot: Slot, text: str, _: datetime) -> int:
    found = _COUNTED.search(text)
    if found is None:
        raise SlotRefused("숫자로 적어 주세요. 예: 3")
    number = int(found[1].replace(",", "")) if found[1] else _DIGITS[found[2]]
    if not (slot.least if slot.least is not None else 0) <= number <= (slot.most or 10**9):
        bounds = f"{slot.least or 0}부터 {slot.most}까지" if slot.most else f"{slot.least} 이상으로"
        raise SlotRefused(f"{bounds} 적어 주세요.")
    return number


_UNITS = {"억": 10**8, "천만": 10**7, "백만": 10**6, "만": 10**4, "천": 10**3}
_MONEY = re.compile(r"(\d[\d,]*(?:\.\d+)?)\s*(억|천만|백만|만|천)?")


def _money(_: Slot, text: str, __: datetime) -> int:
    """Won: 3만원, 1억 2천만, 50만 5천원, 350,000."""
    if re.fullmatch(r"(없|무료|공짜|0).*", text):
        return 0
    found = _MONEY.findall(text)
    if not found:
        raise SlotRefused("금액을 숫자로 적어 주세요. 예: 30만원")
    won = sum(float(number.replace(",", "")) * _UNITS.get(unit, 1) for number, unit in found)
    if won > 10**12:
        raise SlotRefused("금액을 다시 확인해 주세요.")
    return round(won)


def _phone(_: Slot, text: str, __: datetime) -> str:
    try:
        return parse_mobile(text)
    except PhoneRefused as refused:
        raise SlotRefused(refused.sentence) from refused


_PLATE = re.compile(r"^(?:[가-힣]{2})?(\d{2,3})([가-힣])(\d{4})$")


def _plate(_: Slot, text: str, __: datetime) -> str:
    """12가3456, 123 가 4567, 서울 12 가 3456 (an older plate)."""
    found = _PLATE.match(re.sub(r"[\s\-·.]+", "", text))
    if found is None:
        raise SlotRefused("차량 번호를 ‘12가 3456’처럼 적어 주세요.")
    return f"{found[1]}{found[2]} {found[3]}"


def _place(_: Slot, text: str, __: datetime) -> str:
    if len(_key(text)) < 2 or is_question(text) or is_request(text):
        raise SlotRefused("조금 더 자세히 적어 주세요. 예: ○○초등학교 정문 앞")
    if len(text) > 200:
        raise SlotRefused("장소는 200자까지 쓸 수 있습니다.")
    return text


_NAME = re.compile(
    r"^(?:저는|제 이름은|이름은|성함은)?\s*([가-힣]{2,5}?|[A-Za-z][A-Za-z .'-]{1,40}?)\s*"
    r"(?:입니다|이에요|예요|이요|요|이라고 합니다|라고 합니다)?[.!]?$"
)


def _person(_: Slot, text: str, __: datetime) -> str:
    found = _NAME.match(text)
    if found is None:
        raise SlotRefused("성함만 적어 주세요. 예: 김하늘")
    return found[1].strip()


def _dong(_: Slot, text: str, __: datetime) -> str:
    """The name of a 행정동 as written; whoever files it checks that the district has it."""
    found = re.search(r"([가-힣]{1,10}\d?동)(?:$|[^가-힣])", text + " ")
    if found is None:
        raise SlotRefused("사시는 동을 ‘○○동’처럼 적어 주세요.")
    return found[1]


_RELATIVE = {
    "그저께": -2, "그제": -2, "엊그제": -2, "어제": -1, "어저께": -1, "오늘": 0, "지금": 0, "방금": 0, "아까": 0,
    "내일": 1, "모레": 2, "글피": 3,
}  # fmt: skip
_FULL = re.compile(r"(\d{4}|\d{2})\s*[.\-/년]\s*(\d{1,2})\s*[.\-/월]\s*(\d{1,2})")
_SHORT = re.compile(r"(\d{1,2})\s*[.\-/월]\s*(\d{1,2})\s*일?")
_PACKED = re.compile(r"(?<!\d)(\d{8}|\d{6})(?!\d)")
_WEEKDAY = re.compile(r"(지난|저번|이번|다음|담)?\s*주?\s*([월화수목금토일])요일")


def _day(text: str, today: date, *, looks_back: bool) -> date | None:
    for word, days in _RELATIVE.items():
        if word in text:
            return today + timedelta(days=days)
    return _written_day(text, today) or _packed_day(text, today) or _weekday(text, today, looks_back=looks_back)


def _written_day(text: str, today: date) -> date | None:
    full = _FULL.search(text)
    if full:
        return _valid(_year(full[1], today), int(full[2]), int(full[3]))
    short = _SHORT.search(text)
    return _valid(today.year, int(short[1]), int(short[2])) if short else None


def _packed_day(text: str, today: date) -> date | None:
    packed = _PACKED.search(text)
    if packed is None:
        return None
    digits = packed[1]
    return _valid(_year(digits[:-4], today), int(digits[-4:-2]), int(digits[-2:]))


def _weekday(text: str, today: date, *, looks_back: bool) -> date | None:
    found = _WEEKDAY.search(text)
    if found is None:
        return None
    monday = today - timedelta(days=today.weekday())
    day = monday + timedelta(days="".join(WEEKDAYS).index(found[2]))
    if found[1]:
        return day + timedelta(weeks={"지난": -1, "저번": -1, "다음": 1, "담": 1}.get(found[1], 0))
    if looks_back:
        return day if day <= today else day - timedelta(weeks=1)
    return day if day >= today else day + timedelta(weeks=1)


def _year(text: str, today: date) -> int:
    """Two digits: the century that makes somebody born or something happen, not a thing of the far future."""
    year = int(text)
    if year >= 100:
        return year
    return 2000 + year if 2000 + year <= today.year + 2 else 1900 + year


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _date(_: Slot, text: str, now: datetime) -> str:
    day = _day(text, in_korea(now).date(), looks_back=False)
    if day is None:
        raise SlotRefused("날짜를 ‘11월 5일’, ‘다음 주 화요일’처럼 적어 주세요.")
    if not 1900 <= day.year <= in_korea(now).year + 10:
        raise SlotRefused(f"{josa(f'{day:%Y}년', '이/가')} 맞는지 확인해 주세요.")
    return day.isoformat()


_CLOCK = re.compile(r"(오전|오후|아침|점심|낮|저녁|밤|새벽)?\s*(\d{1,2})\s*(?:시|:)\s*(?:(\d{1,2})\s*분?|(반))?")
_PARTS = {"새벽": time(4), "아침": time(8), "오전": time(10), "점심": time(12), "낮": time(14), "오후": time(15),
          "저녁": time(19), "밤": time(22)}  # fmt: skip


def _time(text: str) -> time | None:
    found = _CLOCK.search(text)
    if found and int(found[2]) <= 24:
        hour, minute = int(found[2]) % 24, 30 if found[4] else int(found[3] or 0)
        if found[1] in ("오후", "저녁", "밤", "낮") and hour < 12:
            hour += 12
        return time(hour, minute) if minute < 60 else None
    return next((moment for word, moment in _PARTS.items() if word in text), None)


def _datetime(_: Slot, text: str, now: datetime) -> str:
    """When something happened: never later than now."""
    local = in_korea(now)
    if text in ("now", "지금", "방금", "아까"):
        return local.replace(second=0, microsecond=0).isoformat()
    day, moment = _day(text, local.date(), looks_back=True), _time(text)
    if day is None and moment is None:
        raise SlotRefused("언제인지 ‘어제 저녁 7시’, ‘11월 5일 오후 3시’처럼 적어 주세요.")
    when = datetime.combine(day or local.date(), moment or time(12), tzinfo=local.tzinfo)
    if when > local:
        when = local if when.date() == local.date() else when
    if when > local:
        raise SlotRefused("아직 오지 않은 때입니다. 언제 있었던 일인지 적어 주세요.")
    return when.replace(second=0, microsecond=0).isoformat()


def _uploaded(_: Slot, __: str, ___: datetime) -> object:
    raise SlotRefused("글 대신 사진이나 파일을 올려 주세요.")


_READERS: Mapping[str, Callable[[Slot, str, datetime], object]] = {
    "text": _text,
    "choice": _choice,
    "choices": _choices,
    "yes_no": _yes_no,
    "date": _date,
    "datetime": _datetime,
    "number": _number,
    "money": _money,
    "phone": _phone,
    "plate": _plate,
    "place": _place,
    "photo": _uploaded,
    "file": _uploaded,
    "person": _person,
    "consent": _consent,
    "dong": _dong,
}
SLOT_TYPES = frozenset(_READERS)
