"""The index of one set of answers, and the ranking of a question against it. Immutable: a change builds a new one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from chatbot.engine import text as words
from chatbot.engine.lexical import Coverage, Scores, bag_of
from portal.core.hangul import from_english_keyboard, initials

QUESTION_WEIGHT = 3.0
TAG_WEIGHT = 3.0
PHRASING_WEIGHT = 1.0
ANSWER_WEIGHT = 1.0
LATIN_WORD = 4


@dataclass(frozen=True, slots=True)
class Document:
    """One answer as the engine sees it. `key` is the caller's name for it."""

    key: int
    question: str
    answer: str
    tags: tuple[str, ...]
    phrasings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answer in the running. `coverage` is 0..1; `score` adds what initials (초성) bring."""

    key: int
    score: float
    coverage: float


class Index:
    """Built once per set of documents; safe to share between threads."""

    def __init__(self, documents: Sequence[Document]) -> None:
        """Read every document once. 169 answers take about a tenth of a second."""
        self.keys = [document.key for document in documents]
        self.by_morpheme = Coverage([_bag(document, words.morphemes) for document in documents])
        self.by_jamo = Coverage([_bag(document, words.jamo_grams) for document in documents])
        self.exact = _exact_questions(documents)
        self.initials = [
            [initials(name.replace(" ", "")) for name in (document.question, *document.tags)] for document in documents
        ]

    def repaired(self, normalised: str) -> str:
        """Words typed in English mode turned into Hangul, where the result is known and the Latin word is not."""
        return " ".join(self._repaired_word(word) for word in normalised.split())

    def _repaired_word(self, word: str) -> str:
        if len(word) < LATIN_WORD or not (word.isascii() and word.isalpha()) or word in self.by_morpheme.idf:
            return word
        hangul = from_english_keyboard(word)
        if hangul is None:
            return word
        known = [token for token in words.morphemes(hangul) if token in self.by_morpheme.idf]
        return hangul if known else word

    def rank(self, normalised: str, *, limit: int = 5) -> list[Candidate]:
        """The best answers to a normalised question, best first. Answers that share nothing with it are left out."""
        if not self.keys or not normalised:
            return []
        coverage = (
            self.by_morpheme.scores(words.morphemes(normalised)) + self.by_jamo.scores(words.jamo_grams(normalised))
        ) / 2
        scores = coverage + self._initials_bonus(normalised)
        best = np.argsort(-scores, kind="stable")[:limit]
        return [
            Candidate(self.keys[at], round(float(scores[at]), 6), round(float(coverage[at]), 6))
            for at in best
            if scores[at] > 0
        ]

    def _initials_bonus(self, normalised: str) -> Scores:
        """초성 search: ㅇㄱ finds 여권. Two or three consonants are a hint, four or more nearly a name."""
        bonus = np.zeros(len(self.keys))
        for word in words.initial_words(normalised):
            worth = 0.6 if len(word) >= 4 else 0.25
            for at, names in enumerate(self.initials):
                if any(name.startswith(word) for name in names):
                    bonus[at] = max(bonus[at], worth)
        return bonus


def _bag(document: Document, tokens_of: words.Tokeniser) -> words.Bag:
    def tokens(text: str) -> list[str]:
        return tokens_of(words.normalise(text))

    return bag_of(
        [
            (tokens(document.question), QUESTION_WEIGHT),
            *((tokens(tag), TAG_WEIGHT) for tag in document.tags),
            *((tokens(phrasing), PHRASING_WEIGHT) for phrasing in document.phrasings),
            (tokens(document.answer), ANSWER_WEIGHT),
        ]
    )


def _exact_questions(documents: Sequence[Document]) -> dict[str, int]:
    """Spaceless questions, tags and phrasings that belong to exactly one answer."""
    owners: dict[str, set[int]] = {}
    for document in documents:
        for name in (document.question, *document.tags, *document.phrasings):
            owners.setdefault(words.key_of(name), set()).add(document.key)
    return {name: next(iter(keys)) for name, keys in owners.items() if name and len(keys) == 1}
