"""Sure → one answer; unsure → at most five choices; lost → honest exits. Never a dead end."""

from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from chatbot.engine import asking
from chatbot.engine import text as words
from chatbot.engine.asking import Facet
from chatbot.engine.calibration import Scored, features
from chatbot.engine.embedders import Embedder, Unavailable
from chatbot.engine.index import EMBEDDED_CHARACTERS, Candidate, Index
from chatbot.engine.vectors import Vectors

MOST_CHIPS = 5
LEAST_CHIPS = 2
MOST_SENTENCES = 3
TOPIC_WEIGHT = 0.3
# So sure by its words that its meaning, which costs thirty times as much, did not change one answer in 790.
SURE_BY_WORDS = 0.95
LEAST_MEANING = 0.35  # of a question in another script: a stranger's is about .3, one of ours above .45
Mode = Literal["full", "lexical", "trigram"]  # trigram: the database compared letters


@dataclass(frozen=True, slots=True)
class Decision:
    """
    What to do with one question; the chances are never shown to anybody.

    `facet` is what of the answer is asked for; `also` a second answer to give, where two things were asked at once.
    """

    kind: Literal["direct", "chips", "exits", "empty"]
    candidates: list[Candidate] = field(default_factory=list)
    p_right: float = 0.0
    p_scope: float = 0.0
    mode: Mode = "lexical"
    facet: Facet | None = None
    also: Candidate | None = None

    @property
    def best(self) -> int | None:
        """The key of the answer in first place."""
        return self.candidates[0].key if self.candidates else None


def decide(masked: str, index: Index, *, embedder: Embedder | None = None, context: int | None = None) -> Decision:
    """
    Rank the answers to a masked question and say how sure that is.

    `context` is the answer this conversation was about a moment ago; only a question that leans on it is moved by it.
    """
    written = words.normalise(masked)
    if index.keys and asking.is_of_another_script(masked):
        return _by_meaning_alone(masked, index, embedder)
    if not written:
        return Decision("empty")
    if not index.keys:
        return Decision("exits")
    one = _one_question(masked, written, index, embedder, context)
    parts = asking.sentences(masked)[:MOST_SENTENCES]  # by their words alone: embedding each would double the time
    return _with_second(one, [_one_question(part, part, index, None, None) for part in parts]) if parts else one


def _one_question(masked: str, written: str, index: Index, embedder: Embedder | None, context: int | None) -> Decision:
    repaired = index.repaired(written)
    facet = asking.facet_of(repaired)
    spaceless = repaired.replace(" ", "")
    scored = index.scored(index.understood(repaired))
    if words.initial_words(repaired) == repaired.split():
        named = index.candidates(scored, limit=MOST_CHIPS)
        return Decision("chips" if named else "exits", named)
    topic = context if context in index.keys and asking.leans_on_the_last(repaired) else None
    mode: Mode = "full" if _has_meanings(index, embedder) else "lexical"
    if topic is None:
        if spaceless in index.exact:
            return _direct(index, scored, index.exact[spaceless], mode=mode, facet=facet)
        by_words = _judged(index, scored, letters=len(spaceless), mode="lexical")
        if by_words.kind == "direct" and by_words.p_right >= SURE_BY_WORDS:
            return replace(by_words, mode=mode, facet=facet)
    vector = _meaning_of(words.without_marks(masked) if repaired == written else repaired, index, embedder)
    if vector is None:
        mode = "lexical"
    else:
        scored = index.with_meaning(scored, vector)
    if topic is not None:
        scored = _leaning(scored, index, index.keys.index(topic))
        if facet and not asking.names_its_topic(repaired):
            return _direct(index, scored, topic, mode=mode, facet=facet)
    return replace(_judged(index, scored, letters=len(spaceless), mode=mode), facet=facet)


def embedded_as(masked: str) -> str:
    """What an embedder is given of a question that needs no repair."""
    return words.without_marks(masked)[:EMBEDDED_CHARACTERS]


def _has_meanings(index: Index, embedder: Embedder | None) -> bool:
    return index.meanings is not None and embedder is not None and embedder.id == index.embedder_id


def _meaning_of(text: str, index: Index, embedder: Embedder | None) -> Vectors | None:
    """The question as a vector; None where nobody can make one of the index' kind."""
    if embedder is None or not _has_meanings(index, embedder):
        return None
    try:
        vector: Vectors = embedder.queries([text[:EMBEDDED_CHARACTERS]])[0]
    except Unavailable:
        return None
    return vector


def _leaning(scored: Scored, index: Index, topic: int) -> Scored:
    """The answers that share the topic of the last one come forward, that one most."""
    tags = index.scored(words.normalise(" ".join(index.documents[topic].tags))).lexical
    likest = float(tags.max()) or 1.0
    moved = TOPIC_WEIGHT * tags / likest
    moved[topic] = TOPIC_WEIGHT
    return replace(scored, total=scored.total + moved)


def _direct(index: Index, scored: Scored, key: int, *, mode: Mode, facet: Facet | None) -> Decision:
    """One answer beyond doubt, the likeliest others behind it."""
    others = [one for one in index.candidates(scored, limit=MOST_CHIPS) if one.key != key]
    return Decision("direct", [Candidate(key, 1.0, 1.0), *others][:MOST_CHIPS], 1.0, 1.0, mode, facet)


def _judged(index: Index, scored: Scored, *, letters: int, mode: Mode) -> Decision:
    fit = index.calibration.lexical if mode == "lexical" else index.calibration.full
    candidates = index.candidates(scored, limit=MOST_CHIPS)
    if not candidates:
        return Decision("exits", mode=mode)
    right, ours = fit.chances(features(scored, letters))
    if right >= fit.direct_at:
        return Decision("direct", candidates, right, ours, mode)
    if ours < fit.exits_below:
        return Decision("exits", candidates, right, ours, mode)
    near = [one for one in candidates if one.score >= candidates[0].score - fit.chips_within]
    return Decision("chips", near if len(near) >= LEAST_CHIPS else candidates[:LEAST_CHIPS], right, ours, mode)


def _with_second(whole: Decision, parts: list[Decision]) -> Decision:
    """
    Two things asked at once, each beyond doubt: both answers. The one that the whole is about stands first, with what
    its own sentence asks of it: the fee of the other is not its fee.
    """
    sure = {part.candidates[0].key: part for part in parts if part.kind == "direct"}
    if len(sure) != 2 or whole.best not in sure:
        return whole
    of_first = sure.pop(whole.best)
    (of_second,) = sure.values()
    first, second = of_first.candidates[0], of_second.candidates[0]
    others = [one for one in whole.candidates if one.key not in (first.key, second.key)]
    given = [first, second, *others][:MOST_CHIPS]
    return replace(whole, kind="direct", candidates=given, facet=of_first.facet, also=second)


def _by_meaning_alone(masked: str, index: Index, embedder: Embedder | None) -> Decision:
    """A script whose words we cannot compare: choices by meaning, or the exits; never one answer as if we were sure."""
    vector = _meaning_of(words.without_marks(masked), index, embedder)
    if vector is None or index.meanings is None:
        return Decision("exits")
    near = index.meanings.scores(vector)
    candidates = index.candidates(Scored(near, np.zeros(len(near)), near), limit=MOST_CHIPS)
    enough = candidates[0].score >= LEAST_MEANING
    return Decision("chips" if enough else "exits", candidates, mode="full")
