"""Numbers that are the answer itself: 3, 3명, 세 명이요, 저 포함 네 명, 혼자 갑니다, 십이 점."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from messaging.understanding.case import Case
from messaging.understanding.identity import compare, identify
from messaging.understanding.model import Person, Question, Span
from messaging.understanding.normalising import in_words, normalise
from messaging.understanding.reading import LATEST

_NATIVE_ONES = {
    "하나": 1,
    "한": 1,
    "둘": 2,
    "두": 2,
    "셋": 3,
    "세": 3,
    "서이": 3,
    "넷": 4,
    "네": 4,
    "너이": 4,
    "다섯": 5,
    "여섯": 6,
    "일곱": 7,
    "여덟": 8,
    "여덜": 8,
    "아홉": 9,
}
_NATIVE_TENS = {
    "열": 10,
    "스물": 20,
    "스무": 20,
    "서른": 30,
    "마흔": 40,
    "쉰": 50,
    "예순": 60,
    "일흔": 70,
    "여든": 80,
    "아흔": 90,
}
_SINO_ONES = {"일": 1, "이": 2, "삼": 3, "사": 4, "오": 5, "육": 6, "륙": 6, "칠": 7, "팔": 8, "구": 9}
_SINO_PLACES = {"십": 10, "백": 100, "천": 1_000}
_HEADS = "(?:명|인분|인(?![가-힣])|분(?!의|만)|사람|식구)"
_UNITS = f"(?:{_HEADS}|개월|개|회|번|살|세|시간|점|장|대|건|원|가구|군데|마리|퍼센트|프로|%|kg|년|일|주|층|호)"
_END = r"(?=$| |\?|이|입|임|요|유|예|정도|쯤|까지|로|으로|만|을|를|은|는|의|씩|갑|갈|가|참|가량|내외|됩|이상|이하|모두|같이|함께)"
_FIGURES = re.compile(
    rf"(?<![0-9a-z가-힣.,:/-])(\d{{1,3}}(?:,\d{{3}})+|\d{{1,7}})(?![0-9.,:/~-]*\d) ?(만|천)? ?({_UNITS})?{_END}"
)
_TENS = "|".join(_NATIVE_TENS)
_NATIVE = re.compile(
    rf"(?<![가-힣])((?:{_TENS})?(?:{'|'.join(_NATIVE_ONES)})|{_TENS})(?:이서|이(?=$| )|이요|이여| ?({_UNITS}){_END}|"
    r"(?=$| |요|입니다|임|이에요|이요))"
)
_SINO = re.compile(rf"(?<![가-힣])([일이삼사오육륙칠팔구십백천]+) ?({_UNITS}){_END}")
_ALONE = re.compile(r"(?<![가-힣])(?:혼자|저만|나만|저 혼자|나 혼자|본인만|단독)(?:서|요|만|$| |갑|갈|가|참|입|이)")
_NONE = re.compile(r"(?<![가-힣])(?:없(?:음|어|습|다|네|슴)|영(?=$| |명|점)|제로)")
_RANGE = re.compile(
    r"\d ?(?:~|-|에서|내지|아니면|또는|이나|혹은) ?\d|(?:한두|두세|서너|너댓|네댓|대여섯|예닐곱|일고여덟)"
)
_UNSURE = re.compile(
    r"아마|모르|모름|미정|몇|아직|글쎄|확실|될 ?수|수도|이상|이하|미만|초과|\?|여러|많이|전부|만약|혹시"
)
_BESIDES = re.compile(r"(?:저|나|본인)?(?: ?)(?:외|말고|빼고|제외)(?:에|하고)? ?")
_HEAD_UNIT = re.compile(_HEADS)
_HAS_DIGIT = re.compile(r"\d")
_NEEDS_UNIT = frozenset({"한", "두", "세", "네"})  # 네 by itself is "yes"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number somebody gave as an answer, where it stands, and whether it may count without a person's look."""

    value: int
    is_sure: bool
    span: Span


def read_amount(
    text: str, question: Question, person: Person | None = None, *, counts_heads: bool = False
) -> Amount | None:
    """
    The number a text gives, or None. Birth dates and phone numbers are nobody's answer where identity is asked.

    With `counts_heads` only people are counted (세 명, 3인, 둘이서, 혼자), so that the digit of an option is none.
    """
    normal = normalise(text)
    who = identify(normal, question, person, today=LATEST)
    words = Case.of(normal, question, who, compare(who, question, person)).words
    if who.candidates and question.identity == "none" and not _HAS_DIGIT.search(words.text):
        words = in_words(normal)  # nobody was asked for a birth date: 120315 may be an amount
    found = list(_amounts(words.text, counts_heads=counts_heads))
    if not found:
        return None
    value, at = found[0]
    is_sure = len({one for one, _ in found}) == 1 and not any(
        doubt.search(words.text) for doubt in (_RANGE, _UNSURE, _BESIDES)
    )
    return Amount(value, is_sure, normal.raw_span(words.span(at)))


def _amounts(text: str, *, counts_heads: bool) -> Iterator[tuple[int, Span]]:
    for found in _FIGURES.finditer(text):
        if not counts_heads or _counts_people(found[3]):
            yield int(found[1].replace(",", "")) * {"만": 10_000, "천": 1_000}.get(found[2] or "", 1), found.span()
    for found in _NATIVE.finditer(text):
        if found[1] in _NEEDS_UNIT and found[2] is None:
            continue
        if not counts_heads or _counts_people(found[2]) or found[0].endswith(("이서", "이", "이요")):
            yield _native(found[1]), found.span()
    for found in _SINO.finditer(text):
        if not counts_heads or _counts_people(found[2]):
            yield _sino(found[1]), found.span()
    if alone := _ALONE.search(text):
        yield 1, alone.span()
    if not counts_heads and (none := _NONE.search(text)):
        yield 0, none.span()


def _counts_people(unit: str | None) -> bool:
    return unit is not None and _HEAD_UNIT.fullmatch(unit) is not None


def _native(word: str) -> int:
    for ten, value in _NATIVE_TENS.items():
        if word.startswith(ten):
            return value + _NATIVE_ONES.get(word.removeprefix(ten), 0)
    return _NATIVE_ONES[word]


def _sino(word: str) -> int:
    total = current = 0
    for letter in word:
        if letter in _SINO_PLACES:
            total += (current or 1) * _SINO_PLACES[letter]
            current = 0
        else:
            current = current * 10 + _SINO_ONES[letter]
    return total + current
