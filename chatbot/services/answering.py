"""One question, one turn: safety first, then the engine; stored masked, exactly once."""

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.db import transaction

from chatbot.engine.index import Candidate
from chatbot.engine.policy import decide
from chatbot.engine.safety import SafetyCard, emergency_in
from chatbot.engine.text import mask
from chatbot.models import Conversation, Faq, Turn, TurnCandidate
from chatbot.queries import current_index
from portal.accounts import services as accounts
from portal.core.errors import Refused

LONGEST_QUESTION = 2000
STORED_CHARACTERS = 300
TURNS_PER_MINUTE = 20


class TooLong(Refused):
    """More than a question: it is offered as a complaint instead, and nothing is lost."""

    sentence = "글이 깁니다. 짧게 나누어 묻거나 민원으로 접수해 주세요."


class TooMany(Refused):
    """Faster than a person types."""

    sentence = "질문이 너무 빨리 이어지고 있습니다. 잠시 뒤 다시 물어봐 주세요."


def open_conversation(*, public_id: UUID | None, now: datetime) -> Conversation:
    """The conversation a citizen was having on this device, or a new one."""
    if public_id is not None:
        known = Conversation.objects.filter(public_id=public_id).first()
        if known is not None:
            return known
    return Conversation.objects.create(started_at=now, last_at=now)


@transaction.atomic
def say(*, conversation: Conversation, text: str, request_key: UUID, now: datetime) -> Turn:
    """
    Answer one question and remember it masked. The same `request_key` again returns the first turn.

    :raises TooLong: beyond 2,000 characters
    :raises TooMany: beyond 20 questions a minute, emergencies excepted
    """
    conversation = _locked(conversation)
    known = conversation.turns.filter(request_key=request_key).first()
    if known is not None:
        return known
    started = time.perf_counter()
    card = emergency_in(text)
    if card is None:
        _check_pace(conversation, now)
        if len(text) > LONGEST_QUESTION:
            raise TooLong
    masked = mask(text)
    decision = decide(masked, current_index())
    published = Faq.objects.filter(status=Faq.Status.PUBLISHED).in_bulk([one.key for one in decision.candidates])
    candidates = [one for one in decision.candidates if one.key in published]
    kind = Turn.Decision(decision.kind)
    if kind in (Turn.Decision.DIRECT, Turn.Decision.CHIPS) and not candidates:
        kind = Turn.Decision.EXITS
    return _record(
        conversation,
        text=masked,
        kind=Turn.Decision.SAFETY if card else kind,
        card=card,
        candidates=candidates,
        request_key=request_key,
        took_ms=round((time.perf_counter() - started) * 1000),
        now=now,
    )


@transaction.atomic
def choose(*, conversation: Conversation, turn: Turn, rank: int, request_key: UUID, now: datetime) -> Turn:
    """The citizen picked one of the choices: remember it, and answer."""
    conversation = _locked(conversation)
    known = conversation.turns.filter(request_key=request_key).first()
    if known is not None:
        return known
    candidate = turn.candidates.select_related("faq").get(rank=rank)
    if candidate.faq.status != Faq.Status.PUBLISHED:
        return _record(
            conversation, text=candidate.faq.question, kind=Turn.Decision.EXITS, request_key=request_key, now=now
        )
    TurnCandidate.objects.filter(pk=candidate.pk).update(tapped_at=now)
    return _record(
        conversation,
        text=candidate.faq.question,
        kind=Turn.Decision.DIRECT,
        candidates=[Candidate(candidate.faq_id, 1.0, 1.0)],
        request_key=request_key,
        now=now,
    )


@transaction.atomic
def refuse_choices(*, conversation: Conversation, turn: Turn, request_key: UUID, now: datetime) -> Turn:
    """다 아니에요: the question stays as asked, and the honest ways on are shown."""
    conversation = _locked(conversation)
    known = conversation.turns.filter(request_key=request_key).first()
    if known is not None:
        return known
    return _record(conversation, text=turn.text_masked, kind=Turn.Decision.EXITS, request_key=request_key, now=now)


def rate(*, turn: Turn, value: int) -> None:
    """A thumb up (1) or down (-1); the last one counts."""
    Turn.objects.filter(pk=turn.pk).update(value=value)


def _locked(conversation: Conversation) -> Conversation:
    return Conversation.objects.select_for_update().get(pk=conversation.pk)


def _check_pace(conversation: Conversation, now: datetime) -> None:
    key = f"chat:{conversation.public_id}"
    if not accounts.take_token(key=key, capacity=TURNS_PER_MINUTE, per_seconds=60, now=now):
        raise TooMany


def _record(
    conversation: Conversation,
    *,
    text: str,
    kind: Turn.Decision,
    request_key: UUID,
    now: datetime,
    card: SafetyCard | None = None,
    candidates: Sequence[Candidate] = (),
    took_ms: int = 0,
) -> Turn:
    last = conversation.turns.order_by("-seq").values_list("seq", flat=True).first() or 0
    turn = Turn.objects.create(
        conversation=conversation,
        seq=last + 1,
        request_key=request_key,
        text_masked=text[:STORED_CHARACTERS],
        decision=kind,
        safety_kind=card.kind if card else "",
        faq_id=candidates[0].key if kind == Turn.Decision.DIRECT else None,
        asked_at=now,
        latency_ms=took_ms,
    )
    TurnCandidate.objects.bulk_create(
        TurnCandidate(turn=turn, rank=rank, faq_id=one.key, score=one.score) for rank, one in enumerate(candidates, 1)
    )
    missed = kind == Turn.Decision.EXITS
    conversation.misses_in_row = conversation.misses_in_row + 1 if missed else 0
    conversation.last_at = now
    conversation.save(update_fields=["misses_in_row", "last_at"])
    return turn
