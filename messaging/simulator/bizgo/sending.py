"""Reading a call of `omni`: recipients, an ordered flow of messages, and the words that differ per person."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from messaging.simulator.bizgo.envelope import Refusal
from messaging.simulator.bizgo.shelf import Shelf
from messaging.simulator.orders import Card, Leg, Picture

MOST_RECIPIENTS, MOST_FILES = 200, 3
TEXT_BYTES = {"sms": 90, "lms": 2000, "mms": 2000}
TITLE_BYTES = 40
ALIMTALK_CHARACTERS, ALIMTALK_TITLE = 1300, 50
LONGEST_KEY, LONGEST_TTL = 200, 86_400
UNLIKE_TEMPLATE, UNCERTAIN = "3016", "ME09"
_MOBILE = re.compile(r"01[016789]\d{7,8}")
_SENDER = re.compile(r"0\d{8,11}|1[568]\d{6}")
_VARIABLE = re.compile(r"#\{([^}]*)\}")
_DIGITS = re.compile(r"\d+")
_FIELDS = {"destinations", "messageFlow", "paymentCode", "groupKey", "idempotencyKey", "idempotencyTtl", "ref"}
_CHANNEL_FIELDS = {
    "sms": {"from", "text", "ttl", "originCID"},
    "mms": {"from", "title", "text", "fileKey", "ttl", "originCID"},
    "alimtalk": {
        *("senderKey", "templateCode", "msgType", "sendType", "responseMethod", "timeout", "text", "title"),
        *("header", "link", "attachment", "supplement", "price", "currencyType"),
    },
}


@dataclass(frozen=True, slots=True)
class Recipient:
    """One of the destinations."""

    to: str
    words: Mapping[str, str]
    reference: str


@dataclass(frozen=True, slots=True)
class Omni:
    """A call in the documented shape."""

    recipients: tuple[Recipient, ...]
    flow: tuple[tuple[str, Mapping[str, Any]], ...]
    key: str
    ttl: int
    reference: str
    group: str


def read(document: Any) -> Omni:
    """
    The call in a decoded body; a field this vendor does not know cannot be mapped.

    :raises Refusal: of the whole call
    """
    if not isinstance(document, dict) or not set(document) <= _FIELDS:
        raise Refusal("A011")
    rows, flow = document.get("destinations"), document.get("messageFlow")
    if not isinstance(rows, list) or not rows or not isinstance(flow, list) or not flow:
        raise Refusal("A300")
    if len(rows) > MOST_RECIPIENTS:
        raise Refusal("A318")
    key, ttl = _key(document)
    if len(_word(document, "paymentCode")) > 20:
        raise Refusal("A310")
    recipients, steps = tuple(_recipient(row) for row in rows), tuple(_step(row) for row in flow)
    is_filled_by_them = any(step.get("sendType") == "template" for _, step in steps)
    if is_filled_by_them and not all("replaceWords" in row for row in rows):
        raise Refusal("A300")
    return Omni(recipients, steps, key, ttl, _word(document, "ref"), _word(document, "groupKey"))


def _key(document: Mapping[str, Any]) -> tuple[str, int]:
    """The idempotency key and how long it lives: one without the other is refused."""
    key, ttl = document.get("idempotencyKey"), document.get("idempotencyTtl")
    if key is None:
        return "", 0
    if not isinstance(key, str) or not 0 < len(key) <= LONGEST_KEY:
        raise Refusal("A308")
    if not isinstance(ttl, int) or isinstance(ttl, bool) or not 0 <= ttl <= LONGEST_TTL:
        raise Refusal("A309")
    return key, ttl


def _recipient(row: Any) -> Recipient:
    if not isinstance(row, dict) or not set(row) <= {"to", "replaceWords", "ref"}:
        raise Refusal("A011")
    words = row.get("replaceWords", {})
    if not isinstance(words, dict) or not all(isinstance(one, str) for one in words.values()):
        raise Refusal("A011")
    return Recipient(_word(row, "to"), words, _word(row, "ref"))


def _step(row: Any) -> tuple[str, Mapping[str, Any]]:
    """One message of the flow: exactly one channel, and only that channel's fields."""
    if not isinstance(row, dict) or len(row) != 1:
        raise Refusal("A300")
    ((channel, body),) = row.items()
    if channel not in _CHANNEL_FIELDS or not isinstance(body, dict) or not set(body) <= _CHANNEL_FIELDS[channel]:
        raise Refusal("A011")
    if channel == "alimtalk":
        _check_alimtalk(body)
    else:
        _check_text(body)
    return channel, body


def _check_text(body: Mapping[str, Any]) -> None:
    if not _SENDER.fullmatch(_word(body, "from")):
        raise Refusal("A302")
    if not _word(body, "text").strip():
        raise Refusal("A303")
    files = body.get("fileKey", ["unnamed"])
    if not isinstance(files, list) or not files or not all(isinstance(one, str) for one in files):
        raise Refusal("A217")
    if len(files) > MOST_FILES:
        raise Refusal("A319")


def _check_alimtalk(body: Mapping[str, Any]) -> None:
    if not _word(body, "senderKey"):
        raise Refusal("A502")
    if not _word(body, "templateCode"):
        raise Refusal("A505")
    if body.get("sendType", "template") != "template":
        raise Refusal("A571")
    if "sendType" not in body and (body.get("msgType") not in ("AT", "AI") or not _word(body, "text")):
        raise Refusal("A523")
    if body.get("responseMethod", "push") not in ("push", "polling"):
        raise Refusal("A501")
    timeout = body.get("timeout", "180")
    if not isinstance(timeout, str) or not _DIGITS.fullmatch(timeout) or not 10 <= int(timeout) <= 86_400:
        raise Refusal("A526")


def _word(row: Mapping[str, Any], name: str) -> str:
    value = row.get(name, "")
    if not isinstance(value, str):
        raise Refusal("A011")
    return value


class Composer:
    """Makes each recipient's messages of a call; `check` then says what is wrong with one."""

    def __init__(self, shelf: Shelf, pictures: Mapping[str, Picture], senders: frozenset[str]) -> None:
        self._shelf = shelf
        self._pictures = pictures
        self._senders = senders

    def leg(self, omni: Omni, recipient: Recipient, *, name: str, ref: str) -> Leg:
        """The first message of the flow, and behind it what this vendor sends when that fails."""
        made: Leg | None = None
        for number, (channel, body) in reversed(list(enumerate(omni.flow, start=1))):
            place = (name, ref) if number == 1 else (f"{name}+{number}", f"{ref}/{number}")
            make = self._alimtalk if channel == "alimtalk" else self._text
            made = make(body, recipient, place, channel, made)
        if made is None:
            raise Refusal("A300")
        return made

    def _text(
        self, body: Mapping[str, Any], who: Recipient, place: tuple[str, str], channel: str, otherwise: Leg | None
    ) -> Leg:
        files = [self._pictures.get(key) for key in body.get("fileKey", [])]
        if None in files:
            raise Refusal("A217")
        return Leg(
            id=place[0],
            channel="sms" if channel == "sms" else "mms" if files else "lms",
            to=who.to,
            sender=body["from"],
            text=replaced(body["text"], who.words),
            title=replaced(_word(body, "title"), who.words),
            template="",
            buttons=(),
            pictures=tuple(one for one in files if one is not None),
            ref=place[1],
            otherwise=otherwise,
        )

    def _alimtalk(
        self, body: Mapping[str, Any], who: Recipient, place: tuple[str, str], channel: str, otherwise: Leg | None
    ) -> Leg:
        template = self._shelf.approved(body["senderKey"], body["templateCode"])
        if template is None:
            raise Refusal("A505")
        is_template = body.get("sendType") == "template"
        shown = template if is_template else body
        text = replaced(_word(shown, "text"), who.words)
        return Leg(
            id=place[0],
            channel=channel,
            to=who.to,
            sender=body["senderKey"],
            text=text,
            title=replaced(_word(shown, "title"), who.words),
            template=body["templateCode"],
            buttons=_buttons(template if "attachment" not in body else body, who.words),
            pictures=(),
            card=_card(shown, who.words),
            ref=place[1],
            fate="" if is_template or is_like(template["text"], text) else UNLIKE_TEMPLATE,
            otherwise=otherwise,
        )

    def check(self, leg: Leg) -> str:
        """The code with which this vendor refuses one recipient, or ''."""
        if not _MOBILE.fullmatch(leg.to):
            return "A306"
        if leg.channel == "alimtalk":
            is_long = len(leg.text) > ALIMTALK_CHARACTERS or len(leg.title) > ALIMTALK_TITLE
            return "A328" if is_long else "A503" if not _are_links(leg.buttons) else ""
        if self._senders and leg.sender not in self._senders:
            return "A327"
        try:
            text, title = leg.text.encode("cp949"), leg.title.encode("cp949")
        except UnicodeEncodeError:
            return "A303"
        if not text.strip():
            return "A303"
        return "A328" if len(text) > TEXT_BYTES[leg.channel] or len(title) > TITLE_BYTES else ""


def _are_links(buttons: Sequence[tuple[str, str]]) -> bool:
    return len(buttons) <= 5 and all(label and url.startswith(("http://", "https://")) for label, url in buttons)


def _buttons(body: Mapping[str, Any], words: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    rows = _rows(body.get("attachment", {}), "button")
    links = [row for row in rows if row.get("type") == "WL"]
    return tuple((replaced(_word(row, "name"), words), replaced(_word(row, "urlMobile"), words)) for row in links)


def _card(body: Mapping[str, Any], words: Mapping[str, str]) -> Card:
    attachment = body.get("attachment", {})
    items = attachment.get("item", {}) if isinstance(attachment, dict) else {}
    return Card(
        header=replaced(_word(body, "header"), words),
        items=tuple((_word(one, "title"), replaced(_word(one, "description"), words)) for one in _rows(items, "list")),
        keywords=tuple(_word(row, "name") for row in _rows(attachment, "button") if row.get("type") == "BK"),
    )


def _rows(document: Any, name: str) -> list[Mapping[str, Any]]:
    rows = document.get(name, []) if isinstance(document, dict) else None
    if not isinstance(rows, list) or not all(isinstance(one, dict) for one in rows):
        raise Refusal("A011")
    return rows


def replaced(text: str, words: Mapping[str, str]) -> str:
    """The text with this person's words; a variable nobody named stays as it is."""
    return _VARIABLE.sub(lambda found: words.get(found[1], found[0]), text)


def is_like(template: str, text: str) -> bool:
    """True if the text is the approved wording with its variables filled."""
    pieces = [re.escape(one) for one in re.split(r"#\{[^}]*\}", template)]
    return re.fullmatch(".*?".join(pieces), text, re.DOTALL) is not None
