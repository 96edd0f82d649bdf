"""A button was tapped: what it names is looked up again, because yesterday's answer may be gone."""

from datetime import datetime
from uuid import UUID

from django.db import transaction

from chatbot import tokens
from chatbot.models import Conversation, Faq, Turn
from chatbot.services.answering import answer_with, choose, press, refuse_choices, say
from chatbot.tokens import Kind, StaleToken


@transaction.atomic
def tap(*, conversation: Conversation, token: str, request_key: UUID, now: datetime, address: str = "") -> Turn:
    """
    The turn that a button leads to. The same `request_key` again returns the first turn.

    :raises StaleToken: if the button is forged, another citizen's, or older than a day
    """
    tapped = tokens.read_token(token, now=now)
    match tapped.kind, tapped.values:
        case Kind.CHOICE, (turn_pk, rank):
            turn = conversation.turns.filter(pk=int(turn_pk)).first()
            if turn is None:
                raise StaleToken
            if rank == "0":
                return refuse_choices(conversation=conversation, turn=turn, request_key=request_key, now=now)
            return choose(conversation=conversation, turn=turn, rank=int(rank), request_key=request_key, now=now)
        case Kind.FAQ, (slug,):
            faq = Faq.objects.filter(slug=slug, status=Faq.Status.PUBLISHED).first()
            if faq is None:
                raise StaleToken
            return answer_with(conversation=conversation, faq=faq, request_key=request_key, now=now)
        case (Kind.PETITION | Kind.SLOT | Kind.CHANGE | Kind.COMMAND) as kind, values:
            return press(
                conversation=conversation,
                kind=kind.value,
                values=values,
                request_key=request_key,
                now=now,
                address=address,
            )
        case Kind.PERSON, ():
            return say(conversation=conversation, text="상담사", request_key=request_key, now=now)
    raise StaleToken
