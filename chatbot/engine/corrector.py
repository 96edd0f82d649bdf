"""
A slip of the finger: a word nobody has used before that is one letter (자모) away from a word of our own.

Every known word is filed under each of its letters left open ("ㅇ*_ㄱㅝㄴ"), so that a slip is found by looking up, not
by comparing. Empty finals count as letters: a final lost or added is one slip like any other. What is found is added to
the question, never put in the place of what was written.
"""

from collections.abc import Iterable, Iterator

from portal.core.hangul import is_syllable, jamo

SHORTEST, LONGEST = 2, 8  # syllables
CLEARLY = 3  # times as common as the next best


class Corrector:
    """The words of the answers' names, and everything that has ever been said."""

    def __init__(self, names: Iterable[str], said: Iterable[str]) -> None:
        """`names` are short official words, more often the more important; `said` are words that need no correction."""
        counts: dict[str, int] = {}
        for name in names:
            if SHORTEST <= len(name) <= LONGEST and all(map(is_syllable, name)):
                counts[name] = counts.get(name, 0) + 1
        self._counts = counts
        self._said = frozenset(said)
        self._filed: dict[str, list[str]] = {}
        for name in counts:
            for key in _with_one_open(name):
                self._filed.setdefault(key, []).append(name)

    def corrections(self, normalised: str) -> list[str]:
        """What its unknown words were probably meant to be."""
        unknown = (word for word in normalised.split() if word not in self._said and all(map(is_syllable, word)))
        found = (self._meant(word) for word in unknown)
        return list(dict.fromkeys(word for word in found if word))

    def _meant(self, word: str) -> str | None:
        """The longest beginning of the word that is nearly a name decides; endings and particles follow it."""
        for length in range(min(len(word), LONGEST), SHORTEST - 1, -1):
            beginning = word[:length]
            if beginning in self._counts:
                return None
            near = {name for key in _with_one_open(beginning) for name in self._filed.get(key, ())}
            if near:
                return self._clearest(near)
        return None

    def _clearest(self, near: set[str]) -> str | None:
        ranked = sorted(near, key=lambda name: (-self._counts[name], name))
        if len(ranked) == 1 or self._counts[ranked[0]] >= CLEARLY * self._counts[ranked[1]]:
            return ranked[0]
        return None


def _with_one_open(word: str) -> Iterator[str]:
    letters = jamo(word, empty_final="_")
    return (f"{letters[:at]}*{letters[at + 1 :]}" for at in range(len(letters)))
