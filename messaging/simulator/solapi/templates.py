"""AlimTalk wordings as registered at Solapi: their review, and what a message may make of them."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

REVIEW: Final = timedelta(seconds=1)
REJECTING: Final = "반려"  # a wording that says so is rejected, for demonstrations
_VARIABLE = re.compile(r"#\{[^{}]+\}")
_WEB = ("http://", "https://")


@dataclass(frozen=True, slots=True)
class Template:
    """One wording. `status`: PENDING, INSPECTING, APPROVED or REJECTED."""

    content: str
    channel: str
    title: str
    buttons: Sequence[Mapping[str, str]]
    status: str

    def filled(self, variables: Mapping[str, str]) -> str:
        """The wording with its variables; what has no value stays as it is, and is then refused."""
        return _filled(self.content, variables)

    def filled_buttons(self, variables: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
        """Its web links, label and address."""
        return tuple(
            (_filled(one.get("buttonName", ""), variables), _filled(one.get("linkMo", ""), variables))
            for one in self.buttons
        )

    def would_say(self, text: str) -> bool:
        """True if the text is this wording with some value for each variable."""
        return _VARIABLE.search(text) is None and _matches(self.content, text)

    def button_problem(self, given: Any, variables: Mapping[str, str]) -> str:
        """The status code a message's buttons are refused with; '' when they are the registered ones."""
        if given is None:
            links = [url for _, url in self.filled_buttons(variables)]
            return "" if all(url.startswith(_WEB) and not _VARIABLE.search(url) for url in links) else "1045"
        if bool(given) != bool(self.buttons):
            return "1047" if given else "1046"
        if len(given) != len(self.buttons):
            return "1044"
        return next((code for code in map(_button_problem, given, self.buttons) if code), "")


def read_template(record: Mapping[str, Any]) -> Template:
    """A wording from its record."""
    return Template(
        content=record["content"],
        channel=record["channelId"],
        title=record.get("emphasizeTitle", ""),
        buttons=record.get("buttons", ()),
        status=record["status"],
    )


def reviewed(record: Mapping[str, Any], *, now: datetime) -> dict[str, Any] | None:
    """The record after its review, once that is due; None while there is nothing new."""
    asked = record.get("askedAt", "")
    if record["status"] != "INSPECTING" or now - datetime.fromisoformat(asked) < REVIEW:
        return None
    if not record["isDoomed"]:
        return {**record, "status": "APPROVED"}
    said = {"isAdmin": True, "memberId": "", "content": "정보성 메시지로 볼 수 없어 반려합니다.", "dateCreated": asked}
    return {**record, "status": "REJECTED", "comments": [*record["comments"], said]}


def _button_problem(given: Mapping[str, str], registered: Mapping[str, str]) -> str:
    if any(given.get(name) != registered.get(name) for name in ("buttonType", "buttonName")):
        return "1044"
    link = given.get("linkMo", "")
    return "" if link.startswith(_WEB) and _matches(registered.get("linkMo", ""), link) else "1045"


def _filled(pattern: str, variables: Mapping[str, str]) -> str:
    return _VARIABLE.sub(lambda found: variables.get(found[0], found[0]), pattern)


def _matches(pattern: str, text: str) -> bool:
    pieces = [re.escape(piece) for piece in _VARIABLE.split(pattern)]
    return re.fullmatch(".*?".join(pieces), text, re.DOTALL) is not None
