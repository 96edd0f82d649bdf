"""What this dialect keeps: requests with their keys, files and templates, folded from its notes in the truth log."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from messaging.simulator.exchange import Exchange
from messaging.simulator.truth import Event, wall_clock

DIALECT = "bizgo"


@dataclass(frozen=True, slots=True)
class Sent:
    """One call of `omni`: what reports and histories repeat of it."""

    id: str
    key: str
    reference: str
    group: str
    at: datetime


@dataclass(slots=True)
class Template:
    """An AlimTalk wording, as it was handed in, and what became of its review."""

    body: dict[str, Any]
    created_at: str
    modified_at: str
    requested_at: datetime | None = None
    is_doomed: bool = False
    comments: list[dict[str, Any]] = field(default_factory=list)


class Shelf:
    """Everything by its name. Only events of the truth log change it."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.sent: dict[str, Sent] = {}
        self.files: dict[str, tuple[str, datetime]] = {}
        self.templates: dict[tuple[str, str], Template] = {}
        self.legs: dict[str, list[Event]] = {}
        self._keys: dict[str, tuple[str, datetime]] = {}
        for event in exchange.world.of_dialect(DIALECT):
            self._heard(event)
        exchange.listeners.append(self._heard)

    def note(self, kind: str, **facts: Any) -> None:
        """Write one fact of this dialect's own into the truth, and keep it."""
        self._exchange.note(DIALECT, kind, **facts)

    def key_of(self, given: str, now: datetime) -> str:
        """The key under which the exchange remembers a request: a key that ran out is as good as new."""
        known, until = self._keys.get(given, (given, now))
        return known if now < until else f"{given}/{now.timestamp():.6f}" if given in self._keys else given

    def _heard(self, event: Event) -> None:
        if event.get("dialect") != DIALECT:
            return
        if event["event"] in ("accept", "refuse"):
            self.legs.setdefault(event["key"], []).append(event)
        elif event["event"] == "note":
            self._note(event)

    def _note(self, event: Event) -> None:
        at = datetime.fromisoformat(event["time"])
        match event["note"]:
            case "sent":
                self.sent[event["id"]] = Sent(event["id"], event["key"], event["reference"], event["group"], at)
                if event["given"]:
                    self._keys[event["given"]] = event["key"], at + timedelta(seconds=event["ttl"])
            case "file":
                self.files[event["id"]] = event["sha256"], at
            case "template":
                self.templates[event["sender"], event["code"]] = Template(event["body"], event["time"], event["time"])
            case "review":
                template = self.templates[event["sender"], event["code"]]
                template.requested_at = at if event["on"] else None
                template.is_doomed = event["doomed"]
                template.modified_at = event["time"]
                if event["comment"]:
                    template.comments.append(comment(len(template.comments), "REQ", event["comment"], event["time"]))
            case "template_gone":
                self.templates.pop((event["sender"], event["code"]), None)

    def review_of(self, template: Template) -> str:
        """REG, REQ, and by itself soon APR or REJ."""
        if template.requested_at is None:
            return "REG"
        if wall_clock() < template.requested_at + timedelta(seconds=self._exchange.receipt_delay):
            return "REQ"
        return "REJ" if template.is_doomed else "APR"

    def approved(self, sender: str, code: str) -> Mapping[str, Any] | None:
        """The wording that may be sent under this code, if there is one."""
        template = self.templates.get((sender, code))
        return template.body if template is not None and self.review_of(template) == "APR" else None


def comment(number: int, status: str, words: str, at: str) -> dict[str, Any]:
    """One remark in a template's review."""
    return {"id": number + 1, "content": words, "userName": "검수자", "createdAt": at, "status": status}
