"""The chat as a page: each turn with its cards, each card with the template that draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from chatbot.cards import Card, Layer, Place, name_of
from chatbot.drawing import cards_of
from chatbot.models import MapPlace, Turn
from complaints.drawing import Drawing, drawing_of
from complaints.geography import Point
from complaints.places_queries import geography
from portal.core.languages import house_language

PLACES_SHOWN = 3
SLOT_MARK = "[slot]"
HIDDEN_ANSWER = gettext_noop("(적어 주신 답은 여기에서 가려 둡니다)")
_REASONS = [(reason.value, reason.label) for reason in Turn.Reason if reason.value]


@dataclass(frozen=True, slots=True)
class Dot:
    """A place on the drawing: its number in the list beside it, and where it stands."""

    number: int
    name: str
    x: int
    y: int


@dataclass(frozen=True, slots=True)
class Sketch:
    """The district's outline with dots: no tiles, no map server, no script."""

    drawing: Drawing
    dots: Sequence[Dot]

    @property
    def is_numbered(self) -> bool:
        """A single dot needs no number."""
        return len(self.dots) > 1


def sketch_of(places: Sequence[Place | MapPlace]) -> Sketch | None:
    """The sketch of some places; None if nothing of it could be drawn."""
    drawing = drawing_of(geography())
    if drawing is None:
        return None
    dots = []
    for number, one in enumerate(places, 1):
        if one.lat is None or one.lon is None:
            continue
        x, y = drawing.place(Point(one.lat, one.lon))
        if 0 <= x <= drawing.width and 0 <= y <= drawing.height:
            dots.append(Dot(number, one.name, x, y))
    return Sketch(drawing, dots) if dots else None


@dataclass(frozen=True, slots=True)
class Part:
    """A card, the template that draws it, and what that needs to know about places."""

    template: str
    card: Card
    places: Sequence[MapPlace] = ()
    sketch: Sketch | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """One question and everything under it."""

    seq: int
    question: str
    asked_at: datetime
    parts: Sequence[Part]
    is_rateable: bool
    value: int | None
    reason: str
    reasons: Sequence[tuple[str, str]] = tuple(_REASONS)

    @property
    def wants_reason(self) -> bool:
        """A thumb went down and nobody knows why."""
        return self.value == -1 and not self.reason


def shown(turns: Sequence[Turn], *, misses_in_row: int = 0, now: datetime) -> list[Shown]:
    """A thread for its page, oldest first. `misses_in_row`: of the conversation as it stands now."""
    return [_shown(turn, is_second_miss=turn is turns[-1] and misses_in_row > 1, now=now) for turn in turns]


def _shown(turn: Turn, *, is_second_miss: bool, now: datetime) -> Shown:
    with house_language():
        reply = cards_of(turn, is_second_miss=is_second_miss, now=now)
    return Shown(
        seq=turn.seq,
        question=_question(turn),
        asked_at=turn.asked_at,
        parts=[_part(card) for card in reply.cards],
        is_rateable=turn.decision == Turn.Decision.DIRECT,
        value=turn.value,
        reason=turn.reason,
    )


def _question(turn: Turn) -> str:
    """The citizen's bubble: what a form was told is not kept, and a person speaks without being asked."""
    if turn.text_masked == SLOT_MARK:
        return _(HIDDEN_ANSWER)
    return turn.text_masked or (_("(내용 없음)") if turn.decision == Turn.Decision.EMPTY else "")


def _part(card: Card) -> Part:
    template = f"chatbot/cards/{name_of(card)}.html"
    if isinstance(card, Layer):
        first = MapPlace.objects.filter(layer=card.layer).order_by("name", "pk")[:PLACES_SHOWN]
        return Part(template, card, places=list(first))
    if isinstance(card, Place):
        return Part(template, card, sketch=sketch_of([card]))
    return Part(template, card)
