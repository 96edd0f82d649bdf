"""Text as the engine reads it: personal numbers masked, spellings folded, morphemes and jamo taken out."""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable
from functools import lru_cache

from mecab import MeCab

from portal.core.hangul import is_initials, jamo

_KEPT = re.compile(r"[^0-9a-z가-힣ㄱ-ㅎㅏ-ㅣ\s]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_REPEATED = re.compile(r"(.)\1{2,}")
_PERSONAL = (
    (re.compile(r"(?<!\d)\d{6}[\s-]?[1-8]\d{6}(?!\d)"), "[주민등록번호]"),
    (re.compile(r"(?<!\d)\d{4}[\s-]\d{4}[\s-]\d{4}[\s-]\d{4}(?!\d)"), "[카드번호]"),
    (re.compile(r"(?<!\d)(?:\+?82[\s-]?|0)1[016789][\s.-]?\d{3,4}[\s.-]?\d{4}(?!\d)"), "[전화번호]"),
    (re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"), "[전자우편]"),
    (re.compile(r"(?<!\d)\d{2,3}\s?[가-힣]\s?\d{4}(?!\d)"), "[차량번호]"),
    (re.compile(r"(?<!\d)\d{2,6}-\d{2,6}-\d{3,8}(?!\d)"), "[계좌번호]"),
)
_MARK = re.compile(r"\[(?:주민등록번호|카드번호|전화번호|전자우편|차량번호|계좌번호)\]")
_CONTENT_TAGS = ("NN", "NR", "NP", "SL", "SN", "VV", "VA", "XR", "MAG")
_STOP = frozenset(
    (
        "하",
        "되",
        "있",
        "싶",
        "주",
        "어떻",
        "어떻게",
        "어디",
        "무엇",
        "알리",
        "수",
        "것",
        "거",
        "가",
        "오",
        "나",
        "좀",
        "언제",
        "뭐",
    )
)
NO_MORPHEME = "∅"

Tokeniser = Callable[[str], list[str]]
Bag = Counter[str]


def mask(text: str) -> str:
    """Personal numbers replaced by marks such as [전화번호]; the only form of a question that is stored."""
    cleaned = _CONTROL.sub("", unicodedata.normalize("NFC", text))
    folded = "".join(unicodedata.normalize("NFKC", char) if "！" <= char <= "～" else char for char in cleaned)
    for pattern, mark in _PERSONAL:
        folded = pattern.sub(mark, folded)
    return folded.strip()


def has_resident_number(masked: str) -> bool:
    """Whether a 주민등록번호 stood in the text before it was masked."""
    return "[주민등록번호]" in masked


def normalise(masked: str) -> str:
    """Lower case, marks and punctuation gone, laughter and repeats shortened, single spaces."""
    lowered = _MARK.sub(" ", masked).lower()
    return " ".join(_REPEATED.sub(r"\1\1", _KEPT.sub(" ", lowered)).split())


def key_of(text: str) -> str:
    """Normalised and without spaces: equal keys are the same question."""
    return normalise(mask(text)).replace(" ", "")


@lru_cache(maxsize=1)
def _tagger() -> MeCab:
    return MeCab()


def morphemes(normalised: str) -> list[str]:
    """Content morphemes of the text; [∅] when there is none."""
    found = [
        surface
        for surface, tags in _tagger().pos(normalised)
        if surface not in _STOP and any(tag.startswith(_CONTENT_TAGS) for tag in tags.split("+"))
    ]
    return found or [NO_MORPHEME]


def jamo_grams(normalised: str) -> list[str]:
    """All 4- to 7-grams of the spaceless jamo; `_` keeps the place of a missing final. Short text stays whole."""
    letters = jamo(normalised.replace(" ", ""), empty_final="_")
    if len(letters) < 4:
        return [letters] if letters else []
    return [letters[at : at + size] for size in range(4, 8) for at in range(len(letters) - size + 1)]


def initial_words(normalised: str) -> list[str]:
    """Words of two or more bare consonants (ㅇㄱ), laughter and nods excepted."""
    chatter = {"ㅋㅋ", "ㅎㅎ", "ㅠㅠ", "ㅇㅇ", "ㄴㄴ", "ㄱㄱ"}
    return [word for word in normalised.split() if len(word) >= 2 and is_initials(word) and word not in chatter]
