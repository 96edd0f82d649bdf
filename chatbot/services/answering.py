"""One turn: the same request once, danger first, then what is open, then the engine; stored masked."""

import time
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4, uuid5

from django.db import transaction
from django.utils.translation import gettext_noop

from chatbot import shelf
from chatbot.cards import Chip, Chips, Text
from chatbot.catalogue import served
from chatbot.engine.conduct import Conduct, conduct_of
from chatbot.engine.index import Candidate
from chatbot.engine.policy import Decision
from chatbot.engine.safety import SafetyCard, emergency_in
from chatbot.engine.text import mask
from chatbot.models import Conversation, Draft, Faq, Handover, Turn, TurnCandidate
from chatbot.resuming import OPEN
from chatbot.services import dialogue, drafts
from chatbot.services.alerting import alert
from chatbot.services.experiments import under_test
from chatbot.services.listening import EngineEar, topic_of
from chatbot.services.recording import Outcome, held, record, stored
from chatbot.services.talking import Said
from chatbot.services.telling import tell_of_outdated
from chatbot.tokens import Kind, token_of
from portal.accounts import services as accounts
from portal.accounts.models import User
from portal.core.clock import day_in_korea
from portal.core.errors import Refused

LONGEST_QUESTION = 2000
LONGEST_ANSWER = 5000  # of a form: what it may hold is the form's own business
TURNS_PER_MINUTE = 20
THUMBS_DOWN = 2
_RECENTLY = timedelta(minutes=30)
CHANGED = "고르신 안내는 그 사이 내용이 바뀌었습니다. 가장 가까운 답을 보여 드려요."
SORRY = "원하시는 답을 드리지 못했네요. 사람에게 물어보시겠어요?"


class TooLong(Refused):
    """More than a question: it is offered as a complaint instead, and nothing is lost."""

    sentence = gettext_noop("글이 깁니다. 짧게 나누어 묻거나 민원으로 접수해 주세요.")


class TooMany(Refused):
    """Faster than a person types."""

    sentence = gettext_noop("질문이 너무 빨리 이어지고 있습니다. 잠시 뒤 다시 물어봐 주세요.")


def open_conversation(
    *, public_id: UUID | None, now: datetime, citizen: User | None = None, first_press: UUID | None = None
) -> Conversation:
    """
    The conversation of this device, or a new one. Who signs in keeps it; somebody else on the device does not.

    :param first_press: of a device that has none yet: the same press, made twice at once, opens one conversation
    """
    if public_id is None and first_press is not None:
        public_id = uuid5(first_press, "conversation")
        Conversation.objects.get_or_create(
            public_id=public_id, defaults={"started_at": now, "last_at": now, "citizen": citizen}
        )
    known = Conversation.objects.filter(public_id=public_id).first() if public_id is not None else None
    if known is None or (known.citizen_id is not None and known.citizen_id != getattr(citizen, "pk", None)):
        return Conversation.objects.create(started_at=now, last_at=now, citizen=citizen)
    if citizen is not None and known.citizen_id is None:
        if drafts.is_anothers(known, citizen):
            return Conversation.objects.create(started_at=now, last_at=now, citizen=citizen)
        Conversation.objects.filter(pk=known.pk).update(citizen=citizen)
        known.drafts.filter(citizen=None, state__in=OPEN).update(citizen=citizen)
        known.citizen = citizen
    return known


@transaction.atomic
def say(*, conversation: Conversation, text: str, request_key: UUID, now: datetime, address: str = "") -> Turn:
    """
    Answer one question and remember it masked. The same `request_key` again returns the first turn.

    :param address: of the client, where there is one: how often it may ask for a code

    :raises TooLong: beyond 2,000 characters, or 5,000 in a form
    :raises TooMany: beyond 20 questions a minute, emergencies excepted
    """
    conversation = held(conversation)
    known = stored(conversation, request_key)
    if known is not None:
        return known
    started = time.perf_counter()
    card = emergency_in(text)
    if card is None:
        _check_pace(conversation, now)
        if len(text) > (LONGEST_ANSWER if conversation.stack else LONGEST_QUESTION):
            raise TooLong
    else:
        alert(conversation, now=now)
        text = text[:LONGEST_ANSWER]  # danger is heard in a text of any length, the rest of it is not read
    said = _in_dialogue(conversation, text, card, address=address, now=now)
    outcome = said or _by_engine(conversation, text, card, now=now)
    return record(conversation, _timed(outcome, started), request_key=request_key, now=now)


@transaction.atomic
def press(
    *,
    conversation: Conversation,
    kind: str,
    values: tuple[str, ...],
    request_key: UUID,
    now: datetime,
    address: str = "",
) -> Turn:
    """
    A button of a form. The same `request_key` again returns the first turn.

    :raises DraftGone: if the form is somebody else's, or is over
    """
    conversation = held(conversation)
    known = stored(conversation, request_key)
    if known is not None:
        return known
    said = dialogue.press(conversation, kind, values, ear=EngineEar(), now=now, address=address)
    return record(conversation, _spoken(said), request_key=request_key, now=now)


@transaction.atomic
def resume(*, conversation: Conversation, draft: Draft, now: datetime) -> Turn:
    """
    A link led back to a half-filled form; from here on it belongs to this conversation.

    :raises DraftGone: if it was filed or given up meanwhile
    """
    conversation = held(conversation)
    draft = drafts.held_open(draft, now=now)
    drafts.hand_on(draft, conversation)
    said = dialogue.resume(conversation, draft, ear=EngineEar(), now=now)
    return record(conversation, _spoken(said), request_key=uuid4(), now=now)


@transaction.atomic
def uploaded(*, conversation: Conversation, draft: Draft, slot: str, now: datetime) -> Turn:
    """
    Files were kept for a question of an open form.

    :raises DraftGone: if it was filed, given up or taken elsewhere meanwhile
    """
    conversation = held(conversation)
    draft = drafts.draft_in(conversation, str(draft.public_id), now=now)
    said = dialogue.upload(conversation, draft, slot, ear=EngineEar(), now=now)
    return record(conversation, _spoken(said), request_key=uuid4(), now=now)


@transaction.atomic
def choose(*, conversation: Conversation, turn: Turn, rank: int, request_key: UUID, now: datetime) -> Turn:
    """The citizen picked one of the choices: remember it, and answer."""
    conversation = held(conversation)
    known = stored(conversation, request_key)
    if known is not None:
        return known
    candidates = {one.rank: one for one in turn.candidates.select_related("faq").order_by("rank")}
    if rank not in candidates:
        raise TurnCandidate.DoesNotExist
    tapped = candidates.pop(rank)
    TurnCandidate.objects.filter(pk=tapped.pk).update(tapped_at=now)
    if tapped.faq.status == Faq.Status.PUBLISHED:
        return record(conversation, _answer(tapped.faq), request_key=request_key, now=now)
    for other in candidates.values():
        if other.faq.status == Faq.Status.PUBLISHED:
            return record(conversation, _answer(other.faq, before=CHANGED), request_key=request_key, now=now)
    lost = Outcome(tapped.faq.question, Turn.Decision.EXITS)
    return record(conversation, lost, request_key=request_key, now=now)


@transaction.atomic
def answer_with(*, conversation: Conversation, faq: Faq, request_key: UUID, now: datetime) -> Turn:
    """A published answer the citizen picked by its name."""
    conversation = held(conversation)
    return stored(conversation, request_key) or record(conversation, _answer(faq), request_key=request_key, now=now)


@transaction.atomic
def refuse_choices(*, conversation: Conversation, turn: Turn, request_key: UUID, now: datetime) -> Turn:
    """다 아니에요: the question stays as asked, and the honest ways on are shown."""
    conversation = held(conversation)
    lost = Outcome(turn.text_masked, Turn.Decision.EXITS)
    return stored(conversation, request_key) or record(conversation, lost, request_key=request_key, now=now)


@transaction.atomic
def rate(*, turn: Turn, value: int, reason: str = "", now: datetime | None = None) -> None:
    """A thumb up (1) or down (-1), with a chosen reason; the last one counts. The second one down offers a person."""
    was = turn.value
    Turn.objects.filter(pk=turn.pk).update(value=value, reason=reason if value < 0 else "")
    if now is None or value > 0:
        return
    if reason == Turn.Reason.OUTDATED and turn.faq is not None:
        tell_of_outdated(turn.faq, now=now)
    if was == value:
        return
    conversation = held(turn.conversation)
    down = conversation.turns.filter(value=-1, asked_at__gt=now - _RECENTLY).count()
    is_served = Handover.objects.filter(conversation=conversation).exclude(state=Handover.State.CLOSED).exists()
    if down >= THUMBS_DOWN and not is_served:
        chip = Chips((Chip("상담사 연결", token_of(Kind.PERSON, now=now)),))
        offer = Outcome("", Turn.Decision.DIALOGUE, cards=(Text(SORRY), chip))
        record(conversation, offer, request_key=uuid4(), now=now)


def _in_dialogue(
    conversation: Conversation, text: str, card: SafetyCard | None, *, address: str, now: datetime
) -> Outcome | None:
    """What is open takes the turn, and an ordinary question may open something. Danger leaves it as it is."""
    if card is None:
        said = dialogue.hear(conversation, text, ear=EngineEar(), now=now, address=address)
        return _spoken(said) if said is not None else None
    said = dialogue.interrupt(conversation, text, is_sure=card.is_sure, ear=EngineEar(), now=now)
    if said is None:
        return None
    return Outcome(said.logged, Turn.Decision.SAFETY, safety_kind=card.kind, cards=said.cards)


def _by_engine(conversation: Conversation, text: str, card: SafetyCard | None, *, now: datetime) -> Outcome:
    if card is not None and card.is_sure:
        return Outcome(mask(text), Turn.Decision.SAFETY, safety_kind=card.kind)
    text = text[:LONGEST_QUESTION]
    index = shelf.current()
    decision = under_test(index.decide(mask(text), context=topic_of(conversation, now=now)), conversation, now)
    given = served(day_in_korea(now)).in_bulk([one.key for one in decision.candidates])
    candidates = [one for one in decision.candidates if one.key in given]
    kind = Turn.Decision(decision.kind)
    if kind == Turn.Decision.DIRECT and decision.best not in given:
        kind = Turn.Decision.CHIPS  # what comes next may be meant: nobody has said that it is
    if kind in (Turn.Decision.DIRECT, Turn.Decision.CHIPS) and not candidates:
        kind = Turn.Decision.EXITS
    conduct = conduct_of(text) if card is None else None
    if card is not None:
        kind = Turn.Decision.SAFETY
    elif conduct is not None and _is_refused(conduct, kind):
        return Outcome(mask(text), Turn.Decision.CALM, cards=[Text(conduct.sentence)])
    return Outcome(
        mask(text),
        kind,
        faq=candidates[0].key if kind == Turn.Decision.DIRECT else None,
        safety_kind=card.kind if card else "",
        candidates=candidates,
        cards=[Text(conduct.sentence)] if conduct is not None and conduct.kind == "abuse" else [],
        mode=decision.mode,
        probability=decision.p_right,
        build=index.build_id,
        facet=(decision.facet or "") if kind == Turn.Decision.DIRECT else "",
        also=_second(decision, now=now) if kind == Turn.Decision.DIRECT else None,
    )


def _second(decision: Decision, *, now: datetime) -> int | None:
    """Two things were asked at once: the other answer, if it is given out today."""
    also = decision.also
    return also.key if also is not None and served(day_in_korea(now)).filter(pk=also.key).exists() else None


def _is_refused(conduct: Conduct, kind: Turn.Decision) -> bool:
    """An insult beside a question does not cost the answer, nor do stray brackets around a clear one."""
    served_anyway = {"abuse": (Turn.Decision.DIRECT, Turn.Decision.CHIPS), "injection": (Turn.Decision.DIRECT,)}
    return kind not in served_anyway.get(conduct.kind, ())


def _spoken(said: Said) -> Outcome:
    kind = Turn.Decision.PERSON if said.is_person else Turn.Decision.DIALOGUE
    return Outcome(said.logged, kind, faq=said.faq, cards=said.cards)


def _answer(faq: Faq, *, before: str = "") -> Outcome:
    return Outcome(
        faq.question,
        Turn.Decision.DIRECT,
        faq=faq.pk,
        candidates=[Candidate(faq.pk, 1.0, 1.0)],
        cards=[Text(before)] if before else [],
    )


def _timed(outcome: Outcome, started: float) -> Outcome:
    return replace(outcome, took_ms=round((time.perf_counter() - started) * 1000))


def _check_pace(conversation: Conversation, now: datetime) -> None:
    key = f"chat:{conversation.public_id}"
    if not accounts.take_token(key=key, capacity=TURNS_PER_MINUTE, per_seconds=60, now=now):
        raise TooMany
