"""Insults, attempts to command the machine, and requests for what belongs to somebody else: pure words, no model."""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from portal.core.phrases import Phrase, fold

_FILE = Path(__file__).resolve().parent.parent / "reference" / "conduct.toml"
_READ_CHARACTERS = 500
_NEARBY_SYLLABLES = 20
RESIDENT_NUMBER_WARNING = "주민등록번호는 적지 마세요. 적으신 번호는 가리고 저장하지 않았습니다."

Kind = Literal["abuse", "injection", "other_person"]


@dataclass(frozen=True, slots=True)
class Conduct:
    """How a text is meant, and what is calmly said to it."""

    kind: Kind
    sentence: str


@lru_cache(maxsize=1)
def _shipped() -> Sequence[tuple[Conduct, tuple[str, ...], tuple[Phrase, ...]]]:
    content = tomllib.loads(_FILE.read_text("utf-8"))
    return [_entry(kind, content[kind]) for kind in ("other_person", "abuse", "injection")]


def _entry(kind: Kind, entry: dict[str, list[str]]) -> tuple[Conduct, tuple[str, ...], tuple[Phrase, ...]]:
    phrases = tuple(
        Phrase(kind, tuple(stems), tuple(entry["none_of"]), within=_NEARBY_SYLLABLES) for stems in entry["phrases"]
    )
    return Conduct(kind, str(entry["sentence"])), tuple(entry["signs"]), phrases


def conduct_of(text: str) -> Conduct | None:
    """What is out of place in a text, or None: most texts."""
    text = text[:_READ_CHARACTERS]
    folded, typed = fold(text), text.lower()
    for conduct, signs, phrases in _shipped():
        if any(sign in typed for sign in signs) or any(phrase.find(folded) for phrase in phrases):
            return conduct
    return None
