"""Text as the engine reads it: personal numbers masked, spellings folded, morphemes and jamo taken out."""

import re
import unicodedata
from collections.abc import Callable
from functools import lru_cache

import numpy as np
from mecab import MeCab
from numpy.typing import NDArray

from portal.core.hangul import is_initials, jamo

_KEPT = re.compile(r"[^0-9a-z가-힣ㄱ-ㅎㅏ-ㅣ\s]")
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_REPEATED = re.compile(r"(.)\1{2,}")
_GAP = r"[\s\-\u2010-\u2015\u2212·.)]{0,3}"  # whatever people put between the parts of a number
_LINE = r"\-\u2010-\u2015\u2212"
_PERSONAL = (
    (re.compile(rf"(?<!\d)\d{{6}}{_GAP}[1-8]\d{{6}}(?!\d)"), "[주민등록번호]"),
    (re.compile(rf"(?<!\d)\d{{4}}(?:[\s{_LINE}]{{1,3}}\d{{4}}){{3}}(?!\d)"), "[카드번호]"),
    (re.compile(rf"(?<!\d)(?:\+?82{_GAP}|0)1[016789]{_GAP}\d{{3,4}}{_GAP}\d{{4}}(?!\d)"), "[전화번호]"),
    (re.compile(rf"(?<!\d)0(?:2|[3-6]\d|70){_GAP}\d{{3,4}}{_GAP}\d{{4}}(?!\d)"), "[전화번호]"),
    (re.compile(r"(?<![a-zA-Z0-9_.+-])[a-zA-Z0-9_.+-]++@[\w-]{1,63}\.[\w.]{1,63}"), "[전자우편]"),
    (re.compile(r"(?<!\d)\d{2,3}\s?[가-힣]\s?\d{4}(?!\d)"), "[차량번호]"),
    (re.compile(rf"(?<!\d)\d{{2,6}}[{_LINE}]\d{{2,6}}[{_LINE}]\d{{3,8}}(?!\d)"), "[계좌번호]"),
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
_LETTERS = "_0123456789abcdefghijklmnopqrstuvwxyz" + "".join(map(chr, range(ord("ㄱ"), ord("ㅣ") + 1)))
_CODES = {letter: code for code, letter in enumerate(_LETTERS, start=1)}  # below 128: seven letters fit in 64 bits
_LETTER_BITS = 7

Tokeniser = Callable[[str], list[str]]


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


def without_marks(masked: str) -> str:
    """The text as written, the marks of personal numbers taken out."""
    return " ".join(_MARK.sub(" ", masked).split())


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


def nouns(normalised: str) -> list[str]:
    """Its nouns, numbers and foreign words, question words apart."""
    return [surface for surface, tags in _tagger().pos(normalised) if tags.startswith(("NNG", "NNP", "SL", "SH", "XR"))]


def is_read(character: str) -> bool:
    """Whether `normalise` keeps the letter."""
    return not _KEPT.search(character.lower())


def jamo_grams(normalised: str) -> list[str]:
    """All 4- to 7-grams of the spaceless jamo; `_` keeps the place of a missing final. Short text stays whole."""
    letters = jamo(normalised.replace(" ", ""), empty_final="_")
    if len(letters) < 4:
        return [letters] if letters else []
    return [letters[at : at + size] for size in range(4, 8) for at in range(len(letters) - size + 1)]


def gram_codes(normalised: str) -> NDArray[np.int64]:
    """The same grams as numbers, each gram its own."""
    letters = jamo(normalised.replace(" ", ""), empty_final="_")
    codes = np.array([_CODES.get(letter, 0) for letter in letters], dtype=np.int64)
    if len(codes) < 4:
        return _windows(codes, len(codes)) if len(codes) else codes
    return np.concatenate([_windows(codes, size) for size in range(4, min(8, len(codes) + 1))])


def _windows(codes: NDArray[np.int64], size: int) -> NDArray[np.int64]:
    found = np.zeros(len(codes) - size + 1, dtype=np.int64)
    for at in range(size):
        found = (found << _LETTER_BITS) | codes[at : len(codes) - size + 1 + at]
    return found


def initial_words(normalised: str) -> list[str]:
    """Words of two or more bare consonants (ㅇㄱ), laughter and nods excepted."""
    chatter = {"ㅋㅋ", "ㅎㅎ", "ㅠㅠ", "ㅇㅇ", "ㄴㄴ", "ㄱㄱ"}
    return [word for word in normalised.split() if len(word) >= 2 and is_initials(word) and word not in chatter]
