"""What this dialect keeps: groups, messages, files and templates, all of it in the truth log."""

import hashlib
import secrets
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from messaging.simulator.exchange import Exchange
from messaging.simulator.orders import Leg, Order, Picture
from messaging.simulator.solapi.registering import Entry, Malformed, Record
from messaging.simulator.solapi.statuses import AT_OPERATOR, RECEIVED, WORDS, reported
from messaging.simulator.solapi.templates import Template, read_template, reviewed
from messaging.simulator.truth import KST, Event, wall_clock

DIALECT: Final = "solapi"
_GROUP_FACTS: Final = ("id", "created", "allows_duplicates", "fields")
_WORDS: Final = ("id", "channel", "to", "sender", "text", "title", "template", "ref")


@dataclass(slots=True)
class Group:
    """Messages put together before they are sent. `batches`: what each call added, as it was kept."""

    id: str
    created: str
    allows_duplicates: bool
    fields: Mapping[str, str]
    is_deleted: bool = False
    records: dict[str, Record] = field(default_factory=dict)
    batches: list[Record] = field(default_factory=list)

    @property
    def keys(self) -> list[str]:
        """One key for each call that added something that may leave: twice added is twice delivered."""
        return [f"{self.id}/{place}" for place, batch in enumerate(self.batches) if batch["legs"]]

    @property
    def numbers(self) -> set[str]:
        """Whom it already reaches."""
        return {record["to"] for record in self.records.values()}


class Shelf:
    """Everything by its id."""

    def __init__(self, exchange: Exchange) -> None:
        self._exchange = exchange
        self.groups: dict[str, Group] = {}
        self.messages: dict[str, Record] = {}
        self._files: dict[str, Record] = {}
        self._templates: dict[str, Record] = {}
        for event in exchange.world.of_dialect(DIALECT):
            if event["event"] == "note":
                self._fold(event["note"], event)

    def _keep(self, kind: str, **facts: Any) -> None:
        self._exchange.note(DIALECT, kind, **facts)
        self._fold(kind, facts)

    def _fold(self, kind: str, facts: Record) -> None:
        match kind:
            case "group":
                self.groups[facts["id"]] = Group(**{name: facts[name] for name in _GROUP_FACTS})
            case "deleted":
                self.groups[facts["group"]].is_deleted = True
            case "messages":
                group = self.groups[facts["group"]]
                group.batches.append(facts)
                for record in facts["records"]:
                    group.records[record["messageId"]] = self.messages[record["messageId"]] = record
            case "file":
                self._files[facts["id"]] = facts
            case "template":
                self._templates[facts["record"]["templateId"]] = facts["record"]

    # --- groups -----------------------------------------------------------------------------------------------------

    def open_group(self, *, allows_duplicates: bool, fields: Mapping[str, str]) -> Group:
        """A new, empty group."""
        name = new_id("G4V")
        self._keep("group", id=name, created=stamp(), allows_duplicates=allows_duplicates, fields=dict(fields))
        return self.groups[name]

    def delete_group(self, group: Group) -> None:
        """It will never be sent."""
        self._keep("deleted", group=group.id)

    def add(self, group: Group, entries: Sequence[Entry]) -> None:
        """Messages for a group; the refused ones are kept and never sent."""
        at = stamp()
        dates = {"dateCreated": at, "dateUpdated": at}
        self._keep(
            "messages",
            group=group.id,
            records=[{**entry.record, "groupId": group.id, **dates} for entry in entries],
            legs=[_kept_leg(entry) for entry in entries if not entry.is_refused],
        )

    def orders(self, group: Group) -> list[Order]:
        """What leaves when the group is sent."""
        batches = [batch for batch in group.batches if batch["legs"]]
        return [
            Order(key, tuple(self._leg(one) for one in batch["legs"]), DIALECT)
            for key, batch in zip(group.keys, batches, strict=True)
        ]

    def is_sent(self, group: Group) -> bool:
        """True once any of its messages was taken, unless the fault script made us forget it."""
        return any(self._exchange.known(key) for key in group.keys)

    def was_sent(self, group: Group) -> bool:
        """True once any of its messages was taken."""
        return any(key in self._exchange.world.answers for key in group.keys)

    def status_of(self, group: Group) -> str:
        """PENDING, SENDING, COMPLETE or DELETED; a look-up that lags still says PENDING."""
        if group.is_deleted:
            return "DELETED"
        if not self.was_sent(group) or self._is_lagging(group):
            return "PENDING"
        waiting = any(self.code_of(record) in (RECEIVED, AT_OPERATOR) for record in group.records.values())
        return "SENDING" if waiting else "COMPLETE"

    def _is_lagging(self, group: Group) -> bool:
        return any(self._exchange.is_lagging(key) for key in group.keys)

    # --- messages ---------------------------------------------------------------------------------------------------

    def code_of(self, record: Record) -> str:
        """Where a message stands now."""
        name = record["messageId"]
        if self._is_lagging(self.groups[record["groupId"]]):
            return str(record["statusCode"])
        if result := self._exchange.world.results.get(name):
            return reported(result["code"])
        return AT_OPERATOR if name in self._exchange.world.accepted else str(record["statusCode"])

    def shown(self, record: Record) -> Record:
        """A message as it is listed."""
        code = self.code_of(record)
        result = self._exchange.world.results.get(record["messageId"])
        times = {"dateReported": stamp(result["at"])} if result else {}
        return {**record, **times, "statusCode": code, "statusMessage": WORDS.get(code, ""), "log": []}

    def within(self, query: Mapping[str, str]) -> dict[str, Record]:
        """
        The messages made or, as asked, changed in a span of time; all of them if none is named.

        :raises Malformed: for a time that cannot be read
        """
        first, last = (_moment(query[name]) if query.get(name) else None for name in ("startDate", "endDate"))
        by_change = query.get("dateType", "CREATED") == "UPDATED"

        def is_in(record: Record) -> bool:
            at = _moment(self._changed(record) if by_change else record["dateCreated"])
            return (first is None or first <= at) and (last is None or at <= last)

        return {name: record for name, record in self.messages.items() if is_in(record)}

    def _changed(self, record: Record) -> str:
        result = self._exchange.world.results.get(record["messageId"])
        return stamp(result["time"]) if result else str(record["dateUpdated"])

    # --- files and templates ----------------------------------------------------------------------------------------

    def keep_file(self, content: bytes, *, name: str) -> str:
        """An uploaded picture; its id."""
        sha256, file_id = hashlib.sha256(content).hexdigest(), new_id("ST01FL")
        self._exchange.keep_picture(sha256, content)
        self._keep("file", id=file_id, sha256=sha256, name=name)
        return file_id

    def picture(self, file_id: str) -> Picture | None:
        """The picture with this id."""
        facts = self._files.get(file_id)
        if facts is None:
            return None
        return Picture(facts["name"], facts["sha256"], self._exchange.picture_path(facts["sha256"]).read_bytes())

    def _leg(self, kept: Record) -> Leg:
        picture = self.picture(kept["image"])
        return Leg(
            **{name: kept[name] for name in _WORDS},
            buttons=tuple((label, url) for label, url in kept["buttons"]),
            pictures=(picture,) if picture is not None else (),
            otherwise=self._leg(kept["otherwise"]) if kept["otherwise"] else None,
        )

    def keep_template(self, record: Record) -> None:
        """A wording, or what has become of it."""
        self._keep("template", record=record)

    def template_record(self, name: str) -> Record | None:
        """A wording as it is listed, its review included."""
        record = self._templates.get(name)
        after = reviewed(record, now=wall_clock()) if record is not None else None
        if after is not None:
            self.keep_template(after)
        return after or record

    def template_records(self) -> dict[str, Record]:
        """All wordings."""
        return {name: record for name in list(self._templates) if (record := self.template_record(name)) is not None}

    def template(self, name: str) -> Template | None:
        """The wording a message may name."""
        record = self.template_record(name)
        return read_template(record) if record is not None else None


def _kept_leg(entry: Entry) -> Record:
    kept = _written(entry.leg)
    return {**kept, "image": entry.record.get("imageId", "")}


def _written(leg: Leg) -> Record:
    otherwise = _written(leg.otherwise) if leg.otherwise is not None else None
    words = {name: getattr(leg, name) for name in _WORDS}
    return {**words, "buttons": [list(one) for one in leg.buttons], "image": "", "otherwise": otherwise}


def page(
    records: Mapping[str, Record], query: Mapping[str, str], fields: Iterable[str], *, limit: int
) -> tuple[dict[str, Record], str | None]:
    """A page of records by id, from `startKey` on, and where the next one begins."""
    names = list(records)
    start = query.get("startKey", "")
    wanted = {name: query[name] for name in fields if name in query}
    fitting = [
        name
        for name in names[names.index(start) if start in names else 0 :]
        if all(records[name].get(one) == value for one, value in wanted.items())
    ]
    following = fitting[limit] if len(fitting) > limit else None
    return {name: records[name] for name in fitting[:limit]}, following


def new_id(prefix: str) -> str:
    """An id as theirs look: what it is, when it was made, and chance."""
    return f"{prefix}{wall_clock():%Y%m%d%H%M%S}{secrets.token_hex(8).upper()[:15]}"


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise Malformed("a date is ISO 8601") from error
    return moment.replace(tzinfo=KST) if moment.tzinfo is None else moment


def stamp(moment: str = "") -> str:
    """A time of the truth log, or now, as Solapi writes it."""
    at = datetime.fromisoformat(moment) if moment else wall_clock()
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def data_of(event: Event, record: Record | None) -> dict[str, Any]:
    """The `data` of one report."""
    code, at = reported(event["code"]), stamp(event["at"])
    known = record or {"messageId": event["ref"], "groupId": None, "customFields": {"attempt": event["leg"]}}
    return {
        **{name: known.get(name) for name in ("messageId", "groupId", "type", "to", "from", "country", "subject")},
        "customFields": known.get("customFields", {}),
        "replacement": record is None,
        "statusCode": code,
        "statusMessage": WORDS.get(code, ""),
        "networkCode": None,
        "dateProcessed": at,
        "dateReported": at,
        "dateReceived": at,
    }
