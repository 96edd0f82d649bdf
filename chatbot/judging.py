"""How well questions find their answer: labelled rows in, figures out; learns nothing from them. No database."""

import csv
import json
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import quantiles
from typing import Protocol

from chatbot.engine.embedders import Embedder, NoEmbedder
from chatbot.engine.index import Embeddings, Index
from chatbot.engine.policy import Decision, decide
from chatbot.engine.safety import emergency_in
from chatbot.engine.text import mask
from chatbot.shipped import Entry, phrasings, read_faqs, synonyms

NOTHING = "NONE"
EMERGENCY = "emergency"
WARM_UP = 20  # the first questions of a process load the dictionary
DEEP = 5
COLUMNS = ("query", "faq_id", "kind")


class WrongFile(Exception):
    """The file cannot be judged; the message names every line."""


@dataclass(frozen=True, slots=True)
class Row:
    """One labelled question; no slug means that nothing of ours answers it."""

    query: str
    slugs: frozenset[str]
    kind: str

    @property
    def is_ours(self) -> bool:
        """Whether one of our answers is right."""
        return bool(self.slugs)


@dataclass(frozen=True, slots=True)
class Judged:
    """A row and what became of it."""

    row: Row
    decision: Decision
    ranking: tuple[str, ...]
    kinds: tuple[str, ...]
    is_alarmed: bool
    seconds: float

    def is_among(self, first: int) -> bool:
        """Whether a right answer stands among the first of the ranking."""
        return any(slug in self.row.slugs for slug in self.ranking[:first])

    @property
    def is_direct(self) -> bool:
        """Whether one answer was given."""
        return self.decision.kind == "direct" and not self.is_alarmed

    def is_one_tap(self, most: int = DEEP) -> bool:
        """Whether the right answer was given, or could be tapped."""
        if self.decision.kind == "direct":
            return self.is_among(1)
        return self.decision.kind == "chips" and self.is_among(most)

    @property
    def is_good(self) -> bool:
        """Ours with the right answer first, an emergency with its card, a stranger without advice of ours."""
        if self.row.kind == EMERGENCY:
            return self.is_alarmed
        return self.is_among(1) if self.row.is_ours else self.outcome != "direct"

    @property
    def outcome(self) -> str:
        """What a question that is not ours came to: direct, referral, chips, exits or card."""
        if self.is_alarmed:
            return "card"
        if self.decision.kind == "direct":
            return "direct" if self.kinds[0] == "answer" else "referral"
        return self.decision.kind


class Named(Protocol):
    """An answer as far as a judge is concerned."""

    @property
    def slug(self) -> str:
        """Its name in the file."""

    @property
    def kind(self) -> str:
        """Ours, somebody else's, or small talk."""


class Judge:
    """The shipped answers and the engine over them, in memory."""

    def __init__(
        self, entries: Sequence[Entry], *, embedder: Embedder | None = None, embeddings: Embeddings | None = None
    ) -> None:
        """By words alone unless there are both somebody to embed questions and the vectors of all the answers."""
        self.entries: Mapping[int, Named] = dict(enumerate(entries))
        self.embedder = embedder or NoEmbedder()
        self.index = Index.build(
            [entry.document(key) for key, entry in enumerate(entries)],
            embeddings if self.embedder.dim else None,
            embedder_id=self.embedder.id,
            synonyms=synonyms(),
        )

    @classmethod
    def over(cls, index: Index, named: Mapping[int, Named], *, embedder: Embedder) -> "Judge":
        """A judge of an index that is there already; `named` are its answers by their keys."""
        made = cls.__new__(cls)
        made.index, made.entries, made.embedder = index, named, embedder
        return made

    def judge(self, row: Row) -> Judged:
        """Decide about one question as about the first of a conversation."""
        began = time.process_time()
        alarm = emergency_in(row.query)
        decision = decide(mask(row.query), self.index, embedder=self.embedder)
        spent = time.process_time() - began
        found = [self.entries[one.key] for one in decision.candidates]
        return Judged(
            row, decision, tuple(one.slug for one in found), tuple(one.kind for one in found), alarm is not None, spent
        )


def read_faq(path: Path) -> list[Entry]:
    """
    The answers of a file of faq.json's shape, with what citizens say about those of them that ship.

    :raises WrongFile: if it has another shape
    """
    try:
        return read_faqs(json.loads(path.read_text("utf-8-sig")), phrasings())
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WrongFile(f"답변 파일을 읽을 수 없습니다: {path.name} ({type(error).__name__})") from error


def read_rows(path: Path, *, known: Iterable[str]) -> list[Row]:
    """
    The rows of a TSV with the columns query, faq_id (a slug, several joined by `|`, or NONE) and kind.

    :raises WrongFile: naming the missing column, or each line with an empty question or an unknown slug
    """
    slugs = set(known)
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            found = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except (OSError, UnicodeDecodeError) as error:
        raise WrongFile(f"파일을 읽을 수 없습니다: {path.name}") from error
    missing = [column for column in COLUMNS if not found or column not in found[0]]
    if missing:
        raise WrongFile(f"열이 없습니다: {', '.join(missing)}")
    rows, wrong = [], []
    for number, cells in enumerate(found, start=2):
        query, named = (cells["query"] or "").strip(), (cells["faq_id"] or "").strip()
        wanted = frozenset() if named == NOTHING else frozenset(named.split("|"))
        if not query or not named or wanted - slugs:
            wrong.append(f"{number}행: {'물음이 비어 있습니다' if not query else named or '답이 비어 있습니다'}")
        rows.append(Row(query, wanted, (cells["kind"] or "").strip()))
    if wrong:
        raise WrongFile("\n".join(wrong))
    return rows


def evaluate(rows: Sequence[Row], judge: Judge) -> tuple[list[Judged], dict[str, object]]:
    """Judge every row, and the figures."""
    for row in rows[:WARM_UP]:
        judge.judge(row)
    judged = [judge.judge(row) for row in rows]
    return judged, report(judged, judge)


def report(judged: Sequence[Judged], judge: Judge) -> dict[str, object]:
    """The figures by which the chatbot is judged, shares of 1."""
    ours = [one for one in judged if one.row.is_ours]
    other = [one for one in judged if not one.row.is_ours and one.row.kind != EMERGENCY]
    urgent = [one for one in judged if one.row.kind == EMERGENCY]
    direct = [one for one in ours if one.is_direct]
    milliseconds = sorted(one.seconds * 1000 for one in judged)
    return {
        "n": len(judged),
        "n_in": len(ours),
        "n_none": len(judged) - len(ours),
        **{f"top{k}": _share(one.is_among(k) for one in ours) for k in (1, 3, 5)},
        "mrr": _mean(_reciprocal(one) for one in ours),
        "one_tap": _share(one.is_one_tap() for one in ours),
        "one_tap3": _share(one.is_one_tap(3) for one in ours),
        "one_tap5": _share(one.is_one_tap(5) for one in ours),
        "direct_coverage": _share(one.is_direct for one in ours),
        "direct_precision": _share(one.is_among(1) for one in direct),
        **{f"none_{what}": _share(one.outcome == what for one in other) for what in ("direct", "referral", "chips")},
        "none_exits": _share(one.outcome in ("exits", "empty") for one in other),
        "emergency_recall": _share(one.is_alarmed for one in urgent),
        "emergency_false_alarm": _share(one.is_alarmed for one in ours if one.row.kind != EMERGENCY),
        "no_dead_end": _share(_has_a_way_on(one) for one in judged),
        "by_kind": _by_kind(ours),
        "p50_ms": _percentile(milliseconds, 50),
        "p99_ms": _percentile(milliseconds, 99),
        "mode": judge.index.mode,
        "build": judge.index.content_hash[:12],
        "n_faq": len(judge.index.keys),
    }


def _by_kind(ours: Sequence[Judged]) -> Mapping[str, object]:
    kinds: dict[str, list[Judged]] = defaultdict(list)
    for one in ours:
        kinds[one.row.kind].append(one)
    return {
        kind: {
            "n": len(ones),
            "top1": _share(one.is_among(1) for one in ones),
            "top3": _share(one.is_among(3) for one in ones),
            "one_tap": _share(one.is_one_tap() for one in ones),
        }
        for kind, ones in sorted(kinds.items())
    }


def _has_a_way_on(one: Judged) -> bool:
    """An answer, something to choose, a card, the exits, or the question what is wanted: never nothing."""
    return one.is_alarmed or one.decision.kind in ("exits", "empty") or bool(one.ranking)


def _reciprocal(one: Judged) -> float:
    return next((1 / rank for rank, slug in enumerate(one.ranking, 1) if slug in one.row.slugs), 0.0)


def _share(claims: Iterable[bool]) -> float | None:
    return _mean(float(claim) for claim in claims)


def _mean(values: Iterable[float]) -> float | None:
    """None if there is nothing to judge."""
    found = list(values)
    return round(sum(found) / len(found), 4) if found else None


def _percentile(values: Sequence[float], percent: int) -> float | None:
    if len(values) < 2:
        return round(values[0], 3) if values else None
    return round(quantiles(values, n=100, method="inclusive")[percent - 1], 3)
