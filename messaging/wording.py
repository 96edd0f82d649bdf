"""What a message says: a pure function of an approved wording and its variables, and the fingerprint of that."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from messaging.models import Route, TemplateVersion
from messaging.routes import may_go_by_text
from messaging.text import (
    ALIMTALK_CHARACTERS,
    ForbiddenValue,
    TextTooLong,
    Unencodable,
    check_text,
    check_value,
    for_text_message,
    render,
)


@dataclass(frozen=True, slots=True)
class Wording:
    """The finished words: `body` for an AlimTalk, `text` for a text message ('' if the route has none)."""

    title: str
    body: str
    text: str
    buttons: tuple[tuple[str, str], ...]

    @property
    def shown(self) -> str:
        """What the first leg says; what officials see."""
        return self.body or self.text


def compose(version: TemplateVersion, variables: Mapping[str, str]) -> Wording:
    """
    Put the variables into a wording and check that every channel of its route can carry the result.

    :raises messaging.text.WordingRefused: naming the variable or the character that stands in the way
    """
    for name, value in variables.items():
        check_value(name, value)
    body = "" if version.route != Route.ALIMTALK_THEN_TEXT else render(version.body, variables)
    if len(body) > ALIMTALK_CHARACTERS:
        raise TextTooLong(len(body), ALIMTALK_CHARACTERS, "자")
    text = ""
    if may_go_by_text(version.route):
        text = _for_text(version, variables)
        check_text(text)
    return Wording(version.title, body, text, tuple(_button(row, variables) for row in version.buttons))


def _for_text(version: TemplateVersion, variables: Mapping[str, str]) -> str:
    try:
        return for_text_message(render(version.text_body, variables))
    except Unencodable as refused:
        places = (f"context.{name}" for name, value in variables.items() if refused.character in value)
        refused.field = next(places, refused.field)
        raise


def _button(row: Mapping[str, str], variables: Mapping[str, str]) -> tuple[str, str]:
    url = render(row["url"], variables)
    if not url.startswith(("https://", "http://")):
        raise ForbiddenValue(row["url"].strip("#{}"), "주소 아닌 값이")
    return render(row["label"], variables), url


def fingerprint(wording: Wording, images: Sequence[bytes] = ()) -> bytes:
    """
    SHA-256 over everything the recipient will see. Stored when the message is queued, recomputed at the claim: what was
    approved is what leaves.
    """
    document = [wording.title, wording.body, wording.text, wording.buttons, [image.hex() for image in images]]
    return hashlib.sha256(json.dumps(document, ensure_ascii=False).encode()).digest()
