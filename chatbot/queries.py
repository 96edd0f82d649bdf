"""Reads of the chat: the index in memory, a thread as cards, what went unanswered."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q, QuerySet

from chatbot import shelf
from chatbot.catalogue import served
from chatbot.cluster_queries import turns_seen_by
from chatbot.engine.text import mask
from chatbot.models import Conversation, Faq, FaqPicture, MapPlace, Turn
from portal.accounts.models import User
from portal.core.clock import day_in_korea, now


def answers_for(text: str) -> list[Faq]:
    """The published answers nearest to a whole sentence, best first; nothing is recorded."""
    decision = shelf.current().decide(mask(text))
    found = served(day_in_korea(now())).in_bulk([one.key for one in decision.candidates])
    return [found[one.key] for one in decision.candidates if one.key in found]


def _with_cards(turns: QuerySet[Turn]) -> QuerySet[Turn]:
    beside = ("faq__department", "faq__picture", "also__department", "also__picture", "conversation")
    whole = turns.select_related(*beside).defer("faq__picture__content", "also__picture__content")
    return whole.prefetch_related(
        "faq__links", "faq__facets", "also__links", "also__facets", "candidates__faq__department"
    )


def thread_of(conversation: Conversation, *, limit: int = 20) -> list[Turn]:
    """The last turns of a conversation, oldest first, with everything their cards need."""
    return list(reversed(_with_cards(conversation.turns.all()).order_by("-seq")[:limit]))


def turn_with_cards(turn: Turn) -> Turn:
    """One turn with everything its cards need, as it stands now."""
    return _with_cards(Turn.objects.all()).get(pk=turn.pk)


def picture_of(faq: int, sha256: str) -> bytes | None:
    """The picture of an answer that is given out, if it is still that one."""
    found = FaqPicture.objects.filter(faq=faq, sha256=sha256, faq__status=Faq.Status.PUBLISHED)
    content = found.values_list("content", flat=True).first()
    return bytes(content) if content is not None else None


@dataclass(frozen=True, slots=True)
class PlaceLayer:
    """Places of one sort, and what they are called together."""

    name: str
    places: Sequence[MapPlace]

    @property
    def is_sample(self) -> bool:
        """Whether any of them is only an example."""
        return any(place.is_sample for place in self.places)


def places_of(layer: str) -> PlaceLayer | None:
    """The places of a layer by name; None if there is no such layer, or nothing in it."""
    places = list(MapPlace.objects.filter(layer=layer).order_by("name", "pk"))
    if not places:
        return None
    naming = Faq.objects.filter(map_layer=layer, status=Faq.Status.PUBLISHED).exclude(place_name="").order_by("pk")
    named = naming.values_list("place_name", flat=True).first()
    return PlaceLayer(named or "장소", places)


def unanswered() -> QuerySet[Turn]:
    """Questions that ended in the exits, newest first."""
    return Turn.objects.filter(decision=Turn.Decision.EXITS).order_by("-asked_at")


@dataclass(frozen=True, slots=True)
class Board:
    """The chatbot's line on the officials' dashboard, for the last seven days."""

    turn_count: int
    answered_percent: int
    unanswered_count: int


def board(user: User, *, now: datetime) -> Board:
    """
    How the last week went: answered means a direct answer, a choice or an emergency card.

    `unanswered_count` is what the official's own list shows.
    """
    week = Turn.objects.filter(asked_at__gte=now - timedelta(days=7)).exclude(decision=Turn.Decision.EMPTY)
    counts = week.aggregate(all=Count("id"), missed=Count("id", filter=Q(decision=Turn.Decision.EXITS)))
    total, missed = counts["all"], counts["missed"]
    own = turns_seen_by(user).filter(pk__in=week.filter(decision=Turn.Decision.EXITS).values("pk"))
    return Board(total, round(100 * (total - missed) / total) if total else 0, own.count())
