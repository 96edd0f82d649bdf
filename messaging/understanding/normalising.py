"""A text made readable, with every character knowing where it came from."""

import re
import unicodedata
from dataclasses import dataclass

from messaging.understanding.model import Span

LONGEST = 2000
_DROPPED = frozenset(
    "\u00ad\u115f\u1160\u3164\uffa0\ufeff\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\u2064\ufe0e\ufe0f\u20e3"
    "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069"
)
_ROUND_DIGITS = {
    **{chr(0x2776 + n): str(n + 1) for n in range(9)},  # ❶
    **{chr(0x2780 + n): str(n + 1) for n in range(9)},  # ➀
    **{chr(0x278A + n): str(n + 1) for n in range(9)},  # ➊
    **{chr(0x24F5 + n): str(n + 1) for n in range(9)},  # ⓵
}
_GLYPHS = {"⭕": "o", "⭘": "o", "○": "o", "◯": "o", "❌": "x", "✖": "x", "✕": "x", "×": "x"}
_COMPATIBILITY_JAMO = re.compile(r"[\u3131-\u318e]")
_DECORATION = re.compile(r"(?:[ㅋㅎㅠㅜ]{2,}|\^+|~+|!+|ㅡㅡ|;;+|\.{2,}|…+)")
_CARRIER_LINE = re.compile(r"\[Web발신\]", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Normal:
    """Lower-case text; `origins[i]` is where character i stood in the raw text. `glyphs` says ⭕ or ❌ were drawn."""

    raw: str
    text: str
    origins: tuple[int, ...]
    is_cut: bool
    has_decoration: bool
    has_broken_bytes: bool
    has_glyph: bool

    def raw_span(self, at: Span) -> Span:
        """A span of `text` as a span of `raw`."""
        if at[0] >= at[1]:
            return (0, 0)
        return self.origins[at[0]], self.origins[at[1] - 1] + 1

    def without(self, *gone: Span) -> "Normal":
        """The same text with some places blanked by a space, so that positions stay."""
        letters = list(self.text)
        for begin, end in gone:
            letters[begin:end] = " " * (end - begin)
        return Normal(
            self.raw,
            "".join(letters),
            self.origins,
            self.is_cut,
            self.has_decoration,
            self.has_broken_bytes,
            self.has_glyph,
        )


def normalise(raw: str) -> Normal:
    """Fold widths, round digits and cases; drop what cannot be seen; set laughter and carrier lines aside."""
    is_cut = len(raw) > LONGEST
    composed, places = _composed(raw[:LONGEST])
    letters: list[str] = []
    origins: list[int] = []
    has_glyph = False
    for char, place in zip(composed, places, strict=True):
        if char in _GLYPHS:
            has_glyph = True
        for folded in _folded(char):
            letters.append(folded)
            origins.append(place)
    text = "".join(letters)
    has_decoration = False
    for pattern in (_CARRIER_LINE, _DECORATION):
        for found in list(pattern.finditer(text)):
            has_decoration = has_decoration or pattern is _DECORATION
            text = text[: found.start()] + " " * (found.end() - found.start()) + text[found.end() :]
    return Normal(raw, text, tuple(origins), is_cut, has_decoration, "\ufffd" in raw, has_glyph)


def _composed(raw: str) -> tuple[str, list[int]]:
    """NFC, keeping for each composed character the place of its first part."""
    out: list[str] = []
    places: list[int] = []
    start = 0
    for end in range(1, len(raw) + 1):
        is_joint = end < len(raw) and (unicodedata.combining(raw[end]) or "\u1160" <= raw[end] <= "\u11ff")
        if not is_joint:
            for char in unicodedata.normalize("NFC", raw[start:end]):
                out.append(char)
                places.append(start)
            start = end
    return "".join(out), places


def _folded(char: str) -> str:
    if char in _DROPPED:
        return ""
    if char in _ROUND_DIGITS:
        return _ROUND_DIGITS[char]
    if char in _GLYPHS:
        return _GLYPHS[char]
    if _COMPATIBILITY_JAMO.match(char):
        return char  # NFKC would turn typed ㅇㅇ into letters that compose
    folded = unicodedata.normalize("NFKC", char).lower()
    return "".join(" " if _is_blank(one) else one for one in folded)


def _is_blank(char: str) -> bool:
    category = unicodedata.category(char)
    return char.isspace() or category in ("Cc", "Cf", "So", "Sk", "Cs", "Co", "Cn")
