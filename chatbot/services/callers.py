"""The conversation behind a key of another channel: a Kakao user, a telephone number. Only the key's hash is kept."""

from datetime import datetime

from chatbot.models import Conversation
from portal.core.sealing import blind


def key_index_of(*, channel: Conversation.Channel, key: str) -> bytes:
    """What a key is known by here."""
    return blind(key, context=f"chatbot.{channel.value}")


def conversation_of(*, channel: Conversation.Channel, key: str, now: datetime) -> Conversation:
    """The open conversation of a key, or a new one. Two requests at once find the same."""
    found, _ = Conversation.objects.get_or_create(
        channel=channel,
        key_index=key_index_of(channel=channel, key=key),
        closed_at=None,
        defaults={"started_at": now, "last_at": now},
    )
    return found
