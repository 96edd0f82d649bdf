"""Slips of the finger: how many letters (jamo) one word is away from another."""

from functools import lru_cache

from portal.core.hangul import jamo


def distance(one: str, other: str) -> int:
    """Levenshtein distance, enough for words of a few letters."""
    before = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, against in enumerate(other, 1):
            now.append(min(before[column] + 1, now[-1] + 1, before[column - 1] + (letter != against)))
        before = now
    return before[-1]


@lru_cache(maxsize=512)
def letters(word: str) -> str:
    """The jamo of a label: asked for again with every text."""
    return jamo(word)
