"""
What the engine learns from the shipped texts: their vectors, and how sure a ranking may make it. No database.

A question is ranked by an index that has never read its writer: whole writers are left out in turn, because a
stranger's words are what will come.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from chatbot.engine import text as words
from chatbot.engine.calibration import Calibration, Fit, Scored, features
from chatbot.engine.fitting import fit
from chatbot.engine.index import EMBEDDED_CHARACTERS, Embeddings, Index
from chatbot.shipped import Entry, Said

FOLDS = 4
CHIPS = 5


@dataclass(frozen=True, slots=True)
class Ranked:
    """How one question came out. `lost_by`: how far behind the right answer stood; nan if not among the first five."""

    features: NDArray[np.float64]
    is_right: bool
    is_ours: bool
    is_advice: bool
    lost_by: float


def calibrate(
    entries: Sequence[Entry],
    said: Sequence[Said],
    strangers: Sequence[str],
    embeddings: Embeddings,
    *,
    embedder_id: str,
    synonyms: Mapping[str, str],
    tell: Callable[[str], None],
) -> Calibration:
    """
    Fits for both ways of scoring, from `said` with their writers left out, and from questions that are nobody's.

    :raises NotFitted: if the figures lead to no model
    """
    full, lexical = [], []
    for number, (index, left_out) in enumerate(_folds(entries, said, embeddings, embedder_id, synonyms), start=1):
        asked = [(one.text, one.slug) for one in left_out]
        if number == 1:
            asked += [(text, "") for text in strangers]
        for text, slug in asked:
            normalised = index.repaired(words.normalise(text))
            understood = index.understood(normalised)
            vector = embeddings.get(("query", text[:EMBEDDED_CHARACTERS])) if index.mode == "full" else None
            lexical.append(_ranked(entries, index.scored(understood), normalised, slug))
            if vector is not None:
                full.append(_ranked(entries, index.scored(understood, vector), normalised, slug))
        tell(f"{number}/{FOLDS}: {len(asked)}")
    return Calibration(_fit(full), _fit(lexical))


def _folds(
    entries: Sequence[Entry],
    said: Sequence[Said],
    embeddings: Embeddings,
    embedder_id: str,
    synonyms: Mapping[str, str],
) -> Iterator[tuple[Index, list[Said]]]:
    """Each an index that has not read some of the writers, and what those wrote."""
    writers = sorted({one.writer for one in said})
    for fold in range(FOLDS):
        unread = set(writers[fold::FOLDS])
        kept = [one for one in said if one.writer not in unread]
        texts: dict[str, list[str]] = {}
        for one in kept:
            texts.setdefault(one.slug, []).append(one.text)
        documents = [
            replace(entry, phrasings=tuple(texts.get(entry.slug, ()))).document(at) for at, entry in enumerate(entries)
        ]
        yield (
            Index.build(documents, embeddings, embedder_id=embedder_id, synonyms=synonyms),
            [one for one in said if one.writer in unread],
        )


def _ranked(entries: Sequence[Entry], scored: Scored, normalised: str, slug: str) -> Ranked:
    order = scored.order(CHIPS)
    slugs = [entries[at].slug for at in order]
    behind = float(scored.total[order[0]] - scored.total[order[slugs.index(slug)]]) if slug in slugs else float("nan")
    return Ranked(
        features(scored, len(normalised.replace(" ", ""))),
        is_right=slugs[0] == slug,
        is_ours=bool(slug),
        is_advice=entries[order[0]].kind == "answer",
        lost_by=behind,
    )


def _fit(ranked: Sequence[Ranked]) -> Fit:
    behind = np.array([one.lost_by for one in ranked if one.lost_by == one.lost_by])
    return fit(
        np.array([one.features for one in ranked]),
        right=np.array([one.is_right for one in ranked]),
        ours=np.array([one.is_ours for one in ranked]),
        counts_direct=np.array([one.is_advice for one in ranked]),
        lost_by=behind,
    )
