"""
Emergencies first: phrases held in memory, and a small linear model for danger told without its words.

No database, no embedding, no dictionary: it answers before anything else, whatever else has failed.
"""

import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from portal.core.learning import Example, Model, NotUnderstood, read_model, train
from portal.core.phrases import LETTERS_PER_SYLLABLE, Folded, Phrase, fold, fold_stem

REFERENCE = Path(__file__).resolve().parent.parent / "reference"
TEXTS, WEIGHTS = REFERENCE / "safety_texts.tsv", REFERENCE / "safety.npz"
CALM = "calm"
_FILE = REFERENCE / "safety.toml"
_LEARNED_CHARACTERS = 150  # of an example; nearly all are shorter
_HEARD_CHARACTERS = 300  # more cost time
# Danger is told by the way, after a question about rubbish: each stretch is heard for itself, lest the rest dilute it.
_STRETCH, _STEP = 10, 5  # words
# How much more a stretch must sound like danger than like an ordinary question: of ordinary phrasings that the ear has
# not read two in a thousand are beyond it, and half of those do tell of danger.
_SOUNDS = 0.3
_READ_FROM_EACH_END = 1000  # characters: all of what the page takes, both ends of a longer text
_LIST = "@"  # begins the name of a list of words
FORWARDED_BY_NOBODY = "이 대화는 {}에 자동으로 전달되지 않습니다."


@dataclass(frozen=True, slots=True)
class SafetyCard:
    """What is shown first: a sentence, a few words and numbers to press."""

    kind: str
    title: str
    text: str
    phones: tuple[tuple[str, str], ...]
    is_sure: bool = True  # what is not may be an ordinary question: its answer stands below the card


class _Watch:
    """Phrases in the order in which they are looked for, and which words of theirs a text holds."""

    def __init__(self, phrases: Iterable[Phrase]) -> None:
        self._phrases = [(one, tuple(frozenset(stems.split("|")) for stems in one.all_of)) for one in phrases]
        self._by_first: dict[str, set[str]] = defaultdict(set)
        for stem in {stem for _, groups in self._phrases for group in groups for stem in group}:
            self._by_first[fold_stem(stem)[0][:LETTERS_PER_SYLLABLE]].add(stem)

    def first_in(self, text: Folded) -> Phrase | None:
        """The first phrase the text says; those whose words are not all there are not even looked at."""
        here = self._stems_in(text)
        if not here:
            return None
        for phrase, groups in self._phrases:
            if not any(here.isdisjoint(group) for group in groups) and phrase.find(text) is not None:
                return phrase
        return None

    def _stems_in(self, text: Folded) -> set[str]:
        letters = text.letters
        firsts = {
            letters[at : at + size] for size in (2, LETTERS_PER_SYLLABLE) for at in range(len(letters) - size + 1)
        }
        near = (stem for first in firsts & self._by_first.keys() for stem in self._by_first[first])
        return {stem for stem in near if fold_stem(stem)[0] in letters}


@dataclass(frozen=True, slots=True)
class _Shipped:
    cards: Mapping[str, SafetyCard]
    watch: _Watch
    alone: Mapping[str, str]  # cries for help that are the whole text, and their cards


@lru_cache(maxsize=1)
def _shipped() -> _Shipped:
    content = tomllib.loads(_FILE.read_text("utf-8"))
    words: dict[str, str] = content["words"]
    cards: dict[str, SafetyCard] = {}
    phrases: list[Phrase] = []
    alone: dict[str, str] = {}
    for kind, entry in content["cards"].items():
        cards[kind] = _card(kind, entry)
        alone |= {fold(cry).letters: kind for cry in entry.get("alone", ())}
        spoilers = tuple(_spelt_out(stems, words) for stems in (*content["none_of"], *entry["none_of"]))
        phrases += [
            Phrase(kind, tuple(_spelt_out(stems, words) for stems in group), spoilers, within=content["within"])
            for group in entry["phrases"]
        ]
    return _Shipped(cards, _Watch(phrases), alone)


def _card(kind: str, entry: Mapping[str, Any]) -> SafetyCard:
    """The shipped words of a card, and the truth: nobody is called for you."""
    phones = tuple((label, number) for label, number in entry["phones"])
    return SafetyCard(kind, entry["title"], f"{entry['text']} {FORWARDED_BY_NOBODY.format(entry['emergency'])}", phones)


def _spelt_out(stems: str, words: Mapping[str, str]) -> str:
    """`@child|학생` → the words of the list and 학생."""
    return "|".join(words[stem[1:]] if stem.startswith(_LIST) else stem for stem in stems.split("|"))


def emergency_in(text: str) -> SafetyCard | None:
    """The card for somebody who may be in danger, or None. What is only heard, not said, is not sure."""
    if len(text) > 2 * _READ_FROM_EACH_END:
        text = f"{text[:_READ_FROM_EACH_END]} {text[-_READ_FROM_EACH_END:]}"
    shipped = _shipped()
    folded = fold(text)
    if kind := shipped.alone.get(folded.letters):
        return shipped.cards[kind]
    found = shipped.watch.first_in(folded)
    if found is not None:
        return shipped.cards[found.kind]
    kind = _heard(folded)
    return replace(shipped.cards[kind], is_sure=False) if kind else None


def _heard(text: Folded) -> str:
    """The kind of danger it sounds like; empty if it does not, or there are no weights."""
    ear = _ear()
    if ear is None:
        return ""
    loudest, heard = _SOUNDS, ""
    for stretch in _stretches(text.source[:_HEARD_CHARACTERS].split()):
        scores = ear.scores(stretch)
        calm = scores.pop(CALM)
        kind = max(scores, key=lambda one: scores[one])
        if scores[kind] - calm > loudest:
            loudest, heard = scores[kind] - calm, kind
    return heard


def _stretches(words: Sequence[str]) -> Iterator[str]:
    """Each overlaps the next by half; a short text is one."""
    for begin in range(0, max(len(words) - _STEP, 1), _STEP):
        yield " ".join(words[begin : begin + _STRETCH])


@lru_cache(maxsize=1)
def _ear() -> Model | None:
    try:
        return read_model(WEIGHTS)
    except NotUnderstood:
        return None


def trained(examples: Sequence[Example]) -> Model:
    """What has read these texts; the same ones make the same model."""
    return train(examples, texts=[fold(one.text).source[:_LEARNED_CHARACTERS] for one in examples])


def card_of(kind: str) -> SafetyCard | None:
    """The card of a turn that was answered with one."""
    return _shipped().cards.get(kind)
