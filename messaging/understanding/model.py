"""The words this package speaks in: a question with its options, and what was read."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

Kind = Literal["consent", "acknowledge", "survey", "rsvp", "vote", "satisfaction"]
Meaning = Literal["consent", "refuse", "choice"]
Label = Literal["consent", "refuse", "choice", "ambiguous", "unrelated", "identity", "opt_out"]
Identity = Literal["match", "partial", "mismatch", "missing", "not_asked"]

Span = tuple[int, int]  # half-open, in the text as it came


@dataclass(frozen=True, slots=True)
class Option:
    """One way to answer: its digit on the keypad, its word, and stems that mean the same."""

    key: str
    digit: str
    label: str
    meaning: Meaning
    synonyms: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Question:
    """
    What was asked. `nouns` are what a refusal may refuse (통지서, 문자로 받기), `stop_nouns` what "stop" is said of.
    """

    kind: Kind
    options: tuple[Option, ...]
    identity: Literal["none", "name", "birth", "both"] = "none"
    nouns: tuple[str, ...] = ()
    stop_nouns: tuple[str, ...] = ("문자", "연락", "메시지", "메세지", "톡", "카톡", "전화", "광고", "알림", "스팸")

    def meaning(self, meaning: Meaning) -> Option | None:
        """The option that carries a meaning, if exactly one does."""
        found = [option for option in self.options if option.meaning == meaning]
        return found[0] if len(found) == 1 else None


@dataclass(frozen=True, slots=True)
class Person:
    """Who was asked, as the roster has her."""

    name: str = ""
    birth: date | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """
    What one text says.

    `rule` names the rule that decided, `spans` the places it rests on, `suggested` the option key a person would guess
    where the text is not clear. `masked_text` is what may be stored: digits 7–13 of a 주민등록번호 are gone.
    """

    label: Label
    rule: str
    masked_text: str
    option: str = ""
    name: str = ""
    birth: date | None = None
    birth_candidates: tuple[date, ...] = ()
    identity: Identity = "not_asked"
    spans: tuple[Span, ...] = ()
    flags: tuple[str, ...] = ()
    suggested: str = ""

    @property
    def is_clear(self) -> bool:
        """Whether it counts as an answer by itself."""
        return self.label in ("consent", "refuse", "choice")


Weight = Literal["strong", "medium", "weak", "mention"]


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A place that speaks for an option.

    Strong: said in so many words (동의합니다). Medium: done rather than said (문자로 받을게요). Weak: a digit, a bare
    label, a nod; it counts only if nothing else stands beside it. A mention (동의서, 동의하면) speaks for nothing.
    `option` is None where something is denied that has no opposite.
    """

    option: Option | None
    rule: str
    at: Span
    weight: Weight
