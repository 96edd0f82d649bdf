"""What a KakaoTalk skill is asked: the few fields we read, whatever else came with them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

from chatbot.engine.safety import SafetyCard, emergency_in

LONGEST_KEY = 200
LONGEST_URL = 1000


class Unreadable(ValueError):
    """Not JSON, or nobody is speaking in it."""


@dataclass(frozen=True, slots=True, repr=False)
class Asked:
    """One request. Its user key names a person to Kakao: it is hashed at once and shown nowhere."""

    bot: str
    user_key: str
    utterance: str
    block: str
    token: str
    callback_url: str
    danger: SafetyCard | None  # heard in the utterance


def read(body: bytes) -> Asked:
    """
    The fields of a request; missing and unknown ones do no harm.

    :raises Unreadable: if it is no JSON object, or names no user
    """
    try:
        document = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Unreadable from error
    asked = _part(document, "userRequest")
    key, utterance = _text(_part(asked, "user"), "id"), _text(asked, "utterance").strip()
    if not key or len(key) > LONGEST_KEY:
        raise Unreadable
    return Asked(
        bot=_text(_part(document, "bot"), "id").rstrip("!"),  # the console's test talks as "<id>!"
        user_key=key,
        utterance=utterance,
        block=_text(_part(asked, "block"), "id"),
        token=_text(_part(_part(document, "action"), "clientExtra"), "token"),
        callback_url=callback_address(_text(asked, "callbackUrl")),
        danger=emergency_in(utterance),
    )


def callback_address(url: str) -> str:
    """The address if it is Kakao's, else nothing: we post to nobody else."""
    if not url or len(url) > LONGEST_URL or any(letter <= " " for letter in url):
        return ""
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return ""
    is_kakaos = parts.scheme == "https" and parts.hostname in settings.KAKAO_CALLBACK_HOSTS
    return url if is_kakaos and port in (None, 443) and parts.username is None and parts.password is None else ""


def _part(whole: Any, name: str) -> Mapping[str, Any]:
    found = whole.get(name) if isinstance(whole, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _text(part: Mapping[str, Any], name: str) -> str:
    found = part.get(name)
    return found if isinstance(found, str) else ""
