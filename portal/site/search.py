"""Finding a page by whatever was typed: half words, slips, 초성, no spaces, the keyboard in English. No database."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from django.utils.translation import gettext_noop

from portal.core.bilingual import in_language
from portal.core.hangul import is_initials
from portal.site.spelling import Spelled, errors_within, initials_of, repaired, spell

LONGEST = 100  # characters of a query that are searched for
EXACT, AT_START, AT_WORD, INSIDE, FUZZY, HELD = 100.0, 92.0, 86.0, 74.0, 66.0, 45.0
LEAST = 40.0
PER_ERROR = 5.0
_FUZZY_FROM = 5  # keystrokes: shorter words are all alike
_LONG = 8
_TOO_SHORT = 3
_CANDIDATES = 60
_MOST_KEYS = 60  # of a query in which words are looked for: every stretch of it is one
_MOST_TOKENS = 8  # of a query that may be misspelt
_ENOUGH = 3
_ALIKE = 4.0  # scores that near are the same: what stands first in the catalogue comes first
_SPREAD = 30.0  # what fits so much worse than the best only hides it
_WORDS, _ABOUT = 0.9, 0.72  # how much a hit weighs that is not in the title
_PARTICLES = ("에서", "으로", "은", "는", "이", "가", "을", "를", "의", "에", "로", "도", "요", "좀")


class Kind(StrEnum):
    """What a result is."""

    CASE = "case"
    GUIDE = "guide"
    MENU = "menu"
    REPORT = "report"
    DEPARTMENT = "department"
    NEWS = "news"


LABELS = {
    Kind.CASE: gettext_noop("내 민원"),
    Kind.GUIDE: gettext_noop("생활 안내"),
    Kind.MENU: gettext_noop("메뉴"),
    Kind.REPORT: gettext_noop("민원 신청"),
    Kind.DEPARTMENT: gettext_noop("부서"),
    Kind.NEWS: gettext_noop("소식"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One page that can be found: its title, other words for it, and a line about it. English where there is any."""

    kind: Kind
    title: str
    url: str
    about: str = ""
    words: tuple[str, ...] = ()
    phone: str = ""
    title_en: str = ""
    about_en: str = ""

    @property
    def spoken_title(self) -> str:
        """Its title in the reader's language."""
        return in_language(self.title, self.title_en)

    @property
    def spoken_about(self) -> str:
        """The line about it in the reader's language."""
        return in_language(self.about, self.about_en)

    @property
    def label(self) -> str:
        """What kind of page it is, in Korean."""
        return LABELS[self.kind]


@dataclass(frozen=True, slots=True)
class Hit:
    """An entry and how well it fits."""

    entry: Entry
    score: float


@dataclass(frozen=True, slots=True)
class _Field:
    spelled: Spelled
    weight: float


@dataclass(frozen=True, slots=True)
class _Page:
    """An entry spelled out; `all_keys` tells quickly what cannot be in it."""

    fields: tuple[_Field, ...]
    all_keys: str

    def best(self, wanted: str) -> float:
        """How prominently the keys stand in the best of the fields."""
        if wanted not in self.all_keys:
            return 0.0
        return max(_standing(wanted, field.spelled.keys, field.spelled.starts) * field.weight for field in self.fields)

    def best_initials(self, letters: str, *, least: float) -> float:
        """The same for 초성."""
        found = (
            (_standing(letters, field.spelled.initials, field.spelled.initial_starts), field.weight)
            for field in self.fields
        )
        return max((score * weight for score, weight in found if score >= least), default=0.0)

    def nearly(self, wanted: str) -> float:
        """A slip for every four keys or so, at the beginning of a word."""
        most = 1 if len(wanted) < _LONG else min(4, len(wanted) // 4)
        best = 0.0
        for field in self.fields:
            if field.weight == _ABOUT:
                continue
            errors = errors_within(wanted, field.spelled, most=most, same_start=len(wanted) < _LONG)
            if errors is not None:
                score = FUZZY - PER_ERROR * errors + 4.0 * len(wanted) / max(len(field.spelled.keys), len(wanted))
                best = max(best, score * field.weight)
        return best


class Catalogue:
    """Every entry, spelled out once; searching it changes nothing."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        self.entries = tuple(entries)
        self._pages = [_page(entry) for entry in self.entries]
        self._trigrams: dict[str, list[int]] = {}
        self._words: dict[str, list[int]] = {}
        for place, page in enumerate(self._pages):
            for gram in _grams(page.all_keys):
                self._trigrams.setdefault(gram, []).append(place)
            for field in page.fields:
                if field.weight == _WORDS and len(field.spelled.keys) >= _FUZZY_FROM:
                    self._words.setdefault(field.spelled.keys, []).append(place)

    def find(self, query: str, *, most: int = 20) -> list[Hit]:
        """The best entries for a query, best first."""
        text = query.strip()[:LONGEST]
        joined = "".join(text.split())
        if is_initials(joined):
            scores = self._by_initials(joined, least=AT_WORD if len(joined) == 1 else INSIDE)
        else:
            scores = self._by_keys(text)
            for place, score in self._by_wrong_keyboard(joined).items():
                scores[place] = max(score, scores.get(place, 0.0))
        best = sorted(scores.items(), key=lambda one: (-round(one[1] / _ALIKE), one[0]))
        least = max(LEAST, best[0][1] - _SPREAD) if best else LEAST
        return [Hit(self.entries[place], score) for place, score in best[:most] if score >= least]

    def _by_keys(self, text: str) -> dict[int, float]:
        whole = spell(text).keys
        if not whole:
            return {}
        tokens = [variants for variants in (_variants(word) for word in text.split()) if variants]
        least = AT_WORD * _ABOUT if len(whole) < _TOO_SHORT else 0.0
        found = ((place, max(page.best(whole), _in_words(tokens, page))) for place, page in enumerate(self._pages))
        scores = {place: score for place, score in found if score > least}
        if len(whole) >= _FUZZY_FROM and sum(score >= INSIDE * _WORDS for score in scores.values()) < _ENOUGH:
            for place, score in (*self._held_in(whole).items(), *self._nearly(whole, tokens).items()):
                scores[place] = max(score, scores.get(place, 0.0))
        return scores

    def _held_in(self, whole: str) -> dict[int, float]:
        """The other way round: a longer query that holds words of an entry, as in 대형폐기물버리는법."""
        held: dict[int, int] = {}
        text = whole[:_MOST_KEYS]
        lengths = range(_FUZZY_FROM, len(text) + 1)
        for word in {text[at : at + length] for length in lengths for at in range(len(text) - length + 1)}:
            for place in self._words.get(word, ()):
                held[place] = held.get(place, 0) + len(word)
        return {place: HELD + 30.0 * min(1.0, length / len(whole)) for place, length in held.items()}

    def _nearly(self, whole: str, tokens: Sequence[tuple[str, ...]]) -> dict[int, float]:
        """Slips: in the whole query, or in one of its words."""
        wanted = {whole: 1.0}
        total = sum(len(variants[0]) for variants in tokens)
        long = [one[0] for one in tokens if len(one[0]) >= _FUZZY_FROM]
        wanted |= {keys: _share(len(keys), total) for keys in long[:_MOST_TOKENS]}
        scores: dict[int, float] = {}
        for keys, share in wanted.items():
            for place in self._alike(keys):
                scores[place] = max(scores.get(place, 0.0), self._pages[place].nearly(keys) * share)
        return scores

    def _alike(self, keys: str) -> list[int]:
        shared = Counter(place for gram in _grams(keys) for place in self._trigrams.get(gram, ()))
        return [place for place, _ in shared.most_common(_CANDIDATES)]

    def _by_initials(self, letters: str, *, least: float) -> dict[int, float]:
        found = ((place, page.best_initials(letters, least=least)) for place, page in enumerate(self._pages))
        return {place: score for place, score in found if score}

    def _by_wrong_keyboard(self, joined: str) -> dict[int, float]:
        """What random letters would find is worse than nothing: only words that begin so."""
        keys = repaired(joined)
        if keys is None:
            return {}
        if is_initials(keys):
            return self._by_initials(keys, least=AT_WORD)
        found = ((place, page.best(keys)) for place, page in enumerate(self._pages))
        return {place: score for place, score in found if score >= AT_WORD * _WORDS}


@lru_cache(maxsize=20_000)
def _page(entry: Entry) -> _Page:
    """Kept between catalogues: after an edit only what changed is spelled again."""
    texts = [(entry.title, 1.0), *((word, _WORDS) for word in entry.words), (entry.about, _ABOUT)]
    fields = tuple(_Field(spell(text), weight) for text, weight in texts if text)
    return _Page(fields, "\n".join(field.spelled.keys for field in fields))


def _grams(keys: str) -> set[str]:
    return {keys[at : at + 3] for at in range(len(keys) - 2)}


def _share(known: int, total: int) -> float:
    """What a part of a query is worth: its length, but never nothing."""
    return 0.45 + 0.55 * known / total


def _variants(word: str) -> tuple[str, ...]:
    """A word of the query as it is, and without the particle it may end in."""
    bare = next((word[: -len(end)] for end in _PARTICLES if word.endswith(end) and len(word) > len(end) + 1), "")
    return tuple(keys for keys in (spell(word).keys, spell(bare).keys) if keys)


def _standing(wanted: str, text: str, starts: frozenset[int]) -> float:
    """How prominently it stands there; a hit fills the more of a short text."""
    at = text.find(wanted)
    if at < 0:
        return 0.0
    if len(wanted) == len(text):
        return EXACT
    while at not in starts and (later := text.find(wanted, at + 1)) >= 0:
        at = later
    base = AT_START if at == 0 else AT_WORD if at in starts else INSIDE
    return base + 4.0 * len(wanted) / len(text)


def _in_words(tokens: Sequence[tuple[str, ...]], page: _Page) -> float:
    """Several words, or one with a particle: the mean of what is found, long words counting more."""
    if len(tokens) == 1 and len(tokens[0]) == 1:
        return 0.0
    found = [(len(one[0]), max(page.best(keys) for keys in one)) for one in tokens if len(one[0]) >= _TOO_SHORT]
    known = sum(length for length, score in found if score > 0)
    if not known:
        return 0.0
    mean = sum(length * score for length, score in found) / known
    return mean * _share(known, sum(len(one[0]) for one in tokens)) - 1.0


@dataclass(frozen=True, slots=True)
class Part:
    """A stretch of a title, found or not."""

    text: str
    is_hit: bool


def marked(title: str, query: str) -> list[Part]:
    """The title in stretches, those that the query found marked."""
    spelled = spell(title)
    hits: set[int] = set()
    for wanted in _wanted(query):
        keys, origins = (
            (spelled.initials, initials_of(title)[1]) if is_initials(wanted) else (spelled.keys, spelled.origins)
        )
        at = keys.find(wanted)
        if at >= 0:
            hits.update(range(origins[at], origins[at + len(wanted) - 1] + 1))
    parts: list[Part] = []
    for place, char in enumerate(title):
        if parts and parts[-1].is_hit == (place in hits):
            parts[-1] = Part(parts[-1].text + char, parts[-1].is_hit)
        else:
            parts.append(Part(char, place in hits))
    return parts


def _wanted(query: str) -> list[str]:
    text = query.strip()[:LONGEST]
    joined = "".join(text.split())
    keys = repaired(joined)
    words = [variant for word in text.split() for variant in _variants(word) if len(variant) > 1]
    return [one for one in (spell(joined).keys, *words, keys) if one]
