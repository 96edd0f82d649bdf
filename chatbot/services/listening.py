"""The engine as a form hears it: what else a sentence may mean, when the form cannot use it."""

from datetime import datetime, timedelta

from chatbot import shelf
from chatbot.catalogue import served
from chatbot.dialogues.naming import petition_wanted
from chatbot.engine.policy import Decision
from chatbot.engine.text import mask
from chatbot.models import Conversation
from portal.core import clock

SURE = 0.8  # of an answer that interrupts a form
CONTEXT = timedelta(minutes=5)


class EngineEar:
    """Asked only for what a form could not read."""

    def answer_to(self, text: str) -> int | None:
        """A published answer, if it is surely the one."""
        decision = judged(text)
        if decision.best is None or (decision.kind != "direct" and decision.p_right < SURE):
            return None
        today = clock.day_in_korea(clock.now())
        return decision.best if served(today).filter(pk=decision.best).exists() else None

    def petition_in(self, text: str) -> str | None:
        """A petition that somebody wants."""
        wanted = petition_wanted(text)
        return wanted.code if wanted else None


def judged(text: str) -> Decision:
    """The engine's decision about a text, masked first."""
    return shelf.current().decide(mask(text))


def topic_of(conversation: Conversation, *, now: datetime) -> int | None:
    """What a short follow-up is about: the last answer, for five minutes."""
    at = conversation.last_answered_at
    return conversation.last_faq_id if at is not None and now - at <= CONTEXT else None
