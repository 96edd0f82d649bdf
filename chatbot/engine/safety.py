"""Emergencies first: phrases held in memory, no model, no database."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from portal.core.phrases import Phrase, first_found, fold

_FILE = Path(__file__).resolve().parent.parent / "reference" / "safety.toml"
_NEARBY_SYLLABLES = 20


@dataclass(frozen=True, slots=True)
class SafetyCard:
    """What is shown first: a sentence, a few words and numbers to press."""

    kind: str
    title: str
    text: str
    phones: tuple[tuple[str, str], ...]


@lru_cache(maxsize=1)
def _shipped() -> tuple[dict[str, SafetyCard], tuple[Phrase, ...]]:
    cards: dict[str, SafetyCard] = {}
    phrases: list[Phrase] = []
    for kind, entry in tomllib.loads(_FILE.read_text("utf-8"))["cards"].items():
        phones = tuple((label, number) for label, number in entry["phones"])
        cards[kind] = SafetyCard(kind, entry["title"], entry["text"], phones)
        phrases += [
            Phrase(kind, tuple(stems), tuple(entry["none_of"]), within=_NEARBY_SYLLABLES) for stems in entry["phrases"]
        ]
    return cards, tuple(phrases)


def emergency_in(text: str) -> SafetyCard | None:
    """The card for somebody who may be in danger, or None."""
    cards, phrases = _shipped()
    found = first_found(phrases, fold(text))
    return cards[found.kind] if found else None


def card_of(kind: str) -> SafetyCard | None:
    """The card of a turn that was answered with one."""
    return _shipped()[0].get(kind)
