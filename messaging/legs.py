"""A new leg for a step of a message's route."""

from datetime import datetime

from messaging import routes
from messaging.models import Attempt, Channel, Message
from messaging.pricing import price_of
from messaging.text import count_bytes
from messaging.wording import Wording


def said_on(channel: str, words: Wording) -> str:
    """What the recipient reads on a channel."""
    return words.body if channel == Channel.ALIMTALK else words.text


def new_leg(
    message: Message, *, words: Wording, step: routes.Step, ordinal: int, carrier: str, due_at: datetime
) -> Attempt:
    """An unsaved leg that waits for its turn. Its price is fixed now; the ledger decides whether it is billed."""
    channel = routes.channel_of(step, words.text)
    said = said_on(channel, words)
    return Attempt(
        message=message,
        ordinal=ordinal,
        channel=channel,
        carrier=carrier,
        stream_id=message.stream_id,
        lane=message.lane,
        body_bytes=len(said.encode()) if channel == Channel.ALIMTALK else count_bytes(said),
        cost_won=price_of(channel),
        due_at=due_at,
    )
