"""
BM25 coverage over two inverted indexes, morphemes and jamo.

    w(t,d)   = idf(t) · f · (k1+1) / (f + k1·(1 − b + b·len/avg))
    cov(q,d) = Σ w(t,d) / ((k1+1) · Σ idf(t))         over the distinct tokens of the query; unknown ones count below

`cov` lies in 0..1 and is comparable across questions: that is what makes an honest "I do not know" possible.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

K1 = 1.2
B = 0.3

Scores = NDArray[np.float64]


class Coverage:
    """One inverted index: for each token the documents that hold it and the weight it brings there."""

    def __init__(self, documents: Sequence[Mapping[str, float]]) -> None:
        """`documents` are weighted bags of tokens, in the order of the scores."""
        self.size = len(documents)
        lengths = np.array([sum(bag.values()) for bag in documents], dtype=np.float64)
        average = float(lengths.mean()) if self.size and lengths.any() else 1.0
        self.unknown_idf = math.log(1 + (self.size + 0.5) / 0.5)
        holders: dict[str, list[int]] = {}
        for number, bag in enumerate(documents):
            for token in bag:
                holders.setdefault(token, []).append(number)
        self.idf: dict[str, float] = {}
        self.postings: dict[str, tuple[NDArray[np.intp], Scores]] = {}
        for token, numbers in holders.items():
            idf = math.log(1 + (self.size - len(numbers) + 0.5) / (len(numbers) + 0.5))
            at = np.array(numbers, dtype=np.intp)
            frequency = np.array([documents[number][token] for number in numbers], dtype=np.float64)
            damping = K1 * (1 - B + B * lengths[at] / average)
            self.idf[token] = idf
            self.postings[token] = (at, idf * frequency * (K1 + 1) / (frequency + damping))

    def scores(self, tokens: Iterable[str]) -> Scores:
        """The coverage of the query in every document, 0..1."""
        total = np.zeros(self.size)
        below = 1e-9
        for token in set(tokens):
            below += self.idf.get(token, self.unknown_idf)
            posting = self.postings.get(token)
            if posting is not None:
                total[posting[0]] += posting[1]
        scored: Scores = total / ((K1 + 1) * below)
        return scored


def bag_of(weighted: Iterable[tuple[Sequence[str], float]]) -> Counter[str]:
    """A weighted bag: each text's tokens count as much as its weight."""
    bag: Counter[str] = Counter()
    for tokens, weight in weighted:
        for token in tokens:
            bag[token] += weight  # type: ignore[assignment]
    return bag
