"""A text made readable, with every character knowing where it came from."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from messaging.understanding.model import Span

LONGEST = 2000
_BEGINNING, _END = 400, 200  # as much of a longer text is read for an answer
_PLAIN = re.compile(r"[가-힣ㄱ-ㅣ0-9A-Za-z \n.,!?~^/():;'\"+=\[\]_-]*")  # most texts: nothing to fold but the case
_DROPPED = frozenset(
    "\u00ad\u115f\u1160\u3164\uffa0\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufe0e\ufe0f\u20e3"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_ROUND_DIGITS = {
    chr(first + n): str(n + 1)
    for first in (0x2776, 0x2780, 0x278A, 0x24F5)  # ❶ ➀ ➊ ⓵
    for n in range(9)
}
_ROUND_DIGITS |= {chr(first + n): str(n + 1) for first in (0x2160, 0x2170) for n in range(5)}  # Ⅰ ⅰ
_STARS = "⭐★🌟"  # a score as it is drawn
_DASHES = dict.fromkeys("\u2010\u2011\u2012\u2013\u2014\u2015\u2212\u30fc", "-")  # 58–03–12
YES_MARKS = "⭕⭘○◯👍👌🙆✅✔☑"
NO_MARKS = "❌✖✕×👎🙅🚫⛔🖕🤬😡😠🙄😒🤔🤷💩"
_MARKS = re.compile(f"[{YES_MARKS}{NO_MARKS}]")
_LETTERED = {**dict.fromkeys("⭕⭘○◯", "o"), **dict.fromkeys("❌✖✕×", "x")}
_STRAY = re.compile(
    r"\[(?:web|국제|국외|로밍)발신\]|[\^>][0oㅇ3._-]{1,3}[\^<]|(?<![0-9a-z])[t@][._-]{1,3}[t@](?![0-9a-z])|"
    "[:;=]-?[)(dp3](?![0-9a-z])|"
    r"(?<=[가-힣])[ㄱ-ㅎㅏ-ㅣ](?=[가-힣])|"  # 동ㅇ의합니다: a key too many
    r"[ㅋㅎㅠㅜ]{2,}|\^+|~+|!+|ㅡㅡ+|;;+|\.{2,}"
)
_LIST_NUMBER = re.compile(r"(?<![^\n ])([1-9])(?=[.)] ?[가-힣]{2,6} ?(?:[가-힣]{2} ?)?:)")
_HESITATION = re.compile(r"\.{2,}|;;|ㅡㅡ|ㅠㅠ|ㅜㅜ|…")


@dataclass(frozen=True, slots=True)
class Normal:
    """
    Lower-case text; `origins[i]` is where character i stood in the raw text.

    `marks` are drawn answers (⭕, ❌, 👍), `is_hesitant` says that dots, sweat or tears stood in the text.
    """

    raw: str
    text: str
    origins: Sequence[int]
    marks: str
    is_cut: bool
    is_hesitant: bool
    has_decoration: bool
    is_long: bool = False
    whole: str = ""  # of a long text, with its middle

    def raw_span(self, at: Span) -> Span:
        """A span of `text` as a span of `raw`."""
        if at[0] >= at[1]:
            return (0, 0)
        return self.origins[at[0]], self.origins[at[1] - 1] + 1

    def at_its_ends(self) -> "Normal":
        """Only the beginning and the end of a text that is no mere answer: nobody hides one in the middle of a letter."""
        if len(self.text) <= _BEGINNING + _END:
            return self
        return replace(self.without((_BEGINNING, len(self.text) - _END)), is_long=True, whole=self.text)

    def without(self, *gone: Span) -> "Normal":
        """The same text with some places blanked, so that positions stay."""
        if not gone:
            return self
        letters = list(self.text)
        for begin, end in gone:
            letters[begin:end] = " " * (end - begin)
        return replace(self, text="".join(letters))


def normalise(raw: str) -> Normal:
    """Fold widths, round digits and cases; drop what cannot be seen; set laughter and carrier lines aside."""
    short = raw[:LONGEST]
    text, origins, marks = (short.lower(), range(len(short)), "") if _PLAIN.fullmatch(short) else _folded_text(short)
    calm = _STRAY.sub(_blank, text)
    if len(numbered := _LIST_NUMBER.findall(calm)) > 1 and numbered == [
        str(one) for one in range(1, len(numbered) + 1)
    ]:
        calm = _LIST_NUMBER.sub(_blank, calm)  # 1. 수신 여부: 동의함 / 2. 성명: …
    return Normal(
        raw=raw,
        text=calm,
        origins=origins,
        marks=marks,
        is_cut=len(raw) > LONGEST,
        is_hesitant=_HESITATION.search(text) is not None,
        has_decoration=calm != text,
    )


def _blank(found: re.Match[str]) -> str:
    return " " * len(found[0])


def _folded_text(raw: str) -> tuple[str, Sequence[int], str]:
    letters: list[str] = []
    origins: list[int] = []
    for char, place in _composed(raw):
        folded = _folded(char)
        letters.append(folded)
        origins += [place] * len(folded)
    return "".join(letters), origins, "".join(_MARKS.findall(raw))


def _composed(raw: str) -> list[tuple[str, int]]:
    """NFC, keeping for each composed character the place of its first part."""
    if unicodedata.is_normalized("NFC", raw):
        return [(char, at) for at, char in enumerate(raw)]
    out: list[tuple[str, int]] = []
    start = 0
    for end in range(1, len(raw) + 1):
        is_joint = end < len(raw) and (unicodedata.combining(raw[end]) or "\u1160" <= raw[end] <= "\u11ff")
        if not is_joint:
            out += [(char, start) for char in unicodedata.normalize("NFC", raw[start:end])]
            start = end
    return out


@lru_cache(maxsize=8192)
def _folded(char: str) -> str:
    if char in _DROPPED:
        return ""
    if char in _STARS:
        return "★"
    for table in (_ROUND_DIGITS, _LETTERED, _DASHES):
        if char in table:
            return table[char]
    if char == "\n" or "\u3131" <= char <= "\u318e":
        return char  # NFKC would turn typed ㅇㅇ into letters that compose
    folded = unicodedata.normalize("NFKC", char).lower()
    return "".join(" " if _is_blank(one) else one for one in folded)


def _is_blank(char: str) -> bool:
    category = unicodedata.category(char)
    return char.isspace() or category in ("Cc", "Cf", "So", "Sk", "Cs", "Co", "Cn")


@dataclass(frozen=True, slots=True)
class Line:
    """A view of the normalised text without some of its characters; `places[i]` is where character i stood there."""

    text: str
    places: Sequence[int]

    def span(self, at: Span) -> Span:
        """A span of this line as a span of the normalised text."""
        if at[0] >= at[1]:
            return (0, 0)
        return self.places[at[0]], self.places[at[1] - 1] + 1


_WORD = re.compile(r"(?:\d+[.,:/~=+-](?=\d)|[0-9a-z가-힣ㄱ-ㅣ★%])+\?*|\?+")  # 1-1, 4.5 and 10% stay whole


def in_words(normal: Normal) -> Line:
    """
    Words with one blank between them, question marks kept. Single syllables in a row are one word: 동 의 합 니 다.
    """
    pieces: list[str] = []
    places: list[int] = []
    words = [(found[0], found.start()) for found in _WORD.finditer(normal.text)]
    for index, (word, start) in enumerate(words):
        if index and not _is_spelled_out(words, index):
            pieces.append(" ")
            places.append(start - 1)
        pieces.append(word)
        places += range(start, start + len(word))
    return Line("".join(pieces), places)


def _is_spelled_out(words: list[tuple[str, int]], index: int) -> bool:
    """Whether this word and the one before are a word typed with blanks: three syllables in a row, or more."""
    if not (_is_syllable(words, index) and _is_syllable(words, index - 1)):
        return False
    return _is_syllable(words, index + 1) or _is_syllable(words, index - 2)


def _is_syllable(words: list[tuple[str, int]], index: int) -> bool:
    return 0 <= index < len(words) and len(words[index][0]) == 1 and "가" <= words[index][0] <= "힣"


def tightened(line: Line) -> Line:
    """The same without blanks."""
    if " " not in line.text:
        return line
    kept = [at for at, char in enumerate(line.text) if char != " "]
    return Line(line.text.replace(" ", ""), [line.places[at] for at in kept])
