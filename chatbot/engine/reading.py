"""One answer as the engine sees it, and what its words come to: read once, however often an index is built again."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from chatbot.engine import text as words
from chatbot.engine.lexical import Bag, Scores, bag_of
from chatbot.engine.vectors import Role
from portal.core.hangul import initials

QUESTION_WEIGHT = 3.0
TAG_WEIGHT = 3.0
PHRASING_WEIGHT = 1.0
ANSWER_WEIGHT = 1.0
EMBEDDED_CHARACTERS = 120  # some 70 ms: a longer text is embedded up to here, its words are all read
REMEMBERED = 1024  # documents: some 40 kB each


@dataclass(frozen=True, slots=True)
class Document:
    """One answer as the engine sees it. `key` is the caller's name for it."""

    key: int
    question: str
    answer: str
    tags: tuple[str, ...]
    phrasings: tuple[str, ...] = ()
    kind: str = "answer"

    def weighted(self) -> list[tuple[str, float]]:
        """Each text of it and how much its words count."""
        return [
            (self.question, QUESTION_WEIGHT),
            *((tag, TAG_WEIGHT) for tag in self.tags),
            *((phrasing, PHRASING_WEIGHT) for phrasing in self.phrasings),
            (self.answer, ANSWER_WEIGHT),
        ]

    def spoken(self) -> list[tuple[Role, str, str]]:
        """(role, family, text) of each vector it wants."""
        wanted: list[tuple[Role, str, str]] = [
            ("query", "asked", text[:EMBEDDED_CHARACTERS]) for text in (self.question, *self.phrasings)
        ]
        if self.tags:
            wanted.append(("passage", "tags", ", ".join(self.tags)))
        return [*wanted, ("passage", "told", f"{self.question} {self.answer}")]

    def told(self) -> dict[str, Any]:
        """Its columns by their names, to be written down."""
        return {name: getattr(self, name) for name in self.__slots__}


@dataclass(frozen=True, slots=True)
class Reading:
    """What the words of one document come to."""

    words: tuple[str, ...]  # its morphemes in the order in which they were met, each once
    worth: Scores  # how much each of those counts
    grams: Bag
    said: frozenset[str]  # each word as written


@dataclass(frozen=True, slots=True)
class Names:
    """What one document is called."""

    exact: tuple[str, ...]  # without spaces: whoever writes one of these means it
    tags: tuple[str, ...]  # the words of its tags, and each tag without its spaces
    initials: tuple[str, ...]


@lru_cache(maxsize=REMEMBERED)
def read(document: Document) -> Reading:
    """After an edit nearly all documents are as they were: their words are not looked up again."""
    texts = [(words.normalise(text), weight) for text, weight in document.weighted()]
    met: dict[str, float] = {}
    for text, weight in texts:
        for word in words.morphemes(text):
            met[word] = met.get(word, 0.0) + weight
    return Reading(
        tuple(met),
        np.array(list(met.values())),
        bag_of([(words.gram_codes(text), weight) for text, weight in texts]),
        frozenset(word for text, _ in texts for word in text.split()),
    )


@lru_cache(maxsize=REMEMBERED)
def names_of(document: Document) -> Names:
    """Apart from `read`, since a process that only loads an index looks no words up."""
    named = (document.question, *document.tags)
    tags = [words.normalise(tag) for tag in document.tags]
    return Names(
        tuple(words.key_of(name) for name in (*named, *document.phrasings)),
        tuple(name for tag in tags for name in sorted({*tag.split(), tag.replace(" ", "")})),
        tuple(initials(name.replace(" ", "")) for name in named),
    )
