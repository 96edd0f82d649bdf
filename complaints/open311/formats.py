"""One answer in the standard's two spellings. The JSON is what the XML says, without the names of the items."""

import json
import re
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any
from xml.etree import ElementTree as Tree  # we only write; nothing from outside is parsed

from django.http import HttpRequest, HttpResponse

# What one item of each list is called in XML.
ITEMS: Mapping[str, str] = {
    "services": "service",
    "service_requests": "request",
    "errors": "error",
    "attributes": "attribute",
    "values": "value",
    "endpoints": "endpoint",
    "formats": "format",
}
_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Format(StrEnum):
    """How the answer is spelled."""

    JSON = "json"
    XML = "xml"

    @property
    def content_type(self) -> str:
        """As the standard names it: text/xml, not application/xml."""
        return "text/xml; charset=utf-8" if self is Format.XML else "application/json; charset=utf-8"


def format_of(request: HttpRequest, suffix: str | None) -> Format:
    """The suffix of the address; without one, what the client accepts, and JSON if it takes both."""
    if suffix:
        return Format(suffix)
    accepted = request.headers.get("Accept", "")
    return Format.XML if "xml" in accepted and not re.search(r"json|html|\*/\*", accepted) else Format.JSON


def answer(root: str, content: Any, *, spelling: Format, status: int = 200) -> HttpResponse:
    """A list or a single thing under its name."""
    if spelling is Format.JSON:
        body = json.dumps(content, ensure_ascii=False).encode()
    else:
        body = Tree.tostring(_element(root, content), encoding="utf-8", xml_declaration=True)
    return HttpResponse(body, status=status, content_type=spelling.content_type)


def _element(name: str, content: Any) -> Tree.Element:
    element = Tree.Element(name)
    if isinstance(content, Mapping):
        element.extend(_element(key, value) for key, value in content.items())
    elif isinstance(content, Sequence) and not isinstance(content, str):
        element.extend(_element(ITEMS[name], item) for item in content)
    else:
        element.text = _text(content)
    return element


def _text(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return _NOT_XML.sub("", str(value))
