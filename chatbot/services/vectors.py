"""Vectors that are computed once: of every text the index is built from, and of every question it is judged with."""

import hashlib
from collections.abc import Iterable, Sequence

import numpy as np

from chatbot import shipped
from chatbot.engine.embedders import Embedder, Vectors
from chatbot.engine.vectors import Embeddings, Role
from chatbot.models import EmbeddedText

BATCH = 32


def vectors_of(wanted: Iterable[tuple[Role, str]], embedder: Embedder) -> Embeddings:
    """The vectors of these texts: those that ship, those computed before, and for the rest the embedder is asked."""
    texts = list(dict.fromkeys(wanted))
    kept = shipped.embeddings()
    fits = kept.embedder_id == embedder.id
    known: dict[tuple[Role, str], Vectors] = {one: kept[one] for one in texts if fits and one in kept}
    missing = [one for one in texts if one not in known]
    known |= _stored(missing, embedder)
    fresh = [one for one in missing if one not in known]
    for begin in range(0, len(fresh), BATCH):
        known |= _embedded(fresh[begin : begin + BATCH], embedder)
    return known


class Remembering:
    """An embedder that looks into the database first: for judging, where the same questions come back every time."""

    def __init__(self, embedder: Embedder, questions: Sequence[str] = ()) -> None:
        """`questions` are fetched together, to save a query for each."""
        self.id, self.dim = embedder.id, embedder.dim
        self._embedder = embedder
        self._known = vectors_of((("query", text) for text in questions), embedder)

    def queries(self, texts: Sequence[str]) -> Vectors:
        """One row for each text."""
        return self._rows("query", texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        """One row for each text."""
        return self._rows("passage", texts)

    def _rows(self, role: Role, texts: Sequence[str]) -> Vectors:
        wanted = [(role, text) for text in texts]
        if any(one not in self._known for one in wanted):
            self._known = {**self._known, **vectors_of(wanted, self._embedder)}
        return np.stack([self._known[one] for one in wanted])


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()


def _stored(wanted: Sequence[tuple[Role, str]], embedder: Embedder) -> dict[tuple[Role, str], Vectors]:
    by_digest: dict[tuple[str, bytes], tuple[Role, str]] = {
        (role, _digest(text)): (role, text) for role, text in wanted
    }
    rows = EmbeddedText.objects.filter(model_id=embedder.id, content_hash__in=[digest for _, digest in by_digest])
    found: dict[tuple[Role, str], Vectors] = {}
    for role, digest, vector in rows.values_list("role", "content_hash", "vector"):
        one = by_digest.get((role, bytes(digest)))
        if one is not None and len(vector) == 4 * embedder.dim:
            found[one] = np.frombuffer(bytes(vector), dtype=np.float32)
    return found


def _embedded(batch: Sequence[tuple[Role, str]], embedder: Embedder) -> dict[tuple[Role, str], Vectors]:
    """Ask the embedder, and keep what it says."""
    found: dict[tuple[Role, str], Vectors] = {}
    for role in ("query", "passage"):
        texts = [text for one, text in batch if one == role]
        if texts:
            vectors = embedder.queries(texts) if role == "query" else embedder.passages(texts)
            found |= {(role, text): vector for text, vector in zip(texts, vectors, strict=True)}
    EmbeddedText.objects.bulk_create(
        [
            EmbeddedText(
                model_id=embedder.id, role=role, content_hash=_digest(text), vector=vector.astype(np.float32).tobytes()
            )
            for (role, text), vector in found.items()
        ],
        ignore_conflicts=True,
    )
    return found
