"""Turns as rows: once for each request, numbered, masked, with whatever stood in the running."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Max

from chatbot.cards import Card, to_json
from chatbot.engine.index import Candidate
from chatbot.models import Conversation, Turn, TurnCandidate

STORED_CHARACTERS = 300
Decision = Turn.Decision


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question. `text` is masked."""

    text: str
    kind: str
    faq: int | None = None
    safety_kind: str = ""
    candidates: Sequence[Candidate] = ()
    cards: Sequence[Card] = ()
    mode: str = Turn.Mode.LEXICAL
    probability: float | None = None
    facet: str = ""
    also: int | None = None
    build: int | None = None
    took_ms: int = 0


def held(conversation: Conversation) -> Conversation:
    """The conversation, locked until the end of the transaction: two tabs take turns."""
    return Conversation.objects.select_for_update(of=("self",)).select_related("citizen").get(pk=conversation.pk)


def stored(conversation: Conversation, request_key: UUID) -> Turn | None:
    """The turn of a request that came before."""
    return conversation.turns.filter(request_key=request_key).first()


def record(conversation: Conversation, outcome: Outcome, *, request_key: UUID, now: datetime) -> Turn:
    """Write the turn, and what it means for the next one."""
    last = conversation.turns.aggregate(last=Max("seq"))["last"] or 0
    turn = Turn.objects.create(
        conversation=conversation,
        seq=last + 1,
        request_key=request_key,
        text_masked=outcome.text[:STORED_CHARACTERS],
        decision=outcome.kind,
        safety_kind=outcome.safety_kind,
        faq_id=outcome.faq,
        also_id=outcome.also,
        facet=outcome.facet,
        asked_at=now,
        latency_ms=outcome.took_ms,
        mode=outcome.mode,
        probability=outcome.probability,
        build_id=outcome.build,
        reply=[to_json(card) for card in outcome.cards],
    )
    TurnCandidate.objects.bulk_create(
        TurnCandidate(turn=turn, rank=rank, faq_id=one.key, score=one.score)
        for rank, one in enumerate(outcome.candidates, 1)
    )
    _remember(conversation, outcome, now=now)
    return turn


def _remember(conversation: Conversation, outcome: Outcome, *, now: datetime) -> None:
    """Misses in a row, and the topic a short follow-up goes on with."""
    missed = outcome.kind == Decision.EXITS
    conversation.misses_in_row = conversation.misses_in_row + 1 if missed else 0
    conversation.last_at = now
    names = ["misses_in_row", "last_at"]
    if outcome.faq is not None:
        conversation.last_faq_id, conversation.last_answered_at = outcome.faq, now
        names += ["last_faq", "last_answered_at"]
    conversation.save(update_fields=names)
