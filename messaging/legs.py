"""A new leg for a step of a message's route."""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from messaging import routes
from messaging.bulk import made
from messaging.carriers import registry
from messaging.models import Attempt, Channel, Message
from messaging.pricing import Tariff
from messaging.text import count_bytes
from messaging.wording import Wording


def said_on(channel: str, words: Wording) -> str:
    """What the recipient reads on a channel."""
    return words.body if channel == Channel.ALIMTALK else words.text


@dataclass(frozen=True, slots=True)
class Place:
    """Where a leg of one channel waits, and what it costs there today."""

    carrier: str
    cost_won: Decimal
    billed_on: str
    awaits_upload: bool


@dataclass(frozen=True, slots=True)
class Places:
    """The places of one day, each looked up once."""

    tariff: Tariff
    _known: dict[tuple[str, str], Place] = field(default_factory=dict)

    def of(self, channel: str, *, rather: str = "") -> Place:
        """
        The place for a channel.

        :param rather: the carrier that had the message's leg before, if it carries this channel, too
        """
        if (channel, rather) not in self._known:
            carrier = registry.first_for(channel, rather=rather)
            rate = self.tariff.rate(channel, carrier)
            awaits_upload = registry.wants_uploads(carrier, channel)
            self._known[channel, rather] = Place(carrier, rate.won, rate.billed_on, awaits_upload)
        return self._known[channel, rather]


def new_leg(
    message: Message,
    *,
    words: Wording,
    step: routes.Step,
    ordinal: int,
    due_at: datetime,
    places: Places,
    rather: str = "",
) -> Attempt:
    """
    An unsaved leg that waits for its turn. Its price is today's; the claim puts in that of the day it leaves.

    :param rather: the carrier that had the leg before
    """
    channel = routes.channel_of(step, words.text).value
    place = places.of(channel, rather=rather)
    said = said_on(channel, words)
    return made(
        Attempt,
        {
            "message_id": message.pk,
            "ordinal": ordinal,
            "channel": channel,
            "carrier": place.carrier,
            "stream_id": message.stream_id,
            "lane": message.lane,
            "body_bytes": len(said.encode()) if channel == Channel.ALIMTALK else count_bytes(said),
            "cost_won": Decimal(0) if message.is_test else place.cost_won,
            "billed_on": place.billed_on,
            "due_at": due_at,
            "awaits_upload": place.awaits_upload,
        },
    )
