"""How alike short texts are, and which belong together: vectors of morphemes and jamo, average-link clusters. Pure."""

import zlib
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from chatbot.engine.text import jamo_grams, morphemes, normalise

Vectors = NDArray[np.float32]

_HALF = 1024  # places for the morphemes, and as many for the jamo: two words rarely share one
DIMENSIONS = 2 * _HALF


class Likeness:
    """Weighs words by how rare they are in `corpus`; the same corpus gives the same vectors on every machine."""

    def __init__(self, corpus: Iterable[str]) -> None:
        counted = np.zeros(DIMENSIONS)
        size = 0
        for text in corpus:
            counted[list(_places(text))] += 1
            size += 1
        self._rarity = np.log((1 + size) / (1 + counted)) + 1

    def vectors(self, texts: Sequence[str]) -> Vectors:
        """One row of unit length for each text; half of it speaks of morphemes, half of letters."""
        found = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        for row, text in enumerate(texts):
            for place, count in _places(text).items():
                found[row, place] = (1 + np.log(count)) * self._rarity[place]
        for half in (slice(0, _HALF), slice(_HALF, DIMENSIONS)):
            found[:, half] /= np.linalg.norm(found[:, half], axis=1, keepdims=True) + 1e-9
        return unit(found)


def _places(text: str) -> Counter[int]:
    normalised = normalise(text)
    found = Counter(_place(token) for token in morphemes(normalised))
    found.update(_HALF + _place(token) for token in jamo_grams(normalised))
    return found


def _place(token: str) -> int:
    return zlib.crc32(token.encode()) % _HALF


def unit(rows: Vectors) -> Vectors:
    """Each row at length one; an empty row stays empty."""
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    made: Vectors = (rows / np.maximum(lengths, 1e-9)).astype(np.float32)
    return made


def average_link(vectors: Vectors, *, least: float) -> list[list[int]]:
    """
    Groups of rows: the two groups most alike on average are joined until none are as alike as `least`.

    Every row is in exactly one group; the greatest group stands first.
    """
    groups: list[list[int]] = [[row] for row in range(len(vectors))]
    if len(groups) < 2:
        return groups
    alike = (vectors @ vectors.T).astype(np.float64)
    np.fill_diagonal(alike, -np.inf)
    while True:
        one, other = divmod(int(alike.argmax()), len(alike))
        if alike[one, other] < least:
            return sorted((group for group in groups if group), key=len, reverse=True)
        here, there = len(groups[one]), len(groups[other])
        joined = (here * alike[one] + there * alike[other]) / (here + there)
        alike[one], alike[:, one] = joined, joined
        alike[one, one] = alike[other, :] = alike[:, other] = -np.inf
        groups[one] += groups[other]
        groups[other] = []


def nearest(vectors: Vectors, centres: Vectors) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """For each row the centre most like it, and how alike they are; the centres must not be none."""
    alike = vectors @ centres.T
    best = alike.argmax(axis=1)
    return best, alike[np.arange(len(vectors)), best]


def telling_words(texts: Sequence[str], *, rarity: Callable[[str], float], most: int = 3) -> list[str]:
    """The words that say best what the texts have in common: frequent here, rare elsewhere."""
    held: Counter[str] = Counter()
    for text in texts:
        held.update({word for word in morphemes(normalise(text)) if len(word) > 1})
    ranked = sorted(held, key=lambda word: (-held[word] * rarity(word), word))
    return ranked[:most]
