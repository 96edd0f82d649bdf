"""
Word stems found in Korean text however it is spaced, conjugated or misspelt.

A stem is compared letter by letter (jamo) with the spaces taken out. `쓰러ㅈ` finds 쓰러질, 쓰러졌, 쓰러져; `^개가`
only finds a word that begins so; `냄새|누출` finds either. ㅐ and ㅔ, ㅙ ㅚ and ㅞ, final ㅆ and ㅅ count as the same.
"""

import unicodedata
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice

from portal.core.hangul import INITIALS, is_syllable, letters_of

# NFKC turns a bare ㅈ into the initial of a syllable that never comes; stems are written with bare ones.
_BARE = {0x1100 + index: letter for index, letter in enumerate(INITIALS)}
_SAME_SOUND = str.maketrans("ㅐㅒㅙㅞ", "ㅔㅖㅚㅚ")
_NO_FINAL = "_"
LETTERS_PER_SYLLABLE = 3
NEARBY = 15  # syllables around a finding in which a none_of stem takes it back
WORD_START = "^"
MOST_PLACES = 200  # of one group; a text that repeats a word more often wants to keep us busy

Place = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Folded:
    """A text prepared for searching: letters without spaces, where words begin, and which character each came from."""

    source: str
    letters: str
    origins: tuple[int, ...]
    word_starts: tuple[int, ...]

    def written(self, place: Place) -> str:
        """What the writer wrote there, with the spaces."""
        first, last = self.origins[place[0]], self.origins[place[1] - 1]
        return self.source[first : last + 1]

    def is_word_start(self, position: int) -> bool:
        """Whether a word begins at this letter."""
        index = bisect_left(self.word_starts, position)
        return index < len(self.word_starts) and self.word_starts[index] == position

    def spans_words(self, place: Place) -> bool:
        """Whether a word begins inside the place."""
        index = bisect_left(self.word_starts, place[0] + 1)
        return index < len(self.word_starts) and self.word_starts[index] < place[1]


def fold(text: str) -> Folded:
    """Prepare a text: NFKC, lower case, letters of syllables, everything but letters and digits taken as a space."""
    source = unicodedata.normalize("NFKC", text).translate(_BARE).lower()
    letters: list[str] = []
    origins: list[int] = []
    word_starts: list[int] = []
    at_start = True
    for index, char in enumerate(source):
        if not char.isalnum():
            at_start = True
            continue
        if at_start:
            word_starts.append(len(letters))
            at_start = False
        folded = _letters(char)
        letters += folded
        origins += [index] * len(folded)
    return Folded(source, "".join(letters), tuple(origins), tuple(word_starts))


def _letters(char: str) -> str:
    if not is_syllable(char):
        return char.translate(_SAME_SOUND)
    initial, medial, final = letters_of(char)
    return initial + medial.translate(_SAME_SOUND) + (final or _NO_FINAL).replace("ㅆ", "ㅅ")


@lru_cache(maxsize=8192)
def fold_stem(stem: str) -> tuple[str, bool]:
    """A stem as letters, and whether it must begin a word."""
    return fold(stem).letters, stem.startswith(WORD_START)


def places_of(stem: str, text: Folded) -> Iterator[Place]:
    """
    Where the stem stands. Across a space it only counts from the beginning of a word: 가로 등 is 가로등, but 장소 음식
    is no 소음.
    """
    wanted, begins_word = fold_stem(stem)
    start = text.letters.find(wanted) if wanted else -1
    while start >= 0:
        place = start, start + len(wanted)
        if text.is_word_start(start) or not (begins_word or text.spans_words(place)):
            yield place
        start = text.letters.find(wanted, start + 1)


@dataclass(frozen=True, slots=True)
class Phrase:
    """Stems that together mean something, unless one of `none_of` stands nearby. `within` counts syllables (0: any)."""

    kind: str
    all_of: tuple[str, ...]
    none_of: tuple[str, ...] = ()
    within: int = 0

    def find(self, text: Folded) -> Place | None:
        """The first stretch that says it, or None."""
        if not self.all_of or not all(_may_hold(stems, text) for stems in self.all_of):
            return None
        groups = [sorted(islice(_any_of(stems, text), MOST_PLACES)) for stems in self.all_of]
        if not all(groups):
            return None
        spoilers: list[int] | None = None  # many words, looked for only where something is said
        for place in _stretches(groups):
            if self.within and place[1] - place[0] > self.within * LETTERS_PER_SYLLABLE:
                continue
            if spoilers is None:
                spoilers = sorted(start for stems in self.none_of for start, _ in _any_of(stems, text))
            if not _is_spoilt(place, spoilers):
                return place
        return None


def _may_hold(stems: str, text: Folded) -> bool:
    """A quick look before the places are worked out: most phrases are not in most texts."""
    return any(fold_stem(stem)[0] in text.letters for stem in stems.split("|"))


def _any_of(stems: str, text: Folded) -> Iterator[Place]:
    for stem in stems.split("|"):
        yield from places_of(stem, text)


def _stretches(groups: list[list[Place]]) -> Iterator[Place]:
    """Stretches holding one place of each group, each as short as it can be from its first place on."""
    heads = [0] * len(groups)
    while True:
        chosen = [group[head] for group, head in zip(groups, heads, strict=True)]
        yield min(start for start, _ in chosen), max(end for _, end in chosen)
        earliest = min(range(len(groups)), key=lambda index: chosen[index])
        heads[earliest] += 1
        if heads[earliest] == len(groups[earliest]):
            return


def _is_spoilt(place: Place, spoilers: list[int]) -> bool:
    reach = NEARBY * LETTERS_PER_SYLLABLE
    index = bisect_left(spoilers, place[0] - reach)
    return index < len(spoilers) and spoilers[index] <= place[1] + reach


def first_found(phrases: Iterable[Phrase], text: Folded) -> Phrase | None:
    """The first phrase of the list that the text says."""
    return next((phrase for phrase in phrases if phrase.find(text) is not None), None)
