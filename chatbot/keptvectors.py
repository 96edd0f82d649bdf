"""Vectors of the shipped texts in one small file: eight bits a number, found by what the text says."""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from chatbot.engine.embedders import Embedder, Vectors
from chatbot.engine.vectors import Embeddings, Role

_STEPS = 127
Text = tuple[Role, str]


class KeptVectors(Mapping[Text, Vectors]):
    """(role, text) → vector of length one, of the embedder `embedder_id`."""

    def __init__(self, embedder_id: str, digests: Sequence[str], rows: NDArray[np.int8]) -> None:
        self.embedder_id = embedder_id
        self._places = {digest: place for place, digest in enumerate(digests)}
        self._rows = rows

    def __getitem__(self, key: Text) -> Vectors:
        row = self._rows[self._places[digest_of(*key)]].astype(np.float32)
        vector: Vectors = row / np.linalg.norm(row)
        return vector

    def __contains__(self, key: object) -> bool:
        return isinstance(key, tuple) and digest_of(*key) in self._places

    def __iter__(self) -> Iterator[Text]:
        raise TypeError("only digests of the texts are kept")

    def __len__(self) -> int:
        return len(self._places)


def digest_of(role: Role, text: str) -> str:
    """The name of a text: 16 hexadecimal digits."""
    return hashlib.sha256(f"{role}\n{text}".encode()).hexdigest()[:16]


def read(path: Path) -> KeptVectors:
    """The file as `write` left it; nothing if it is missing or damaged, and the chatbot goes by words."""
    try:
        with np.load(path, allow_pickle=False) as kept:
            return KeptVectors(str(kept["embedder_id"]), [str(one) for one in kept["digests"]], kept["rows"])
    except (OSError, ValueError, KeyError, EOFError, BadZipFile):
        return KeptVectors("", (), np.zeros((0, 0), dtype=np.int8))


def write(path: Path, texts: Sequence[Text], embedder: Embedder, *, known: Embeddings) -> None:
    """Keep the vectors of `texts`; only those not `known` are made."""
    missing = [text for text in texts if text not in known]
    fresh: dict[Text, Vectors] = {}
    for role, make in (("query", embedder.queries), ("passage", embedder.passages)):
        chosen = [text for text in missing if text[0] == role]
        fresh.update(zip(chosen, make([text for _, text in chosen]), strict=True))
    rows = np.array([fresh[text] if text in fresh else known[text] for text in texts], dtype=np.float32)
    scale = np.abs(rows).max(axis=1, keepdims=True)
    np.savez_compressed(
        path,
        embedder_id=np.array(embedder.id),
        digests=np.array([digest_of(*text) for text in texts]),
        rows=np.round(rows / np.where(scale > 0, scale, 1) * _STEPS).astype(np.int8),
    )
