"""
How near a question's meaning comes to what is said about each answer.

Every answer has many rows: its question, its tags, its text, and each way citizens put it. Each family of rows is
centred by its own mean, questions of citizens by theirs. An answer is as near as its rows are on the whole, the nearest
ones above all:

    near(q, d) = ln( Σ_{rows r of d} exp(8 · q'·r') / √(number of rows) ) / 8

One row that says the same thing in the same way is enough; twenty that nearly do are better.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from chatbot.engine.lexical import Scores

Vectors = NDArray[np.float32]
Role = Literal["query", "passage"]
Embeddings = Mapping[tuple[Role, str], NDArray[np.float32]]

SHARPNESS = 8.0


@dataclass(frozen=True, slots=True)
class Meanings:
    """The rows of all answers, those of one answer together, and the mean of what citizens ask."""

    rows: Vectors
    begins: NDArray[np.int64]  # where each answer's rows begin
    mean: Vectors
    foreseen: Mapping[bytes, Scores] = field(default_factory=dict)

    def scores(self, query: Vectors) -> Scores:
        """How near each answer is to a question's vector, about 0 (a stranger's) to 1 (its own)."""
        if self.foreseen and (known := self.foreseen.get(query.tobytes())) is not None:
            return known
        near: Scores = self._near(query[None, :])[0]
        return near

    def foreseeing(self, queries: Vectors) -> "Meanings":
        """The same, with the scores of these questions worked out together."""
        known = (query.tobytes() for query in queries)
        return replace(self, foreseen=dict(zip(known, self._near(queries), strict=True)))

    def _near(self, queries: Vectors) -> Scores:
        likeness = _centred(queries, self.mean) @ self.rows.T
        counts = np.diff(np.append(self.begins, len(self.rows)))
        summed = np.add.reduceat(np.exp(SHARPNESS * likeness.astype(np.float64)), self.begins, axis=1)
        near: Scores = np.log(summed / np.sqrt(counts)) / SHARPNESS
        return near


def meanings_of(families: Sequence[Sequence[tuple[Role, str, str]]], embeddings: Embeddings) -> Meanings | None:
    """
    The rows of answers, each a list of (role, family, text); None if a vector is missing or there is nothing to read.
    """
    found = [(at, role, family, text) for at, texts in enumerate(families) for role, family, text in texts]
    if not found or any((role, text) not in embeddings for _, role, _, text in found):
        return None
    rows = np.array([embeddings[role, text] for _, role, _, text in found], dtype=np.float32)
    family_of = np.array([family for _, _, family, _ in found])
    mean = rows[np.array([role == "query" for _, role, _, _ in found])].mean(axis=0)
    for family in sorted(set(family_of)):
        own = family_of == family
        rows[own] = _centred(rows[own], mean if family == "asked" else rows[own].mean(axis=0))
    owners = np.array([at for at, _, _, _ in found])
    rows = rows.astype(np.float16).astype(np.float32)  # as it will be kept: who judges it sees what citizens get
    return Meanings(rows, np.searchsorted(owners, np.arange(len(families))), mean)


def _centred(rows: Vectors, mean: Vectors) -> Vectors:
    """Rows with their mean taken away, of length one again; a row that was the mean itself stays nothing."""
    apart = rows - mean
    lengths = np.linalg.norm(apart, axis=1, keepdims=True)
    centred: Vectors = (apart / np.where(lengths > 1e-6, lengths, 1.0)).astype(np.float32)
    return centred
