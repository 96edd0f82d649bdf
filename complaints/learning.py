"""
A small linear model that has read what citizens write: which category a text sounds like. No database, no clock.

It knows pieces of words (syllables and letters), so that an ending or a slip of the finger does not matter, and it has
read texts that never say the official word. Trained in closed form (kernel ridge regression, one against the rest), so
that the same texts always make the same model.
"""

import csv
import hashlib
import math
import re
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

Floats = NDArray[np.float32]


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
    """Weights (pieces × categories), how telling each piece is, and where it stands."""

    categories: tuple[str, ...]
    pieces: dict[str, int]
    rarity: Floats
    weights: Floats
    trained_on: str

    def scores(self, text: str) -> dict[str, float]:
        """How much a text (as `routing.normalise` leaves it) sounds like each category: about 1 is sure, 0 nothing."""
        places, values = _vector(_pieces_of(text), self.pieces, self.rarity)
        found = values @ self.weights[places] if places else np.zeros(len(self.categories))
        return dict(zip(self.categories, map(float, found), strict=True))


def read_examples(path: Path) -> list[Example]:
    """The rows of training.tsv: category, writer, text."""
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
    pieces = {piece: place for place, piece in enumerate(sorted(p for p, c in known.items() if c >= OFTEN_ENOUGH))}
    rarity = np.array([math.log(1 + len(texts) / (1 + known[piece])) for piece in pieces], dtype=np.float32)
    rows = np.zeros((len(texts), len(pieces)), dtype=np.float32)
    for row, found in enumerate(counted):
        places, values = _vector(found, pieces, rarity)
        rows[row, places] = values
    categories = tuple(sorted({one.category for one in examples}))
    wanted = np.full((len(texts), len(categories)), -1 / (len(categories) - 1))
    wanted[np.arange(len(texts)), [categories.index(one.category) for one in examples]] = 1
    kernel = (rows @ rows.T).astype(np.float64)
    shares = np.linalg.solve(kernel + RIDGE * np.eye(len(texts)), wanted)
    weights = (rows.T @ shares.astype(np.float32)).astype(np.float16).astype(np.float32)
    return Model(categories, pieces, rarity, weights, digest_of(examples))


def write(model: Model, path: Path) -> None:
    """Keep a model; the same model makes the same file."""
    np.savez_compressed(
        path,
        version=np.array(VERSION),
        trained_on=np.array(model.trained_on),
        categories=np.array(model.categories),
        pieces=np.array("\n".join(model.pieces)),
        rarity=model.rarity,
        weights=model.weights.astype(np.float16),
    )


def read_model(path: Path) -> Model:
    """
    A model as `write` left it.

    :raises NotUnderstood: if the file cannot be used
    """
    try:
        with np.load(path, allow_pickle=False) as kept:
            pieces = str(kept["pieces"]).split("\n")
            if str(kept["version"]) != VERSION or kept["weights"].shape != (len(pieces), len(kept["categories"])):
                raise NotUnderstood(path.name)
            return Model(
                tuple(map(str, kept["categories"])),
                {piece: place for place, piece in enumerate(pieces)},
                kept["rarity"],
                kept["weights"].astype(np.float32),
                str(kept["trained_on"]),
            )
    except (OSError, ValueError, KeyError, EOFError, BadZipFile) as error:
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


def _vector(found: Counter[str], pieces: dict[str, int], rarity: Floats) -> tuple[list[int], Floats]:
    """The known pieces of a text, of length one together with the unknown ones: nothing known weighs nothing."""
    unknown = float(rarity.max()) if len(rarity) else 0.0
    places: list[int] = []
    values: list[float] = []
    square = 0.0
    for piece, count in found.items():
        place = pieces.get(piece)
        value = (1 + math.log(count)) * (unknown if place is None else float(rarity[place]))
        square += value * value
        if place is not None:
            places.append(place)
            values.append(value)
    return places, np.array(values, dtype=np.float32) / np.float32(math.sqrt(square) or 1)
