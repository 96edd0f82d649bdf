"""What Solapi checks when a message is put into a group, and what it keeps of it."""

import re
import unicodedata
from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from typing import Any, Final

from messaging.simulator.orders import Leg, Picture
from messaging.simulator.solapi.statuses import RECEIVED, WORDS
from messaging.simulator.solapi.templates import Template

Record = dict[str, Any]
LONGEST: Final = {"SMS": 90, "LMS": 2000, "MMS": 2000}
CHANNELS: Final = {"SMS": "sms", "LMS": "lms", "MMS": "mms", "ATA": "alimtalk"}
SUBJECT_BYTES, ATA_CHARACTERS, FIELD_NAME, FIELD_VALUE = 40, 1000, 30, 100
_FIELDS = {
    *("to", "from", "text", "type", "country", "subject", "imageId"),
    *("kakaoOptions", "customFields", "autoTypeDetect"),
}
_KAKAO_FIELDS = {"pfId", "templateId", "variables", "disableSms", "buttons"}
_BUTTON_FIELDS = {"buttonName", "buttonType", "linkMo", "linkPc", "linkAnd", "linkIos"}
_MOBILE = re.compile(r"01[016789]\d{7,8}")
_OFFICE = re.compile(r"0\d{8,11}|1[568]\d{6}")


class Malformed(Exception):
    """The call is refused whole: it is not in the documented shape."""


@dataclass(frozen=True, slots=True)
class Registry:
    """
    What a message is checked against. `senders` empty: any well-formed number counts as registered.

    `new_id` names what this carrier sends by itself.
    """

    senders: Collection[str]
    unsubscribed: Collection[str]
    template: Callable[[str], Template | None]
    picture: Callable[[str], Picture | None]
    new_id: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Entry:
    """One message as registered; `leg` is what leaves when the group is sent."""

    record: Record
    leg: Leg

    @property
    def is_refused(self) -> bool:
        return bool(self.record["statusCode"] != RECEIVED)


def read_rows(document: Any, *, most: int) -> list[Record]:
    """
    The messages of a call; unknown fields and other types are refused, never ignored.

    :raises Malformed: naming the field
    """
    rows = document.get("messages") if isinstance(document, dict) else None
    if not isinstance(rows, list) or not 1 <= len(rows) <= most:
        raise Malformed(f"messages must be a list of 1 to {most}")
    for row in rows:
        _check_shape(row, _FIELDS, "messages")
        _check_words(row, "to", "from", "text", "type", "country", "subject", "imageId")
        _check_kakao(row.get("kakaoOptions", {}))
        if not isinstance(row.get("autoTypeDetect", True), bool):
            raise Malformed("autoTypeDetect must be a boolean")
    return rows


def _check_kakao(options: Any) -> None:
    _check_shape(options, _KAKAO_FIELDS, "kakaoOptions")
    _check_words(options, "pfId", "templateId")
    if not isinstance(options.get("disableSms", False), bool):
        raise Malformed("kakaoOptions.disableSms must be a boolean")
    variables, buttons = options.get("variables", {}), options.get("buttons", [])
    if not isinstance(variables, dict) or not all(isinstance(one, str) for one in variables.values()):
        raise Malformed("kakaoOptions.variables must be an object of strings")
    if not isinstance(buttons, list):
        raise Malformed("kakaoOptions.buttons must be a list")
    for button in buttons:
        _check_shape(button, _BUTTON_FIELDS, "buttons")
        _check_words(button, *_BUTTON_FIELDS)


def _check_shape(row: Any, fields: set[str], name: str) -> None:
    if not isinstance(row, dict):
        raise Malformed(f"{name} must hold objects")
    if unknown := set(row) - fields:
        raise Malformed(f"{name} holds unknown fields: {', '.join(sorted(unknown))}")


def _check_words(row: Record, *names: str) -> None:
    for name in names:
        if not isinstance(row.get(name, ""), str):
            raise Malformed(f"{name} must be a string")


def register(row: Record, message_id: str, *, registry: Registry, taken: Collection[str]) -> Entry:
    """Check one message; `taken` are the numbers the group may not hold again."""
    kind = _kind(row)
    options = row.get("kakaoOptions", {})
    template = registry.template(options.get("templateId", ""))
    picture = registry.picture(row.get("imageId", ""))
    text = row.get("text", "")
    if kind == "ATA" and template is not None and not text:
        text = template.filled(options.get("variables", {}))
    checked = _Checked(row, kind, text, template, picture)
    code = _refusal(checked, registry, taken) or RECEIVED
    record = {**row, "type": kind, "text": text, "country": row.get("country", "82"), "messageId": message_id}
    record |= {"statusCode": code, "statusMessage": WORDS.get(code, "")}
    return Entry(record, _leg(checked, message_id, registry))


def _leg(checked: "_Checked", message_id: str, registry: Registry) -> Leg:
    row, template, is_card = checked.row, checked.template, checked.kind == "ATA"
    fields = row.get("customFields", {})
    given = fields.get("attempt") if isinstance(fields, dict) else None
    title = template.title if template is not None and is_card else ""
    leg = Leg(
        id=given if isinstance(given, str) and given else message_id,
        channel=CHANNELS.get(checked.kind, checked.kind.lower()),
        to=row.get("to", ""),
        sender=row.get("from", ""),
        text=checked.text,
        title=row.get("subject", "") or title,
        template=row.get("kakaoOptions", {}).get("templateId", ""),
        buttons=_buttons(row.get("kakaoOptions", {}), template) if is_card else (),
        pictures=(checked.picture,) if checked.picture and checked.kind == "MMS" else (),
        ref=message_id,
    )
    # Without disableSms their console's default holds, and it is to send a text where KakaoTalk fails.
    is_replaced = is_card and row.get("kakaoOptions", {}).get("disableSms") is not True
    return replace(leg, otherwise=_text_instead(leg, registry.new_id())) if is_replaced else leg


def _text_instead(leg: Leg, ref: str) -> Leg:
    channel = "sms" if leg.byte_count <= LONGEST["SMS"] else "lms"
    return replace(leg, channel=channel, title="", template="", buttons=(), ref=ref)


@dataclass(frozen=True, slots=True)
class _Checked:
    row: Record
    kind: str
    text: str
    template: Template | None
    picture: Picture | None


def _kind(row: Record) -> str:
    """The type as given or, unless that is switched off, as it is detected."""
    given = str(row.get("type", "")).upper()
    if given or row.get("autoTypeDetect", True) is not True:
        return given
    if "kakaoOptions" in row:
        return "ATA"
    if "imageId" in row:
        return "MMS"
    long = len(row.get("text", "").encode("cp949", "replace")) > LONGEST["SMS"] or "subject" in row
    return "LMS" if long else "SMS"


def _refusal(checked: _Checked, registry: Registry, taken: Collection[str]) -> str:
    row, kind = checked.row, checked.kind
    to, sender = row.get("to", ""), row.get("from", "")
    if kind not in CHANNELS:
        return "1025" if kind else "1010"
    if not to or not sender or (not checked.text.strip() and kind != "ATA"):
        return "1010"
    if not _MOBILE.fullmatch(to) or not _OFFICE.fullmatch(sender) or row.get("country", "82") != "82":
        return "1011"
    if to in taken:
        return "1026"
    if registry.senders and sender not in registry.senders:
        return "1062"
    if not _fields_fit(row.get("customFields", {})):
        return "1032"
    if any(unicodedata.category(one) == "Cc" and one not in "\r\n\t" for one in checked.text):
        return "1028"
    if kind == "ATA":
        return _kakao_refusal(checked)
    return _text_refusal(checked) or ("1061" if to in registry.unsubscribed else "")


def _fields_fit(fields: Any) -> bool:
    return isinstance(fields, dict) and all(
        len(name) <= FIELD_NAME and isinstance(value, str) and len(value) <= FIELD_VALUE
        for name, value in fields.items()
    )


def _text_refusal(checked: _Checked) -> str:
    subject, image = checked.row.get("subject", ""), checked.row.get("imageId", "")
    try:
        body, head = checked.text.encode("cp949"), subject.encode("cp949")
    except UnicodeEncodeError:
        return "1029"
    if "kakaoOptions" in checked.row:
        return "1033"
    if subject and checked.kind == "SMS":
        return "1013"
    if len(head) > SUBJECT_BYTES:
        return "1014"
    if len(body) > LONGEST[checked.kind]:
        return "1031"
    if bool(image) != (checked.kind == "MMS"):
        return "1011" if image else "1010"
    return "1034" if image and checked.picture is None else ""


def _kakao_refusal(checked: _Checked) -> str:
    options, template = checked.row.get("kakaoOptions", {}), checked.template
    if template is None or template.status != "APPROVED":
        return "1042"
    if options.get("pfId") != template.channel:
        return "1041"
    if len(checked.text) > ATA_CHARACTERS:
        return "1031"
    if not template.would_say(checked.text):
        return "1043"
    return template.button_problem(options.get("buttons"), options.get("variables", {}))


def _buttons(options: Record, template: Template | None) -> tuple[tuple[str, str], ...]:
    given = options.get("buttons")
    if given:
        return tuple((one.get("buttonName", ""), one.get("linkMo", "")) for one in given)
    return template.filled_buttons(options.get("variables", {})) if template else ()
