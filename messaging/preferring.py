"""What people chose about being written to, and what that means for a leg. Asked at the send and again at the claim."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from django.utils.translation import gettext_noop

from messaging import routes, topics
from messaging.models import (
    Attempt,
    Channel,
    LegStatus,
    Means,
    Message,
    Preference,
    Purpose,
    ReasonKind,
    Subscription,
)
from messaging.settling import Change
from messaging.windows import Window

_ASKED_FOR = (Purpose.CODE, Purpose.EMERGENCY)  # a code was asked for a second ago; an emergency outranks the wish


@dataclass(frozen=True, slots=True)
class Wish:
    """One person's choices; without any rows everything is on, AlimTalk first, and only the law's night is quiet."""

    off: frozenset[tuple[str, str]] = frozenset()
    first_means: str = Means.ALIMTALK
    quiet: Window | None = None

    def takes(self, topic: str, means: str) -> bool:
        """Whether she wants this kind of message this way; what the law locks on is always wanted."""
        return topics.is_locked(topic) or (topic, means) not in self.off


class Way(Enum):
    """What her choices say about one leg."""

    THIS = "this"
    OTHER = "other"  # not this way, but the next leg of the route
    NONE = "none"


_NO_WISH = Wish()


def wishes_of(messages: Iterable[Message]) -> list[Wish]:
    """What the recipient of each message chose, in the same order; two queries for any number of them."""
    indexes = [bytes(message.phone_index) for message in messages]
    off: dict[bytes, set[tuple[str, str]]] = defaultdict(set)
    switched_off = Subscription.objects.filter(phone_index__in=set(indexes), is_enabled=False)
    for index, topic, means in switched_off.values_list("phone_index", "topic", "means"):
        off[bytes(index)].add((topic, means))
    ways = {bytes(one.phone_index): one for one in Preference.objects.filter(phone_index__in=set(indexes))}
    return [_wish(off.get(index), ways.get(index)) for index in indexes]


def _wish(off: set[tuple[str, str]] | None, way: Preference | None) -> Wish:
    if off is None and way is None:
        return _NO_WISH
    return Wish(frozenset(off or ()), way.first_means if way else Means.ALIMTALK, way.quiet if way else None)


def way_for(message: Message, channel: str, ordinal: int, wish: Wish) -> Way:
    """
    Whether a leg may go as it is.

    An answer to her own act comes whatever kinds she switched off: she is waiting for it. How it comes is her choice.
    """
    if wish is _NO_WISH or message.purpose in _ASKED_FOR:
        return Way.THIS
    means = Means.ALIMTALK if channel == Channel.ALIMTALK else Means.TEXT
    obeys = message.purpose != Purpose.ANSWER
    takes_text = not obeys or wish.takes(message.topic, Means.TEXT)
    if means == Means.TEXT:
        return Way.THIS if takes_text else Way.NONE
    takes_alimtalk = not obeys or wish.takes(message.topic, Means.ALIMTALK)
    can_be_text = routes.step_after(message.route, ordinal, ReasonKind.BLOCKED_BY_USER) is not None
    if can_be_text and takes_text and (wish.first_means == Means.TEXT or not takes_alimtalk):
        return Way.OTHER
    return Way.THIS if takes_alimtalk else Way.NONE


def refusal(leg: Attempt, way: Way) -> Change:
    """What becomes of a leg she does not want: the next one of the route follows, or nothing does."""
    if way is Way.OTHER:
        kind = ReasonKind.BLOCKED_BY_USER
        return Change(leg.pk, LegStatus.REJECTED, reason_kind=kind, reason="알림톡 대신 문자로 받기로 하셨습니다.")
    return Change(leg.pk, LegStatus.SUPPRESSED, reason=gettext_noop("받지 않기로 하신 알림입니다."))


def quiet_until(message: Message, wish: Wish, moment: datetime) -> datetime | None:
    """Until when her own quiet hours hold an administrative message; None if it may go now."""
    if wish.quiet is None or message.purpose != Purpose.ADMINISTRATIVE:
        return None
    return wish.quiet.closed_until(moment)
