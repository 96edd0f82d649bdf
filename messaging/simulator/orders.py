"""What a customer may hand over: the shape of an order, and the checks a real carrier makes before taking a leg."""

import base64
import binascii
import hashlib
import re
import struct
from dataclasses import dataclass
from typing import Any
from uuid import UUID

MAX_LEGS = 200
TEXT_BYTES = {"sms": 90, "lms": 2000, "mms": 2000}
TITLE_BYTES = 40
ALIMTALK_CHARACTERS = 1000
MAX_BUTTONS = 5
IMAGE_BYTES, IMAGE_SIDE, IMAGES = 200_000, 1000, 3
REASONS = {
    "2001": "recipient number is not a mobile number in digits",
    "2002": "sender number is not registered",
    "2101": "text is empty",
    "2102": "text is too long",
    "2103": "title is too long",
    "2104": "text or title holds a character outside KS X 1001 (cp949)",
    "2105": "pictures are for MMS, which needs at least one",
    "2106": "picture is not a baseline JPEG",
    "2107": "picture has too many bytes",
    "2108": "picture has too many pixels",
    "2109": "too many pictures",
    "2110": "picture does not match its sha256",
    "2201": "template code is missing",
    "2202": "AlimTalk text is too long",
    "2203": "button without label or web address, or too many buttons",
    "3101": "recipient is not on KakaoTalk",
    "3102": "recipient blocked the channel",
    "3103": "no such number",
    "3104": "handset is off",
    "9001": "temporary failure at the operator",
}
_MOBILE = re.compile(r"01[016789]\d{7,8}")
_SENDER = re.compile(r"0\d{8,11}|1[568]\d{6}")
_LEG_FIELDS = {"id", "channel", "to", "from", "text", "title", "template", "buttons", "images", "card"}
_CARD_FIELDS = {"header", "highlight", "note", "items", "keywords"}


class Malformed(Exception):
    """The whole order is refused: it is not in the documented shape."""


@dataclass(frozen=True, slots=True)
class Picture:
    """One attached file as received."""

    name: str
    sha256: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Card:
    """What an AlimTalk shows beside its text: a header, a highlight and its note, a list of items, words to tap."""

    header: str = ""
    highlight: str = ""
    note: str = ""
    items: tuple[tuple[str, str], ...] = ()
    keywords: tuple[str, ...] = ()  # BK buttons: a tap sends the word back


@dataclass(frozen=True, slots=True)
class Leg:
    """
    One message for one handset.

    `ref` is this carrier's name for it where the dialect has one of its own; `fate` the code it is sure to fail with
    though it is taken; `otherwise` what this carrier sends by itself when the message fails.
    """

    id: str
    channel: str
    to: str
    sender: str
    text: str
    title: str
    template: str
    buttons: tuple[tuple[str, str], ...]
    pictures: tuple[Picture, ...]
    card: Card = Card()
    ref: str = ""
    fate: str = ""
    otherwise: "Leg | None" = None

    @property
    def byte_count(self) -> int:
        return len(self.text.encode("cp949", "replace"))

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Order:
    """One call: its idempotency key, its legs, and the dialect it was made in."""

    key: str
    legs: tuple[Leg, ...]
    dialect: str = "own"


def read_order(document: Any) -> Order:
    """
    The order in a decoded JSON body; an unknown field is refused, never ignored.

    :raises Malformed: naming the field
    """
    if not isinstance(document, dict) or set(document) != {"key", "legs"}:
        raise Malformed("an object with key and legs is expected")
    key, rows = document["key"], document["legs"]
    if not isinstance(key, str) or not 1 <= len(key) <= 200:
        raise Malformed("key must be 1 to 200 characters")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_LEGS:
        raise Malformed(f"legs must be a list of 1 to {MAX_LEGS}")
    legs = tuple(_leg(row) for row in rows)
    if len({leg.id for leg in legs}) != len(legs):
        raise Malformed("legs hold the same id twice")
    return Order(key, legs)


def _leg(row: Any) -> Leg:
    if not isinstance(row, dict) or not set(row) <= _LEG_FIELDS:
        raise Malformed("a leg holds unknown fields")
    channel = _word(row, "channel")
    if channel not in (*TEXT_BYTES, "alimtalk"):
        raise Malformed("channel must be sms, lms, mms or alimtalk")
    return Leg(
        id=_uuid(_word(row, "id")),
        channel=channel,
        to=_word(row, "to"),
        sender=_word(row, "from"),
        text=_word(row, "text"),
        title=_word(row, "title", optional=True),
        template=_word(row, "template", optional=True),
        buttons=tuple((_word(one, "label"), _word(one, "url")) for one in _rows(row, "buttons")),
        pictures=tuple(_picture(one) for one in _rows(row, "images")),
        card=read_card(row.get("card", {})),
    )


def read_card(document: Any) -> Card:
    """
    The card in decoded JSON, from an order or from the truth log.

    :raises Malformed: for unknown fields or other types
    """
    if not isinstance(document, dict) or not set(document) <= _CARD_FIELDS:
        raise Malformed("card holds unknown fields")
    keywords = document.get("keywords", [])
    if not isinstance(keywords, list) or not all(isinstance(one, str) and one.strip() for one in keywords):
        raise Malformed("keywords must be a list of strings")
    return Card(
        header=_word(document, "header", optional=True),
        highlight=_word(document, "highlight", optional=True),
        note=_word(document, "note", optional=True),
        items=tuple((_word(one, "title"), _word(one, "text")) for one in _rows(document, "items")),
        keywords=tuple(keywords),
    )


def written_card(card: Card) -> dict[str, Any]:
    """The card as JSON, without what it lacks."""
    items = [{"title": title, "text": text} for title, text in card.items]
    whole = {"header": card.header, "highlight": card.highlight, "note": card.note, "items": items}
    return {name: value for name, value in {**whole, "keywords": list(card.keywords)}.items() if value}


def _word(row: dict[str, Any], name: str, *, optional: bool = False) -> str:
    value = row.get(name, "" if optional else None)
    if not isinstance(value, str):
        raise Malformed(f"{name} must be a string")
    return value


def _rows(row: dict[str, Any], name: str) -> list[dict[str, Any]]:
    value = row.get(name, [])
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise Malformed(f"{name} must be a list of objects")
    return value


def _uuid(text: str) -> str:
    try:
        return str(UUID(text))
    except ValueError as error:
        raise Malformed("id must be a UUID") from error


def _picture(row: dict[str, Any]) -> Picture:
    try:
        content = base64.b64decode(_word(row, "base64"), validate=True)
    except binascii.Error as error:
        raise Malformed("base64 cannot be decoded") from error
    return Picture(_word(row, "name"), _word(row, "sha256"), content)


def refusal(leg: Leg, *, senders: frozenset[str]) -> str:
    """The code this carrier refuses the leg with, '' when it is in order. No `senders` = any well-formed one."""
    if not _MOBILE.fullmatch(leg.to):
        return "2001"
    if not _SENDER.fullmatch(leg.sender) or (senders and leg.sender not in senders):
        return "2002"
    if not leg.text.strip():
        return "2101"
    return _alimtalk_refusal(leg) if leg.channel == "alimtalk" else _text_refusal(leg)


def _alimtalk_refusal(leg: Leg) -> str:
    if not leg.template.strip():
        return "2201"
    if len(leg.text) > ALIMTALK_CHARACTERS:
        return "2202"
    links = all(label.strip() and url.startswith(("http://", "https://")) for label, url in leg.buttons)
    if not links or len(leg.buttons) + len(leg.card.keywords) > MAX_BUTTONS:
        return "2203"
    return "2105" if leg.pictures else ""


def _text_refusal(leg: Leg) -> str:
    try:
        text, title = leg.text.encode("cp949"), leg.title.encode("cp949")
    except UnicodeEncodeError:
        return "2104"
    if len(text) > TEXT_BYTES[leg.channel]:
        return "2102"
    if len(title) > TITLE_BYTES or (title and leg.channel == "sms"):
        return "2103"
    if bool(leg.pictures) != (leg.channel == "mms"):
        return "2105"
    if len(leg.pictures) > IMAGES:
        return "2109"
    return next((code for code in map(_picture_refusal, leg.pictures) if code), "")


def _picture_refusal(picture: Picture) -> str:
    if hashlib.sha256(picture.content).hexdigest() != picture.sha256:
        return "2110"
    if len(picture.content) > IMAGE_BYTES:
        return "2107"
    size = jpeg_size(picture.content)
    if size is None:
        return "2106"
    return "2108" if max(size) > IMAGE_SIDE else ""


def jpeg_size(content: bytes) -> tuple[int, int] | None:
    """Width and height of a baseline JPEG in grey or YCbCr; None for progressive, CMYK or anything else."""
    if content[:3] != b"\xff\xd8\xff":
        return None
    place = 2
    while place + 9 < len(content) and content[place] == 0xFF:
        marker, length = content[place + 1], struct.unpack(">H", content[place + 2 : place + 4])[0]
        if marker in (0xC0, 0xC1):
            height, width, components = struct.unpack(">HHB", content[place + 5 : place + 10])
            return (width, height) if components in (1, 3) else None
        if 0xC2 <= marker <= 0xCF and marker not in (0xC4, 0xC8, 0xCC):
            return None
        place += 2 + length
    return None
