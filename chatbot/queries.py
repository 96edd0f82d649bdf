"""Reads of the chat: the index in memory, a thread as cards, what went unanswered."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Max, Q, QuerySet

from chatbot.engine.index import Document, Index
from chatbot.engine.policy import decide
from chatbot.engine.text import mask
from chatbot.models import Conversation, Faq, Phrasing, Turn

_FRESH_SECONDS = 2.0
_lock = threading.Lock()


@dataclass(slots=True)
class _Shelf:
    """The index of this process and the state of the answers it was built from."""

    version: tuple[object, ...] | None = None
    index: Index | None = None
    looked_at: float = float("-inf")


_shelf = _Shelf()


def current_index() -> Index:
    """The index of the published answers; an official's edit is live in every process within two seconds."""
    if _shelf.index is not None and time.monotonic() - _shelf.looked_at < _FRESH_SECONDS:
        return _shelf.index
    with _lock:
        version = _version()
        if _shelf.index is None or _shelf.version != version:
            _shelf.index = Index(_documents())
            _shelf.version = version
        _shelf.looked_at = time.monotonic()
        return _shelf.index


def _version() -> tuple[object, ...]:
    faqs = Faq.objects.filter(status=Faq.Status.PUBLISHED)
    phrasings = Phrasing.objects.filter(state=Phrasing.State.APPROVED)
    seen = {"at": Max("changed_at"), "last": Max("id"), "n": Count("id")}
    return (*faqs.aggregate(**seen).values(), *phrasings.aggregate(**seen).values())


def _documents() -> list[Document]:
    phrasings: dict[int, list[str]] = {}
    for faq_id, text in Phrasing.objects.filter(state=Phrasing.State.APPROVED).values_list("faq_id", "text"):
        phrasings.setdefault(faq_id, []).append(text)
    published = Faq.objects.filter(status=Faq.Status.PUBLISHED).order_by("pk")
    return [
        Document(faq.pk, faq.question, faq.answer, tuple(faq.tags), tuple(phrasings.get(faq.pk, ())))
        for faq in published
    ]


def answers_for(text: str) -> list[Faq]:
    """The published answers nearest to a whole sentence, best first; nothing is recorded."""
    decision = decide(mask(text), current_index())
    found = Faq.objects.filter(status=Faq.Status.PUBLISHED).in_bulk([one.key for one in decision.candidates])
    return [found[one.key] for one in decision.candidates if one.key in found]


def thread_of(conversation: Conversation, *, limit: int = 20) -> list[Turn]:
    """The last turns of a conversation, oldest first, with everything their cards need."""
    turns = (
        conversation.turns.select_related("faq__department")
        .prefetch_related("faq__links", "candidates__faq")
        .order_by("-seq")[:limit]
    )
    return list(reversed(turns))


def popular_questions(*, limit: int = 6) -> Sequence[Faq]:
    """What to offer somebody who does not know what to ask: the most answered, else the first of the list."""
    return list(
        Faq.objects.filter(status=Faq.Status.PUBLISHED)
        .annotate(answered=Count("turns"))
        .order_by("-answered", "pk")[:limit]
    )


def unanswered() -> QuerySet[Turn]:
    """Questions that ended in the exits, newest first."""
    return Turn.objects.filter(decision=Turn.Decision.EXITS).order_by("-asked_at")


@dataclass(frozen=True, slots=True)
class Board:
    """The chatbot's line on the officials' dashboard, for the last seven days."""

    turn_count: int
    answered_percent: int
    unanswered_count: int


def board(*, now: datetime) -> Board:
    """How the last week went: answered means a direct answer, a choice or an emergency card."""
    week = Turn.objects.filter(asked_at__gte=now - timedelta(days=7)).exclude(decision=Turn.Decision.EMPTY)
    counts = week.aggregate(all=Count("id"), missed=Count("id", filter=Q(decision=Turn.Decision.EXITS)))
    total, missed = counts["all"], counts["missed"]
    return Board(total, round(100 * (total - missed) / total) if total else 0, missed)
