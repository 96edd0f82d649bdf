"""
A small linear model that has read what citizens write: which category a text sounds like. No database, no clock.

It knows pieces of words (syllables and letters), so that an ending or a slip of the finger does not matter, and it has
read texts that never say the official word. Whoever routes complaints and whoever listens for danger train their own,
in closed form (kernel ridge regression, one against the rest), so that the same texts always make the same model.
"""

import csv
import hashlib
import io
import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from zipfile import BadZipFile

import numpy as np
from numpy.typing import NDArray

from portal.core.hangul import is_syllable, letters_of

VERSION = "1"  # of the way texts become pieces; an older file of weights is not understood
RIDGE = 0.3
SYLLABLES, JOINED, LETTERS = (1, 2, 3), (2, 3, 4), (3, 4, 5, 6)
OFTEN_ENOUGH = 2  # a piece that one text alone has says nothing about others
_WORD = re.compile(r"[0-9a-z가-힣]+")
_PIECE = np.dtype(f"S{1 + 3 * max(*SYLLABLES, *JOINED, *LETTERS)}")  # its mark and letters of three bytes

Floats = NDArray[np.float32]
Pieces = NDArray[np.bytes_]  # in order: a web process holds three models, and a dict of names weighs ten times as much


class NotUnderstood(Exception):
    """The file of weights is missing, broken or of another version: the words alone must do."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text whose category somebody knows, and who wrote it."""

    category: str
    writer: str
    text: str


@dataclass(frozen=True, slots=True)
class Model:
    """Weights (pieces × categories), and how telling each piece is."""

    categories: tuple[str, ...]
    pieces: Pieces
    rarity: Floats
    weights: NDArray[np.float16]
    trained_on: str

    def scores(self, text: str) -> dict[str, float]:
        """How much a text, normalised as those it read, sounds like each category: about 1 is sure, 0 nothing."""
        _, places, values = _vector(_pieces_of(text), self.pieces, self.rarity)
        found = values @ self.weights[places].astype(np.float32)
        return dict(zip(self.categories, map(float, found), strict=True))

    def strongest(self, text: str, category: str, *, most: int = 5) -> list[tuple[str, float]]:
        """The pieces of a text that said the most for a category, for whoever asks why."""
        if category not in self.categories:
            return []
        names, places, values = _vector(_pieces_of(text), self.pieces, self.rarity)
        found = values * self.weights[places, self.categories.index(category)].astype(np.float32)
        best = sorted(range(len(places)), key=lambda index: (-float(found[index]), places[index]))[:most]
        return [(names[index].decode(), float(found[index])) for index in best if found[index] > 0]


def read_examples(path: Path) -> list[Example]:
    """The rows of a TSV with the columns category, writer and text."""
    with path.open(encoding="utf-8", newline="") as file:
        return [Example(row["category"], row["writer"], row["text"]) for row in csv.DictReader(file, delimiter="\t")]


def digest_of(examples: Iterable[Example]) -> str:
    """Says of what a model was made."""
    lines = "\n".join(f"{one.category}\t{one.text}" for one in examples)
    return hashlib.sha256(f"{VERSION}\n{lines}".encode()).hexdigest()


def train(examples: Sequence[Example], *, texts: Sequence[str]) -> Model:
    """
    A model from examples; `texts` are theirs, normalised. Seconds of work and a few hundred MB for some thousand texts.
    """
    counted = [_pieces_of(text) for text in texts]
    known = Counter(piece for pieces in counted for piece in pieces)
    kept = sorted(piece for piece, count in known.items() if count >= OFTEN_ENOUGH)
    pieces = np.array([piece.encode() for piece in kept], dtype=_PIECE)
    rarity = np.array([math.log(1 + len(texts) / (1 + known[piece])) for piece in kept], dtype=np.float32)
    rows = np.zeros((len(texts), len(pieces)), dtype=np.float32)
    for row, found in enumerate(counted):
        _, places, values = _vector(found, pieces, rarity)
        rows[row, places] = values
    categories = tuple(sorted({one.category for one in examples}))
    wanted = np.full((len(texts), len(categories)), -1 / (len(categories) - 1))
    wanted[np.arange(len(texts)), [categories.index(one.category) for one in examples]] = 1
    kernel = (rows @ rows.T).astype(np.float64)
    shares = np.linalg.solve(kernel + RIDGE * np.eye(len(texts)), wanted)
    weights = (rows.T @ shares.astype(np.float32)).astype(np.float16)
    return Model(categories, pieces, rarity, weights, digest_of(examples))


def packed(model: Model) -> bytes:
    """A model as bytes; the same model makes the same bytes."""
    kept = io.BytesIO()
    np.savez_compressed(
        kept,
        version=np.array(VERSION),
        trained_on=np.array(model.trained_on),
        categories=np.array(model.categories),
        pieces=np.array(b"\n".join(model.pieces.tolist()).decode()),
        rarity=model.rarity,
        weights=model.weights,
    )
    return kept.getvalue()


def unpacked(content: bytes) -> Model:
    """
    A model as `packed` left it.

    :raises NotUnderstood: if the bytes cannot be used
    """
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as kept:
            pieces = np.array(str(kept["pieces"]).encode().split(b"\n"), dtype=_PIECE)
            if str(kept["version"]) != VERSION or kept["weights"].shape != (len(pieces), len(kept["categories"])):
                raise NotUnderstood("version")
            return Model(
                tuple(map(str, kept["categories"])),
                pieces,
                kept["rarity"],
                kept["weights"],
                str(kept["trained_on"]),
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile, zlib.error) as error:
        raise NotUnderstood(type(error).__name__) from error


def write(model: Model, path: Path) -> None:
    """Keep a model in a file."""
    path.write_bytes(packed(model))


def read_model(path: Path) -> Model:
    """
    A model as `write` left it.

    :raises NotUnderstood: if the file is missing or cannot be used
    """
    try:
        return unpacked(path.read_bytes())
    except OSError as error:
        raise NotUnderstood(path.name) from error


def _pieces_of(text: str) -> Counter[str]:
    return Counter(_each_piece(_WORD.findall(text)))


def _each_piece(words: Sequence[str]) -> Iterator[str]:
    """Syllables inside words, syllables across the spaces that people leave out, and letters for slips."""
    for word in words:
        yield from _runs(f"<{word}>", SYLLABLES, "w")
    yield from _runs("".join(words), JOINED, "j")
    letters = " ".join("".join(map(_letters, word)) for word in words)
    yield from _runs(f"<{letters}>", LETTERS, "l")


def _letters(character: str) -> str:
    return "".join(letters_of(character)) if is_syllable(character) else character


def _runs(text: str, lengths: Sequence[int], mark: str) -> Iterator[str]:
    for length in lengths:
        for begin in range(len(text) - length + 1):
            yield mark + text[begin : begin + length]


def _vector(found: Counter[str], pieces: Pieces, rarity: Floats) -> tuple[list[bytes], NDArray[np.intp], Floats]:
    """
    The known pieces of a text, their places and how much each counts.

    Of length one together with the unknown ones: nothing known weighs nothing.
    """
    names = [piece.encode() for piece in found]
    places, is_known = _places_of(names, pieces)
    worth = np.full(len(names), float(rarity.max()) if len(rarity) else 0.0)
    worth[is_known] = rarity[places]
    worth *= 1 + np.log(np.fromiter(found.values(), dtype=np.float64, count=len(names)))
    length = math.sqrt(float(worth @ worth)) or 1.0
    known = [name for name, here in zip(names, is_known, strict=True) if here]
    return known, places, (worth[is_known] / length).astype(np.float32)


def _places_of(names: Sequence[bytes], pieces: Pieces) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Where the known ones stand, and which of the names those are."""
    if not len(pieces) or not names:
        return np.zeros(0, dtype=np.intp), np.zeros(len(names), dtype=np.bool_)
    wanted = np.array(names, dtype=_PIECE)
    at = np.minimum(np.searchsorted(pieces, wanted), len(pieces) - 1).astype(np.intp)
    is_known = pieces[at] == wanted
    return at[is_known], is_known
