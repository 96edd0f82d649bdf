"""What a change of one answer would do: the same questions decided with it and without it. Nothing is kept."""

import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q

from chatbot import shelf
from chatbot.catalogue import documents, synonyms
from chatbot.engine.calibration import Calibration
from chatbot.engine.index import Document, Index
from chatbot.engine.policy import Decision, decide
from chatbot.engine.text import key_of
from chatbot.models import ClusterMember, Faq, GoldQuestion, Turn, TurnCandidate
from portal.core.clock import day_in_korea

LOOKED_BACK = timedelta(days=30)
MOST_TURNS = 200
MOST_OWN = 60
MOST_ROWS = 20
UNSAVED = 0  # the key of an answer that has no row yet
_lock = threading.Lock()


@dataclass(frozen=True, slots=True)
class Asked:
    """A question and the answers that are right for it (none: it is not ours to answer)."""

    text: str
    right: frozenset[int]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a question. `worth`: 2 right at once, 1 right after one tap, 0 neither."""

    kind: str
    first: int | None
    worth: int


@dataclass(frozen=True, slots=True)
class Row:
    """One question whose outcome changes."""

    text: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Effect:
    """The whole of it: how many of its own questions find the answer, and what changes for the others."""

    own_count: int
    own_before: int
    own_after: int
    missed: list[str]
    lost: list[Row]
    won: list[Row]
    lost_count: int
    won_count: int
    elsewhere_count: int


@dataclass(slots=True)
class _Standing:
    """The index of the answers as they stand, and what it decided already; rebuilt when they change."""

    documents: list[Document] = field(default_factory=list)
    index: Index | None = None
    decided: dict[str, Decision] = field(default_factory=dict)

    @property
    def calibration(self) -> Calibration | None:
        """How sure it is of what, so that the changed index is judged by the same measure."""
        return self.index.calibration if self.index else None


_standing = _Standing()


def effect_of(draft: Document, *, own: Sequence[str], now: datetime) -> Effect:
    """What publishing `draft` would do. Its key is its row's, or `UNSAVED`; `own` are questions it is meant for."""
    with _lock:
        standing = _stand(now)
        others = [one for one in standing.documents if one.key != draft.key]
        changed = Index.build([*others, draft], calibration=standing.calibration, synonyms=synonyms())
        meant = [Asked(text, frozenset({draft.key})) for text in dict.fromkeys(own)][:MOST_OWN]
        known = {key_of(one.text) for one in meant}
        elsewhere = [one for one in _questions(draft.key, now=now) if key_of(one.text) not in known]
        before = {one.text: _decided(standing, one.text) for one in (*meant, *elsewhere)}
    after = {one.text: decide(one.text, changed) for one in (*meant, *elsewhere)}
    names = {one.key: one.question for one in (*standing.documents, draft)}
    return _compared(meant, elsewhere, before, after, names)


def own_questions(faq: Faq | None, *, cluster: int | None, now: datetime) -> list[str]:
    """What citizens asked that this answer is meant for: answered by it, tapped, tested for it, or bundled for it."""
    bundled = ClusterMember.objects.filter(Q(cluster=cluster) if cluster else Q(pk__in=[]))
    if faq is not None:
        bundled = ClusterMember.objects.filter(Q(cluster=cluster) | Q(cluster__solved_by=faq))
    texts = list(bundled.order_by("-turn__asked_at").values_list("turn__text_masked", flat=True)[:MOST_OWN])
    if faq is not None:
        texts += GoldQuestion.objects.filter(expected__contains=[faq.slug]).values_list("text", flat=True)
        mine = TurnCandidate.objects.filter(turn=OuterRef("pk"), faq=faq, tapped_at__isnull=False)
        asked = Turn.objects.filter(Exists(mine), asked_at__gte=now - 3 * LOOKED_BACK).order_by("-asked_at")
        texts += asked.values_list("text_masked", flat=True)[:MOST_OWN]
    return list({key_of(text): text for text in texts if key_of(text)}.values())


def _stand(now: datetime) -> _Standing:
    current = documents(day_in_korea(now))
    if _standing.index is None or _standing.documents != current:
        held = shelf.current().index  # what answers citizens is what it would be built again as
        index = held if held is not None and held.documents == current else Index.build(current, synonyms=synonyms())
        _standing.documents, _standing.index, _standing.decided = current, index, {}
    return _standing


def _decided(standing: _Standing, text: str) -> Decision:
    if text not in standing.decided and standing.index is not None:
        standing.decided[text] = decide(text, standing.index)
    return standing.decided[text]


def _questions(key: int, *, now: datetime) -> list[Asked]:
    """Questions whose right answer is known: the tested ones, and what citizens were content with or tapped lately."""
    keys = dict(Faq.objects.values_list("slug", "pk"))
    gold = [
        Asked(text, frozenset(keys[slug] for slug in expected if slug in keys))
        for text, expected in GoldQuestion.objects.order_by("pk").values_list("text", "expected")
    ]
    recent = Turn.objects.filter(asked_at__gte=now - LOOKED_BACK).order_by("-asked_at")
    content = recent.filter(decision=Turn.Decision.DIRECT, faq__isnull=False).exclude(value=-1)
    tapped = TurnCandidate.objects.filter(turn__in=recent.filter(decision=Turn.Decision.CHIPS), tapped_at__isnull=False)
    pairs = [
        *content.values_list("text_masked", "faq")[:MOST_TURNS],
        *tapped.order_by("-tapped_at").values_list("turn__text_masked", "faq")[:MOST_TURNS],
    ]
    found = {key_of(one.text): one for one in (*(Asked(text, frozenset({faq})) for text, faq in pairs), *gold)}
    return [one for one in found.values() if one.right != {key}]


def _compared(
    meant: Iterable[Asked],
    elsewhere: Sequence[Asked],
    before: Mapping[str, Decision],
    after: Mapping[str, Decision],
    names: Mapping[int, str],
) -> Effect:
    own = [(one, _outcome(one, before[one.text]), _outcome(one, after[one.text])) for one in meant]
    rest = [(one, _outcome(one, before[one.text]), _outcome(one, after[one.text])) for one in elsewhere]
    lost = [_row(one, was, will, names) for one, was, will in rest if will.worth < was.worth]
    won = [_row(one, was, will, names) for one, was, will in (*own, *rest) if will.worth > was.worth]
    return Effect(
        own_count=len(own),
        own_before=sum(was.worth > 0 for _, was, _ in own),
        own_after=sum(will.worth > 0 for _, _, will in own),
        missed=[one.text for one, _, will in own if not will.worth][:MOST_ROWS],
        lost=lost[:MOST_ROWS],
        won=won[:MOST_ROWS],
        lost_count=len(lost),
        won_count=len(won),
        elsewhere_count=len(rest),
    )


def _outcome(asked: Asked, decision: Decision) -> Outcome:
    shown = [one.key for one in decision.candidates] if decision.kind in ("direct", "chips") else []
    if decision.kind == "direct":
        shown = shown[:1]
    if not asked.right:
        return Outcome(decision.kind, decision.best, 0 if decision.kind == "direct" else 2)
    found = any(key in asked.right for key in shown)
    return Outcome(decision.kind, decision.best, (2 if decision.kind == "direct" else 1) if found else 0)


def _row(asked: Asked, was: Outcome, will: Outcome, names: Mapping[int, str]) -> Row:
    return Row(asked.text, _words(was, names), _words(will, names))


def _words(outcome: Outcome, names: Mapping[int, str]) -> str:
    if outcome.kind == "direct":
        return f"‘{names.get(outcome.first or 0, '내린 답변')}’ 바로 답변"
    if outcome.kind == "chips":
        return "고르기에 맞는 답변 있음" if outcome.worth else "고르기에 맞는 답변 없음"
    return "답하지 못함"
