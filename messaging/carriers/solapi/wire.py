"""Our messages and signatures as Solapi wants them. Pure."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from messaging.carriers.base import Button, Leg, TemplateText
from messaging.carriers.solapi.codes import TYPES

ATTEMPT, DISPATCH = "attempt", "dispatch"
OTHER_CATEGORY = "999999"  # reviewed last: give a category


def authorization(*, key: str, secret: str, now: datetime) -> str:
    """The Authorization header of one call: good once, and for a few minutes."""
    date, salt = now.isoformat(timespec="milliseconds"), secrets.token_hex(16)
    signature = hmac.new(secret.encode(), (date + salt).encode(), hashlib.sha256).hexdigest()
    return f"HMAC-SHA256 apiKey={key}, date={date}, salt={salt}, signature={signature}"


def group(key: UUID) -> dict[str, Any]:
    """A new group. Without `allowDuplicates` the second person of a household would be dropped."""
    return {"allowDuplicates": True, "customFields": {DISPATCH: str(key)}}


def message(leg: Leg, *, channel_id: str) -> dict[str, Any]:
    """One message of a group; its type is never left to them, nor is a text in the place of an AlimTalk."""
    whole = {
        "to": leg.to,
        "from": leg.sender,
        "type": TYPES[leg.channel],
        "autoTypeDetect": False,
        "country": "82",
        "customFields": {ATTEMPT: str(leg.id)},
    }
    if leg.channel == "alimtalk":
        # The wording is theirs, filled with our values: sent along, it could only differ.
        return {**whole, "kakaoOptions": _kakao(leg, channel_id)}
    title = {"subject": leg.title} if leg.title else {}
    picture = {"imageId": leg.images[0].file_ref} if leg.images else {}
    return {**whole, "text": leg.text, **title, **picture}


def _kakao(leg: Leg, channel_id: str) -> dict[str, Any]:
    return {
        "pfId": channel_id,
        "templateId": leg.template_code,
        "variables": {f"#{{{name}}}": value for name, value in leg.variables.items()},
        "disableSms": True,
    }


def picture(image: bytes, *, sha256: str) -> dict[str, str]:
    """An upload, named by its content: a name that comes again must not stand for another citizen's page."""
    return {"file": base64.b64encode(image).decode(), "type": "MMS", "name": f"{sha256[:32]}.jpg"}


def template(text: TemplateText, *, channel_id: str) -> dict[str, Any]:
    """A wording to be registered; its name is our code, so that a lost answer can be found again."""
    return {
        "channelId": channel_id,
        "name": text.code,
        "content": text.body,
        "categoryCode": text.category or OTHER_CATEGORY,
        "messageType": "BA",
        "emphasizeType": "NONE",
        "securityFlag": text.is_secure,
        "buttons": _links(text.buttons),
    }


def _links(buttons: Sequence[Button]) -> list[dict[str, str]]:
    return [{"buttonType": "WL", "buttonName": one.label, "linkMo": one.url, "linkPc": one.url} for one in buttons]
