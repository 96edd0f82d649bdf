"""What is said, as neutral cards: plain values that go into JSON and back, and that any channel can draw."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any


class DeadEnd(ValueError):
    """Somebody built a reply after which a citizen could do nothing."""


@dataclass(frozen=True, slots=True)
class Text:
    """
    A paragraph or a few. `is_sample`: its figures are examples of the demo district; `is_personal`: told to a phone
    that was proven, and no longer than the proof lasts.
    """

    text: str
    title: str = ""
    is_sample: bool = False
    is_personal: bool = False


@dataclass(frozen=True, slots=True)
class Image:
    """A picture of ours, and what it shows."""

    url: str
    alt: str


@dataclass(frozen=True, slots=True)
class Place:
    """One place; without coordinates it is an address."""

    name: str
    address: str
    lat: float | None = None
    lon: float | None = None
    phone: str = ""
    hours: str = ""
    is_sample: bool = False


@dataclass(frozen=True, slots=True)
class Layer:
    """Places of one sort. `layer` names the page that shows them all."""

    layer: str
    name: str
    places: tuple[Place, ...] = ()


@dataclass(frozen=True, slots=True)
class Link:
    """A label and where it leads; an example address is shown and leads nowhere."""

    label: str
    url: str
    is_example: bool = False


@dataclass(frozen=True, slots=True)
class Links:
    """Pages that say or do more."""

    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class Phone:
    """Somebody to call."""

    label: str
    number: str
    hours: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    """A petition that can be filled in here. No code: an ordinary complaint, with what was asked as its words."""

    code: str
    label: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One thing to tap. The token says what it means; see `chatbot.tokens`."""

    label: str
    token: str


@dataclass(frozen=True, slots=True)
class Chips:
    """Things to tap instead of typing. `folded_under`: they are second thoughts, and open under that label."""

    chips: tuple[Chip, ...]
    folded_under: str = ""


@dataclass(frozen=True, slots=True)
class Safety:
    """Somebody may be in danger: numbers to press, before everything else."""

    kind: str
    title: str
    text: str
    phones: tuple[Phone, ...]


@dataclass(frozen=True, slots=True)
class Progress:
    """Question `n` of about `of` in a petition: what is typed next answers it."""

    n: int
    of: int
    label: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """What was answered to one question of a petition, and the token that changes it."""

    label: str
    value: str
    token: str = ""


@dataclass(frozen=True, slots=True)
class Summary:
    """
    A petition before it is sent.

    Its values are personal: a stored reply names only the `draft`, and its rows are read when it is drawn.
    """

    draft: str
    rows: tuple[Row, ...] = ()


Card = Text | Image | Place | Layer | Links | Phone | Form | Chips | Safety | Progress | Summary

_KINDS: dict[str, type[Card]] = {
    "text": Text,
    "image": Image,
    "place": Place,
    "layer": Layer,
    "links": Links,
    "phone": Phone,
    "form": Form,
    "chips": Chips,
    "safety": Safety,
    "progress": Progress,
    "summary": Summary,
}
_NAMES = {kind: name for name, kind in _KINDS.items()}
_PARTS: dict[str, type[Any]] = {"places": Place, "links": Link, "chips": Chip, "phones": Phone, "rows": Row}


def name_of(card: Card) -> str:
    """What sort of card it is: the name of its template, and of its JSON."""
    return _NAMES[type(card)]


def to_json(card: Card) -> dict[str, Any]:
    """A card as JSON values."""
    return {"card": name_of(card), **asdict(card)}


def from_json(values: Mapping[str, Any]) -> Card:
    """
    The card that `to_json` made. Fields of another version are left out, or take their usual value.

    :raises KeyError: if there is no such card
    """
    kind = _KINDS[values["card"]]
    known = {one.name for one in fields(kind)}
    read = {name: _part(name, value) for name, value in values.items() if name in known}
    return kind(**read)


def _part(name: str, value: Any) -> Any:
    if name not in _PARTS:
        return value
    part = _PARTS[name]
    known = {one.name for one in fields(part)}
    return tuple(part(**{key: one[key] for key in known if key in one}) for one in value)


def leads_on(card: Card) -> bool:
    """Whether a citizen who sees the card can do something next."""
    match card:
        case Text() | Image() | Place():
            return False
        case Links(links):
            return any(not link.is_example for link in links)
        case Chips(chips):
            return bool(chips)
        case Safety(phones=phones):
            return bool(phones)
        case Phone(number=number):
            return bool(number)
        case Layer() | Form() | Progress() | Summary():
            return True


@dataclass(frozen=True, slots=True)
class Reply:
    """Everything under one question. It cannot be built without a way on."""

    cards: tuple[Card, ...]

    def __post_init__(self) -> None:
        if not any(leads_on(card) for card in self.cards):
            raise DeadEnd

    def to_json(self) -> list[dict[str, Any]]:
        """As it is stored in a turn."""
        return [to_json(card) for card in self.cards]


def reply_from_json(stored: Iterable[Mapping[str, Any]]) -> Reply:
    """A stored reply."""
    return Reply(tuple(from_json(values) for values in stored))
