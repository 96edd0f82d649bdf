"""Whether a new index may take over: every question whose answer is known, asked of the old one and of the new one."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from chatbot.catalogue import Name
from chatbot.engine.embedders import Embedder
from chatbot.engine.index import Document, Index
from chatbot.engine.policy import decide, embedded_as
from chatbot.engine.safety import emergency_in
from chatbot.engine.text import mask
from chatbot.engine.vectors import Embeddings
from chatbot.models import Faq, GoldQuestion

MOST_TOP3_LOST = 0.010
MOST_ONE_TAP_LOST = 0.005
SPARE = 1  # of the few phrasings of what changed; one lost of fourteen says nothing, and would stop every rewording
FEW_CHANGED = 12  # beyond that, the phrasings of what changed are left to the nightly judging
SHOWN_LOSSES = 200
DIGITS = 4  # of a share
ROUNDED = 10.0**-DIGITS  # what two rounded shares may be apart for nothing
LONGEST_PROBLEM = 300
REMEMBERED = 4
EMERGENCY = "emergency"


@dataclass(frozen=True, slots=True)
class Asked:
    """A question, the answers that are right (none: it is not ours), and whether it must never be lost."""

    text: str
    expected: frozenset[str]
    is_held: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What one index made of one question."""

    first: str  # the answer in first place, if any was shown
    is_top3: bool
    is_one_tap: bool
    is_false: bool  # not ours, and yet one of our answers was given


@dataclass(frozen=True, slots=True)
class Pair:
    """The same question asked of the index at work and of the new one."""

    question: Asked
    old: Seen
    new: Seen

    @property
    def is_lost(self) -> bool:
        """Whether somebody is worse off."""
        return (
            (self.old.is_one_tap and not self.new.is_one_tap)
            or (self.old.is_top3 and not self.new.is_top3)
            or (self.new.is_false and not self.old.is_false)
        )

    def loss(self) -> dict[str, object]:
        """For whoever decides: the question, and which answer takes it."""
        expected = sorted(self.question.expected)
        return {"text": self.question.text, "expected": expected, "before": self.old.first, "after": self.new.first}


@dataclass(frozen=True, slots=True)
class Gate:
    """Figures of the new index and the old one, what would be lost, and why that is too much."""

    scores: dict[str, object]
    losses: list[dict[str, object]] = field(default_factory=list)
    problem: str = ""


def gold() -> list[Asked]:
    """The questions that were kept for this."""
    rows = GoldQuestion.objects.order_by("pk")
    return [Asked(row.text, frozenset(row.expected), row.is_pinned or row.kind == EMERGENCY) for row in rows]


def see(index: Index, question: Asked, names: Mapping[int, Name], embedder: Embedder) -> Seen:
    """Ask one question as the first of a conversation; in danger the card comes first, whatever the index says."""
    decision = decide(mask(question.text), index, embedder=embedder)
    found = [names[one.key] for one in decision.candidates if one.key in names]
    ranks = [rank for rank, name in enumerate(found) if name.slug in question.expected]
    reach = {"direct": 2 if decision.also else 1, "chips": len(found)}.get(decision.kind, 0)
    is_ours_given = decision.kind == "direct" and bool(found) and found[0].kind == Faq.Kind.ANSWER
    return Seen(
        first=found[0].slug if found and reach else "",
        is_top3=any(rank < 3 for rank in ranks),
        is_one_tap=any(rank < reach for rank in ranks),
        is_false=is_ours_given and not question.expected and emergency_in(question.text) is None,
    )


_seen: dict[tuple[object, ...], list[Seen]] = {}  # the index that was new at the last edit is the old one at the next


def _see_all(index: Index, questions: Sequence[Asked], names: Mapping[int, Name], embedder: Embedder) -> Sequence[Seen]:
    """Ask them all; the same ones of the same index once in a process."""
    key = (index.content_hash, embedder.id, *questions)
    if key not in _seen:
        prepared = index
        if questions and index.meanings and embedder.id == index.embedder_id:
            prepared = index.foreseeing(embedder.queries([embedded_as(mask(one.text)) for one in questions]))
        found = [see(prepared, one, names, embedder) for one in questions]
        while len(_seen) >= REMEMBERED:
            _seen.pop(next(iter(_seen)))
        _seen[key] = found
    return _seen[key]


def compare(
    old: Index | None,
    new: Index,
    *,
    names: Mapping[int, Name],
    embedder: Embedder,
    questions: Sequence[Asked],
    rebuilt: Sequence[tuple[Index, Index, Sequence[Asked]]] = (),
) -> Gate:
    """
    Judge the new index by the old one; without an old one there is nothing to lose.

    `rebuilt` are further pairs of indexes, each with questions it was built without.
    """
    answerable = {names[key].slug for key in new.keys}
    fair = [one for one in questions if not one.expected or one.expected & answerable]
    after = _see_all(new, fair, names, embedder)
    scores: dict[str, object] = {"questions": len(fair), **shares(fair, after)}
    if old is None:
        return Gate(scores)
    before = _see_all(old, fair, names, embedder)
    gold = [Pair(*asked) for asked in zip(fair, before, after, strict=True)]
    said = [
        Pair(one, see(older, one, names, embedder), see(newer, one, names, embedder))
        for older, newer, left_out in rebuilt
        for one in left_out
    ]
    scores |= {"before": shares(fair, [one.old for one in gold]), "phrasings": len(said)}
    lost = [one for one in (*gold, *said) if one.is_lost]
    why = dict.fromkeys([*problems(gold), *problems(said, spare=SPARE)])
    return Gate(scores, [one.loss() for one in lost[:SHOWN_LOSSES]], " ".join(why)[:LONGEST_PROBLEM])


def shares(questions: Sequence[Asked], seen: Sequence[Seen]) -> dict[str, float]:
    """What people ask about an index: right among three, right within one tap, wrongly answered though not ours."""
    ours = [one for question, one in zip(questions, seen, strict=True) if question.expected]
    others = [one for question, one in zip(questions, seen, strict=True) if not question.expected]
    return {
        "top3": _share(one.is_top3 for one in ours),
        "one_tap": _share(one.is_one_tap for one in ours),
        "none_direct": _share(one.is_false for one in others),
    }


def _share(claims: Iterable[bool]) -> float:
    found = list(claims)
    return round(sum(found) / len(found), DIGITS) if found else 0.0


def problems(pairs: Sequence[Pair], *, spare: int = 0) -> Iterator[str]:
    """Why the new index may not take over; nothing if it may. So many may be lost where they are few."""
    questions = [one.question for one in pairs]
    one = ROUNDED + spare / max(len(pairs), 1)
    was, would_be = shares(questions, [one.old for one in pairs]), shares(questions, [one.new for one in pairs])
    if was["top3"] - would_be["top3"] > max(MOST_TOP3_LOST, one):
        yield f"세 후보 안에 드는 질문이 {was['top3']:.1%}에서 {would_be['top3']:.1%}로 줄어듭니다."
    if was["one_tap"] - would_be["one_tap"] > max(MOST_ONE_TAP_LOST, one):
        yield f"한 번에 닿는 질문이 {was['one_tap']:.1%}에서 {would_be['one_tap']:.1%}로 줄어듭니다."
    if held := sum(pair.question.is_held and pair.is_lost for pair in pairs):
        yield f"꼭 지켜야 하는 질문 {held}개를 잃습니다."
    if would_be["none_direct"] > was["none_direct"]:
        yield "우리 일이 아닌 질문에 잘못 답하는 일이 늘어납니다."


# --- the phrasings of what changed, each asked of an index that has not read it -------------------------------------


def unread_of_changed(old: Index, new: Index, *, names: Mapping[int, Name]) -> list[tuple[Index, Index, list[Asked]]]:
    """
    For a few changed answers: both indexes again without every other phrasing of those, and these phrasings.

    An answer that only learned another phrasing is as easy to find as before. Both are lexical: whether words still
    lead where they should is seen without vectors.
    """
    known = {document.key: document for document in old.documents}
    changed = {one.key for one in new.documents if one.key in known and _has_lost_words(known[one.key], one)}
    if not changed or len(changed) > FEW_CHANGED:
        return []
    held_out = {(one.key, text) for one in new.documents if one.key in changed for text in one.phrasings[::2]}
    asked = [Asked(text, frozenset({names[key].slug})) for key, text in sorted(held_out)]
    texts = {text for _, text in held_out}
    return [(without(old, texts), without(new, texts), asked)]


def _has_lost_words(old: Document, new: Document) -> bool:
    """Whether something that was said of an answer is not said any more."""
    kept = (old.question, old.answer, old.tags) == (new.question, new.answer, new.tags)
    return not kept or not set(old.phrasings) <= set(new.phrasings)


def without(index: Index, texts: set[str], vectors: Embeddings | None = None) -> Index:
    """The same index built without these phrasings; by words alone unless the vectors are given."""
    documents = [_less(document, texts) for document in index.documents]
    fit, terms = index.calibration, index.synonyms
    return Index.build(documents, vectors, embedder_id=index.embedder_id, calibration=fit, synonyms=terms)


def _less(document: Document, texts: set[str]) -> Document:
    kept = tuple(text for text in document.phrasings if text not in texts)
    if kept == document.phrasings:
        return document
    return Document(document.key, document.question, document.answer, document.tags, kept, document.kind)
