"""The index of one set of answers, and the ranking of a question against it. Immutable: a change builds a new one."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

import numpy as np

from chatbot.engine import keeping, reading
from chatbot.engine import text as words
from chatbot.engine.calibration import Calibration, Scored, from_json, shipped
from chatbot.engine.corrector import Corrector
from chatbot.engine.keeping import Unreadable as Unreadable
from chatbot.engine.lexical import Codes, Coverage, Scores, Vocabulary, coverage_of
from chatbot.engine.reading import EMBEDDED_CHARACTERS as EMBEDDED_CHARACTERS
from chatbot.engine.reading import Document as Document
from chatbot.engine.reading import Names
from chatbot.engine.vectors import Embeddings as Embeddings
from chatbot.engine.vectors import Meanings, Vectors, meanings_of
from chatbot.engine.vectors import Role as Role
from portal.core.hangul import from_english_keyboard

VERSION = "3"  # of the formulas and of how they are kept: another one is another index
MEANING_WEIGHT = 0.7
LATIN_WORD = 4

Kind = Literal["answer", "referral", "smalltalk"]


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer in the running. `coverage` (0..1) is what the words say; `score` is comparable within one question."""

    key: int
    score: float
    coverage: float


def wanted_texts(documents: Sequence[Document]) -> list[tuple[Role, str]]:
    """Each (role, text) of which a full index needs a vector, once."""
    return list(dict.fromkeys((role, text) for one in documents for role, _, text in one.spoken()))


def content_hash(
    documents: Sequence[Document],
    *,
    embedder_id: str,
    calibration: Calibration,
    synonyms: Mapping[str, str] | None = None,
) -> str:
    """Says of what an index is made: the same answers, formulas, calibration and embedder have the same hash."""
    told = json.dumps([[one.told() for one in documents], _folded(synonyms or {})], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(f"{VERSION}\n{embedder_id}\n{calibration.as_json()}\n{told}".encode()).hexdigest()


class Index:
    """Built once per set of documents; safe to share between threads."""

    def __init__(self, documents: Sequence[Document]) -> None:
        """An index by words alone. `build` makes one that knows meanings too."""
        self._take(documents, _read(documents))

    def _take(
        self,
        documents: Sequence[Document],
        read: "_Read",
        *,
        meanings: Meanings | None = None,
        embedder_id: str = "",
        calibration: Calibration | None = None,
        synonyms: Mapping[str, str] | None = None,
    ) -> None:
        self.documents = list(documents)
        self.keys = [document.key for document in documents]
        self.vocabulary = read.vocabulary
        self.by_word, self.by_jamo, self.meanings = read.by_word, read.by_jamo, meanings
        self.embedder_id = embedder_id if meanings else ""
        self.calibration = calibration or shipped()
        self.synonyms = _folded(synonyms or {})
        self._longest_term = max(map(len, self.synonyms), default=0)
        names = [reading.names_of(document) for document in documents]
        self.exact = _exact_questions(self.keys, names)
        self.said = read.said
        self._corrector = Corrector((tag for one in names for tag in one.tags), read.said)
        self.initials = [one.initials for one in names]

    @classmethod
    def build(
        cls,
        documents: Sequence[Document],
        embeddings: Embeddings | None = None,
        *,
        embedder_id: str = "",
        calibration: Calibration | None = None,
        synonyms: Mapping[str, str] | None = None,
    ) -> "Index":
        """The index of these documents; by words alone unless there is a vector for every one of `wanted_texts`."""
        made = cls.__new__(cls)
        meanings = meanings_of([one.spoken() for one in documents], embeddings) if embeddings else None
        made._take(
            documents,
            _read(documents),
            meanings=meanings,
            embedder_id=embedder_id,
            calibration=calibration,
            synonyms=synonyms,
        )
        return made

    @property
    def mode(self) -> Literal["full", "lexical"]:
        """Whether it can compare meanings, given an embedder."""
        return "full" if self.meanings else "lexical"

    @cached_property
    def content_hash(self) -> str:
        """Says of what it is made."""
        return content_hash(
            self.documents, embedder_id=self.embedder_id, calibration=self.calibration, synonyms=self.synonyms
        )

    def repaired(self, normalised: str) -> str:
        """Words typed in English mode turned into Hangul, where the result is known and the Latin word is not."""
        return " ".join(self._repaired_word(word) for word in normalised.split())

    def _repaired_word(self, word: str) -> str:
        if len(word) < LATIN_WORD or not (word.isascii() and word.isalpha()) or word in self.vocabulary:
            return word
        hangul = from_english_keyboard(word)
        if hangul is None:
            return word
        known = [token for token in words.morphemes(hangul) if token in self.vocabulary]
        return hangul if known else word

    def understood(self, repaired: str) -> str:
        """The question with what its slips and its slang were meant to say added; nothing is taken away."""
        added = [*self._corrector.corrections(repaired), *self._other_names(repaired)]
        return " ".join([repaired, *dict.fromkeys(word for word in added if word not in repaired)])

    def _other_names(self, normalised: str) -> Iterator[str]:
        """What the beginning of a word is also called: the longest term counts, particles follow it."""
        for word in normalised.split():
            terms = (word[:length] for length in range(min(len(word), self._longest_term), 0, -1))
            known = next((term for term in terms if term in self.synonyms), None)
            if known is not None:
                yield self.synonyms[known]

    def scored(self, normalised: str, vector: Vectors | None = None) -> Scored:
        """A normalised question against every answer; `vector` is its meaning, if anybody could tell."""
        scored = self._scored_by_words(normalised)
        return scored if vector is None else self.with_meaning(scored, vector)

    def with_meaning(self, scored: Scored, vector: Vectors) -> Scored:
        """What the words have found, and what the question means."""
        if self.meanings is None:
            return scored
        near = self.meanings.scores(vector)
        return Scored(scored.lexical + MEANING_WEIGHT * near, scored.lexical, near)

    def _scored_by_words(self, normalised: str) -> Scored:
        by_word = self.by_word.scores(self.vocabulary.codes(words.morphemes(normalised)))
        lexical = (by_word + self.by_jamo.scores(words.gram_codes(normalised))) / 2 + self._initials_bonus(normalised)
        return Scored(lexical, lexical, np.zeros(len(self.keys)))

    def foreseeing(self, vectors: Vectors) -> "Index":
        """The same index, quicker at questions of these meanings: many are compared in the time of a few."""
        if self.meanings is None or not len(vectors):
            return self
        made = copy(self)
        made.meanings = self.meanings.foreseeing(vectors)
        return made

    def candidates(self, scored: Scored, *, limit: int = 5) -> list[Candidate]:
        """The best answers, best first. Those that share nothing with the question are left out."""
        return [
            Candidate(self.keys[at], round(float(scored.total[at]), 6), round(float(scored.lexical[at]), 6))
            for at in scored.order(limit)
            if scored.total[at] > 0
        ]

    def rank(self, normalised: str, vector: Vectors | None = None, *, limit: int = 5) -> list[Candidate]:
        """The best answers to a normalised question, best first."""
        return self.candidates(self.scored(normalised, vector), limit=limit) if self.keys and normalised else []

    def _initials_bonus(self, normalised: str) -> Scores:
        """초성 search: ㅇㄱ finds 여권. Two or three consonants are a hint, four or more nearly a name."""
        bonus = np.zeros(len(self.keys))
        for word in words.initial_words(normalised):
            worth = 0.6 if len(word) >= 4 else 0.25
            for at, names in enumerate(self.initials):
                if any(name.startswith(word) for name in names):
                    bonus[at] = max(bonus[at], worth)
        return bonus

    def to_bytes(self) -> bytes:
        """Everything in one blob; the same index makes the same bytes."""
        arrays: dict[str, Codes | Scores | Vectors] = {
            **keeping.arrays_of("word", self.by_word),
            **keeping.arrays_of("jamo", self.by_jamo),
            **(keeping.meaning_arrays(self.meanings) if self.meanings else {}),
        }
        told = {
            "version": VERSION,
            "embedder_id": self.embedder_id,
            "calibration": self.calibration.as_json(),
            "vocabulary": self.vocabulary.words(),
            "said": sorted(self.said),
            "synonyms": self.synonyms,
            "documents": [one.told() for one in self.documents],
        }
        return keeping.packed(arrays, told)

    @classmethod
    def from_bytes(cls, blob: bytes) -> "Index":
        """
        An index as `to_bytes` left it.

        :raises Unreadable: if the blob is damaged or of another version
        """
        arrays, told = keeping.unpacked(blob, version=VERSION)
        made = cls.__new__(cls)
        with keeping.refusing_damage():
            made._take(
                [_document(kept) for kept in told["documents"]],
                _Read(
                    Vocabulary(told["vocabulary"]),
                    keeping.coverage_from("word", arrays, len(told["documents"])),
                    keeping.coverage_from("jamo", arrays, len(told["documents"])),
                    frozenset(told["said"]),
                ),
                meanings=keeping.meanings_from(arrays),
                embedder_id=told["embedder_id"],
                calibration=from_json(told["calibration"]),
                synonyms=told["synonyms"],
            )
        return made


@dataclass(frozen=True, slots=True)
class _Read:
    """What the words of all documents come to; `said` is each word anybody has written."""

    vocabulary: Vocabulary
    by_word: Coverage
    by_jamo: Coverage
    said: frozenset[str]


def _read(documents: Sequence[Document]) -> _Read:
    vocabulary = Vocabulary()
    readings = [reading.read(document) for document in documents]
    by_word = coverage_of((vocabulary.learn(one.words), one.worth) for one in readings)
    by_jamo = coverage_of(one.grams for one in readings)
    return _Read(vocabulary, by_word, by_jamo, frozenset[str]().union(*(one.said for one in readings)))


def _document(kept: Mapping[str, Any]) -> Document:
    values: dict[str, Any] = {name: tuple(value) if isinstance(value, list) else value for name, value in kept.items()}
    return Document(**values)


def _folded(synonyms: Mapping[str, str]) -> dict[str, str]:
    return {words.key_of(term): words.normalise(meant) for term, meant in sorted(synonyms.items())}


def _exact_questions(keys: Sequence[int], names: Sequence[Names]) -> dict[str, int]:
    """Spaceless questions, tags and phrasings that belong to exactly one answer."""
    owners: dict[str, set[int]] = {}
    for key, one in zip(keys, names, strict=True):
        for name in one.exact:
            owners.setdefault(name, set()).add(key)
    return {name: next(iter(keys)) for name, keys in owners.items() if name and len(keys) == 1}
