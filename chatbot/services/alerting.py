"""Somebody in the chat may be in danger: whoever is on duty hears so at any hour, once a day for each conversation."""

from datetime import datetime

import structlog

from chatbot.models import Conversation
from chatbot.services.handover import on_duty
from messaging import services as messaging
from portal.accounts.services import take_token
from portal.core.clock import day_in_korea

_log = structlog.get_logger(__name__)
TEMPLATE = "chatbot.danger"
TOPIC = "chatbot.duty"
AN_HOUR = 20  # conversations of the whole house: who makes new ones by the thousand rings nobody's phone for each


def alert(conversation: Conversation, *, now: datetime) -> None:
    """Text the intake desk that a conversation wants a look: its number only, nothing of what was said."""
    today = day_in_korea(now)
    if conversation.alerted_at is not None and day_in_korea(conversation.alerted_at) == today:
        return
    if not take_token(key=TEMPLATE, capacity=AN_HOUR, per_seconds=3600, now=now):
        _log.warning("officials_not_told", conversation=conversation.pk, template=TEMPLATE, reason="too many")
        return
    conversation.alerted_at = now
    conversation.save(update_fields=["alerted_at"])
    messaging.tell_officials(
        on_duty(None, now=now).select_related("user", "department"),
        template=TEMPLATE,
        words={"번호": str(conversation.pk)},
        topic=TOPIC,
        mark=f"{conversation.pk}:{today}",
        reference=f"chat:{conversation.pk}",
        now=now,
    )
