"""Words as the keys that write them: what search compares, and how far two spellings are apart."""

import unicodedata
from dataclasses import dataclass
from functools import lru_cache

from portal.core.hangul import initials, is_initials, keys_of_latin, keystrokes

_SAME_SOUND = {"ㅐ": "ㅔ", "ㅒ": "ㅖ"}
_SHORTEST_REPAIR = 4  # keys: three Latin letters spell something too easily


@dataclass(frozen=True, slots=True)
class Spelled:
    """A text without spaces: its keys and initials, where words begin, and which character each key came from."""

    keys: str
    starts: frozenset[int]
    origins: tuple[int, ...]
    initials: str
    initial_starts: frozenset[int]


def spell(text: str) -> Spelled:
    """NFC, lower case, letters and digits only; ㅐ and ㅔ, ㅙ ㅚ and ㅞ count as the same."""
    keys: list[str] = []
    origins: list[int] = []
    starts: set[int] = set()
    is_new = True
    for place, char in enumerate(text):
        folded = _fold(char)
        if not folded:
            is_new = True
            continue
        if is_new:
            starts.add(len(keys))
        is_new = False
        keys += folded
        origins += [place] * len(folded)
    first, origins_of_first = initials_of(text)
    began = {place for place in range(len(text)) if _begins_word(text, place)}
    initial_starts = {index for index, place in enumerate(origins_of_first) if place in began}
    return Spelled("".join(keys), frozenset(starts), tuple(origins), first, frozenset(initial_starts))


def initials_of(text: str) -> tuple[str, tuple[int, ...]]:
    """The 초성 of a text without spaces, and which character each came from."""
    kept = [(initials(char).lower(), place) for place, char in enumerate(text) if char.isalnum()]
    return "".join(letter for letter, _ in kept), tuple(place for _, place in kept)


def _begins_word(text: str, place: int) -> bool:
    return text[place].isalnum() and (place == 0 or not text[place - 1].isalnum())


@lru_cache(maxsize=20_000)
def _fold(char: str) -> str:
    is_bare = "ㄱ" <= char <= "ㅣ"  # a letter by itself, which NFKC would turn into half a syllable
    plain = char if is_bare else unicodedata.normalize("NFKC", char).lower()
    typed = "".join(_SAME_SOUND.get(key, key) for key in keystrokes(plain) if key.isalnum())
    return typed.replace("ㅗㅔ", "ㅗㅣ").replace("ㅜㅔ", "ㅗㅣ")


def repaired(word: str) -> str | None:
    """What Latin letters are with the keyboard in Korean: `durnjs` → ㅇㅕㄱㅜㅓㄴ. None if it is no word."""
    if not (word.isascii() and word.isalpha()):
        return None
    keys = keys_of_latin(word)
    if keys is None or len(keys) < 2:
        return None
    if is_initials(keys):
        return keys
    begins_like_a_word = is_initials(keys[0])
    folded = "".join(_SAME_SOUND.get(key, key) for key in keys).replace("ㅗㅔ", "ㅗㅣ").replace("ㅜㅔ", "ㅗㅣ")
    return folded if begins_like_a_word and len(keys) >= _SHORTEST_REPAIR else None


def errors_within(wanted: str, text: Spelled, *, most: int, same_start: bool) -> int | None:
    """
    The fewest slips with which `wanted` stands in the text from the beginning of one of its words, if at most `most`.

    With `same_start` the first key must be right: short words are told apart by little else.

    Rows of the edit distance are bits of one number (Myers 1999), so a title costs microseconds.
    """
    places = [start for start in text.starts if not same_start or text.keys[start] == wanted[0]]
    found = [errors for start in places if (errors := _distance(wanted, text.keys[start:], most)) is not None]
    return min(found, default=None)


def _distance(wanted: str, text: str, most: int) -> int | None:
    """The edit distance of `wanted` to the nearest beginning of `text`, or None beyond `most`."""
    length = len(wanted)
    if len(text) < length - most:  # each key that is missing is a slip
        return None
    where: dict[str, int] = {}
    for place, char in enumerate(wanted):
        where[char] = where.get(char, 0) | 1 << place
    everything, last = (1 << length) - 1, 1 << (length - 1)
    plus, minus, errors = everything, 0, length
    best = errors
    for char in text[: length + most]:
        match = where.get(char, 0)
        diagonal = (((match & plus) + plus) ^ plus) | match | minus
        up = minus | ~(diagonal | plus) & everything
        down = plus & diagonal
        errors += 1 if up & last else -1 if down & last else 0
        up = up << 1 & everything | 1
        down = down << 1 & everything
        plus = down | ~(diagonal | up) & everything
        minus = up & diagonal
        best = min(best, errors)
    return best if best <= most else None
