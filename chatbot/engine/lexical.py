"""
BM25 coverage over two inverted indexes, morphemes and jamo.

    w(t,d)   = idf(t) · f · (k1+1) / (f + k1·(1 − b + b·len/avg))
    cov(q,d) = Σ w(t,d) / ((k1+1) · Σ idf(t))         over the distinct tokens of the query; unknown ones count below

`cov` lies in 0..1 and is comparable across questions: that is what makes an honest "I do not know" possible.
Tokens are whole numbers: those of `text.gram_codes`, or a word's place in a vocabulary.
"""

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.3

Scores = NDArray[np.float64]
Codes = NDArray[np.int64]
WeightedCodes = Sequence[tuple[Codes, float]]
Bag = tuple[Codes, Scores]  # the distinct tokens of one document and how much each counts
MOST_COUNTED = 2**16 - 1


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    One inverted index: for each token the documents that hold it and how much it counts there.

    Thousands of phrasings have hundreds of thousands of tokens: flat arrays hold them.
    """

    codes: Codes  # the tokens that any document holds, in order
    begins: NDArray[np.int64]  # where each token's documents begin; one more at the end
    holders: NDArray[np.int32]
    counts: NDArray[np.uint16]
    damping: Scores  # of each document: the longer it is, the less a word of it weighs

    @classmethod
    def of(
        cls,
        size: int,
        held: NDArray[np.int64],
        *,
        codes: Codes,
        holders: NDArray[np.integer],
        counts: NDArray[np.number],
    ) -> "Coverage":
        """From how many documents hold each token, and the documents and counts of all tokens one after another."""
        kept = np.minimum(counts, MOST_COUNTED).astype(np.uint16)
        lengths = np.bincount(holders, weights=kept, minlength=size)
        average = float(lengths.mean()) if size and lengths.any() else 1.0
        return cls(
            codes,
            np.concatenate(([0], np.cumsum(held))).astype(np.int64),
            holders.astype(np.int32),
            kept,
            (K1 * (1 - B + B * lengths / average)).astype(np.float64),
        )

    @property
    def size(self) -> int:
        """How many documents there are."""
        return len(self.damping)

    def _places_of(self, wanted: Codes) -> NDArray[np.intp]:
        """Where the tokens stand that any document holds."""
        if not len(self.codes):
            return np.zeros(0, dtype=np.intp)
        at = np.minimum(np.searchsorted(self.codes, wanted), len(self.codes) - 1).astype(np.intp)
        found: NDArray[np.intp] = at[self.codes[at] == wanted]
        return found

    def knows(self, codes: Codes) -> NDArray[np.bool_]:
        """Which of the tokens any document holds."""
        return np.isin(codes, self.codes)

    def scores(self, codes: Codes) -> Scores:
        """The coverage of the query in every document, 0..1."""
        wanted = np.unique(codes)
        at = self._places_of(wanted)
        begins, ends = self.begins[at], self.begins[at + 1]
        held = ends - begins
        idf = _idf(self.size, held)
        below = 1e-9 + float(idf.sum()) + (len(wanted) - len(at)) * _idf_of_unknown(self.size)
        places = np.repeat(ends - np.cumsum(held), held) + np.arange(int(held.sum()))
        holders, counts = self.holders[places], self.counts[places]
        weights = np.repeat(idf, held) * counts * (K1 + 1) / (counts + self.damping[holders])
        total = np.bincount(holders, weights=weights, minlength=self.size)
        scored: Scores = total / ((K1 + 1) * below)
        return scored


def coverage_of(documents: Iterable[Bag]) -> Coverage:
    """The index of documents."""
    bags = list(documents)
    every = np.concatenate([codes for codes, _ in bags]) if bags else np.zeros(0, dtype=np.int64)
    counts = np.concatenate([worth for _, worth in bags]) if bags else np.zeros(0)
    holders = np.repeat(np.arange(len(bags)), [len(codes) for codes, _ in bags])
    in_order = np.argsort(every, kind="stable")
    ordered = every[in_order]
    begins = np.flatnonzero(np.diff(ordered, prepend=ordered[:1] - 1))
    held = np.diff(begins, append=len(ordered))
    return Coverage.of(len(bags), held, codes=ordered[begins], holders=holders[in_order], counts=counts[in_order])


def bag_of(texts: WeightedCodes) -> Bag:
    """The distinct tokens of one document, and how much each counts by the weights of its texts."""
    if not texts:
        return np.zeros(0, dtype=np.int64), np.zeros(0)
    together = np.concatenate([codes for codes, _ in texts])
    worth = np.repeat([weight for _, weight in texts], [len(codes) for codes, _ in texts])
    held, number = np.unique(together, return_inverse=True)
    counts: Scores = np.bincount(number, weights=worth, minlength=len(held)).astype(np.float64)
    return held.astype(np.int64), counts


def _idf(size: int, held: NDArray[np.int64]) -> Scores:
    idf: Scores = np.log1p((size - held + 0.5) / (held + 0.5))
    return idf


def _idf_of_unknown(size: int) -> float:
    return math.log1p((size + 0.5) / 0.5)


class Vocabulary:
    """Words as numbers, in the order they were first met; unknown ones get numbers nobody holds."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._numbers: dict[str, int] = {word: number for number, word in enumerate(words)}

    def __contains__(self, word: str) -> bool:
        return word in self._numbers

    def words(self) -> list[str]:
        """Every word, in the order of its number."""
        return list(self._numbers)

    def learn(self, words: Sequence[str]) -> Codes:
        """The numbers of words, each new one kept."""
        return np.array([self._numbers.setdefault(word, len(self._numbers)) for word in words], dtype=np.int64)

    def codes(self, words: Sequence[str]) -> Codes:
        """The numbers of words; a word not met before has one below zero, different for different words."""
        met: dict[str, int] = {}
        return np.array(
            [self._numbers.get(word, met.setdefault(word, -1 - len(met))) for word in words], dtype=np.int64
        )
