"""A new leg for a step of a message's route."""

from datetime import datetime

from messaging import routes
from messaging.carriers import registry
from messaging.models import Attempt, Channel, Message
from messaging.pricing import Tariff
from messaging.text import count_bytes
from messaging.wording import Wording


def said_on(channel: str, words: Wording) -> str:
    """What the recipient reads on a channel."""
    return words.body if channel == Channel.ALIMTALK else words.text


def new_leg(
    message: Message,
    *,
    words: Wording,
    step: routes.Step,
    ordinal: int,
    due_at: datetime,
    tariff: Tariff,
    rather: str = "",
) -> Attempt:
    """
    An unsaved leg that waits for its turn. Its price is today's; the claim puts in that of the day it leaves.

    :param rather: the carrier that had the leg before, if it carries this channel, too
    """
    channel = routes.channel_of(step, words.text)
    carrier = registry.first_for(channel, rather=rather)
    rate = tariff.rate(channel, carrier)
    said = said_on(channel, words)
    return Attempt(
        message=message,
        ordinal=ordinal,
        channel=channel,
        carrier=carrier,
        stream_id=message.stream_id,
        lane=message.lane,
        body_bytes=len(said.encode()) if channel == Channel.ALIMTALK else count_bytes(said),
        cost_won=rate.won,
        billed_on=rate.billed_on,
        due_at=due_at,
        awaits_upload=registry.wants_uploads(carrier, channel),
    )
