"""What Solapi answers and reports, read strictly. Pure."""

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

import structlog

from messaging.carriers.base import (
    Accepted,
    HookRequest,
    HookUnreadable,
    Leg,
    Outcome,
    OutcomeUnknown,
    ReceiptEvent,
    TemplateState,
    UnsubscribeEvent,
)
from messaging.carriers.solapi.codes import DELIVERED, ON_THEIR_WAY, REFUSED, rejected
from messaging.carriers.solapi.wire import ATTEMPT

_log = structlog.get_logger(__name__)
OURS: Final = frozenset({"text", "subject", "kakaoOptions", "log"})  # what we sent ourselves is not kept twice
Row = Mapping[str, Any]
Event = TypeVar("Event")
REVIEWS: Final[Mapping[str, str]] = {
    "PENDING": "draft",
    "INSPECTING": "submitted",
    "APPROVED": "approved",
    "REJECTED": "rejected",
}


def word(document: Any, name: str) -> str:
    """
    A string that must be there.

    :raises OutcomeUnknown:
    """
    value = document.get(name) if isinstance(document, dict) else None
    if not isinstance(value, str) or not value:
        raise OutcomeUnknown(f"answer has no {name}")
    return value


def registered(document: Any, legs: Sequence[Leg]) -> dict[UUID, Outcome]:
    """
    What became of each message put into a group: named by our own field or, where they leave it out, in our order.

    :raises OutcomeUnknown: if it is not told for every leg
    """
    rows = document.get("resultList") if isinstance(document, dict) else None
    if not isinstance(rows, list) or len(rows) != len(legs) or not all(isinstance(row, dict) for row in rows):
        raise OutcomeUnknown("answer leaves out a leg")
    named = {attempt_of(row): row for row in rows}
    if set(named) == {None}:
        named = {leg.id: row for leg, row in zip(legs, rows, strict=True) if row.get("to") == leg.to}
    if set(named) != {leg.id for leg in legs}:
        raise OutcomeUnknown("answer is about other legs")
    return {leg.id: outcome(named[leg.id]) for leg in legs}


def outcome(row: Row) -> Outcome:
    """
    Taken or refused; a message that failed later was taken all the same.

    :raises OutcomeUnknown:
    """
    code = word(row, "statusCode")
    return rejected(code) if code.startswith(REFUSED) else Accepted(word(row, "messageId"))


def attempt_of(row: Row) -> UUID | None:
    """Our reference on a message of theirs."""
    fields = row.get("customFields")
    try:
        return UUID(fields[ATTEMPT]) if isinstance(fields, dict) else None
    except (KeyError, ValueError, TypeError, AttributeError):
        return None


def page(document: Any, name: str) -> tuple[list[Row], str]:
    """
    The rows of one page of a list, and the key of the next one ('' = this was the last).

    :raises OutcomeUnknown:
    """
    rows = document.get(name) if isinstance(document, dict) else None
    rows = list(rows.values()) if isinstance(rows, dict) else rows
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise OutcomeUnknown(f"answer has no {name}")
    following = document.get("nextKey")
    if following is not None and not isinstance(following, str):
        raise OutcomeUnknown("answer has no readable nextKey")
    return rows, following or ""


def receipts(request: HookRequest) -> list[ReceiptEvent]:
    """
    The finished messages of a webhook; what is still on its way is not news.

    :raises HookUnreadable:
    """
    try:
        reports = json.loads(request.body)
        if not isinstance(reports, list):
            raise TypeError("a list is expected")
        found = [receipt(report["data"]) for report in reports]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError, OutcomeUnknown) as error:
        raise HookUnreadable("not in the documented shape") from error
    return [event for event in found if event is not None]


def readable(rows: Sequence[Row], read: Callable[[Row], Event | None]) -> list[Event]:
    """What can be read of a list: a row that cannot must not keep all later ones from us for ever."""
    found: list[Event] = []
    for row in rows:
        try:
            event = read(row)
        except OutcomeUnknown as error:
            _log.warning("solapi_row_unreadable", reason=str(error))
            continue
        if event is not None:
            found.append(event)
    return found


def receipt(row: Row) -> ReceiptEvent | None:
    """
    What became of a message; None while it is on its way. The same in a webhook and in a list.

    :raises OutcomeUnknown: for a row without the documented fields
    """
    code, name = word(row, "statusCode"), word(row, "messageId")
    if code in ON_THEIR_WAY:
        return None
    is_delivered = code == DELIVERED
    return ReceiptEvent(
        event_key=f"{name}:{code}",
        vendor_ref=name,
        # A text they sent in the place of ours is not ours.
        leg=None if row.get("replacement") is True else attempt_of(row),
        outcome="delivered" if is_delivered else "undelivered",
        code=code,
        reason_kind="" if is_delivered else rejected(code).reason_kind,
        occurred_at=_moment(row, "dateReceived", "dateReported", "dateProcessed", "dateUpdated"),
        raw=json.dumps({name: value for name, value in row.items() if name not in OURS}, ensure_ascii=False),
    )


def unsubscribed(row: Row) -> UnsubscribeEvent:
    """
    One entry of their list of those who rang the free 080 line.

    :raises OutcomeUnknown:
    """
    number, since = word(row, "recipientNumber"), _moment(row, "dateCreated", "dateUpdated")
    return UnsubscribeEvent(f"080:{number}:{since.isoformat()}", number, str(row.get("senderNumber") or ""), since)


def review(document: Any) -> TemplateState:
    """
    Where the review of a wording stands.

    :raises OutcomeUnknown:
    """
    code, status = word(document, "templateId"), word(document, "status")
    comments = document.get("comments")
    said = [one.get("content") for one in comments if isinstance(one, dict)] if isinstance(comments, list) else []
    text = "\n".join(one for one in said if isinstance(one, str))
    match REVIEWS.get(status):
        case "draft":
            return TemplateState(code, "draft", text)
        case "submitted":
            return TemplateState(code, "submitted", text)
        case "approved":
            return TemplateState(code, "approved", text)
        case "rejected":
            return TemplateState(code, "rejected", text)
    raise OutcomeUnknown(f"strange review status {status}")


def _moment(row: Row, *names: str) -> datetime:
    """The first of these times that is there."""
    for name in names:
        value = row.get(name)
        try:
            moment = datetime.fromisoformat(value) if isinstance(value, str) else None
        except ValueError:
            continue
        if moment is not None and moment.tzinfo is not None:
            return moment
    raise OutcomeUnknown("no time is told")
