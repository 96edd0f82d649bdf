"""How long a phone that was proven in the thread of a device, and of nobody's account, opens what is personal there."""

from datetime import datetime, timedelta

from chatbot.models import Conversation

PROOF_LASTS = timedelta(minutes=30)  # the device may be a library's, and the next one sits down


def is_over(conversation: Conversation, proven_at: datetime, *, now: datetime) -> bool:
    """Whoever signed in is let out by her session; KakaoTalk and a text come from a phone of one's own."""
    is_shared = conversation.channel == Conversation.Channel.WEB and conversation.citizen_id is None
    return is_shared and now - proven_at > PROOF_LASTS
