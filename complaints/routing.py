"""
Which department answers: words in, a decision out, with the reason for it. No database, no clock.

Score of a category = what its keywords weigh, and how much the text sounds like those a small model has read
(`portal.core.learning`; without it the words alone decide). `decide` turns scores into probabilities, sums them per
department, and is automatic only when sure enough; everything else goes to people.
"""

import csv
import math
import re
import tomllib
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from portal.core.hangul import from_english_keyboard
from portal.core.learning import Model
from portal.core.phrases import LETTERS_PER_SYLLABLE, Folded, Phrase, fold, fold_stem, places_of

TEMPERATURE = 1.9  # how much weight a keyword's weight has
NOTHING = 1.6  # the score of "none of these": one weak word alone decides nothing
AUTOMATIC = 0.65  # one strong word is just enough, two that disagree are not
# The next two are fitted on the training texts, each writer's judged by a model that had not read that writer.
MODEL_SHARE = 8.0
FAINT = 0.02  # below it the model hears nothing
AUTOMATIC_WITH_MODEL = 0.80  # 816 texts of four writers nobody had read: right in 952 of 1,000, for 54 of 100
PLACE_SHARE = 0.5  # words of the place say less than words of the text
LONGEST_TEXT = 3000  # characters; nobody's reason to write stands behind them

_RESIDENT_NUMBER = re.compile(r"\d{6}\s*[-–]?\s*[1-8]\d{6}")
_PHONE = re.compile(r"(?:\+?82|0)[\d\s().-]{7,14}\d")
_PLATE = re.compile(r"\d{2,3}\s?[가-힣]\s?\d{4}")
_DIGITS = re.compile(r"\d+")
_REPEATED = re.compile(r"(.)\1{2,}")
_ENGLISH_WORD = re.compile(r"[a-z]{4,}")

WEIGHTS = {"strong": 3.0, "usual": 2.0, "weak": 1.0, "against": -2.0}


@dataclass(frozen=True, slots=True)
class Keyword:
    """A stem (see `portal.core.phrases`) that speaks for a category, or against it."""

    category: str
    text: str
    weight: float


@dataclass(frozen=True, slots=True)
class Rule:
    """
    The district's own word: if all that is given holds, this department, whatever the score says.

    Each of `words` must be there; `a|b` is there if either is.
    """

    department: str
    words: tuple[str, ...] = ()
    category: str = ""
    dong: str = ""
    note: str = ""
    pk: int = 0

    @property
    def problem(self) -> str:
        """Why the rule can never hold as it was meant; empty if it can."""
        if not (self.words or self.category or self.dong):
            return "조건이 없습니다. 낱말, 분류, 동 가운데 하나는 있어야 합니다."
        deaf = [word for word in self.words if not all(fold_stem(stem)[0] for stem in word.split("|"))]
        return f"찾을 수 없는 낱말입니다: ‘{deaf[0]}’" if deaf else ""

    def holds(self, text: Folded, *, category: str, dong: str) -> bool:
        """Whether everything that is given is so."""
        return (
            not self.problem
            and all(_says(word, text) for word in self.words)
            and self.category in ("", category)
            and self.dong in ("", dong)
        )


@dataclass(frozen=True, slots=True)
class Choice:
    """One department with its best category and its share of the probability."""

    department: str
    category: str
    probability: float


@dataclass(frozen=True, slots=True)
class Reason:
    """A word of the citizen's that spoke for the decision."""

    written: str
    weight: float


@dataclass(frozen=True, slots=True)
class Decision:
    """Empty department and category: nobody can say, people must look."""

    category: str
    department: str
    probability: float
    top3: tuple[Choice, ...]
    why: tuple[Reason, ...]
    is_auto: bool
    rule: Rule | None = None
    scores: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    threshold: float = 0.0


class Lexicon:
    """Keywords by their first syllable, and the department of each category."""

    def __init__(self, keywords: Iterable[Keyword], departments: Mapping[str, str]) -> None:
        self.departments = dict(departments)
        self._keywords: dict[str, list[Keyword]] = defaultdict(list)
        self._stems: dict[str, list[str]] = defaultdict(list)
        for keyword in keywords:
            if keyword.text not in self._keywords:
                self._stems[fold_stem(keyword.text)[0][:LETTERS_PER_SYLLABLE]].append(keyword.text)
            self._keywords[keyword.text].append(keyword)

    def hits(self, text: Folded) -> list[tuple[Keyword, str]]:
        """
        Each keyword found, once, with what was written.

        A longer word hides the shorter ones inside it (공원화장실 is no 화장실), but not what speaks against one.
        """
        places = {(place, stem) for stem in self._candidates(text) for place in places_of(stem, text)}
        found: dict[Keyword, str] = {}
        taken = bytearray(len(text.letters))
        for (begin, end), stem in sorted(places, key=lambda one: (one[0][0] - one[0][1], one[0][0], one[1])):
            is_hidden = any(taken[begin:end])
            for keyword in self._keywords[stem]:
                if keyword.weight < 0 or not is_hidden:
                    found.setdefault(keyword, text.written((begin, end)))
                if keyword.weight > 0:
                    taken[begin:end] = b"\1" * (end - begin)
        return list(found.items())

    def _candidates(self, text: Folded) -> set[str]:
        """The stems whose first syllable stands somewhere in the text."""
        last = len(text.letters) - LETTERS_PER_SYLLABLE + 1
        firsts = {text.letters[index : index + LETTERS_PER_SYLLABLE] for index in range(max(last, 0))}
        return {stem for first in firsts & self._stems.keys() for stem in self._stems[first]}


def normalise(text: str) -> str:
    """The text without what says nothing about its subject: numbers, plates, repeated letters, English-mode typing."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST_TEXT]).lower()
    for pattern in (_RESIDENT_NUMBER, _PHONE, _PLATE):
        plain = pattern.sub(" ", plain)
    plain = _REPEATED.sub(r"\1\1", _DIGITS.sub("0", plain))
    typed = [korean for word in _ENGLISH_WORD.findall(plain) if (korean := from_english_keyboard(word))]
    return " ".join([plain, *typed])


def decide(
    text: str,
    *,
    place: str = "",
    lexicon: Lexicon,
    model: Model | None = None,
    rules: Sequence[Rule] = (),
    dong: str = "",
    threshold: float | None = None,
) -> Decision:
    """The department for a text, as sure as its words allow; without a threshold, the one that ships."""
    normal = normalise(text)
    folded = fold(normal)
    hits = lexicon.hits(folded)
    said: dict[str, float] = defaultdict(float)
    for keyword, _ in hits:
        said[keyword.category] += keyword.weight / TEMPERATURE
    for keyword, _ in lexicon.hits(fold(normalise(place))) if hits else ():
        said[keyword.category] += keyword.weight * PLACE_SHARE / TEMPERATURE
    heard = _heard(normal, lexicon, model)
    scores = {code: (said.get(code, 0.0), heard.get(code, 0.0)) for code in said.keys() | heard.keys()}
    if threshold is None:
        threshold = AUTOMATIC_WITH_MODEL if model else AUTOMATIC
    decision = _decision(scores, hits, lexicon.departments, threshold)
    return ruled(decision, rules, folded, dong)


def chosen(category: str, department: str, *, text: str, rules: Sequence[Rule] = (), dong: str = "") -> Decision:
    """A category somebody named: taken at her word, and only a rule knows better whose it is."""
    decision = Decision(category, department, 1.0, (Choice(department, category, 1.0),), (), is_auto=True)
    return ruled(decision, rules, fold(normalise(text)), dong)


def _heard(normal: str, lexicon: Lexicon, model: Model | None) -> dict[str, float]:
    """What the model hears of categories that are in use; faint ones are left out."""
    found = model.scores(normal).items() if model else ()
    return {code: score for code, score in found if score > FAINT and code in lexicon.departments}


def _shares(scores: Mapping[str, tuple[float, float]]) -> dict[str, float]:
    """The probability of each category; what is missing from one is "none of these"."""
    strengths = {
        code: math.exp(said + MODEL_SHARE * heard) for code, (said, heard) in scores.items() if said > 0 or heard
    }
    total = sum(strengths.values()) + math.exp(NOTHING / TEMPERATURE)
    return {code: strength / total for code, strength in strengths.items()}


def ranked(scores: Mapping[str, tuple[float, float]], departments: Mapping[str, str]) -> tuple[Choice, ...]:
    """
    The three likeliest departments from what was said and heard of each category.

    Everything else a decision rests on is stored beside it, so that this gives the same choice years later.
    """
    shares = _shares(scores)
    summed: dict[str, float] = defaultdict(float)
    best: dict[str, str] = {}
    for code in sorted(shares, key=lambda code: (-shares[code], code)):
        department = departments[code]
        summed[department] += shares[code]
        best.setdefault(department, code)
    first = sorted(summed, key=lambda name: (-summed[name], name))[:3]
    return tuple(Choice(name, best[name], summed[name]) for name in first)


def _decision(
    scores: Mapping[str, tuple[float, float]],
    hits: Sequence[tuple[Keyword, str]],
    departments: Mapping[str, str],
    threshold: float,
) -> Decision:
    top3 = ranked(scores, departments)
    if not top3:
        return Decision("", "", 0.0, (), (), is_auto=False, threshold=threshold)
    first = top3[0]
    why = sorted(
        (Reason(written, keyword.weight) for keyword, written in hits if keyword.category == first.category),
        key=lambda reason: -reason.weight,
    )
    is_auto = first.probability >= threshold
    return Decision(
        first.category,
        first.department,
        first.probability,
        top3,
        tuple(why),
        is_auto=is_auto,
        scores=scores,
        threshold=threshold,
    )


def ruled(decision: Decision, rules: Sequence[Rule], text: Folded, dong: str) -> Decision:
    """The first rule that holds; one without a condition never does, and a guessed category is no category."""
    known = decision.category if decision.is_auto else ""
    for rule in rules:
        if rule.holds(text, category=known, dong=dong):
            category = rule.category or known
            top3 = (Choice(rule.department, category, 1.0), *decision.top3)[:3]
            department = rule.department
            return replace(
                decision, category=category, department=department, probability=1.0, top3=top3, is_auto=True, rule=rule
            )
    return decision


def _says(word: str, text: Folded) -> bool:
    return any(True for stem in word.split("|") for _ in places_of(stem, text))


@dataclass(frozen=True, slots=True)
class Urgency:
    """A priority from 1 (danger to life) to 2 (soon), why, and whom to call meanwhile."""

    priority: int
    kind: str
    label: str
    phones: tuple[str, ...]


URGENT, CALM = "urgent", "calm"  # what the ear tells apart
SOUNDS_URGENT = 0.25  # how little calmer than urgent a text may sound: missing one is worse than an early look
HEARD = Urgency(2, "heard", "급해 보임", ())


@dataclass(frozen=True, slots=True)
class Alarm:
    """An urgency and the phrases that raise it."""

    urgency: Urgency
    phrases: tuple[Phrase, ...]


def urgency_of(text: str, alarms: Iterable[Alarm], ear: Model | None = None) -> Urgency | None:
    """
    The most urgent thing the text says; None if it can take its turn.

    `ear` has read how people tell of danger without its words: what sounds like it goes first, and a person looks.
    """
    folded = fold(text[:LONGEST_TEXT])
    found = (alarm.urgency for alarm in alarms if any(phrase.find(folded) for phrase in alarm.phrases))
    said = min(found, key=lambda urgency: urgency.priority, default=None)
    if said is None and ear is not None and _sounds_urgent(ear.scores(normalise(text))):
        return HEARD
    return said


def _sounds_urgent(scores: Mapping[str, float]) -> bool:
    """A text of which the ear knows nothing is as calm as any."""
    calm = scores.get(CALM, 0.0)
    return calm != 0 and calm < SOUNDS_URGENT


def read_categories(path: Path) -> list[dict[str, str]]:
    """The rows of categories.tsv."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def read_keywords(path: Path) -> list[Keyword]:
    """The words of keywords.toml: per category the lists strong, usual, weak and against."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    return [
        Keyword(category, text, WEIGHTS[strength])
        for category, lists in content.items()
        for strength, words in lists.items()
        for text in words
    ]


def read_lexicon(folder: Path) -> Lexicon:
    """The shipped lexicon: keywords.toml and categories.tsv of the folder."""
    departments = {row["category"]: row["department"] for row in read_categories(folder / "categories.tsv")}
    return Lexicon(read_keywords(folder / "keywords.toml"), departments)


def read_alarms(path: Path) -> tuple[Alarm, ...]:
    """The emergency words of urgent.toml; what says that it is over, or only asks, takes back each of them."""
    with path.open("rb") as file:
        content = tomllib.load(file)
    over = tuple(content.pop("over"))
    return tuple(
        Alarm(
            Urgency(entry["priority"], kind, entry["label"], tuple(entry["phones"])),
            tuple(
                Phrase(
                    kind,
                    tuple(phrase["all_of"]),
                    (*over, *entry.get("none_of", ()), *phrase.get("none_of", ())),
                    phrase.get("within", 0),
                )
                for phrase in entry["phrases"]
            ),
        )
        for kind, entry in content.items()
    )
