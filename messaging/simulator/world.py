"""What this carrier knows, folded from the truth log: answers given, handsets, webhooks still to deliver."""

from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from messaging.simulator.orders import Card, read_card
from messaging.simulator.truth import Event

SWITCHES = ("off", "no_kakao", "blocked", "no_such_number", "refuses_080")
RECENT = 50


@dataclass(slots=True)
class Bubble:
    """One message on a handset. `is_ours` = sent by the district; `status`: waiting, delivered or undelivered."""

    at: datetime
    is_ours: bool
    channel: str
    office: str
    text: str
    title: str = ""
    buttons: tuple[tuple[str, str], ...] = ()
    pictures: tuple[str, ...] = ()
    ref: str = ""
    leg: str = ""
    status: str = "delivered"
    card: Card = field(default_factory=Card)

    def says(self, words: str) -> bool:
        """True if these words stand anywhere in the message."""
        if words in self.text or words in self.title:
            return True
        card = self.card
        items = (line for item in card.items for line in item)
        return any(words in line for line in (card.header, card.highlight, card.note, *card.keywords, *items))


@dataclass(slots=True)
class Tally:
    """How many of each since the log began. `doubled` legs were taken more than once."""

    accepted: int = 0
    delivered: int = 0
    undelivered: int = 0
    refused: int = 0
    replied: int = 0
    doubled: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Phone:
    """One citizen's handset. `version` rises with everything that happens to it."""

    number: str
    switches: set[str] = field(default_factory=set)
    bubbles: list[Bubble] = field(default_factory=list)
    version: int = 0

    @property
    def visible(self) -> list[Bubble]:
        return [bubble for bubble in self.bubbles if bubble.status == "delivered"]

    @property
    def waiting(self) -> list[Bubble]:
        return [bubble for bubble in self.bubbles if bubble.status == "waiting"]

    @property
    def offices(self) -> list[str]:
        """Numbers that texted this handset, newest first: where a reply can go."""
        newest = [bubble.office for bubble in reversed(self.visible) if bubble.is_ours and bubble.channel != "alimtalk"]
        return list(dict.fromkeys(newest))


class World:
    """Everything in memory. Only `apply` changes it, live and when the log is read again."""

    def __init__(self) -> None:
        self.answers: dict[str, dict[str, Event]] = {}
        self.keys_of_leg: dict[str, str] = {}
        self.phones: dict[str, Phone] = {}
        self.offices: dict[str, None] = {}
        self.dialects: dict[str, str] = {}
        self.accepted: dict[str, Event] = {}
        self.results: dict[str, Event] = {}
        self._spoken: dict[str, list[Event]] = {}
        self.unposted: dict[str, Event] = {}
        self.unsubscribed: dict[str, str] = {}
        self.tally = Tally()
        self.recent: deque[Event] = deque(maxlen=RECENT)
        self.version = 0
        self._bubbles: dict[str, Bubble] = {}
        self._taken: set[str] = set()

    @property
    def accepted_count(self) -> int:
        return self.tally.accepted

    def phone(self, number: str) -> Phone:
        """The handset with this number, drawn up when first named."""
        return self.phones.setdefault(number, Phone(number))

    def newest_phones(self) -> Iterator[Phone]:
        """Handsets, the one something happened to last first."""
        return reversed(self.phones.values())

    def bubble(self, ref: str) -> Bubble | None:
        """The message this carrier calls `ref`."""
        return self._bubbles.get(ref)

    def dialect_of(self, office: str) -> str:
        """The dialect in which this number, or else any number of the customer, last texted somebody."""
        return self.dialects.get(office) or next(reversed(self.dialects.values()), "own")

    def of_dialect(self, dialect: str) -> Sequence[Event]:
        """Everything said in a vendor's dialect, its notes to itself included, in order."""
        return self._spoken.get(dialect, ())

    def apply(self, event: Event) -> None:
        """Fold one event of the truth log."""
        self.version = event["seq"]
        self.recent.append(event)
        if (dialect := event.get("dialect", "own")) != "own":
            self._spoken.setdefault(dialect, []).append(event)
        match event["event"]:
            case "accept":
                self._accept(event)
            case "refuse":
                self._answer(event)
                self.tally.refused += 1
            case "receipt":
                self._receipt(event)
            case "reply":
                self._reply(event)
            case "posted":
                self._posted(event)
            case "switch":
                phone = self._touch(event["number"])
                (phone.switches.add if event["on"] else phone.switches.discard)(event["name"])
            case "unsubscribe":
                self._unsubscribe(event)

    def _answer(self, event: Event) -> None:
        self.answers.setdefault(event["key"], {})[event["leg"]] = event
        self.keys_of_leg[event["leg"]] = event["key"]

    def _accept(self, event: Event) -> None:
        self._answer(event)
        self.tally.accepted += 1
        if event["leg"] in self._taken:
            self.tally.doubled.add(event["leg"])
        self._taken.add(event["leg"])
        self.accepted[event["ref"]] = event
        self.dialects.pop(event["sender"], None)  # a dictionary keeps the order of insertion: the newest is last
        self.dialects[event["sender"]] = event.get("dialect", "own")
        if event["channel"] != "alimtalk":
            self.offices[event["sender"]] = None
        bubble = Bubble(
            at=datetime.fromisoformat(event["time"]),
            is_ours=True,
            channel=event["channel"],
            office=event["sender"],
            text=event["text"],
            title=event["title"],
            buttons=tuple((one["label"], one["url"]) for one in event["buttons"]),
            pictures=tuple(event["images"]),
            ref=event["ref"],
            leg=event["leg"],
            status="waiting",
            card=read_card(event.get("card", {})),
        )
        self._bubbles[event["ref"]] = bubble
        self._touch(event["number"]).bubbles.append(bubble)

    def _receipt(self, event: Event) -> None:
        self.unposted[event["id"]] = event
        bubble = self._bubbles.get(event["ref"])
        if event["mark"] or bubble is None or bubble.status == "delivered":
            return
        self.results[event["ref"]] = event
        self.tally.undelivered += (event["outcome"] == "undelivered") - (bubble.status == "undelivered")
        self.tally.delivered += event["outcome"] == "delivered"
        bubble.status = event["outcome"]
        self._touch(event["number"])

    def _reply(self, event: Event) -> None:
        self.unposted[event["id"]] = event
        self.tally.replied += 1
        at = datetime.fromisoformat(event["time"])
        bubble = Bubble(at, False, "sms", event["to"], event["text"], ref=event["id"])
        self._touch(event["number"]).bubbles.append(bubble)

    def _posted(self, event: Event) -> None:
        """The customer has these now; a handset shows it of its own texts."""
        for event_id in event["ids"]:
            heard = self.unposted.pop(event_id, None)
            if heard is not None and heard["event"] == "reply":
                self._touch(heard["number"])

    def _unsubscribe(self, event: Event) -> None:
        """The carrier's 080 list: who is on it, and since when."""
        if event.get("copies"):
            self.unposted[event["id"]] = event
        if event["on"]:
            self.unsubscribed.setdefault(event["number"], event["at" if "at" in event else "time"])
        else:
            self.unsubscribed.pop(event["number"], None)

    def _touch(self, number: str) -> Phone:
        phone = self.phones.pop(number, None) or Phone(number)
        phone.version = self.version
        self.phones[number] = phone  # a dictionary keeps the order of insertion: the newest is last
        return phone

    def found(self, *, key: str, leg: str) -> Mapping[str, Any] | None:
        """The answer once given for this leg, under this key or (no key) under its latest one."""
        return self.answers.get(key or self.keys_of_leg.get(leg, ""), {}).get(leg)
