"""
A question that came as a text message. A sure answer goes back; everything else is filed as if nobody had listened.

Who is in danger gets the numbers at once, and the text is filed all the same: a person must see it.
"""

import re
from datetime import datetime, timedelta
from uuid import UUID, uuid5

import structlog
from django.conf import settings
from django.db import transaction

from chatbot import queries, shelf
from chatbot.cards import Phone, Safety
from chatbot.cards import Reply as Cards
from chatbot.catalogue import served
from chatbot.channels import sms
from chatbot.drawing import cards_of
from chatbot.engine.safety import emergency_in
from chatbot.engine.text import mask
from chatbot.models import Conversation, Faq, Turn
from chatbot.services.answering import choose
from chatbot.services.callers import conversation_of
from chatbot.services.recording import Outcome, held, record
from messaging.models import Message, Reply
from messaging.services.acknowledging import AUTOMATIC
from messaging.services.sending import send
from portal.accounts.services import take_token
from portal.core.clock import day_in_korea
from portal.core.errors import Refused
from portal.core.phones import PhoneRefused, parse_mobile

_log = structlog.get_logger(__name__)
TOPIC = "chatbot.answer"
TEMPLATE = "chatbot.texted"
A_DAY = 5
CHOICES_LAST = timedelta(minutes=10)
FILED_WITHIN = timedelta(days=1)
_WANTS_CHAT = re.compile(r"^\s*(?:질문|챗봇)\s*[:,.!]*\s+(?P<rest>\S.*)$", re.DOTALL)
_WANTS_FILED = re.compile(r"^\s*(?:민원\s*)?접수(?:해\s*주세요|요|바랍니다)?[\s.!]*$")
_NUMBER = re.compile(r"^\s*([1-3])\s*번?[\s.!]*$")


@transaction.atomic
def answer_text(*, reply: Reply, now: datetime) -> bool:
    """
    Whether a text was answered for good. Switched off, or from a machine, a short code or a landline: never.

    At most five answers a day go to one number, so that two machines cannot talk for ever; emergencies are not counted.
    """
    phone = _mobile_of(reply) if settings.CHATBOT_SMS_ENABLED and AUTOMATIC not in reply.flags else ""
    if not phone:
        return False
    danger = emergency_in(reply.text)
    if danger is not None:
        phones = tuple(Phone(label, number) for label, number in danger.phones)
        _send(reply, phone, Cards((Safety(danger.kind, danger.title, danger.text, phones),)), now=now)
        return False
    conversation = conversation_of(channel=Conversation.Channel.SMS, key=phone, now=now)
    turn = _chosen(conversation, reply, now=now) or _asked(conversation, reply, now=now)
    if turn is None or not _may_answer(reply, now=now):
        return False
    cards = cards_of(queries.turn_with_cards(turn))
    return _send(reply, phone, cards, now=now)


def question_before(*, reply: Reply, now: datetime) -> Reply | None:
    """‘접수’: the text that was answered and is to be filed after all; None if that was not said, or nothing was."""
    if not settings.CHATBOT_SMS_ENABLED or not _WANTS_FILED.match(reply.text):
        return None
    before = Reply.objects.filter(phone_index=reply.phone_index, to_number=reply.to_number, pk__lt=reply.pk)
    recent = before.filter(received_at__gt=now - FILED_WITHIN, message=None).order_by("-pk")[:5]
    return next((one for one in recent if not _WANTS_FILED.match(one.text) and not _NUMBER.match(one.text)), None)


def _mobile_of(reply: Reply) -> str:
    try:
        return parse_mobile(reply.phone)
    except PhoneRefused:
        return ""


def _key_of(conversation: Conversation, reply: Reply) -> UUID:
    return uuid5(conversation.public_id, str(reply.pk))


def _chosen(conversation: Conversation, reply: Reply, *, now: datetime) -> Turn | None:
    """A number picks one of the choices of the last ten minutes."""
    number = _NUMBER.match(reply.text)
    last = conversation.turns.order_by("-seq").first()
    if number is None or last is None or last.decision != Turn.Decision.CHIPS:
        return None
    rank = int(number[1])
    if now - last.asked_at > CHOICES_LAST or not last.candidates.filter(rank=rank).exists():
        return None
    return choose(conversation=conversation, turn=last, rank=rank, request_key=_key_of(conversation, reply), now=now)


def _asked(conversation: Conversation, reply: Reply, *, now: datetime) -> Turn | None:
    """A sure answer of ours; choices only for somebody who asked the chatbot by its name (‘질문 여권’)."""
    wished = _WANTS_CHAT.match(reply.text)
    masked = mask(wished["rest"] if wished else reply.text)
    decision = shelf.current().decide(masked)
    live = served(day_in_korea(now)).in_bulk([one.key for one in decision.candidates])
    candidates = [one for one in decision.candidates if one.key in live]
    is_sure = decision.kind == "direct" and bool(candidates)
    if is_sure and live[candidates[0].key].kind != Faq.Kind.SMALLTALK:
        outcome = Outcome(masked, Turn.Decision.DIRECT, faq=candidates[0].key, candidates=candidates)
    elif wished and candidates and decision.kind in ("direct", "chips"):
        outcome = Outcome(masked, Turn.Decision.CHIPS, candidates=candidates[: sms.MOST_CHOICES])
    else:
        return None
    return record(held(conversation), outcome, request_key=_key_of(conversation, reply), now=now)


def _may_answer(reply: Reply, *, now: datetime) -> bool:
    key = f"chatbot.sms:{bytes(reply.phone_index).hex()}"
    return take_token(key=key, capacity=A_DAY, per_seconds=86_400, now=now)


def _send(reply: Reply, phone: str, cards: Cards, *, now: datetime) -> bool:
    try:
        with transaction.atomic():
            return isinstance(_sent(reply, phone, cards, now=now), Message)
    except Refused as refused:  # a wording under review, a link in an answer: neither keeps a text from being filed
        _log.warning("text_not_answered", reply=reply.pk, reason=type(refused).__name__)
        return False


def _sent(reply: Reply, phone: str, cards: Cards, *, now: datetime) -> Message:
    return send(
        to=phone,
        template=TEMPLATE,
        context={"답": sms.text_of(cards)},
        topic=TOPIC,
        reference=f"reply {reply.pk}",
        key=f"{TOPIC}:{reply.pk}",
        by=None,
        now=now,
        sender_number=reply.to_number,
    )
